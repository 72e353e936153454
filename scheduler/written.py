"""Rows that are written straight as matrices, and the form that columns and rows make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """The rows of all ``parts``, one after the other."""
        first = np.cumsum([0, *(len(rows.low) for rows in parts)])
        row = np.concatenate([rows.row + at for rows, at in zip(parts, first, strict=False)])
        rest = (
            np.concatenate([getattr(rows, name) for rows in parts])
            for name in ("column", "coefficient", "low", "high")
        )
        return cls(row, *rest)

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


def with_rows(form: StandardForm, added: Mapping[str, Rows]) -> StandardForm:
    """``form``, which has no rows, with those of ``added``, by the name of their constraint."""
    rows = Rows.joined(list(added.values()))
    shape = (len(rows.low), form.columns)
    matrix = sp.csc_array(sp.coo_array((rows.coefficient, (rows.row, rows.column)), shape=shape))
    matrix.eliminate_zeros()
    names, counts = np.array(list(added), dtype=np.str_), [len(one.low) for one in added.values()]
    return replace(
        form,
        matrix=matrix,
        row_low=rows.low,
        row_high=rows.high,
        row_rule=np.repeat(names, counts),
    )
