"""A form without what is settled has the optimum of the whole one, by another solver."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from scheduler import highs
from scheduler.smaller import smaller
from scheduler.standard_form import StandardForm


def random_form(seed: int) -> StandardForm:
    """A small program with held columns, rows of one column, rows that cannot bind, and whole columns."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(3, 9)), int(rng.integers(4, 10))
    matrix = rng.integers(-3, 4, (rows, columns)) * (rng.random((rows, columns)) < 0.5)
    matrix[0] = 0
    matrix[0, 0] = 2
    low = rng.integers(-3, 2, columns).astype(float)
    high = low + np.where(rng.random(columns) < 0.7, rng.uniform(0, 4, columns).round(), 0.0)
    middle = matrix @ ((low + high) / 2)
    return StandardForm(
        matrix=sp.csc_array(matrix.astype(float)),
        row_low=np.where(rng.random(rows) < 0.5, middle - rng.uniform(0, 4, rows), -np.inf),
        row_high=middle + rng.uniform(0, 4, rows),
        low=low,
        high=high,
        whole=rng.random(columns) < 0.5,
        cost=rng.normal(size=columns),
        offset=float(rng.normal()),
        row_rule=np.array([f"row{i % 3}" for i in range(rows)]),
    )


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost_when_what_is_settled_is_left_out(seed: int) -> None:
    form = random_form(seed)
    theirs = milp(
        form.cost,
        integrality=form.whole.astype(int),
        bounds=Bounds(form.low, form.high),
        constraints=LinearConstraint(form.matrix.toarray(), form.row_low, form.row_high),
    )
    ours = highs.solve(form, time_limit_s=10.0)
    part = smaller(form)
    assert part.form.columns <= form.columns
    if theirs.x is None:
        assert ours.infeasible
        return
    assert part.possible
    assert ours.x is not None
    assert form.value(ours.x) == pytest.approx(theirs.fun + form.offset, abs=1e-6)
    flow = form.matrix @ ours.x
    assert (flow >= form.row_low - 1e-6).all()
    assert (flow <= form.row_high + 1e-6).all()


def test_a_broken_row_without_columns_means_that_there_is_no_point() -> None:
    form = random_form(1).with_bounds(np.arange(random_form(1).columns), 0.0, 0.0)
    impossible = form.with_row("impossible", np.ones(form.columns), -1.0)
    assert not smaller(impossible).possible
    assert highs.solve(impossible, time_limit_s=1.0).infeasible or not form.whole.any()


def test_ends_of_a_row_of_whole_multiples_lie_on_such_a_multiple() -> None:
    form = StandardForm(
        matrix=sp.csc_array(np.array([[0.5, 1.0], [0.5, 0.7]])),
        row_low=np.array([1.2, 1.2]),
        row_high=np.array([2.3, 2.3]),
        low=np.zeros(2),
        high=np.full(2, 9.0),
        whole=np.ones(2, dtype=bool),
        cost=np.ones(2),
        offset=0.0,
        row_rule=np.array(["steps", "mixed"]),
    )
    part = smaller(form).form
    assert part.row_low.tolist() == [1.5, 1.2]
    assert part.row_high.tolist() == [2.0, 2.3]
