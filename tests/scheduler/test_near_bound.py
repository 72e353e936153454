"""Short ways to a plan lose nothing: near the bound, in whole steps, from linear programs alone."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.instances import instance
from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.dive import dived
from scheduler.forms import Model, model_of, relaxation
from scheduler.highs import Answer
from scheduler.kept import nothing_missing
from scheduler.likely import cheapest_columns
from scheduler.model import ON_OFF
from scheduler.near_bound import search_near_bound, searched_around
from scheduler.problem import Problem
from scheduler.sifting import sifted
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm
from scheduler.step_floor import step_floor
from tests.scheduler.test_smaller import random_form
from tests.scheduler.tiny import circuit, problem, session

AIM = Aim(asked=0.002, fine=0.0005)


def crowded(seed: int) -> Problem:
    """Four cars below a limit that lets about two of them charge at a time."""
    rng = np.random.default_rng(seed)
    cars = [
        session(range(int(rng.integers(0, 4)), 12), float(rng.uniform(2.0, 6.0)), charger=c, name=f"car{c}")
        for c in range(4)
    ]
    return problem(rng.uniform(0.05, 0.4, 12).tolist(), cars, circuits=(circuit(12, 30.0),))


def opened(stated: Problem) -> tuple[Model, StandardForm, Answer]:
    """The model, its form where everybody has their energy, and the answer of its relaxation."""
    model = model_of(stated, monotonic, with_starts=False)
    form = model.costing(nothing_missing(stated))
    return model, form, relaxation(form, Deadline.after(monotonic, 10.0))


def optimum_eur(form: StandardForm) -> float:
    """The least cost by another solver."""
    found = milp(
        form.cost,
        integrality=form.whole.astype(int),
        bounds=Bounds(form.low, form.high),
        constraints=LinearConstraint(form.matrix, form.row_low, form.row_high),
    )
    assert found.fun is not None
    return float(found.fun) + form.offset


@pytest.mark.parametrize("seed", range(8))
def test_a_search_near_the_bound_finds_the_optimum_and_proves_it(seed: int) -> None:
    model, form, relaxed = opened(crowded(seed))
    found = search_near_bound(form, model, relaxed, AIM, Deadline.after(monotonic, 10.0))
    least = optimum_eur(form)
    assert found.x is not None
    assert least - 1e-6 <= form.value(found.x) <= least + AIM.fine + 1e-6
    assert form.value(found.x) - AIM.fine - 1e-6 <= found.bound <= least + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_that_is_proven_for_a_point_is_no_higher_than_the_optimum(seed: int) -> None:
    model, form, relaxed = opened(crowded(seed))
    found = highs.solve(form, time_limit_s=10.0)
    assert found.x is not None
    same, near = searched_around(form, model, relaxed, found.x, AIM, Deadline.after(monotonic, 10.0))
    assert form.value(same) - AIM.fine - 1e-6 <= near.bound <= optimum_eur(form) + 1e-6


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("dearer", [1, 3, 9, 40])
def test_a_search_from_a_worse_point_proves_a_bound_and_finds_as_good(seed: int, dearer: int) -> None:
    """Any plan that keeps the rows, some fine gaps dearer than the best: its own on and off are kept, and
    what is found beside it is as near to its bound as what is found without it.
    """
    model, form, relaxed = opened(crowded(seed))
    best = highs.solve(form, time_limit_s=10.0)
    worse = form.with_row("dearer", -form.cost, form.offset - best.bound - dearer * AIM.fine)
    found = highs.solve(worse, time_limit_s=10.0)
    assert found.x is not None
    same, near = searched_around(form, model, relaxed, found.x, AIM, Deadline.after(monotonic, 10.0))
    assert near.bound <= optimum_eur(form) + 1e-6
    on = model.layout.columns.on
    np.testing.assert_array_equal(np.round(same[on]), np.round(found.x[on]))
    assert form.value(same) <= form.value(found.x) + 1e-6
    assert near.x is not None
    assert form.value(near.x) <= min(form.value(same), near.bound + AIM.fine) + 1e-6
    for x in (same, near.x):
        flow = form.matrix @ x
        assert (flow >= form.row_low - 1e-5).all()
        assert (flow <= form.row_high + 1e-5).all()


def test_a_goal_costs_at_least_the_whole_steps_that_reach_it() -> None:
    """1.5 kWh less half a step of 0.23 kWh, in steps of 0.23 kWh, is 7 steps: 1.61 kWh at 0.10 EUR."""
    car = session(range(2), 1.5, phases=((0,),), currents_a=(1.0, 16.0, 1.0), slot_h=1.0)
    model, form, relaxed = opened(problem([0.1, 0.3], [car], slot_h=1.0))
    assert relaxed.bound == pytest.approx((1.5 - 0.115) * 0.1)
    assert step_floor(form, model.layout, relaxed) == pytest.approx(1.61 * 0.1)


def test_without_a_common_step_the_floor_is_the_bound() -> None:
    car = session(range(2), 1.5, phases=((0,),), currents_a=(6.5, 16.0, 1.0), slot_h=1.0)
    model, form, relaxed = opened(problem([0.1, 0.3], [car], slot_h=1.0))
    assert step_floor(form, model.layout, relaxed) == relaxed.bound


@pytest.mark.parametrize("seed", range(40))
def test_a_dive_ends_at_a_whole_point_that_keeps_every_row(seed: int) -> None:
    form = random_form(seed)
    x, least = dived(form, np.arange(form.columns) % 2 == 0, 10.0)
    if x is None:
        return
    flow = form.matrix @ x
    assert (flow >= form.row_low - 1e-6).all()
    assert (flow <= form.row_high + 1e-6).all()
    assert (x[form.whole] == np.round(x[form.whole])).all()
    assert form.value(x) >= least - 1e-6


def test_the_cheapest_columns_lead_to_the_whole_relaxation() -> None:
    model, form, relaxed = opened(replace(instance("site54"), battery=None))
    bare = form.without_rows(ON_OFF)
    likely = cheapest_columns(model, bare)
    found = sifted(bare, likely, 10.0)
    assert likely.sum() < form.columns / 2
    assert found is not None
    assert found.bound == pytest.approx(relaxed.bound, abs=1e-5)
