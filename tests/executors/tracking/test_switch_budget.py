"""A session's budget of phase switches is the same for the planner and for the control."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.running import Running
from domain.site import Site
from domain.time_grid import TimeGrid
from executors.control.seam import Binding, Setpoints
from executors.control.wiring import wiring_of
from scheduler.planner import PlanOptions, plan_site
from service.run.seen import Seen
from tests.executors.tracking.small_days import (
    ALL,
    START,
    Car,
    Day,
    orders_for,
    plan_of,
    request_of,
    site_of,
)  # fmt: skip
from tests.random_cases import series

OPTIONS = PlanOptions(calm_eur=0.0, remedies_s=0.0)


def planned(site: Site, energy_kwh: float, running: Running | None = None) -> tuple[Plan, PlanInputs]:
    """Two hours; the first is cheaper, and the house leaves no room on L2 and L3 in it: L1 comes first."""
    grid = TimeGrid.between(START, START + timedelta(hours=2), "Europe/Brussels", 15)
    full = np.where(np.arange(8) < 4, 9.0, 0.0)
    load = series(grid, 0.0, "kW")
    inputs = PlanInputs(
        grid=grid,
        buy=replace(series(grid, 0.3, "EUR/kWh"), values=np.where(full > 0, 0.2, 0.3)),
        sell=series(grid, 0.0, "EUR/kWh"),
        solar_kw={},
        load_kw=(load, replace(load, values=full), replace(load, values=full)),
        requests=(request_of(energy_kwh, 2.0),),
        running={} if running is None else {"c0": running},
    )
    return plan_site(site, inputs, made_at=START, clock=time.process_time, options=OPTIONS), inputs


@pytest.mark.parametrize(("mode", "used"), [("both", 1), ("oneway", 0)])
def test_what_is_planned_with_a_budget_of_one_switch_is_also_done(mode: str, used: int) -> None:
    """An hour at 16 A on L1 is 3.68 kWh, on three phases 11.04: the way up takes the only switch. One way,
    a session may begin on L1, whatever the charger was on, and stays there.
    """
    site = site_of(1, {"mode": mode, "max_per_session": 1, "hold_s": 600})
    plan, inputs = planned(site, 11.0 if used else 3.6)
    told = [phases for phases in plan.chargers["c0"].phases if phases]
    assert len(dict.fromkeys(told)) == 1 + used
    day = Day(site, [Car()], orders_for(site, plan, inputs.requests))
    answer = day.run(2 * 3600 - 1)
    car = day.cars[0]
    assert car is not None
    assert car.drawn_kwh == pytest.approx(plan.requests[0].delivered_kwh, abs=0.2)
    assert answer.state.change.used.tolist() == [used]


def test_a_car_that_has_drawn_has_selected_its_phases() -> None:
    """It draws on three phases before its plan comes: the way to one phase is the only switch."""
    site = site_of(1, {"mode": "both", "max_per_session": 1, "hold_s": 60})
    plan, inputs = planned(site, 11.0)
    day = Day(site, [Car()], orders_for(site, plan, inputs.requests))
    day.offer_a[:] = 16.0
    day.measured_a[:] = 16.0
    answer = day.run(2 * 3600 - 1)
    assert answer.state.change.used.tolist() == [1]
    assert answer.wanted.phases[0].sum() == 1


def test_where_nothing_is_selected_yet_a_new_plan_chooses_freely() -> None:
    """A car that waits and has drawn nothing: the first selection is free, from known phases it is not."""
    site = site_of(1, {"mode": "both", "max_per_session": 1, "hold_s": 600})
    free, _ = planned(site, 14.0, Running(phases=(), current_a=0.0, since_s=60.0))
    bound, _ = planned(site, 14.0, Running(phases=ALL, current_a=0.0, since_s=60.0))
    assert free.requests[0].delivered_kwh == pytest.approx(14.0, abs=0.2)
    assert bound.requests[0].shortfall_kwh > 1.0


def test_a_charger_whose_car_has_drawn_nothing_has_no_phases_selected_for_it() -> None:
    """It is asked for energy in the last quarter only; once it has drawn on L1, L1 is selected."""
    site = site_of(1, {"mode": "both", "max_per_session": 1, "hold_s": 600})
    request = request_of(0.9, 2.0)
    plan = plan_of(site, [request], {"c0": [0.0] * 4 + [16.0] * 4}, phases=(0,))
    day = Day(site, [Car()], orders_for(site, plan, [request]))
    seen = Seen(site, wiring_of(site), day.mono_s)

    def now() -> Running:
        answer, count = day.tick(), 1
        none, nan = np.full(count, -1), np.full(count, np.nan)
        decided = Setpoints(
            limit_a=answer.wanted.current_a, phases=answer.wanted.phases, order=np.arange(count),
            feed_watchdog=np.ones(count, dtype=bool), may_read=np.ones(count, dtype=bool),
            wanted_a=answer.wanted.current_a,
            binding=Binding(np.zeros(count, dtype=np.int64), none, none, nan, nan),
        )  # fmt: skip
        seen.look(day.readings(), decided, answer, day.mono_s)
        return seen.running(day.mono_s)["c0"]

    assert (now().phases, now().switches_used) == ((), 0)
    day.run(3600 + 120)
    assert (now().phases, now().switches_used) == ((0,), 0)
