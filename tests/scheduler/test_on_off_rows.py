"""The rows that are written straight as matrices are those that the rules of the same names state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduler.model import ON_OFF, RULES, build
from scheduler.on_off_rows import WRITTEN, with_on_off
from scheduler.problem import FloatArray, Problem
from scheduler.standard_form import Columns, StandardForm, compiled
from scheduler.ties import Before
from tests.scheduler.tiny import problem, session


def many_choices(seed: int) -> Problem:
    """A few chargers with one to three phase sets, gaps between their slots, two cars at one charger."""
    rng = np.random.default_rng(seed)
    sets = [(0, 1, 2), (0,), (1, 2)]
    cars = [
        session(
            sorted(rng.choice(8, rng.integers(1, 6), replace=False).tolist()),
            float(rng.uniform(0.5, 3.0)),
            phases=sets[: rng.integers(1, 4)],
            charger=int(rng.integers(0, 3)),
            name=f"car{number}",
        )
        for number in range(5)
    ]
    running = replace(cars[0], before=Before(on=True, option=0, current_a=6.0))
    return problem([0.1 * t for t in range(8)], [running, *cars[1:]])


def rows_of(form: StandardForm, columns: Columns, rule: str) -> FloatArray:
    """The rows of one rule over current, on and start of every draw, with their ends, in one order."""
    mine = [name == rule for name in form.row_rule]
    named = np.concatenate([columns.current_a, columns.on, columns.start])
    matrix = form.matrix.toarray()[mine][:, named]
    table = np.column_stack([matrix, form.row_low[mine], form.row_high[mine]])
    return table[np.lexsort(table.T)]


@pytest.mark.parametrize("seed", range(6))
def test_written_rows_are_those_of_the_rules(seed: int) -> None:
    site = many_choices(seed)
    stated, stated_columns = compiled(build(site))
    bare = compiled(build(site, [rule for rule in RULES if rule.__name__ not in WRITTEN]))
    written, columns = with_on_off(*bare, site, with_starts=True)
    assert written.rows == stated.rows
    assert written.columns == stated.columns
    for rule in WRITTEN:
        theirs = rows_of(stated, stated_columns, rule)
        assert len(theirs) > 0
        np.testing.assert_allclose(rows_of(written, columns, rule), theirs, err_msg=rule)


def test_columns_of_written_rows_have_the_bounds_of_the_variables() -> None:
    site = many_choices(1)
    stated, theirs = compiled(build(site))
    bare = compiled(build(site, [rule for rule in RULES if rule.__name__ not in WRITTEN]))
    written, ours = with_on_off(*bare, site, with_starts=True)
    for mine, other in ((ours.current_a, theirs.current_a), (ours.on, theirs.on), (ours.start, theirs.start)):
        assert (written.low[mine] == stated.low[other]).all()
        assert (written.high[mine] == stated.high[other]).all()
        assert (written.whole[mine] == stated.whole[other]).all()


def test_a_problem_without_cars_has_no_such_rows() -> None:
    empty = replace(problem([0.1, 0.2], []), sessions=())
    bare = compiled(build(empty, [rule for rule in RULES if rule.__name__ not in WRITTEN]))
    form, _ = with_on_off(*bare, empty, with_starts=True)
    assert form.rows == bare[0].rows


def test_every_rule_that_is_written_speaks_of_on_and_off() -> None:
    assert set(WRITTEN) <= ON_OFF
    assert set(WRITTEN) <= {rule.__name__ for rule in RULES}
