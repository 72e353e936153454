"""Whole columns made whole in turn: a point of the form with its wishes, where there is one."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

import numpy as np
import pytest

from scheduler import highs
from scheduler.column_slots import slots_of
from scheduler.deadline import Deadline
from scheduler.devices import Control
from scheduler.forms import Model, model_of, relaxation
from scheduler.in_turn import whole_in_turn
from scheduler.kept import nothing_missing
from scheduler.narrowed import without_switches
from scheduler.peaks import Peak, Window
from scheduler.slot_by_slot import slot_by_slot
from scheduler.standard_form import StandardForm
from scheduler.wish import Wish
from tests.scheduler.test_slot_by_slot import SLOTS, knapsack, yard
from tests.scheduler.tiny import battery


def with_peak(seed: int, control: Control) -> tuple[Model, StandardForm]:
    """The yard with a battery that acts by itself and a capacity peak of 4 EUR/kW above 3 kW."""
    quarters = tuple(Window(0.25, np.array([t]), np.array([0.25])) for t in range(SLOTS))
    stated = replace(
        yard(seed),
        battery=battery(control),
        peaks=(Peak("2026-03", 4.0, 3.0, quarters),),
        wish=Wish(peak_counts=True),
    )
    model = model_of(stated, monotonic, with_starts=False)
    return model, model.costing(nothing_missing(stated))


@pytest.mark.parametrize(("seed", "control"), [(0, "none"), (2, "hold")])
def test_beside_a_battery_that_acts_by_itself_a_plan_is_executable_and_not_below_its_bound(
    seed: int, control: Control
) -> None:
    model, form = with_peak(seed, control)
    deadline = Deadline.after(monotonic, 60.0)
    relaxed = relaxation(form, deadline)
    assert relaxed.x is not None
    part = without_switches(form, model.layout, relaxed.x, narrow=True)
    assert model.layout.in_turn
    x = slot_by_slot(part, model.layout, 0.01, deadline).finished(-np.inf)
    assert x is not None
    outcome = model.outcome(x)
    assert outcome.violations == ()
    assert outcome.missing_kwh.sum() == 0
    assert outcome.cost_eur == pytest.approx(form.value(x), abs=1e-4)
    best = highs.solve(part, time_limit_s=20.0, nodes=20, start=x)
    assert best.x is not None
    assert relaxed.bound <= best.bound + 1e-6
    assert best.bound - 1e-6 <= outcome.cost_eur <= form.value(best.x) * 1.15 + 0.05


def test_a_wish_is_kept_where_it_leaves_a_point_and_given_up_where_not() -> None:
    slot, deadline = np.array([0, 1]), Deadline.after(monotonic, 10.0)
    first, both = np.array([0.0, np.nan]), np.array([1.0, 1.0])
    assert whole_in_turn(knapsack(1.0), slot, 0.0, deadline) == pytest.approx([1.0, 0.0])
    assert whole_in_turn(knapsack(1.0), slot, 0.0, deadline, first) == pytest.approx([0.0, 1.0])
    found = whole_in_turn(knapsack(1.0), slot, 0.0, deadline, both)
    assert found is not None
    assert found.sum() == pytest.approx(1.0)


def test_where_no_whole_point_is_none_is_found() -> None:
    between = replace(knapsack(1.5), row_low=np.array([1.2]))
    deadline = Deadline.after(monotonic, 10.0)
    assert whole_in_turn(between, np.array([0, 1]), 0.0, deadline) is None


def test_every_whole_column_is_whole_and_every_row_holds() -> None:
    model, form = with_peak(4, "hold")
    x = whole_in_turn(form, slots_of(form, model.layout), 0.01, Deadline.after(monotonic, 60.0))
    assert x is not None
    assert np.abs(x[form.whole] - np.round(x[form.whole])).max() < 1e-6
    flow = form.matrix @ x
    assert (flow >= form.row_low - 1e-5).all()
    assert (flow <= form.row_high + 1e-5).all()
