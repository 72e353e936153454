"""Cars that give: the planner against every plan there is of one car, written apart from its code."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from scheduler.giving import Giver
from scheduler.problem import Option, Problem
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from tests.scheduler.tiny import ALL, circuit, problem, session

SLOTS = 4
KW_PER_A = 0.69
EPS = 1e-7
STEPS = (0.0, 6.0, 10.0, 14.0, -6.0, -10.0)
"""Drawn, and given below 0 [A]."""


@dataclass(frozen=True)
class Tried:
    """What one plan misses and costs."""

    missing_kwh: float
    cost_eur: float


def street(seed: int) -> Problem:
    """One car that may give, on a tight grid with load and sun; hours as slots."""
    rng = np.random.default_rng([seed, 41])
    buy = rng.uniform(0.02, 0.5, SLOTS)
    sell = np.where(rng.random(SLOTS) < 0.3, buy + 0.05, buy * rng.uniform(0.2, 1.0, SLOTS))
    base_kw = rng.uniform(-4, 9, SLOTS)
    stated = problem(
        buy.tolist(), [], sell=sell.tolist(),
        load_kw=np.maximum(base_kw, 0), solar_kw=np.maximum(-base_kw, 0),
        circuits=[circuit(SLOTS, float(rng.uniform(14, 25)), base_a=base_kw / KW_PER_A)], slot_h=1.0,
        export_limit_kw=float(rng.uniform(4, 9)) if rng.random() < 0.5 else None,
    )  # fmt: skip
    car = session(range(SLOTS), float(rng.uniform(0, 12)), currents_a=(6.0, 14.0, 4.0), slot_h=1.0)
    capacity = float(rng.uniform(15, 40))
    giver = Giver(
        options=(Option(ALL, 6.0, 10.0),), slots=np.arange(int(rng.integers(0, 2)), SLOTS),
        start_kwh=capacity * float(rng.uniform(0.2, 0.7)), least_kwh=capacity * float(rng.uniform(0.1, 0.5)),
        most_kwh=capacity, stored_per_kwh=0.9, emptied_per_kwh=1 / 0.92,
        wear_eur_per_kwh=float(rng.choice([0.0, 0.03])),
    )  # fmt: skip
    return replace(stated, sessions=(replace(car, giver=giver),))


def all_plans(stated: Problem) -> list[Tried]:
    """Every plan that keeps the battery, the wires and the export limit."""
    (car,), (grid,) = stated.sessions, stated.circuits
    giver, found = car.giver, []
    assert giver is not None
    for amps in product(STEPS, repeat=SLOTS):
        content, net_kwh, cost = giver.start_kwh, 0.0, 0.0
        for t, current in enumerate(amps):
            kw, line_a = current * KW_PER_A, grid.base_a[0, t] + current
            content += kw * 0.9 if kw > 0 else kw / 0.92
            net_kwh += kw if kw > 0 else kw / 0.92 / 0.9
            left_kw = stated.solar_kw[t] - stated.load_kw[t] - kw
            out_kw = np.inf if stated.export_limit_kw is None else stated.export_limit_kw
            gives = current < 0
            if gives and (t not in giver.slots or content < giver.least_kwh - EPS):
                break
            if (
                abs(line_a) > grid.limit_a[0, t] + EPS
                or content > giver.most_kwh + EPS
                or left_kw > out_kw + EPS
            ):
                break
            cost += stated.buy_eur_per_kwh[t] * max(-left_kw, 0) - stated.sell_eur_per_kwh[t] * max(
                left_kw, 0
            )
            cost -= giver.wear_eur_per_kwh * min(kw, 0)
        else:
            if net_kwh <= car.most_kwh + EPS:
                found.append(Tried(max(0.0, car.goals[-1].least_kwh - net_kwh), float(cost)))
    return found


@cache
def tried(seed: int) -> tuple[Solved, list[Tried]]:
    """The planner's answer, and all plans that there are."""
    stated = street(seed)
    return solve(stated, PlanOptions(gap=0.0, calm_eur=0.0), time.monotonic, lambda _: None), all_plans(
        stated
    )


SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(12, 120))]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_plans_is_found_and_proven(seed: int) -> None:
    solved, plans = tried(seed)
    missing = float(solved.outcome.missing_kwh.sum())
    assert solved.outcome.violations == ()
    assert not solved.by_rule
    assert missing == pytest.approx(min(plan.missing_kwh for plan in plans), abs=1e-4)
    best = min(plan.cost_eur for plan in plans if plan.missing_kwh <= missing + 1e-5)
    assert solved.cost_bound_eur <= best + 1e-6
    assert best - 1e-6 <= solved.outcome.cost_eur <= best + 0.01


def test_some_of_the_cars_give() -> None:
    assert sum(tried(seed)[0].outcome.given_kw.max() > 0 for seed in range(12)) >= 4
