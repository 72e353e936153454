"""What a slot still allows: the largest step of the charger that every limit has room for, counted out."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.decision import only_charging
from scheduler.evaluate import evaluate
from scheduler.room import Room
from tests.scheduler.tiny import ALL, circuit, problem, session


@pytest.mark.parametrize(
    ("base_a", "asked_a", "expected_a"),
    [
        (0.0, 16.0, 16.0),
        (0.0, 9.9, 9.0),
        (12.5, 16.0, 7.0),
        (14.0, 16.0, 6.0),
        (14.1, 16.0, 0.0),
        (0.0, 5.9, 0.0),
    ],
)
def test_the_most_is_what_load_leaves_of_the_limit_in_whole_steps(
    base_a: float, asked_a: float, expected_a: float
) -> None:
    case = problem([0.10], [session([0], 2.0)], circuits=[circuit(1, 20.0, base_a=base_a)])
    assert Room(case).most_a(0, 0, 0, asked_a) == expected_a


@pytest.mark.parametrize(("limit_a", "expected_a"), [(7.0, 7.0), (6.0, 6.0), (5.0, 0.0)])
def test_a_single_phase_gets_no_more_than_the_imbalance_limit(limit_a: float, expected_a: float) -> None:
    case = problem([0.10], [session([0], 2.0, phases=((1,),))], imbalance_limit_a=limit_a)
    assert Room(case).most_a(0, 0, 0, 16.0) == expected_a


def test_a_charger_that_has_its_slot_gets_nothing_more() -> None:
    case = problem([0.10], [session([0], 2.0, phases=(ALL,))])
    room = Room(case)
    room.take(0, 0, 0, 6.0)
    assert room.most_a(0, 0, 0, 16.0) == 0.0


@pytest.mark.parametrize(("over_a", "broken"), [(8e-6, 0), (2e-5, 3)])
def test_the_last_digits_of_the_solver_are_no_broken_limit_and_more_is_one(
    over_a: float, broken: int
) -> None:
    """1e-6 kW is 8.4e-6 A at 120 V."""
    case = problem([0.10], [session([0], 2.0)], circuits=[circuit(1, 10.0 - over_a)])
    found = evaluate(case, only_charging(case, np.array([10.0]))).violations
    assert len([one for one in found if "carries" in one]) == broken
