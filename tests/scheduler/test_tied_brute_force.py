"""Switch budgets, least runs and pauses, and what runs at first: the planner against every plan there is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from domain.phases import PhaseSet
from scheduler.by_rule import charge_at_once, cheapest_first
from scheduler.decision import only_charging
from scheduler.evaluate import evaluate
from scheduler.first_runs import with_first_runs
from scheduler.problem import Problem, Session
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from scheduler.tapers import Taper, TaperLine
from scheduler.ties import Before, Switching
from tests.scheduler.tied_brute_force import EPS, Told, Tried, all_plans
from tests.scheduler.tiny import ALL, VOLTS, circuit, problem, session

SEEDS = [*range(16), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(16, 160))]
EVERY_KIND = range(60)
SLOTS = 5
EXACT = PlanOptions(gap=0.0, calm_eur=0.0)
GOOD_ENOUGH_EUR = 0.01
PHASE_SETS: tuple[tuple[PhaseSet, ...], ...] = ((ALL, (0,)), (ALL, (1,)), ((0, 1), (2,)), (ALL, (0, 2), (1,)))


@dataclass(frozen=True)
class Case:
    """One tiny site: what the planner says, and all plans that there are."""

    problem: Problem
    solved: Solved
    plans: dict[Told, Tried]

    def missing_kwh(self, plan: Tried) -> float:
        (car,) = self.problem.sessions
        return max(0.0, car.goals[-1].least_kwh - plan.delivered_kwh)

    @property
    def possible(self) -> list[Tried]:
        """Plans that deliver no more than is wanted, counted without dead times as the rule counts."""
        (car,) = self.problem.sessions
        return [plan for told, plan in self.plans.items() if self._full_kwh(told) <= car.most_kwh + EPS]

    def _full_kwh(self, told: Told) -> float:
        (car,) = self.problem.sessions
        hours = self.problem.hours[car.slots] * car.share
        return sum(
            float(hours[i]) * state[1] * len(car.options[state[0]].phases) * VOLTS / 1000
            for i, state in enumerate(told)
            if state is not None
        )


@cache
def tried(seed: int) -> Case:
    stated = tied_site(seed)
    solved = solve(stated, EXACT, time.monotonic, lambda _: None)
    return Case(stated, solved, all_plans(stated))


def tied_site(seed: int) -> Problem:
    """One car with ties on a site with sun and a tight fuse, the same for the same seed."""
    rng = np.random.default_rng([seed, 77])
    hours = np.full(SLOTS, 0.25)
    hours[0] = rng.choice([0.25, 0.25, 0.1, 0.01])
    car = _car(rng, hours)
    if seed % 3 == 0:
        car = replace(car, taper=_taper(rng))
    base_a = rng.uniform(0, 12, (3, SLOTS)) * (rng.random() < 0.5)
    stated = problem(
        rng.uniform(-0.05, 0.4, SLOTS).tolist(), [car], sell=0.02, solar_kw=rng.uniform(0, 9, SLOTS),
        load_kw=rng.uniform(0, 2, SLOTS), circuits=[circuit(SLOTS, 20.0, base_a=base_a)],
    )  # fmt: skip
    return with_first_runs(replace(stated, hours=hours))[0]


def _car(rng: np.random.Generator, hours: np.ndarray) -> Session:
    phases = PHASE_SETS[int(rng.integers(len(PHASE_SETS)))]
    first, currents_a = int(rng.choice([0, 0, 1])), (6.0, 12.0, 6.0)
    share = [1.0] * (SLOTS - first)
    share[-1] = float(rng.choice([1.0, 0.6]))
    full_kwh = 12.0 * len(phases[0]) * VOLTS / 1000 * float(hours[first:].sum())
    car = session(range(first, SLOTS), full_kwh * float(rng.uniform(0.2, 0.9)), phases=phases,
                  currents_a=currents_a, share=share)  # fmt: skip
    car = replace(car, most_kwh=car.most_kwh + 2.0)
    if rng.random() < 0.8:
        car = replace(car, switching=_switching(rng, len(phases), at_start=first == 0))
    if rng.random() < 0.6:
        least_h = rng.choice([0.0, 0.2, 0.5], size=2)
        car = replace(car, least_run_h=float(least_h[0]), least_pause_h=float(least_h[1]))
    if first == 0 and rng.random() < 0.6:
        car = replace(car, before=_before(rng, car))
    return car


def _taper(rng: np.random.Generator) -> Taper:
    """Two lines: a flat one, and one that falls steeply enough to bind within four quarters of an hour."""
    falling = TaperLine(float(rng.uniform(4, 14)), float(rng.uniform(0.3, 4)))
    return Taper((TaperLine(float(rng.uniform(3, 9)), 0.0), falling))


def _switching(rng: np.random.Generator, options: int, *, at_start: bool) -> Switching:
    left = [None, 0, 1, 2][int(rng.integers(4))]
    ends_on = tuple(range(options))
    selected = int(rng.integers(options)) if at_start and rng.random() < 0.5 else None
    if left and rng.random() < 0.5:
        ends_on = (int(rng.choice([0, options - 1])),)
    hold_h = float(rng.choice([0.0, 0.3, 0.6]))
    rest_h = float(rng.choice([0.0, 0.2])) if selected is not None else 0.0
    return Switching(
        left, ends_on, bool(rng.random() < 0.3), hold_h, 40 / 3600, selected, min(rest_h, hold_h)
    )


def _before(rng: np.random.Generator, car: Session) -> Before:
    on = bool(rng.random() < 0.5)
    option = int(rng.integers(len(car.options)))
    if car.switching is not None and car.switching.selected is not None:
        option = car.switching.selected
    rest_h = float(rng.choice([0.0, 0.2]))
    run_rest_h, pause_rest_h = min(rest_h, car.least_run_h), min(rest_h, car.least_pause_h)
    return Before(on, option, 6.0 * on, run_rest_h * on, pause_rest_h * (not on))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_planner_keeps_every_tie_and_misses_the_least(seed: int) -> None:
    case = tried(seed)
    least = min(case.missing_kwh(plan) for plan in case.possible)
    assert case.solved.outcome.violations == ()
    assert not case.solved.by_rule
    assert float(case.solved.outcome.missing_kwh.sum()) == pytest.approx(least, abs=1e-4)
    assert case.solved.shortfall_bound_kwh <= least + EPS


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_tied_plans_lies_between_the_bound_and_the_planners_cost(seed: int) -> None:
    case = tried(seed)
    missing = float(case.solved.outcome.missing_kwh.sum())
    best = min(plan.cost_eur for plan in case.possible if case.missing_kwh(plan) <= missing + 1e-5)
    assert case.solved.cost_bound_eur <= best + 1e-6
    assert best <= case.solved.outcome.cost_eur + 1e-6
    assert case.solved.outcome.cost_eur <= best + GOOD_ENOUGH_EUR


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_published_does_what_the_trial_says(seed: int) -> None:
    """Energy with dead times, money and every broken tie are found from the currents alone."""
    case = tried(seed)
    (car,) = case.problem.sessions
    rng = np.random.default_rng(seed)
    known = list(case.plans)
    for told in [known[int(rng.integers(len(known)))] for _ in range(20)] + [
        _any_told(rng, car) for _ in range(40)
    ]:
        current_a = np.zeros((len(car.slots), len(car.options)))
        for i, state in enumerate(told):
            if state is not None:
                current_a[i, state[0]] = state[1]
        outcome = evaluate(case.problem, only_charging(case.problem, current_a.ravel()))
        broken = [text for text in outcome.violations if "are wanted" not in text]
        assert (told in case.plans) == (not broken), (told, broken)
        if told in case.plans:
            assert float(outcome.delivered_kwh[0]) == pytest.approx(case.plans[told].delivered_kwh)
            assert outcome.cost_eur == pytest.approx(case.plans[told].cost_eur)


def _any_told(rng: np.random.Generator, car: Session) -> Told:
    return tuple(
        None if rng.random() < 0.4 else (int(rng.integers(len(car.options))), float(rng.choice([6.0, 12.0])))
        for _ in car.slots
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_plans_by_rule_and_calm_plans_keep_every_tie(seed: int) -> None:
    case = tried(seed)
    for rule in (cheapest_first, charge_at_once):
        assert evaluate(case.problem, only_charging(case.problem, rule(case.problem))).violations == ()
    calm = solve(case.problem, PlanOptions(calm_eur=0.05), time.monotonic, lambda _: None)
    assert calm.outcome.violations == ()
    assert calm.outcome.starts <= case.solved.outcome.starts
    assert float(calm.outcome.missing_kwh.sum()) <= float(case.solved.outcome.missing_kwh.sum()) + 1e-5


def test_the_tiny_sites_have_every_kind_of_tie() -> None:
    cars = [tied_site(seed).sessions[0] for seed in EVERY_KIND]
    budgets = [car.switching for car in cars if car.switching is not None]
    assert sum(budget.left == 1 for budget in budgets) >= 6
    assert sum(budget.one_way for budget in budgets) >= 8
    assert sum(budget.left is not None and len(budget.ends_on) == 1 for budget in budgets) >= 5
    assert sum(budget.rest_h > 0 for budget in budgets) >= 2
    assert sum(car.least_run_h > 0 for car in cars) >= 15
    assert sum(car.least_pause_h > 0 for car in cars) >= 15
    assert sum(car.before is not None and car.before.run_rest_h > 0 for car in cars) >= 2
    assert sum(car.before is not None and car.before.pause_rest_h > 0 for car in cars) >= 2
