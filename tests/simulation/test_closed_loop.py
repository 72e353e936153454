"""The closed loop: a control of three lines on the plant of a site, against sums made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import Site
from executors.control.seam import Binding, Readings, Setpoints, Wiring
from executors.control.wiring import wiring_of
from executors.tracking.cars import Beyond
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import NOBODY_S, ClosedLoop, has_moved, run_whole
from simulation.outcome import outcome_of
from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.house import quiet_house
from simulation.ran import Scene
from tests.simulation.plant.plants import charger_line, site_of

EVENING = """
vehicles: [{id: car, battery_kwh: 60, max_current_a: 16}]
departures: [{charger: box, vehicle: car, days: [mon], arrive: "18:00", depart: "20:00", energy_kwh: 11.04}]
load: {source: fixed, kw: 0.69}
"""
RUN_S = 3 * 3600 - 1
"""Three hours: half of one before and after the stay of two [s]."""
AT = datetime.fromisoformat("2026-11-16T17:30:00+01:00")


class AsPlanned:
    """Tells every charger the planned current of the second, whatever it reads."""

    def __init__(self, plan: Plan, wiring: Wiring) -> None:
        self._plan, self._wiring = plan, wiring
        self.asked: list[float] = []
        self.walls: list[float] = []

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        self.asked.append(mono_s)
        self.walls.append(wall_s)
        slot = int(np.searchsorted(self._plan.grid.edges_s, wall_s, side="right")) - 1
        slot = min(max(slot, 0), len(self._plan.grid) - 1)
        limit_a = np.array([self._plan.chargers[name].current_a[slot] for name in self._wiring.charger_ids])
        count = len(limit_a)
        none, nan = np.full(count, -1), np.full(count, np.nan)
        return Setpoints(
            limit_a=limit_a,
            phases=self._wiring.wired,
            order=np.arange(count),
            feed_watchdog=np.ones(count, dtype=bool),
            may_read=np.ones(count, dtype=bool),
            wanted_a=limit_a,
            binding=Binding(np.zeros(count, dtype=np.int64), none, none, nan, nan),
        )


def planned(more: str = EVENING, grid: str = "") -> tuple[Site, PlanInputs, Plan]:
    site = site_of(charger_line(), more=more, grid=grid)
    inputs = gather(site, AT, Files())
    clock = iter(range(10**6))
    plan = plan_site(site, inputs, made_at=AT, clock=lambda: float(next(clock)) * 1e-3)
    return site, inputs, plan


def loop_of(
    *faults: PlantFault, idle_s: int = 1, base_kw: float | None = None
) -> tuple[ClosedLoop, AsPlanned]:
    site, inputs, plan = planned()
    wiring = wiring_of(site)
    control = AsPlanned(plan, wiring)
    scene = replace(Scene.as_planned(site, inputs), faults=faults)
    if base_kw is not None:
        scene = replace(scene, house=quiet_house(base_kw))
    return ClosedLoop(site, inputs, plan, scene, wiring, control, idle_s=idle_s), control


def test_a_day_as_planned_delivers_the_planned_energy_at_the_planned_cost() -> None:
    loop, _ = loop_of()
    outcome = outcome_of(run_whole(loop, RUN_S))
    (car,) = outcome.cars
    assert car.got_kwh == pytest.approx(car.planned_kwh, abs=0.05)
    assert outcome.missed_kwh == 0
    assert car.planned_until_kwh is None
    assert outcome.limits == ()
    assert outcome.tripped == ()
    assert outcome.planned_eur == pytest.approx(0.25 * (0.69 * 3 + car.planned_kwh), abs=0.01)
    # 0.25 EUR/kWh for 0.69 kW all the time and 11.04 kWh in the car.
    assert outcome.cost_eur == pytest.approx(0.25 * (0.69 * outcome.seconds / 3600 + car.got_kwh), abs=0.01)
    assert outcome.switches == {"box": 0}
    assert outcome.refused_writes == 0


@pytest.mark.parametrize(("run_s", "came"), [(3600, True), (900, False)])
def test_a_stay_that_the_end_of_the_run_cuts_off_has_what_was_planned_until_then(
    run_s: int, came: bool
) -> None:
    """16 A from 18:00 on; the run of an hour ends at 18:30, that of a quarter before the car comes."""
    loop, _ = loop_of()
    (car,) = outcome_of(run_whole(loop, run_s)).cars
    assert (car.came, car.missed_kwh) == (came, 0.0)
    assert car.planned_until_kwh == pytest.approx(5.52 if came else 0.0, abs=0.01)
    assert car.got_kwh == pytest.approx(car.planned_until_kwh, abs=0.1)


def test_a_control_that_hangs_leaves_the_car_at_the_failsafe_and_misses_energy() -> None:
    loop, control = loop_of(PlantFault(FaultKind.CONTROL_HUNG, 600))
    outcome = outcome_of(run_whole(loop, RUN_S))
    assert max(control.asked) == 599
    # Whatever was planned, 6 A on three phases flow from arrival on: 4.14 kW.
    assert outcome.missed_kwh == pytest.approx(outcome.cars[0].planned_kwh - 8.28, abs=0.05)
    assert outcome.cars[0].got_kwh == pytest.approx(4.14 * 2, rel=0.01)


def test_what_a_house_takes_that_nobody_foresaw_shows_as_time_over_the_limit() -> None:
    loop, _ = loop_of(base_kw=18 * 0.69)
    outcome = outcome_of(run_whole(loop, RUN_S))
    assert {limit.limit for limit in outcome.limits} == {"grid L1", "grid L2", "grid L3"}
    worst = max(limit.worst_caused for limit in outcome.limits)
    planned_a = float(loop.plan.chargers["box"].current_a.max())
    assert worst == pytest.approx(18 + planned_a - 25)
    assert outcome.caused_s == outcome.over_s > 0
    assert outcome.tripped != ()


def test_an_idle_loop_decides_seldom_and_comes_to_the_same() -> None:
    every, often = loop_of()
    idle, seldom = loop_of(idle_s=4)
    first = outcome_of(run_whole(every, RUN_S))
    second = outcome_of(run_whole(idle, RUN_S))
    assert len(seldom.asked) < 0.3 * len(often.asked)
    asked_s = np.array(seldom.asked)
    with_car = (asked_s[:-1] >= 1800) & (asked_s[:-1] < 9000)
    assert np.diff(asked_s)[with_car].max() <= 4
    assert np.diff(asked_s).max() <= NOBODY_S
    assert second.cars[0].got_kwh == pytest.approx(first.cars[0].got_kwh, abs=0.02)


def test_a_reading_that_moves_is_decided_on_at_once() -> None:
    loop, _ = loop_of()
    next(loop.run(60))
    before = loop.link.readings()
    assert not has_moved(before, before)
    assert has_moved(before, replace(before, meter_a=before.meter_a + 0.5))
    assert has_moved(before, replace(before, meter_a=before.meter_a * np.nan))
    assert has_moved(before, replace(before, car=before.car + 1))


def test_the_control_sees_the_stepped_wall_clock_and_a_steady_monotonic_one() -> None:
    loop, control = loop_of(PlantFault(FaultKind.CLOCK_STEP, 100, 200, amount=3600))
    run_whole(loop, 300)
    assert np.all(np.diff(control.asked) == 1)
    steps = np.diff(control.walls)
    assert sorted(set(steps.tolist())) == [1 - 3600, 1, 1 + 3600]


def test_readings_are_what_a_driver_would_know() -> None:
    site, inputs, plan = planned()
    wiring = wiring_of(site)
    faults = (
        PlantFault(FaultKind.METER_LOST, 100, 200, "main"),
        PlantFault(FaultKind.CHARGER_LOST, 100, 200, "box"),
    )
    scene = replace(Scene.as_planned(site, inputs), faults=faults)
    loop = ClosedLoop(site, inputs, plan, scene, wiring, AsPlanned(plan, wiring))
    run_whole(loop, 99)
    readings = loop.link.readings()
    assert readings.meter_a[0] == pytest.approx([1, 1, 1])
    assert readings.meter_kw[0] == pytest.approx(0.69)
    assert np.isnan(readings.meter_a[1]).all()
    assert readings.meter_age_s[0] == 0
    assert readings.link.all()
    run_whole(loop, 50)
    readings = loop.link.readings()
    assert readings.meter_age_s[0] == 50
    assert not readings.link.any()
    assert readings.charger_age_s[0] == 50
    assert np.isnan(readings.measured_a).all()


def test_arrivals_and_departures_are_those_of_the_requests() -> None:
    site, inputs, _ = planned()
    (stay,) = Scene.as_planned(site, inputs).visits
    assert timedelta(seconds=stay.arrive_s) == timedelta(minutes=30)
    assert timedelta(seconds=stay.leave_s - stay.arrive_s) == timedelta(hours=2)
    # 11.04 kWh at 0.9 into 60 kWh, ending at 80 %.
    assert stay.soc == pytest.approx(0.8 - 11.04 * 0.9 / 60)
