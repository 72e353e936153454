"""Columns of a form that is written kind by kind."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import ABSENT, BoolArray, StandardForm


class Sheet:
    """Columns, one kind after the other."""

    def __init__(self) -> None:
        self._count = 0
        self._parts: list[tuple[FloatArray, FloatArray, FloatArray, BoolArray]] = []

    def add(
        self,
        where: BoolArray | int,
        high: FloatArray | float = np.inf,
        *,
        low: FloatArray | float = 0.0,
        cost: FloatArray | float = 0.0,
        whole: bool = False,
    ) -> IntArray:
        """Positions of new columns, one where ``where`` holds, or so many."""
        each = np.arange(where) if isinstance(where, int) else np.flatnonzero(where)
        count = len(each)
        if count:
            ends = _of_each(low, each), _of_each(high, each)
            self._parts.append((*ends, _of_each(cost, each), np.full(count, whole)))
        first, self._count = self._count, self._count + count
        if isinstance(where, int):
            return first + each
        places = np.full(len(where), ABSENT)
        places[each] = first + np.arange(count)
        return places

    def form(self, offset: float) -> StandardForm:
        """The form of these columns, without rows."""
        low, high, cost, whole = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        matrix, none = sp.csc_array((0, self._count)), np.zeros(0)
        return StandardForm(
            matrix, none, none, low, high, whole, cost, offset, row_rule=np.zeros(0, dtype=np.str_)
        )


def _of_each(value: FloatArray | float, each: IntArray) -> FloatArray:
    """What some of the columns have, of an array or of a number for all."""
    return value[each] if isinstance(value, np.ndarray) else np.full(len(each), value)
