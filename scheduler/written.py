"""Rows and columns that are added to a compiled form straight as matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import ABSENT, StandardForm


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one rule: ``low <= matrix x <= high``, as positions and coefficients."""

    row: IntArray
    column: IntArray
    coefficient: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, terms: Sequence[Terms], low: FloatArray, high: FloatArray) -> Rows:
        """Rows that are the sums of some ``terms``."""
        row, column, coefficient = (np.concatenate(part) for part in zip(*terms, strict=True))
        return cls(row, column, coefficient, low, high)

    def chosen(self, keep: IntArray) -> Rows:
        """Some of the rows, in the order of ``keep``."""
        number = np.full(len(self.low), ABSENT)
        number[keep] = np.arange(len(keep))
        mine = number[self.row] != ABSENT
        return Rows(
            number[self.row[mine]], self.column[mine], self.coefficient[mine], self.low[keep], self.high[keep]
        )


Terms = tuple[IntArray, IntArray, FloatArray]
"""Row, column and coefficient of every term."""


def with_columns(
    form: StandardForm, positions: IntArray, high: FloatArray | float, *, whole: bool = False
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
        row_rule=np.append(form.row_rule, np.repeat(list(added), [len(rows.low) for rows in added.values()])),
    )
