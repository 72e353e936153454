"""Plans made by rule keep every limit, and the simplest bound is never above a real plan."""

from __future__ import annotations

from time import perf_counter

import pytest

from domain.errors import InputError
from scheduler.alone_bound import alone_bound_eur
from scheduler.by_rule import charge_at_once, cheapest_first
from scheduler.decision import only_charging
from scheduler.evaluate import evaluate
from scheduler.from_site import problem_of
from scheduler.problem import Problem
from scheduler.solved import PlanOptions
from scheduler.stages import solve
from tests.random_cases import random_case
from tests.scheduler.tiny import problem, session
from tests.tolerance import approx_eur

SEEDS = range(120)


def stated(seed: int) -> Problem:
    try:
        return problem_of(*random_case(seed)).problem
    except InputError:
        pytest.skip("this random site is refused: a minimum above its circuit")


@pytest.mark.parametrize("seed", SEEDS)
def test_no_rule_breaks_a_limit(seed: int) -> None:
    case = stated(seed)
    for rule in (cheapest_first, charge_at_once):
        assert evaluate(case, only_charging(case, rule(case))).violations == ()


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_the_simplest_bound_is_below_the_solvers_plan(seed: int) -> None:
    case = stated(seed)
    outcome = solve(case, PlanOptions(calm_eur=0.0), perf_counter, lambda _: None).outcome
    assert alone_bound_eur(case, float(outcome.missing_kwh.sum())) <= outcome.cost_eur + 1e-6


def test_at_once_means_from_the_arrival_on() -> None:
    """2.76 kWh a slot at 16 A on three phases: 5.52 kWh are the first two slots, whatever they cost."""
    case = problem([0.50, 0.40, 0.10, 0.10], [session([0, 1, 2, 3], 5.52)])
    assert evaluate(case, only_charging(case, charge_at_once(case))).cost_eur == approx_eur(
        2.76 * 0.50 + 2.76 * 0.40
    )
    assert evaluate(case, only_charging(case, cheapest_first(case))).cost_eur == approx_eur(5.52 * 0.10)


def test_a_rest_below_the_minimum_is_taken_from_the_slot_before() -> None:
    """3.0 kWh are not one slot at 16 A and a rest of 0.24 kWh, which is below 6 A."""
    case = problem([0.10, 0.20], [session([0, 1], 3.0)])
    outcome = evaluate(case, only_charging(case, cheapest_first(case)))
    assert outcome.missing_kwh.sum() == 0
    assert outcome.violations == ()


def test_a_little_sun_does_not_make_an_hour_cheap() -> None:
    """1.104 of 11.04 kW are sun that would bring 0.10: (0.1 x 0.10 + 0.9 x 0.40) EUR are dearer than 0.30."""
    case = problem([0.40, 0.30], [session([0, 1], 2.76)], sell=0.10, solar_kw=[1.104, 0.0])
    outcome = evaluate(case, only_charging(case, cheapest_first(case)))
    assert outcome.import_kw.tolist() == pytest.approx([0.0, 11.04])
    sunny = problem([0.40, 0.30], [session([0, 1], 2.76)], sell=0.10, solar_kw=[5.52, 0.0])
    outcome = evaluate(sunny, only_charging(sunny, cheapest_first(sunny)))
    assert outcome.import_kw.tolist() == pytest.approx([5.52, 0.0])  # 0.25 EUR a kWh
