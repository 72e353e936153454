"""The rows that speak of on and off, written straight as matrices.

They are two thirds of the model's rows and all of one kind, and Pyomo takes most of its time for them. What
they say is defined by the functions of the same names in ``rules_charging``; a test compares both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.problem import DrawTable, FloatArray, IntArray, Problem
from scheduler.standard_form import ABSENT, Columns, StandardForm


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one rule: ``low <= matrix x <= high``, as positions and coefficients."""

    row: IntArray
    column: IntArray
    coefficient: FloatArray
    low: FloatArray
    high: FloatArray


def one_of(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_charging.one_of``."""
    table = problem.draw_table
    place = table.charger * problem.slots + table.slot
    _, number, rivals = np.unique(place, return_inverse=True, return_counts=True)
    crowded = rivals > 1
    row = np.cumsum(crowded) - 1
    mine = crowded[number]
    return Rows(
        row=row[number][mine],
        column=columns.on[mine],
        coefficient=np.ones(int(mine.sum())),
        low=np.full(int(crowded.sum()), -np.inf),
        high=np.ones(int(crowded.sum())),
    )


def minimum_current(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_charging.minimum_current``."""
    low_a = problem.draw_table.min_a
    return _pairs(columns.current_a, columns.on, -low_a, 0.0, np.inf)


def maximum_current(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_charging.maximum_current``."""
    high_a = problem.draw_table.max_a
    return _pairs(columns.current_a, columns.on, -high_a, -np.inf, 0.0)


def counted_start(problem: Problem, columns: Columns) -> Rows:
    """Rows of ``rules_charging.counted_start``."""
    before = slot_before(problem.draw_table)
    known = np.flatnonzero(before != ABSENT)
    n = len(before)
    rows = np.arange(n)
    table, low = problem.draw_table, np.zeros(n)
    for j in np.flatnonzero(table.slot == 0):
        low[j] = -float(problem.sessions[table.session[j]].was_on(0, int(table.option[j])))
    return Rows(
        row=np.concatenate([rows, rows, known]),
        column=np.concatenate([columns.start, columns.on, columns.on[before[known]]]),
        coefficient=np.concatenate([np.ones(n), -np.ones(n), np.ones(len(known))]),
        low=low,
        high=np.full(n, np.inf),
    )


def slot_before(table: DrawTable) -> IntArray:
    """Position of the same draw a slot earlier, ``ABSENT`` where there is none."""
    slots, options = int(table.slot.max(initial=0)) + 2, int(table.option.max(initial=0)) + 1
    place = (table.session * slots + table.slot + 1) * options + table.option
    order = np.argsort(place, kind="stable")
    at = np.searchsorted(place[order], place - options)
    found: IntArray = order[np.minimum(at, len(order) - 1)] if len(order) else order
    return np.where(place[found] == place - options, found, ABSENT)


def _pairs(first: IntArray, second: IntArray, of_second: FloatArray, low: float, high: float) -> Rows:
    """Rows ``low <= first + of_second second <= high``."""
    n = len(first)
    return Rows(
        row=np.tile(np.arange(n), 2),
        column=np.concatenate([first, second]),
        coefficient=np.concatenate([np.ones(n), of_second]),
        low=np.full(n, low),
        high=np.full(n, high),
    )


WRITTEN: Final[dict[str, Callable[[Problem, Columns], Rows]]] = {
    "one_of": one_of,
    "minimum_current": minimum_current,
    "maximum_current": maximum_current,
    "counted_start": counted_start,
}
"""By the name of the rule."""


def with_on_off(
    form: StandardForm, columns: Columns, problem: Problem, *, with_starts: bool
) -> tuple[StandardForm, Columns]:
    """``form`` with the columns of on (and start) that it lacks, and the rows that speak of them."""
    form, current = _with_columns(form, columns.current_a, problem.draw_table.max_a, whole=False)
    form, on = _with_columns(form, columns.on, 1.0, whole=True)
    columns = replace(columns, current_a=current, on=on)
    if with_starts:
        form, start = _with_columns(form, columns.start, 1.0, whole=False)
        columns = replace(columns, start=start)
    names = [name for name in WRITTEN if with_starts or name != "counted_start"]
    return with_rows(form, {name: WRITTEN[name](problem, columns) for name in names}), columns


def _with_columns(
    form: StandardForm, positions: IntArray, high: FloatArray | float, *, whole: bool
) -> tuple[StandardForm, IntArray]:
    """``form`` with a column from 0 to ``high`` for every absent one, and all positions."""
    absent = np.flatnonzero(positions == ABSENT)
    if not len(absent):
        return form, positions
    filled = positions.copy()
    filled[absent] = form.columns + np.arange(len(absent))
    most = np.broadcast_to(np.asarray(high, dtype=np.float64), positions.shape)[absent]
    none = np.zeros(len(absent))
    wider = replace(
        form,
        matrix=sp.csc_array(
            (
                form.matrix.data,
                form.matrix.indices,
                np.append(form.matrix.indptr, np.full(len(absent), form.matrix.nnz)),
            ),
            shape=(form.rows, form.columns + len(absent)),
        ),
        low=np.append(form.low, none),
        high=np.append(form.high, most),
        whole=np.append(form.whole, np.full(len(absent), whole)),
        cost=np.append(form.cost, none),
    )
    return wider, filled


def with_rows(form: StandardForm, added: dict[str, Rows]) -> StandardForm:
    """``form`` with more rows, by the name of their rule."""
    old = form.matrix.tocoo()
    first = form.rows + np.cumsum([0, *(len(rows.low) for rows in added.values())])
    parts = list(zip(added.values(), first, strict=False))
    matrix = sp.coo_array(
        (
            np.concatenate([old.data, *(rows.coefficient for rows, _ in parts)]),
            (
                np.concatenate([old.row, *(rows.row + at for rows, at in parts)]),
                np.concatenate([old.col, *(rows.column for rows, _ in parts)]),
            ),
        ),
        shape=(int(first[-1]), form.columns),
    )
    return replace(
        form,
        matrix=sp.csc_array(matrix),
        row_low=np.concatenate([form.row_low, *(rows.low for rows, _ in parts)]),
        row_high=np.concatenate([form.row_high, *(rows.high for rows, _ in parts)]),
        row_rule=(*form.row_rule, *(name for name, rows in added.items() for _ in range(len(rows.low)))),
    )
