"""A plan made better where it and the linear program disagree, and how much room the money gets."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

import numpy as np
import pytest

from scheduler import highs
from scheduler.agreed import made_better
from scheduler.deadline import Deadline
from scheduler.devices import Control
from scheduler.forms import model_of, relaxation
from scheduler.highs import Answer
from scheduler.kept import nothing_missing
from scheduler.lattice import is_on_steps
from scheduler.narrowed import without_switches
from scheduler.shortfall import keeping_first
from scheduler.slot_by_slot import slot_by_slot
from scheduler.wish import First, Wish
from tests.scheduler.test_slot_by_slot import yard, yard_model

DEAD_TIME_EUR = 0.02
"""A switch in a pause takes no energy: the model may count it in the next slot, in which it would."""


@pytest.mark.parametrize(("seed", "control"), [(0, "full"), (3, "full"), (1, "hold")])
def test_it_is_executable_and_complete_and_a_third_of_the_way_to_the_linear_program_is_gone(
    seed: int, control: Control
) -> None:
    model, form, deadline = yard_model(seed, control)
    relaxed = relaxation(form, deadline)
    linear = highs.solve(form.relaxed(), time_limit_s=20.0)
    assert relaxed.x is not None
    assert linear.x is not None
    narrow = without_switches(form, model.layout, relaxed.x, narrow=True)
    x = slot_by_slot(narrow, model.layout, 0.01, deadline).finished(np.inf)
    assert x is not None
    better, between = made_better(form, model.layout, x, linear.x, -np.inf, 0.01, deadline)
    assert form.value(between) <= form.value(better) + 1e-6 <= form.value(x) + 2e-6
    assert is_on_steps(model.layout, better)
    outcome = model.outcome(better)
    assert outcome.violations == ()
    assert outcome.missing_kwh.sum() == 0
    assert outcome.cost_eur == pytest.approx(form.value(better), abs=DEAD_TIME_EUR)
    assert linear.bound - 1e-6 <= form.value(between)
    assert form.value(x) - form.value(between) >= (form.value(x) - linear.bound) / 3


def test_what_is_good_enough_stays_as_it_is() -> None:
    model, form, deadline = yard_model(0)
    relaxed = relaxation(form, deadline)
    assert relaxed.x is not None
    part = without_switches(form, model.layout, relaxed.x)
    x = slot_by_slot(part, model.layout, 0.01, deadline).finished(np.inf)
    assert x is not None
    better, between = made_better(form, model.layout, x, relaxed.x, np.inf, np.inf, deadline)
    assert better == pytest.approx(x)
    assert between is x


def test_no_money_is_spent_for_what_is_not_proven_before_it() -> None:
    """Found 10.0, and 9.8 or less is not ruled out: 10.2 will do. What is proven is kept to a hair."""
    problem = replace(yard(0), wish=Wish(first=First.GRID_ENERGY, peak_counts=False))
    model = model_of(problem, monotonic, with_starts=False)
    assert model.first is not None
    x = model.first * 10.0 / (model.first @ model.first)
    kept = nothing_missing(problem)
    assert keeping_first(model, kept, Answer(x, 10.0, infeasible=False)).first == pytest.approx(
        10.0, abs=1e-5
    )
    assert keeping_first(model, kept, Answer(x, 9.8, infeasible=False)).first == pytest.approx(10.2, abs=1e-5)
    assert keeping_first(model, kept, Answer(x, 2.0, infeasible=False)).first == pytest.approx(10.5, abs=1e-5)


def test_nothing_is_searched_when_the_time_is_over() -> None:
    model, form, _ = yard_model(0)
    over = Deadline.after(monotonic, 0.0)
    relaxed = highs.solve(form.relaxed(), time_limit_s=20.0)
    assert relaxed.x is not None
    part = without_switches(form, model.layout, relaxed.x)
    x = slot_by_slot(part, model.layout, 0.01, Deadline.after(monotonic, 60.0)).finished(np.inf)
    assert x is not None
    better, between = made_better(form, model.layout, x, relaxed.x, -np.inf, 0.01, over)
    assert between is x
    assert model.outcome(better).violations == ()
