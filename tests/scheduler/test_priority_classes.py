"""Who misses energy when there is not enough: classes first, then weights, then fair shares."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scheduler.by_rule import cheapest_first
from scheduler.decision import only_charging
from scheduler.evaluate import evaluate
from scheduler.planner import proof_of
from scheduler.problem import Problem
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from tests.scheduler.brute_force import Lattice, lattice_of
from tests.scheduler.test_brute_force import tiny_site
from tests.scheduler.tiny import circuit, problem, session
from tests.tolerance import approx_eur, approx_kwh

EXACT = PlanOptions(gap=0.0, calm_eur=0.0)
EPS = 1e-6
SEEDS = range(100, 164)


def solved(stated: Problem, options: PlanOptions = EXACT) -> Solved:
    """The planner's answer, which keeps every limit."""
    answer = solve(stated, options, time.monotonic, lambda _: None)
    assert not answer.outcome.violations
    assert not answer.by_rule
    return answer


@cache
def contested(seed: int) -> tuple[Problem, Solved, Lattice]:
    """A tiny site with too little for two cars of random classes and weights."""
    rng = np.random.default_rng([seed, 21])
    site = tiny_site(seed)
    rights = [(int(rng.choice([1, 1, 2])), float(rng.choice([1.0, 1.0, 3.0]))) for _ in range(2)]
    cars = [
        replace(
            car,
            priority=rank,
            weight=weight,
            goals=tuple(
                replace(g, asked_kwh=g.asked_kwh * 1.4, least_kwh=g.least_kwh * 1.4) for g in car.goals
            ),
            most_kwh=car.most_kwh * 1.4,
        )
        for car, (rank, weight) in zip(site.sessions, rights, strict=True)
    ]
    stated = replace(site, sessions=tuple(cars))
    return stated, solved(stated), lattice_of(stated).best(stated)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_one_who_misses_energy_is_the_one_whom_trying_everything_finds(seed: int) -> None:
    _, answer, best = contested(seed)
    distance = np.abs(best.each_kwh - answer.outcome.missing_kwh).max(axis=1)
    assert distance.min() <= 2e-3
    assert answer.shortfall_bound_kwh <= best.missing_kwh.max() + EPS


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_is_below_the_cheapest_of_the_fairest_plans(seed: int) -> None:
    stated, answer, best = contested(seed)
    proof = proof_of(stated, answer, EXACT, seconds=0.0)
    assert proof.bound_eur <= best.cost_eur.min() + EPS
    assert proof.cost_eur <= best.cost_eur.min() + 0.01


def test_the_tiny_sites_have_something_to_contest() -> None:
    assert sum(float(contested(seed)[2].missing_kwh.min()) > EPS for seed in SEEDS) >= 30
    assert sum(len(contested(seed)[0].classes) > 1 for seed in SEEDS) >= 15


def two_cars_on_16_a(**second: object) -> Problem:
    """Two 3-phase cars for an hour on 16 A: 11.04 kWh together, and each wants 11.04 kWh."""
    cars = [session([0], 11.04, charger=n, slot_h=1.0, name=f"car {n}") for n in (0, 1)]
    cars[1] = replace(cars[1], **second)  # type: ignore[arg-type]  # fields of Session, by name
    return problem([0.30], cars, circuits=[circuit(1, 16.0)], slot_h=1.0)


def test_the_higher_class_gets_everything() -> None:
    answer = solved(two_cars_on_16_a(priority=2))
    assert answer.outcome.delivered_kwh == approx_kwh([0.0, 11.04])


def test_the_heavier_weight_gets_everything_inside_a_class() -> None:
    """Half a step of 0.345 kWh is forgiven each: 6 and 10 A would miss 6.6 + 1.2 x 3.8 kWh, not 10.7."""
    answer = solved(two_cars_on_16_a(weight=1.2))
    assert answer.outcome.delivered_kwh == approx_kwh([0.0, 11.04])


def test_equal_rights_share_equally() -> None:
    """8 A each: 5.52 kWh; any other split misses as much in all."""
    answer = solved(two_cars_on_16_a())
    assert answer.outcome.delivered_kwh == approx_kwh([5.52, 5.52])


def test_equal_shares_are_shares_of_what_was_asked() -> None:
    """5.52 + 11.04 kWh are asked, 12.42 can be had (18 A): a quarter of each is missing, 6 A and 12 A."""
    cars = [
        session([0], need, charger=n, slot_h=1.0, name=f"car {n}") for n, need in enumerate((5.52, 11.04))
    ]
    answer = solved(problem([0.30], cars, circuits=[circuit(1, 18.0)], slot_h=1.0))
    assert answer.outcome.delivered_kwh == approx_kwh([4.14, 8.28])


def test_no_price_buys_a_higher_class_out() -> None:
    """5 EUR/kWh in the only slot of the higher class: a weight below 5 EUR on its energy would leave it."""
    first = replace(session([0], 11.04, slot_h=1.0, name="first"), priority=2)
    second = session([1], 11.04, charger=1, slot_h=1.0, name="second")
    stated = problem([5.0, -0.001], [first, second], circuits=[circuit(2, 16.0)], slot_h=1.0)
    answer = solved(stated)
    assert answer.outcome.delivered_kwh[0] == approx_kwh(11.04)
    assert answer.outcome.missing_kwh.max() == 0.0


def test_a_tenth_of_a_cent_still_decides_beside_a_price_of_5_euros() -> None:
    """Slot 0 costs 5 EUR/kWh and is needed; of the slots 1 and 2 the one that is 0.001 EUR/kWh cheaper is
    taken. A weight that makes 5 EUR worth paying drowns the 0.001 EUR.
    """
    forced = session([0], 11.04, slot_h=1.0, name="forced")
    free = session([1, 2], 11.04, charger=1, slot_h=1.0, name="free")
    stated = problem([5.0, 0.301, 0.300], [forced, free], slot_h=1.0)
    answer = solved(stated)
    assert answer.outcome.missing_kwh.sum() == 0.0
    table = stated.draw_table
    used = table.slot[(table.session == 1) & (answer.outcome.current_a > 0)]
    assert used.tolist() == [2]


def test_three_phase_and_one_phase_cars_on_one_phase_miss_least_in_all() -> None:
    """L1 carries 16 A. On it, 10 A more for the 3-phase car are 6.9 kWh, for the 1-phase car 2.3 kWh: least
    is missing when the 3-phase car has it all. In a higher class the 1-phase car has it all.
    """
    wide = session([0], 11.04, slot_h=1.0, name="wide")
    narrow = session([0], 3.68, phases=[(0,)], charger=1, slot_h=1.0, name="narrow")
    grid = circuit(1, 63.0)
    limit = grid.limit_a.copy()
    limit[0] = 16.0
    grids = [replace(grid, limit_a=limit)]
    equal = solved(problem([0.30], [wide, narrow], circuits=grids, slot_h=1.0))
    assert equal.outcome.delivered_kwh == approx_kwh([11.04, 0.0])
    raised = solved(problem([0.30], [wide, replace(narrow, priority=2)], circuits=grids, slot_h=1.0))
    assert raised.outcome.delivered_kwh == approx_kwh([0.0, 3.68])


def test_what_a_lower_class_loses_is_no_doubt_about_the_plan() -> None:
    """The higher class has its energy and the lower one misses what must be missing: proven optimal."""
    stated = two_cars_on_16_a(priority=2)
    proof = proof_of(stated, solved(stated), PlanOptions(gap=0.05), seconds=0.0)
    assert proof.status == "optimal"
    assert proof.shortfall_bound_kwh == approx_kwh(11.04 - 0.345)


def test_calm_takes_nothing_from_a_class_or_a_share() -> None:
    answer = solved(two_cars_on_16_a(), PlanOptions(calm_eur=10.0))
    assert answer.outcome.delivered_kwh == approx_kwh([5.52, 5.52])
    answer = solved(two_cars_on_16_a(priority=2), PlanOptions(calm_eur=10.0))
    assert answer.outcome.delivered_kwh == approx_kwh([0.0, 11.04])


def test_by_rule_the_higher_class_is_served_first() -> None:
    stated = two_cars_on_16_a(priority=2)
    assert evaluate(stated, only_charging(stated, cheapest_first(stated))).delivered_kwh == approx_kwh(
        [0.0, 11.04]
    )


def test_the_worst_shares_of_many_cars_are_raised_too() -> None:
    """Ten equal 1-phase cars for ten hours on one fuse of 6 A: one hour each, 1.38 of 2.76 kWh."""
    cars = [
        session(
            range(10),
            2.76,
            phases=[(0,)],
            charger=n,
            currents_a=(6.0, 16.0, 1.0),
            slot_h=1.0,
            name=f"car {n}",
        )
        for n in range(10)
    ]
    answer = solved(problem([0.30] * 10, cars, circuits=[circuit(10, 6.0)], slot_h=1.0))
    assert answer.outcome.delivered_kwh == approx_kwh([1.38] * 10)
    assert answer.outcome.cost_eur == approx_eur(13.8 * 0.30)
