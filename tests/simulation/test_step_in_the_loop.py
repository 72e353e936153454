"""A house that takes 20 A more on one phase, beside three cars on the virtual site."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from domain.site import Site, parse_site
from executors.control.seam import Readings, Setpoints
from executors.control.wiring import wiring_of
from executors.deciding import Deciding, deciding_of
from executors.tracking.cars import Beyond
from forecasting.gather import Files, gather
from scheduler.planner import PlanOptions, plan_site
from simulation.closed_loop import ClosedLoop, run_whole
from simulation.plant.car import Car, Visit
from simulation.plant.profile import FloatArray
from simulation.plant.record import Record
from simulation.ran import Scene

AT = datetime.fromisoformat("2026-11-16T12:00:00+01:00")
STEP_S = 90
LIMIT_A = 50.0
REACTION_S = 6
"""Charger 1 s, car 2 s and its ramp of 10 A/s, meter 1 s, and the second of the sample."""


def site_of_three() -> Site:
    point = {
        "driver": "simulated",
        "current_a": {"min": 6, "max": 16},
        "failsafe": {"current_a": 0, "after_s": 30},
    }
    data: dict[str, Any] = {
        "name": "Three",
        "location": {"time_zone": "Europe/Brussels"},
        "default_request": "full",
        "grid": {
            "limit_a": LIMIT_A,
            "meter": "m",
            "base_load_max_a": 22,
            "protection": {"type": "mcb", "rating_a": 63},
        },
        "meters": {"m": {"driver": "simulated"}},
        "chargers": [{"id": f"c{place}", **point} for place in range(3)],
        "load": {"source": "fixed", "kw": 0.69},
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
    }
    return parse_site(json.dumps(data), "three.yaml")


class Heard:
    """The control, and what it said second by second."""

    def __init__(self, control: Deciding) -> None:
        self.control = control
        self.said: list[Setpoints] = []

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        self.said.append(self.control.decide(readings, wall_s=wall_s, mono_s=mono_s, beyond=beyond))
        return self.said[-1]


def jump(first_s: int, count: int) -> FloatArray:
    """1 A on L1, and 21 A from the step on [kW]."""
    seconds = np.arange(first_s, first_s + count)
    return np.where(seconds < STEP_S, 0.23, 21 * 0.23)


@pytest.fixture(scope="module")
def ran() -> tuple[Heard, FloatArray, FloatArray]:
    """What was said, and the currents of the grid with and of the chargers on L1, second by second."""
    site = site_of_three()
    inputs = gather(site, AT, Files())
    ticks = iter(range(10**6))
    options = PlanOptions(remedies_s=0.0)
    plan = plan_site(site, inputs, made_at=AT, clock=lambda: float(next(ticks)), options=options)
    wiring = wiring_of(site)
    heard = Heard(deciding_of(site, wiring, plan, (), now=AT))
    scene = Scene.as_planned(site, inputs)
    load_kw = (jump, *scene.house.load_kw[1:])
    visits = visits_of_three()
    scene = replace(scene, house=replace(scene.house, load_kw=load_kw), visits=visits)
    records: list[Record] = []
    loop = ClosedLoop(site, inputs, plan, scene, wiring, heard, hearers=[records.append])
    run_whole(loop, STEP_S + 70)
    flow_a = np.concatenate([record.flow_a[:, 0, 0] for record in records])
    charging_a = np.concatenate([record.charging_a[:, 0, 0] for record in records])
    return heard, flow_a, charging_a


def visits_of_three() -> tuple[Visit, ...]:
    return tuple(
        Visit(f"c{place}", Car(battery_kwh=60, max_current_a=16), 10, 7200, 20.0, 0.3, f"v{place}")
        for place in range(3)
    )


def test_the_last_write_is_decided_in_the_tick_of_the_sample(
    ran: tuple[Heard, FloatArray, FloatArray],
) -> None:
    heard, _, _ = ran
    before, after = heard.said[STEP_S - 1], heard.said[STEP_S]
    assert before.limit_a.tolist() == [16, 16, 16]
    # 50 A less 21 A of the house leave 29 A: nine whole amperes for each.
    assert after.limit_a.tolist() == [9, 9, 9]
    assert sorted(after.order.tolist()) == [0, 1, 2]


def test_nothing_is_cut_twice_for_the_same_excess(ran: tuple[Heard, FloatArray, FloatArray]) -> None:
    heard, _, _ = ran
    assert {tuple(one.limit_a) for one in heard.said[STEP_S : STEP_S + 60]} == {(9.0, 9.0, 9.0)}
    assert all(one.order.size == 0 for one in heard.said[STEP_S + 1 : STEP_S + 60])


def test_charging_is_above_the_limit_for_no_longer_than_car_and_charger_need(
    ran: tuple[Heard, FloatArray, FloatArray],
) -> None:
    _, flow_a, charging_a = ran
    assert charging_a[STEP_S - 1] == pytest.approx(48)
    above = np.flatnonzero(flow_a > LIMIT_A + 0.05)
    assert above[0] == STEP_S
    assert above[-1] < STEP_S + REACTION_S
    assert charging_a[-1] == pytest.approx(27)
