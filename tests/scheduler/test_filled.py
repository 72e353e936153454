"""A plan whose slots do not carry whole steps gets its energy from other slots and other cars."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from scheduler.deadline import Deadline
from scheduler.filled import filled, lacking
from scheduler.forms import Model, model_of
from scheduler.kept import nothing_decided, nothing_missing
from scheduler.lattice import nearest, whole_steps
from scheduler.problem import FloatArray
from scheduler.solved import Aim
from tests.scheduler.tiny import problem, session

AIM = Aim(0.01, 0.001)


def two_cars() -> Model:
    """3.0 kWh and 2.76 kWh (one slot at 16 A on three phases) in four slots, of which the second is cheap."""
    case = problem([0.30, 0.10, 0.20, 0.40], [session([0, 1, 2, 3], 3.0), session([1], 2.76, charger=1)])
    return model_of(case, perf_counter, with_starts=False)


def on_in(model: Model, slots: dict[int, list[int]]) -> FloatArray:
    """A point in which each session is on in these slots, at its most."""
    table, columns = model.layout.table, model.layout.columns
    x = np.zeros(model.form.columns)
    for draw, (s, slot) in enumerate(zip(table.session.tolist(), table.slot.tolist(), strict=True)):
        if slot in slots[s]:
            x[columns.on[draw]], x[columns.current_a[draw]] = 1.0, table.max_a[draw]
    return x


def test_energy_that_a_slot_does_not_hold_comes_from_another_one() -> None:
    """One slot holds 2.76 of 3.0 kWh: 0.24 less half a step of 0.1725 kWh are missing first, then nothing."""
    model = two_cars()
    stepped, change = whole_steps(model.costing(nothing_missing(model.problem)), model.layout)
    form = lacking(stepped, model.layout)
    assert form is not None
    x, later = on_in(model, {0: [1], 1: [1]}), Deadline.after(perf_counter, 10.0)
    assert nearest(stepped, model.layout, x, 0.0, AIM, later) is None
    y = nearest(form, model.layout, x, 0.0, AIM, later)
    assert y is not None
    assert y[model.missing] == pytest.approx([3.0 - 0.1725 / 2 - 2.76, 0.0], abs=1e-6)
    full = filled(form, model.layout, y, later)
    assert full is not None
    outcome = model.outcome(np.asarray(change @ full))
    assert not outcome.violations
    assert outcome.missing_kwh == pytest.approx([0.0, 0.0])


def test_where_some_energy_is_missing_anyhow_there_is_nothing_to_find() -> None:
    model = two_cars()
    stepped, _ = whole_steps(model.costing(nothing_decided(model.problem)), model.layout)
    assert lacking(stepped, model.layout) is None


def test_what_no_slot_holds_is_not_found() -> None:
    """5.52 kWh are two whole slots; 6.5 kWh in two slots are not to be had."""
    case = problem([0.30, 0.10], [session([0, 1], 6.5)])
    model = model_of(case, perf_counter, with_starts=False)
    stepped, _ = whole_steps(model.costing(nothing_missing(case)), model.layout)
    form, later = lacking(stepped, model.layout), Deadline.after(perf_counter, 10.0)
    assert form is not None
    y = nearest(form, model.layout, on_in(model, {0: [0, 1]}), 0.0, AIM, later)
    assert y is not None
    assert filled(form, model.layout, y, later) is None
