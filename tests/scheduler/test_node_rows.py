"""Rows that a search finds at its first node: no plan breaks them, and they lift the bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduler import highs, tied_search
from scheduler.devices import Control
from scheduler.forms import relaxation
from scheduler.node_rows import NODE_ROWS, Lifted, with_node_rows
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm
from scheduler.task import Task
from tests.scheduler.test_slot_by_slot import yard_model

LONG_S = 20.0


def rows_of(form: StandardForm) -> StandardForm:
    """The part of ``form`` that is made of them."""
    return form.with_rows_kept(form.rows_of((NODE_ROWS,)))


@pytest.mark.parametrize(("seed", "control"), [(0, "full"), (1, "full"), (2, "none"), (3, "hold")])
def test_no_plan_breaks_them_whatever_it_was_made_for(seed: int, control: Control) -> None:
    """Plans that searches find for other prices know nothing of these rows."""
    model, form, _ = yard_model(seed, control)
    lifted = with_node_rows(form, model.layout, None, 0.0, LONG_S)
    found = rows_of(lifted.form)
    assert found.rows > 0
    rng = np.random.default_rng(seed)
    for _ in range(4):
        other = form.with_cost(form.cost * rng.uniform(0.5, 1.5, form.columns))
        x = highs.solve(other, time_limit_s=LONG_S, gap=np.inf, nodes=1).x
        assert x is not None
        if form.value(x) < lifted.holds_below:
            value = found.matrix @ x
            assert np.all(value <= found.row_high + 1e-5)
            assert np.all(value >= found.row_low - 1e-5)


@pytest.mark.parametrize("seed", [0, 2])
def test_they_lift_the_linear_program_and_never_above_a_plan(seed: int) -> None:
    model, form, _ = yard_model(seed)
    lifted = with_node_rows(form, model.layout, None, 0.0, LONG_S)
    plain = highs.solve(form.relaxed(), time_limit_s=LONG_S)
    best = highs.solve(form, time_limit_s=LONG_S, gap=0.05)
    assert best.x is not None
    bound = lifted.optimum(LONG_S).bound
    assert plain.bound + 1e-4 < bound <= form.value(best.x) + 1e-6


def test_a_row_that_the_point_to_begin_from_breaks_is_left_out() -> None:
    """Nothing is on at this point, whatever the cars have asked for: it is no plan."""
    model, form, _ = yard_model(0)
    nothing = np.zeros(form.columns)
    without, kept = (
        rows_of(with_node_rows(form, model.layout, start, 0.0, LONG_S).form) for start in (None, nothing)
    )
    holds = kept.matrix @ nothing
    assert np.all((holds <= kept.row_high + 1e-6) & (holds >= kept.row_low - 1e-6))
    broken = without.matrix @ nothing
    assert np.any((broken > without.row_high + 1e-6) | (broken < without.row_low - 1e-6))


def test_without_time_and_where_a_good_plan_might_break_them_there_are_none() -> None:
    model, form, _ = yard_model(0)
    assert with_node_rows(form, model.layout, None, 0.0, 0.0).form is form
    assert with_node_rows(form, model.layout, None, np.inf, LONG_S).form is form


def test_no_bound_is_worth_more_than_the_point_that_the_search_came_across() -> None:
    model, form, _ = yard_model(0)
    lifted = with_node_rows(form, model.layout, None, 0.0, LONG_S)
    capped = replace(lifted, holds_below=0.5)
    assert capped.optimum(LONG_S).bound == 0.5
    assert capped.optimum(LONG_S).x == pytest.approx(lifted.optimum(LONG_S).x)


def test_where_rows_leave_no_plan_the_walk_goes_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that nothing keeps stands for one that is wrong: neither plan nor bound rests on it."""
    model, form, deadline = yard_model(0)
    impossible = form.with_row(NODE_ROWS, np.zeros(form.columns), -1.0)
    monkeypatch.setattr(tied_search, "_lifts", lambda _: True)
    monkeypatch.setattr(tied_search, "with_node_rows", lambda *_: Lifted(impossible))
    task = Task(form, model.layout, relaxation(form, deadline), Aim(0.01, 0.002), deadline)
    found = tied_search.searched_tied(task)
    assert found.x is not None
    assert not found.infeasible
    assert found.bound <= form.value(found.x)
    assert model.outcome(found.x).violations == ()
