"""Cars whose slots bind each other, planned slot by slot: executable, complete, and not far from the best."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

import numpy as np
import pytest
import scipy.sparse as sp

from scheduler import highs
from scheduler.column_slots import slots_of
from scheduler.deadline import Deadline
from scheduler.descent import Descent
from scheduler.devices import Control
from scheduler.forms import Model, model_of, relaxation
from scheduler.kept import nothing_missing
from scheduler.lattice import is_on_steps
from scheduler.model import ON_OFF
from scheduler.narrowed import without_switches
from scheduler.problem import Problem
from scheduler.slot_by_slot import slot_by_slot
from scheduler.standard_form import StandardForm
from scheduler.ties import Switching
from scheduler.windows import better_by_windows, windows
from tests.scheduler.tiny import ALL, battery, circuit, problem, session

SLOTS = 24
STEP_KWH = 0.1725
"""One ampere on three phases for a quarter of an hour."""


def knapsack(high: float) -> StandardForm:
    """max 3 x + 2 y where x + y <= high; both are 0 or 1."""
    return StandardForm(
        matrix=sp.csc_array(np.array([[1.0, 1.0]])),
        row_low=np.array([-np.inf]),
        row_high=np.array([high]),
        low=np.zeros(2),
        high=np.ones(2),
        whole=np.ones(2, dtype=bool),
        cost=np.array([-3.0, -2.0]),
        offset=0.0,
        row_rule=np.array(["room"]),
    )


def yard(seed: int) -> Problem:
    """Three cars with budgets of phase switches, least runs and pauses on a tight fuse, and a battery."""
    rng = np.random.default_rng(seed)
    budget = Switching(2, (0, 1), one_way=False, hold_h=0.5, dead_h=0.01)
    needs = rng.uniform(3, 8, 3).tolist()
    cars = [
        replace(
            session(
                range(first, last),
                needs[number],
                phases=[ALL, (number % 3,)],
                charger=number,
                name=f"car {number}",
            ),
            most_kwh=needs[number] + STEP_KWH,
            switching=budget if number != 1 else replace(budget, selected=0),
            least_run_h=0.5,
            least_pause_h=0.5,
        )
        for number, (first, last) in enumerate([(0, 12), (4, 24), (8, 20)])
    ]
    return replace(
        problem(
            rng.uniform(0.1, 0.4, SLOTS).tolist(),
            cars,
            sell=0.05,
            load_kw=rng.uniform(0, 2, SLOTS),
            solar_kw=rng.uniform(0, 5, SLOTS),
            circuits=[circuit(SLOTS, 32.0, base_a=rng.uniform(0, 6, (3, SLOTS)))],
        ),
        battery=battery("full"),
    )


def yard_model(seed: int, control: Control = "full") -> tuple[Model, StandardForm, Deadline]:
    stated = replace(yard(seed), battery=battery(control))
    model = model_of(stated, monotonic, with_starts=False)
    return model, model.costing(nothing_missing(model.problem)), Deadline.after(monotonic, 60.0)


def test_what_does_not_fit_together_is_held_one_by_one() -> None:
    descent = Descent(knapsack(1.0), 10.0)
    assert descent.hold(np.array([0, 1]), np.ones_like)
    assert descent.x.tolist() == [1.0, 0.0]
    assert descent.value == pytest.approx(-3.0)
    assert not len(descent.open(np.array([0, 1])))


def test_where_nothing_fits_the_descent_says_so_and_stays_where_it_was() -> None:
    form = replace(knapsack(1.5), row_low=np.array([1.5]))
    descent = Descent(form, 10.0)
    assert descent.possible
    assert descent.hold(np.array([0]), np.ones_like)
    before = descent.mark()
    assert not descent.hold(np.array([1]), np.ones_like)
    assert descent.open(np.array([0, 1])).tolist() == [1]
    descent.back_to(before)
    assert descent.x == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize(
    ("seed", "control"), [*((seed, "full") for seed in range(6)), (0, "none"), (1, "hold"), (2, "hold")]
)
def test_its_plan_is_executable_complete_and_near_the_best(seed: int, control: Control) -> None:
    model, form, deadline = yard_model(seed, control)
    relaxed = relaxation(form, deadline)
    assert relaxed.x is not None
    part = without_switches(form, model.layout, relaxed.x)
    walked = slot_by_slot(part, model.layout, 0.01, deadline)
    x = walked.finished(walked.linear)
    assert x is not None
    assert is_on_steps(model.layout, x)
    outcome = model.outcome(x)
    assert outcome.violations == ()
    assert outcome.missing_kwh.sum() == 0
    assert outcome.cost_eur == pytest.approx(form.value(x), abs=1e-4)
    best = highs.solve(part, time_limit_s=20.0, gap=0.05)
    assert best.bound - 1e-6 <= outcome.cost_eur <= 1.25 * best.bound + 0.05


def test_a_point_is_made_better_window_by_window_until_it_is_as_good_as_asked() -> None:
    form, slot, deadline = knapsack(1.0), np.array([0, 0]), Deadline.after(monotonic, 10.0)
    start = np.array([0.0, 1.0])
    assert better_by_windows(form, slot, start, -np.inf, 0.01, deadline) == pytest.approx([1.0, 0.0])
    assert better_by_windows(form, slot, start, -2.0, 0.01, deadline) is start


def test_every_choice_is_open_in_some_window_and_no_window_is_all_of_many() -> None:
    model, form, _ = yard_model(0)
    whole = np.flatnonzero(form.whole & (form.low < form.high))
    slot = slots_of(form, model.layout)
    held = [set(one.tolist()) for one in windows(form, slot, most=40)]
    assert not set.intersection(*held)
    assert all(len(whole) - len(one) <= 40 for one in held)


def test_a_car_stays_on_the_phases_that_are_selected() -> None:
    model, form, deadline = yard_model(0)
    relaxed = relaxation(form, deadline)
    assert relaxed.x is not None
    columns, table = model.layout.columns, model.layout.table
    part = without_switches(form, model.layout, relaxed.x)
    second = table.session == 1
    assert (part.high[columns.on[second & (table.option == 1)]] == 0).all()
    assert (part.low[columns.chosen[second & (table.option == 0)]] == 1).all()
    narrow = without_switches(form, model.layout, relaxed.x, narrow=True)
    assert (narrow.high[columns.on[(table.session == 0) & (table.option == 0)]] == 0).all()


def test_a_whole_column_belongs_to_its_slot() -> None:
    model, form, _ = yard_model(0)
    slot = slots_of(form, model.layout)
    assert (slot[model.layout.columns.on] == model.layout.table.slot).all()
    assert (slot[form.whole] >= 0).all()


def test_the_relaxation_counts_what_a_car_loses_while_it_is_on() -> None:
    """2.76 kW at most, of which 0.9 x 3.68 - 0.552 are stored: 0.69 kWh need 0.92 kWh at 16 A, 0.25 h."""
    car = session([0, 1], 0.69, phases=[(0,)])
    lossy = replace(
        car,
        options=(replace(car.options[0], gain=0.9, loss_kw=0.552),),
        goals=(replace(car.goals[0], least_kwh=0.69),),
    )
    model = model_of(problem([0.2, 0.2], [lossy]), monotonic, with_starts=False)
    form = model.costing(nothing_missing(model.problem))
    assert relaxation(form, Deadline.after(monotonic, 10.0)).bound == pytest.approx(0.92 * 0.2)
    without = form.without_rows(ON_OFF | {"loss_while_drawn"})
    assert highs.solve(without, time_limit_s=10.0).bound == pytest.approx(0.69 / 0.9 * 0.2)
