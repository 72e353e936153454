"""A home of three days is planned calmly, and every time in the same way."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from scheduler.planner import PlanOptions
from scheduler.problem import Problem
from scheduler.solved import Solved
from scheduler.stages import solve
from tests.scheduler.tiny import problem, session


def three_nights() -> Problem:
    """48 slots a night at prices that jump, one or three phases, amperes."""
    rng = np.random.default_rng(7)
    prices = 0.25 + 0.03 * np.sin(np.arange(144) / 8) + rng.uniform(-0.004, 0.004, 144)
    nights = [
        session(
            list(range(48 * n, 48 * n + 40)),
            159 * 0.0575,
            phases=[(0, 1, 2), (0,)],
            currents_a=(6.0, 16.0, 1.0),
            name=f"{n}",
        )
        for n in range(3)
    ]
    return problem(prices.tolist(), nights)


def planned(site: Problem, calm_eur: float) -> Solved:
    """The plan, on a clock by which nothing takes any time."""
    ticks = count(0.0, 1e-6)
    return solve(site, PlanOptions(calm_eur=calm_eur, gap=0.01), lambda: next(ticks), lambda _: None)


def test_calm_saves_starts_for_no_more_than_it_may_cost() -> None:
    site = three_nights()
    restless, calm = planned(site, 0.0), planned(site, 0.05)
    assert calm.outcome.violations == ()
    assert calm.outcome.starts < restless.outcome.starts
    assert calm.outcome.cost_eur <= restless.outcome.cost_eur + 0.05 + 1e-6
    assert not calm.outcome.missing_kwh.any()


def test_with_money_enough_every_night_has_one_run() -> None:
    assert planned(three_nights(), 2.0).outcome.starts == 3


def test_the_same_home_gets_the_same_calm_plan() -> None:
    site = three_nights()
    first, second = planned(site, 0.05), planned(site, 0.05)
    assert first.outcome.current_a == pytest.approx(second.outcome.current_a, abs=0)


def test_at_a_flat_price_a_car_begins_at_once_with_its_largest_currents() -> None:
    """120 A for a slot each: seven slots of 16 A and one of 8 A; other slots cost the same."""
    night = session(list(range(96)), 120 * 0.1725, currents_a=(6.0, 16.0, 1.0), name="night")
    calm = planned(problem([0.29] * 96, [night]), 0.01)
    assert calm.outcome.current_a[:8] == pytest.approx([16.0] * 7 + [8.0])
    assert not calm.outcome.current_a[8:].any()


def test_earlier_energy_waits_for_a_cheaper_hour() -> None:
    """The second half is cheaper: all of it is charged there, from its first slot on."""
    night = session(list(range(96)), 120 * 0.1725, currents_a=(6.0, 16.0, 1.0), name="night")
    calm = planned(problem([0.29] * 48 + [0.19] * 48, [night]), 0.01)
    assert not calm.outcome.current_a[:48].any()
    assert calm.outcome.current_a[48:56] == pytest.approx([16.0] * 7 + [8.0])
