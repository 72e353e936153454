"""The smallest problems that show a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from domain.phases import PhaseSet
from domain.units import kw_per_a
from scheduler.devices import Battery, Control, Feed
from scheduler.problem import Circuit, Goal, Option, Problem, Session

ALL: PhaseSet = (0, 1, 2)
VOLTS = 230.0
A_PER_KW = 1000 / VOLTS
FEED_L2 = Feed((0,), (0.0, A_PER_KW, 0.0))
FEED_EVEN = Feed((0,), (A_PER_KW / 3, A_PER_KW / 3, A_PER_KW / 3))


def battery(
    control: Control = "full",
    *,
    content_kwh: tuple[float, float, float] = (0.0, 1.0, 4.0),
    power_kw: tuple[float, float] = (2.0, 2.0),
    efficiency: float = 0.9,
    wear: float = 0.0,
    end_value: float = 0.0,
    feed: Feed = FEED_EVEN,
) -> Battery:
    """A battery with its least, first and most content, and its powers of charge and discharge."""
    least, start, most = content_kwh
    return Battery(feed, control, least, most, start, *power_kw, efficiency, wear, end_value)


def circuit(
    slots: int,
    limit_a: float = 100.0,
    *,
    base_a: Any = 0.0,
    limit_kw: float | None = None,
    name: str = "grid",
) -> Circuit:
    """A circuit with the same limit in every slot and on every phase."""
    base = np.broadcast_to(np.asarray(base_a, dtype=np.float64), (3, slots)).copy()
    return Circuit(
        id=name,
        base_a=base,
        relief_a_per_kw=np.zeros((3, slots)),
        limit_a=np.full((3, slots), limit_a),
        feed_limit_a=np.full((3, slots), limit_a),
        base_kw=base.sum(axis=0) * VOLTS / 1000,
        relief_kw_per_kw=np.zeros(slots),
        limit_kw=None if limit_kw is None else np.full(slots, limit_kw),
    )


def session(
    slots: Sequence[int],
    need_kwh: float,
    *,
    phases: Sequence[PhaseSet] = (ALL,),
    charger: int = 0,
    circuits: tuple[int, ...] = (0,),
    currents_a: tuple[float, float, float] = (6.0, 16.0, 1.0),
    share: Sequence[float] | None = None,
    slot_h: float = 0.25,
    name: str = "car",
) -> Session:
    """A session that needs ``need_kwh`` by the end of its last slot; currents are min, max, step."""
    low, high, step = currents_a
    step_kwh = step * kw_per_a(VOLTS, min(len(p) for p in phases)) * slot_h
    least = kw_per_a(VOLTS, min(len(p) for p in phases)) * low * slot_h
    return Session(
        id=name,
        charger=charger,
        circuits=circuits,
        options=tuple(Option(p, low, high) for p in phases),
        step_a=step,
        slots=np.array(slots, dtype=np.int64),
        share=np.ones(len(slots)) if share is None else np.array(share, dtype=np.float64),
        goals=(Goal(max(slots) + 1, need_kwh, need_kwh - step_kwh / 2),),
        most_kwh=max(need_kwh + step_kwh, least),
    )


def problem(
    buy: Sequence[float],
    sessions: Sequence[Session],
    *,
    sell: Sequence[float] | float = 0.0,
    load_kw: Any = 0.0,
    solar_kw: Any = 0.0,
    circuits: Sequence[Circuit] | None = None,
    imbalance_limit_a: float | None = None,
    export_limit_kw: float | None = None,
    slot_h: float = 0.25,
) -> Problem:
    """A problem with one price per slot."""
    n = len(buy)

    def wide(values: Any) -> Any:
        return np.broadcast_to(np.asarray(values, dtype=np.float64), (n,)).copy()

    return Problem(
        voltage_v=VOLTS,
        hours=np.full(n, slot_h),
        buy_eur_per_kwh=wide(buy),
        sell_eur_per_kwh=wide(sell),
        load_kw=wide(load_kw),
        solar_kw=wide(solar_kw),
        circuits=tuple(circuits or (circuit(n),)),
        sessions=tuple(sessions),
        imbalance_limit_a=None if imbalance_limit_a is None else np.full(n, imbalance_limit_a),
        export_limit_kw=export_limit_kw,
    )
