"""A new plan changes what runs and what is published as little as it can, and not for nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from scheduler.problem import Problem
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from scheduler.ties import Before
from tests.scheduler.tiny import problem, session

QUARTER_KWH = 6 * 3 * 0.23 * 0.25
"""6 A on three phases for a quarter of an hour: 1.035 kWh."""


def planned(stated: Problem) -> Solved:
    return solve(stated, PlanOptions(calm_eur=0.01), time.monotonic, lambda _: None)


def flat(published_a: list[float] | None) -> Problem:
    """Six quarters at one price, of which a car needs two at 6 A."""
    car = session(range(6), 2 * QUARTER_KWH, currents_a=(6.0, 6.0, 1.0))
    stated = problem([0.30] * 6, [car])
    return stated if published_a is None else replace(stated, published_a=np.array(published_a))


def test_without_a_published_plan_energy_comes_early() -> None:
    assert planned(flat(None)).outcome.current_a.tolist() == [6, 6, 0, 0, 0, 0]


@pytest.mark.parametrize("first", range(5))
def test_among_equal_plans_the_published_one_stays(first: int) -> None:
    told = [6.0 if t in (first, first + 1) else 0.0 for t in range(6)]
    assert planned(flat(told)).outcome.current_a.tolist() == told


def test_a_plan_with_fewer_starts_takes_the_published_ones_place() -> None:
    solved = planned(flat([0, 0, 6, 0, 6, 0]))
    assert solved.outcome.starts == 1
    assert solved.outcome.current_a[[2, 4]].sum() == 6


def test_what_is_published_costs_no_more_than_calm_may() -> None:
    """Two cheap quarters save 0.31 EUR against the published ones."""
    stated = replace(flat([6, 6, 0, 0, 0, 0]), buy_eur_per_kwh=np.array([0.3, 0.3, 0.3, 0.3, 0.15, 0.15]))
    assert planned(stated).outcome.current_a.tolist() == [0, 0, 0, 0, 6, 6]


def test_where_nothing_was_said_nothing_is_kept() -> None:
    nan = float("nan")
    assert planned(flat([nan, nan, nan, nan, 6, 6])).outcome.current_a.tolist() == [0, 0, 0, 0, 6, 6]
    assert planned(flat([nan] * 6)).outcome.current_a.tolist() == [6, 6, 0, 0, 0, 0]


def test_a_current_changes_as_little_as_the_energy_lets_it() -> None:
    """3 quarters of 7 A were published, 20 A in all are needed: at most 1 A less somewhere."""
    car = session(range(4), 20 * 3 * 0.23 * 0.25)
    stated = replace(problem([0.30] * 4, [car]), published_a=np.array([0.0, 7.0, 7.0, 7.0]))
    current_a = planned(stated).outcome.current_a
    assert current_a[0] == 0
    assert sum(abs(current_a[1:] - 7.0)) <= 1.0
    assert planned(stated).outcome.starts == 1


def test_a_charger_that_is_on_need_not_start() -> None:
    """Going on costs no start; a pause and a new start would."""
    car = session(range(6), 2 * QUARTER_KWH, currents_a=(6.0, 6.0, 1.0))
    goes_on = replace(car, before=Before(on=True, option=0, current_a=6.0))
    stated = problem([0.301, 0.301, 0.30, 0.30, 0.30, 0.30], [goes_on])
    solved = planned(stated)
    assert solved.outcome.starts == 0
    assert solved.outcome.current_a.tolist() == [6, 6, 0, 0, 0, 0]
    fresh = planned(problem([0.301, 0.301, 0.30, 0.30, 0.30, 0.30], [car]))
    assert fresh.outcome.starts == 1
    assert fresh.outcome.current_a[:2].tolist() == [0, 0]
