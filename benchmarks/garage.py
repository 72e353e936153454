"""The garage: three levels of circuits, rotated wiring, an imbalance limit and the choice of phases."""

from __future__ import annotations

from typing import Any

import numpy as np

from domain.phases import PhaseSet
from domain.units import kw_per_a
from scheduler.problem import Circuit, FloatArray, Goal, Option, Problem, Session

VOLTS = 230.0


def garage(data: dict[str, Any], step_a: float) -> Problem:
    """The problem of a garage file with currents in steps of ``step_a``."""
    slots = data["n"]
    load, solar = np.array(data["load"]), np.array(data["solar"])
    parents = {one["id"]: one["parent"] for one in data["circuits"]}
    names = ["grid", *parents]
    limits_a = [data["grid"]["limit_a"], *(one["limit_a"] for one in data["circuits"])]
    base_kw = load - solar / 3
    chargers = {one["id"]: (position, one) for position, one in enumerate(data["chargers"])}

    def above(name: str) -> tuple[int, ...]:
        return (names.index(name), *(above(parents[name]) if name in parents else ()))

    return Problem(
        voltage_v=VOLTS,
        hours=np.full(slots, 0.25),
        buy_eur_per_kwh=np.array(data["buy"]),
        sell_eur_per_kwh=np.array(data["sell"]),
        load_kw=load.sum(axis=0),
        solar_kw=solar,
        circuits=tuple(
            _circuit(name, limit, base_kw if name == "grid" else np.zeros((3, slots)))
            for name, limit in zip(names, limits_a, strict=True)
        ),
        sessions=tuple(
            _session(number, stay, *chargers[stay["charger"]], above, step_a)
            for number, stay in enumerate(data["sessions"])
        ),
        imbalance_limit_a=np.full(slots, data["grid"]["imbalance_limit_a"]),
    )


def _circuit(name: str, limit_a: float, base_kw: FloatArray) -> Circuit:
    """A circuit without a limit in kW, with its load less solar per phase."""
    base_a, none = base_kw / kw_per_a(VOLTS, 1), np.zeros(base_kw.shape)
    limit = np.full(base_kw.shape, limit_a)
    return Circuit(name, base_a, none, limit, limit, base_kw.sum(axis=0), none[0], None)


def _session(
    number: int, stay: dict[str, Any], position: int, charger: dict[str, Any], above: Any, step_a: float
) -> Session:
    """A stay; every third charger can choose between all phases of the car and its first terminal alone."""
    wiring, most_a = charger["wiring"], float(min(charger["max"], stay["imax"]))
    sets: list[PhaseSet] = [tuple(sorted(wiring[: stay["phases"]]))]
    if charger["switching"] and stay["phases"] > 1:
        sets.append((wiring[0],))
    narrow, wide = (step_a * kw_per_a(VOLTS, n) / 4 for n in (len(sets[-1]), len(sets[0])))
    slots, energy = np.arange(stay["a"], stay["d"]), float(stay["kwh"])
    return Session(
        id=f"{number}",
        charger=position,
        circuits=above(charger["circuit"]),
        options=tuple(Option(phases, float(charger["min"]), most_a) for phases in sets),
        step_a=step_a,
        slots=slots,
        share=np.ones(len(slots)),
        goals=(Goal(int(stay["d"]), energy, energy - narrow / 2),),
        most_kwh=energy + wide,
    )
