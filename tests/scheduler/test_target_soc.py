"""Requests by state of charge: energy in the battery, with an efficiency by current and phases.

Slots last one hour. On three phases 16 A are 11.04 kW and 6 A are 4.14 kW; with the table below 10.1568 kW
and 3.312 kW of them arrive: 0.992 x power - 0.79488 kW.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from domain.errors import InputError
from scheduler.from_site import problem_of
from scheduler.problem import Problem, Session
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from tests.scheduler.brute_force import Lattice, lattice_of
from tests.scheduler.days import checked, inputs_of, site_of, wish
from tests.scheduler.tiny import circuit, problem, session
from tests.tolerance import approx_kw, approx_kwh

HOME = "{id: home, current_a: {min: 6, max: 16}}"
PLAIN = "vehicles: [{id: car, battery_kwh: 60, efficiency: 0.9}]"
POINTS = "{phases: 3, current_a: 6, efficiency: 0.80}, {phases: 3, current_a: 16, efficiency: 0.92}"
TABLE = f"vehicles: [{{id: car, battery_kwh: 60, efficiency: [{POINTS}]}}]"
SEEDS = range(40)


def test_a_target_is_energy_in_the_battery() -> None:
    """20 to 80 % of 60 kWh are 36 kWh, 40 kWh before the losses of 10 %."""
    site = site_of(HOME, more=PLAIN)
    wishes = [wish("home", None, leave=6, vehicle="car", soc_now=0.2, target_soc=0.8)]
    plan = checked(site, inputs_of(site, [0.2] * 6, wishes))
    assert plan.requests[0].energy_kwh == approx_kwh(40.0)
    assert plan.requests[0].delivered_kwh == pytest.approx(40.0, abs=0.69)
    assert plan.requests[0].note == "20% to 80% of 60 kWh at an efficiency of 0.9"


def test_an_efficiency_that_is_not_said_is_the_usual_one_and_the_plan_says_so() -> None:
    site = site_of(HOME, more="vehicles: [{id: car, battery_kwh: 60}]")
    wishes = [wish("home", None, leave=6, vehicle="car", soc_now=0.2, target_soc=0.8)]
    plan = checked(site, inputs_of(site, [0.2] * 6, wishes))
    assert plan.requests[0].energy_kwh == approx_kwh(40.0)
    assert plan.requests[0].note.endswith("as usual, not said")


def test_a_battery_that_is_full_enough_asks_for_nothing() -> None:
    site = site_of(HOME, more=PLAIN)
    wishes = [wish("home", None, vehicle="car", soc_now=0.9, target_soc=0.8)]
    assert checked(site, inputs_of(site, [0.2] * 3, wishes)).requests[0].delivered_kwh == 0


def test_energy_that_is_asked_for_stops_where_the_battery_is_full() -> None:
    """From 90 % of 60 kWh on 6 kWh fit in: 6.667 kWh before the losses."""
    site = site_of(HOME, more=PLAIN)
    plan = checked(site, inputs_of(site, [0.2] * 3, [wish("home", 20.0, vehicle="car", soc_now=0.9)]))
    assert plan.requests[0].energy_kwh == approx_kwh(6 / 0.9)


def test_what_is_lost_at_small_currents_makes_one_full_hour_better_than_two_halves() -> None:
    """10.1568 kWh in the battery: an hour at 16 A, for 0.205 EUR/kWh; two at 8 A and 0.20 lose more."""
    site = site_of(HOME, more=TABLE)
    target = 0.5 + 10.1568 / 60
    wishes = [wish("home", None, vehicle="car", leave=3, soc_now=0.5, target_soc=target)]
    plan = checked(site, inputs_of(site, [0.20, 0.205, 0.205], wishes))
    assert sorted(plan.chargers["home"].power_kw.tolist()) == approx_kw([0.0, 0.0, 11.04])
    assert plan.requests[0].shortfall_kwh == 0


def test_small_currents_need_more_energy_for_the_same_target() -> None:
    """At most 6 A: 4.14 kWh an hour of which 3.312 arrive. Three hours store 9.936 kWh."""
    site = site_of(HOME, grid="limit_a: 6", more=TABLE)
    target = 0.5 + 9.9 / 60
    wishes = [wish("home", None, vehicle="car", leave=4, soc_now=0.5, target_soc=target)]
    plan = checked(site, inputs_of(site, [0.1, 0.2, 0.3, 0.4], wishes))
    assert plan.chargers["home"].power_kw == approx_kw([4.14, 4.14, 4.14, 0.0])
    assert plan.requests[0].shortfall_kwh == 0


@pytest.mark.parametrize(
    ("points", "stored_kw"),
    [
        (POINTS, [3.312, 6.04992, 10.1568]),
        (f"{POINTS}, {{phases: 3, current_a: 10, efficiency: 0.84}}", [3.05808, 5.796, 9.90288]),
    ],
)
def test_a_line_stands_for_the_table_and_promises_no_more_anywhere(
    points: str, stored_kw: list[float]
) -> None:
    """At 6, 10 and 16 A. 0.84 at 10 A are 5.796 kW, 0.25392 kW below the line through the ends."""
    site = site_of(HOME, more=f"vehicles: [{{id: car, battery_kwh: 60, efficiency: [{points}]}}]")
    wishes = [wish("home", None, vehicle="car", soc_now=0.5, target_soc=0.6)]
    (only,) = problem_of(site, inputs_of(site, [0.2] * 3, wishes)).problem.sessions
    (way,) = only.options
    counted = np.array([4.14, 6.9, 11.04]) * way.gain - way.loss_kw
    assert counted * 0.92 == pytest.approx(stored_kw)


def test_a_dc_point_loses_what_it_says_and_nothing_in_the_car() -> None:
    stall = "{id: home, kind: dc, power_kw: {min: 5, max: 50}, efficiency: 0.95, power_factor: 1}"
    site = site_of(stall, more=PLAIN)
    wishes = [wish("home", None, vehicle="car", soc_now=0.2, target_soc=0.8)]
    plan = checked(site, inputs_of(site, [0.2] * 3, wishes))
    assert plan.requests[0].energy_kwh == approx_kwh(36 / 0.95)


def test_everything_that_a_target_lacks_is_said_at_once() -> None:
    site = site_of(HOME, more="vehicles: [{id: car}]")
    wishes = [
        wish("home", None, leave=1, vehicle="car", target_soc=0.8),
        wish("home", None, 1, target_soc=0.5),
    ]
    with pytest.raises(InputError) as error:
        problem_of(site, inputs_of(site, [0.2] * 3, wishes))
    assert [fault.where.split(".")[-1] for fault in error.value.faults] == ["soc_now", "vehicle"] * 2


def car(rng: np.random.Generator, charger: int) -> Session:
    """A car with one or two ways, of which each has its own losses."""
    first, last = sorted(rng.choice(4, size=2, replace=False).tolist())
    ways = (((0, 1, 2), (0,)), ((0, 1, 2),))[int(rng.integers(2))]
    stay, wants = list(range(first, last + 1)), float(rng.uniform(1, 5))
    made = session(stay, wants, charger=charger, phases=ways, currents_a=(6.0, 16.0, 2.0), name=f"{charger}")
    options = tuple(
        replace(one, gain=float(rng.uniform(0.9, 1.0)), loss_kw=float(rng.choice([0.0, 0.3, 0.6])))
        for one in made.options
    )
    return replace(made, options=options)


@cache
def lossy(seed: int) -> tuple[Problem, Solved, Lattice]:
    """Two lossy cars on a tight grid, the planner's answer, and all plans that there are."""
    rng = np.random.default_rng([seed, 60])
    buy = rng.uniform(-0.05, 0.4, 4).tolist()
    stated = problem(buy, [car(rng, 0), car(rng, 1)], circuits=[circuit(4, float(rng.uniform(12, 34)))])
    options = PlanOptions(gap=0.0, calm_eur=0.0)
    return stated, solve(stated, options, time.monotonic, lambda _: None), lattice_of(stated)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_plans_of_lossy_cars_is_found_and_proven(seed: int) -> None:
    stated, solved, lattice = lossy(seed)
    missing = float(solved.outcome.missing_kwh.sum())
    assert solved.outcome.violations == ()
    assert missing == pytest.approx(lattice.least_missing_kwh, abs=1e-3)
    assert solved.cost_bound_eur <= lattice.least_cost_eur(missing) + 1e-6
    assert solved.outcome.cost_eur <= lattice.best(stated).least_cost_eur(missing + 1e-3) + 0.01
