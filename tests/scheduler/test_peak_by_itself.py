"""A peak beside a battery that acts by itself: the parts of the search leave no plan out."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.devices import Control
from scheduler.forms import Model, model_of, relaxation
from scheduler.kept import nothing_missing
from scheduler.lattice import is_on_steps, whole_steps
from scheduler.near_peak import near_peak
from scheduler.peak_branches import lifted, search_by_peak
from scheduler.peak_paid import planned_at_peak
from scheduler.problem import FloatArray
from scheduler.search import search
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm
from scheduler.steps_by_itself import steps_by_itself
from scheduler.task import Task
from tests.scheduler.test_bound_by_itself import home

EXACT = Aim(1e-6, 1e-6)
CASES = [(seed, control) for seed in range(4) for control in ("none", "hold")]


def case(seed: int, control: Control) -> tuple[Model, StandardForm, Task]:
    """The home of ``test_bound_by_itself`` with all energy asked for, and its search."""
    model = model_of(home(seed, control), time.monotonic, with_starts=False)
    form = model.costing(nothing_missing(model.problem))
    deadline = Deadline.after(time.monotonic, 60.0)
    return model, form, Task(form, model.layout, relaxation(form, deadline), EXACT, deadline)


def breach(form: StandardForm, x: FloatArray) -> float:
    """By how much ``x`` breaks a row or a bound at most."""
    flow = form.matrix @ x
    rows = np.maximum(form.row_low - flow, flow - form.row_high).max(initial=0.0)
    return float(max(rows, (form.low - x).max(), (x - form.high).max()))


@pytest.mark.parametrize(("seed", "control"), CASES)
def test_branch_by_branch_finds_what_one_search_of_everything_finds(seed: int, control: Control) -> None:
    model, form, task = case(seed, control)
    assert model.layout.peak_by_itself
    whole, split = search(task), search_by_peak(task, model.problem)
    assert whole.infeasible == split.infeasible
    if whole.x is None:
        return
    assert split.x is not None
    best = form.value(whole.x)
    assert form.value(split.x) == pytest.approx(best, abs=1e-4)
    assert split.bound <= best + 1e-5
    bound = lifted(model, nothing_missing(model.problem), task.relaxed, task.deadline).bound
    assert task.relaxed.bound <= bound <= best + 1e-5


@pytest.mark.parametrize(("seed", "control"), CASES)
def test_a_plan_is_inside_the_part_with_peaks_near_its_own(seed: int, control: Control) -> None:
    model, form, _ = case(seed, control)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        other = form.with_cost(form.cost + rng.normal(0, 0.05, form.columns), form.offset)
        x = highs.solve(other, time_limit_s=20.0).x
        if x is not None:
            assert breach(near_peak(form, model.problem, model.layout, x), x) <= 1e-5


@pytest.mark.parametrize(("seed", "control"), CASES)
def test_a_plan_made_as_if_the_peak_were_paid_breaks_nothing_and_pays_for_it(
    seed: int, control: Control
) -> None:
    model, form, task = case(seed, control)
    rise = model.layout.columns.rise_kw[:1]
    for paid_kw in (0.0, 2.0):
        x = planned_at_peak(task, rise, paid_kw, task.relaxed.bound)
        if x is None:
            continue
        assert breach(form, x) <= 1e-5
        whole = x[form.whole]
        assert whole == pytest.approx(np.round(whole), abs=1e-5)
        assert form.value(x) >= search(task).bound - 1e-5


@pytest.mark.parametrize(("seed", "control"), CASES)
def test_currents_come_on_their_steps_and_not_below_the_best_there_is(seed: int, control: Control) -> None:
    model, form, task = case(seed, control)
    found = search(task)
    if found.x is None:
        return
    rough = replace(EXACT, asked=0.05)
    x = steps_by_itself(model.problem, form, model.layout, found.x, found.bound, rough, task.deadline)
    if x is None:
        return
    assert is_on_steps(model.layout, x)
    assert breach(form, x) <= 1e-5
    stepped, _ = whole_steps(form, model.layout)
    best = highs.solve(stepped, time_limit_s=20.0)
    assert best.bound - 1e-5 <= form.value(x) <= best.bound + 0.5
