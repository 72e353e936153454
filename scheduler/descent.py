"""A descent: a linear program whose columns are held at whole numbers, one group after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from scheduler import highs
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import StandardForm

Wanted = Callable[[FloatArray], FloatArray]
"""The whole values that columns should have, of all columns, seen from the point where a descent is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a descent to come back to."""

    low: FloatArray
    high: FloatArray
    x: FloatArray
    value: float


class Descent:
    """The relaxation of a form, solved again from its last basis whenever columns are held."""

    def __init__(self, form: StandardForm, time_limit_s: float) -> None:
        self._solver = highs.loaded(form.relaxed(), time_limit_s)
        self.low, self.high = form.low.copy(), form.high.copy()
        self.x, self.value = np.zeros(form.columns), np.inf
        self.possible = self._solved()
        """Whether the relaxation has a point at all."""
        self._solver.setOptionValue("presolve", "off")

    def open(self, columns: IntArray) -> IntArray:
        """Those of ``columns`` that are not held yet."""
        opened: IntArray = columns[self.low[columns] < self.high[columns]]
        return opened

    def mark(self) -> Mark:
        """Where the descent is."""
        return Mark(self.low.copy(), self.high.copy(), self.x, self.value)

    def back_to(self, mark: Mark) -> None:
        """Go back to a place; the solver begins its next run from where it is."""
        everything = np.arange(len(self.low))
        self._bound(everything, mark.low, mark.high)
        self.x, self.value = mark.x, mark.value

    def hold(self, columns: IntArray, wanted: Wanted) -> bool:
        """Hold ``columns`` at whole values; where all of them together leave no point, one half after the
        other, and a single one at the whole number on the other side. False where that leaves none either.
        """
        if not len(columns):
            return True
        low, high = self.low[columns], self.high[columns]
        for held in self._tries(columns, np.clip(wanted(self.x)[columns], low, high)):
            self._bound(columns, held, held)
            if self._solved():
                return True
            self._bound(columns, low, high)
        half = len(columns) // 2
        if not half:
            return False
        return self.hold(columns[:half], wanted) and self.hold(columns[half:], wanted)

    def release(self, columns: IntArray, low: FloatArray, high: FloatArray) -> None:
        """Open ``columns`` again; the descent stays where it is."""
        self._bound(columns, low, high)

    def again(self) -> bool:
        """Solve with other bounds; whether there is a point."""
        return self._solved()

    def lower(self, rows: IntArray, low: FloatArray) -> None:
        """Other lower ends of ``rows``, which the descent is above already."""
        for row, least in zip(rows.tolist(), low.tolist(), strict=True):
            self._solver.changeRowBounds(row, least, np.inf)

    def _tries(self, columns: IntArray, values: FloatArray) -> list[FloatArray]:
        """``values``, and for a single column the whole number on the other side of where it is."""
        if len(columns) > 1:
            return [values]
        side = 1.0 if self.x[columns[0]] > values[0] else -1.0
        others = [values + side, values - side]
        low, high = self.low[columns[0]] - 0.5, self.high[columns[0]] + 0.5
        return [values, *(other for other in others if low < other[0] < high)]

    def _bound(self, columns: IntArray, low: FloatArray, high: FloatArray) -> None:
        """Other bounds of ``columns``."""
        self.low[columns], self.high[columns] = low, high
        self._solver.changeColsBounds(
            len(columns), columns.astype(np.int32), self.low[columns], self.high[columns]
        )

    def _solved(self) -> bool:
        """Whether there is a point; it is where the descent then is."""
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        self.x = np.array(self._solver.getSolution().col_value)
        self.value = float(self._solver.getInfo().objective_function_value)
        return True
