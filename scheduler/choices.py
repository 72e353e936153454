"""The choices of a part that turn something on, and what share of its minimum each draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scheduler.layout import Layout
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import ABSENT

_EPS_A: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Choices:
    """Columns that turn something on, and what they share of its minimum, by positions in a part."""

    column: IntArray
    slot: IntArray
    steps: IntArray
    """The column of its steps; ``ABSENT`` where it has none."""
    step: FloatArray
    """What a step adds to the share of the minimum."""

    @classmethod
    def of(cls, place: IntArray, layout: Layout, slot: IntArray) -> Choices:
        """Draws, choices to give and flexible loads that are not settled."""
        columns, table, gives = layout.columns, layout.table, layout.gives
        none = np.full(len(columns.running), ABSENT)
        on = np.concatenate([columns.on, columns.giving, columns.running])
        steps = np.concatenate([place[columns.current_a], place[columns.give_a], none])
        least_a = np.maximum(np.append(table.min_a, gives.min_a), _EPS_A)
        step = np.append(np.append(table.step_a, gives.step_a) / least_a, none * 0.0)
        known = place[on] != ABSENT
        return cls(place[on][known], slot[on][known], steps[known], step[known])

    def shares(self, y: FloatArray) -> FloatArray:
        """Share of its minimum that each draws at ``y``."""
        stepped: FloatArray = np.where(self.steps == ABSENT, 0.0, y[self.steps] * self.step)
        return y[self.column] + stepped

    def on(self, y: FloatArray, least: float) -> FloatArray:
        """1 where a share is ``least`` or more, of all columns; a choice that is not here has 0."""
        on = np.zeros(len(y))
        on[self.column] = self.shares(y) >= least
        return on
