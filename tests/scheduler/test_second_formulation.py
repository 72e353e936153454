"""The planner agrees with its mathematics written a second time, on random sites."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from scheduler.evaluate import Outcome
from scheduler.from_site import problem_of
from scheduler.problem import Problem
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from scheduler.wish import First
from tests.random_cases import random_case
from tests.scheduler.fair_stages import limits_of, stages_of, stages_reached
from tests.scheduler.second_formulation import SecondFormulation
from tests.scheduler.tiny import problem, session
from tests.tolerance import approx_eur, approx_kwh

SEEDS = range(48)
EXACT = PlanOptions(gap=0.0, calm_eur=0.0)
SAME_EUR = 0.006
"""Half a cent is where the planner stops to search, however small the asked gap."""
PROVEN_EUR = 0.0101
EPS = 1e-5
"""Both sides keep a limit to 1e-6 A, kW or kWh; over a night that adds up to a few of these."""
SLACK_EUR = 3e-4
"""What the slack of the stages before is worth: up to 16 EUR a unit (kWh, share, kW) on these sites."""
SAME_KW = 1e-5
"""Room for the last digits of what comes before the money."""
SAME = 3e-4
"""The planner stops at a millikilowatthour, and at a ten-thousandth of a share."""


@dataclass(frozen=True)
class Compared:
    """One random site, as the planner solved it and as the second formulation did."""

    solved: Solved
    reached: list[float]
    """What the planner's plan misses, sum by sum of the first stage."""
    least: list[float]
    """Continuous currents."""
    least_cost_eur: float
    """Continuous currents, at the least missing energy."""
    least_cost_at_same_missing_eur: float
    """Continuous currents, at what the planner's plan misses."""
    least_on_steps: list[float]
    least_cost_on_steps_eur: float
    """Currents on the charger's steps, at what the planner's plan misses."""


def first_reached(stated: Problem, outcome: Outcome) -> float:
    """What the planner's plan has of what comes before the money."""
    if stated.wish.first is First.PEAK:
        means = [
            [window.mean_kw(outcome.import_kw) - peak.paid_kw for window in peak.windows]
            for peak in stated.peaks
        ]
        return sum(max(0.0, *rises) for rises in means) + SAME_KW
    return float(stated.hours @ (outcome.import_kw + outcome.others_sun_kw)) + SAME_KW


def only_cars(seed: int) -> Problem:
    """A random site without what the second formulation does not know: a battery, flexible loads, cars that
    take less as they fill, cars that give.
    """
    stated = problem_of(*random_case(seed)).problem
    plain = tuple(replace(one, taper=None, giver=None) for one in stated.sessions)
    return replace(stated, battery=None, runs=(), sessions=plain)


@cache
def compared(seed: int) -> Compared:
    stated = only_cars(seed)
    solved = solve(stated, EXACT, time.monotonic, lambda _: None)
    smooth, stepped = SecondFormulation(stated), SecondFormulation(stated, on_steps=True)
    least, least_on_steps = stages_of(stated, smooth), stages_of(stated, stepped)
    reached = stages_reached(stated, solved.outcome.missing_kwh)
    first = first_reached(stated, solved.outcome)
    return Compared(
        solved=solved,
        reached=[stage.least for stage in reached],
        least=[stage.least for stage in least],
        least_cost_eur=smooth.least_cost_eur(limits_of(least)),
        least_cost_at_same_missing_eur=smooth.least_cost_eur(limits_of(reached), first),
        least_on_steps=[stage.least for stage in least_on_steps],
        least_cost_on_steps_eur=stepped.least_cost_eur(limits_of(reached), first),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_before_rounding_the_planner_finds_the_same_money(seed: int) -> None:
    case = compared(seed)
    before_eur = case.solved.cost_before_rounding_eur
    assert case.least_cost_eur - EPS <= before_eur <= case.least_cost_eur + SAME_EUR


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_missing_that_steps_of_current_could_deliver(seed: int) -> None:
    case = compared(seed)
    assert case.reached == pytest.approx(case.least_on_steps, abs=SAME)
    assert case.least[:1] <= [kwh + EPS for kwh in case.reached[:1]]
    assert case.solved.shortfall_bound_kwh <= case.solved.outcome.missing_kwh.sum() + EPS


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_executable_plan_lies_between_the_bound_and_the_planners_cost(seed: int) -> None:
    case = compared(seed)
    best_eur, cost_eur = case.least_cost_on_steps_eur, case.solved.outcome.cost_eur
    assert not case.solved.outcome.violations
    assert case.solved.cost_bound_eur <= best_eur + EPS
    assert best_eur - EPS <= cost_eur <= best_eur + PROVEN_EUR


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_holds_for_currents_without_steps_too(seed: int) -> None:
    case = compared(seed)
    assert case.solved.cost_bound_eur <= case.least_cost_at_same_missing_eur + SLACK_EUR


def test_the_random_sites_have_what_makes_planning_hard() -> None:
    problems = [only_cars(seed) for seed in SEEDS]
    assert sum(p.imbalance_limit_a is not None for p in problems) >= 12
    assert sum(p.export_limit_kw is not None for p in problems) >= 12
    assert sum(len(p.circuits) > 2 for p in problems) >= 12
    assert sum(bool((p.sell_eur_per_kwh > p.buy_eur_per_kwh).any()) for p in problems) >= 12
    assert sum(bool((p.buy_eur_per_kwh < 0).any()) for p in problems) >= 12
    assert sum(_covers_part_of_a_slot(p) for p in problems) >= 12
    assert sum(any(len(s.options) > 1 for s in p.sessions) for p in problems) >= 12
    assert sum(max(compared(seed).least, default=0.0) > EPS for seed in SEEDS) >= 12
    assert sum(bool(p.peaks) for p in problems) >= 10
    assert sum(p.wish.first is not First.NOTHING for p in problems) >= 6
    assert sum(p.wish.solar_bonus_eur_per_kwh > 0 for p in problems) >= 4
    assert sum(p.per_phase for p in problems) >= 5
    assert sum(len(p.classes) > 1 for p in problems) >= 6
    assert sum(len(set(p.weights.tolist())) > 1 for p in problems) >= 6


def _covers_part_of_a_slot(stated: Problem) -> bool:
    return any(bool((one.share < 1 - EPS).any()) for one in stated.sessions)


def test_the_second_formulation_itself_is_right_where_the_hand_can_follow() -> None:
    """4.14 kW at least, 11.04 kW at most, a quarter of an hour each: 1.035 to 2.76 kWh a slot. 3.795 kWh
    are the whole cheapest slot and the least of the next: 2.76 x 0.10 + 1.035 x 0.20 EUR.
    """
    need = session([0, 1, 2], 3.795 + 0.08625, currents_a=(6.0, 16.0, 1.0))
    stated = problem([0.30, 0.10, 0.20], [need])
    assert need.goals[0].least_kwh == pytest.approx(3.795)
    assert SecondFormulation(stated).least_missing_kwh() == approx_kwh(0.0)
    cost_eur = SecondFormulation(stated, on_steps=True).least_cost_eur([({0: 1.0}, 0.0)])
    assert cost_eur == approx_eur(0.483)


def test_the_second_formulation_counts_what_is_missing() -> None:
    """One slot gives at most 16 A on three phases: 2.76 kWh of the 5 kWh less half a step (0.08625)."""
    stated = problem([0.30], [session([0], 5.0)])
    assert SecondFormulation(stated).least_missing_kwh() == approx_kwh(5.0 - 0.08625 - 2.76)
    assert np.isclose(SecondFormulation(stated).least_cost_eur([({0: 1.0}, 5.0)]), 0.0)
