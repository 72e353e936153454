"""A plan decided slot by slot: on and off from the start of the horizon to its end, then the currents' steps.

What is still ahead stays a linear program, which sees to it that every car can have its energy, and is solved
from its last basis whenever a few slots are decided. So cars whose slots bind each other are planned in one
go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.column_slots import Sides, slots_of
from scheduler.deadline import Deadline
from scheduler.descent import Descent, Mark
from scheduler.lattice import snapped, whole_steps
from scheduler.layout import Layout
from scheduler.problem import FloatArray, IntArray
from scheduler.smaller import Smaller, smaller
from scheduler.standard_form import ABSENT, BoolArray, StandardForm

_EPS_A: Final = 1e-6
_SLOTS: Final = 4
"""Slots that are decided at a time."""
_SURE: Final = 0.999
"""Share of its minimum from which on a draw is on."""
_SHARES: Final = (0.5, 0.25, 0.75)
"""Shares from which on it is on where that is not sure: the cheapest is taken."""
_FEW: Final = 10.0
"""Part of the gap that a choice may cost without others being looked at."""
_DEAR: Final = 4.0
"""Times the gap from which on choices by shares cost much."""
_BACK: Final = (1, 3)
"""Times so many slots before them that are searched too where some slots leave no point."""
_SEARCH_S: Final = 1.0
"""Time to search some slots in which choices by shares cost much [s]."""
_SEARCHING_S: Final = 4.0
"""Time from which on only slots that lead nowhere are searched [s]."""
_REST_S: Final = 5.0
"""Time for what is left to choose when all slots are decided [s]."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What is found slot by slot."""

    x: FloatArray | None
    """An executable point; None where the decisions lead to none."""
    linear: float
    """Where the linear program began, with one step more for every session."""


def slot_by_slot(form: StandardForm, layout: Layout, worth: float, deadline: Deadline) -> Walked:
    """An executable point of ``form``; slots in which choices cost more than ``worth`` are searched."""
    stepped, change = whole_steps(form, layout)
    part = smaller(stepped)
    if not part.possible:
        return Walked(None, np.inf)
    walk = _Walk(part, layout, slots_of(stepped, layout), worth, deadline)
    linear = walk.descent.value
    if not walk.descent.possible or not walk.on_and_off():
        return Walked(None, linear)
    walk.steps()
    y = _completed(part.form, walk.descent, worth, deadline)
    return Walked(None if y is None else np.asarray(change @ snapped(part.whole(y), stepped)), linear)


def _completed(form: StandardForm, descent: Descent, gap: float, deadline: Deadline) -> FloatArray | None:
    """The best point within the decisions of a descent."""
    held = form.with_bounds(np.arange(form.columns), descent.low, descent.high)
    if not len(descent.open(np.flatnonzero(form.whole))):
        return descent.x
    return highs.solve(held, time_limit_s=min(deadline.left_s, _REST_S), gap=gap).x


@dataclass(frozen=True, slots=True)
class _Choices:
    """Columns that turn something on, and what they share of its minimum, by positions in a part."""

    column: IntArray
    slot: IntArray
    steps: IntArray
    """The column of its steps; ``ABSENT`` where it has none."""
    step: FloatArray
    """What a step adds to the share of the minimum."""

    @classmethod
    def of(cls, place: IntArray, layout: Layout, slot: IntArray) -> _Choices:
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


class _Walk:
    """The slots from the first to the last, with what is decided so far."""

    def __init__(
        self, part: Smaller, layout: Layout, slot: IntArray, worth: float, deadline: Deadline
    ) -> None:
        self._deadline, self._form, self._worth = deadline, part.form, worth
        self._searching = Deadline.after(deadline.clock, _SEARCHING_S)
        place = np.full(len(part.held), ABSENT)
        place[part.columns] = np.arange(len(part.columns))
        self._slot = slot[part.columns]
        self._choices = _Choices.of(place, layout, slot)
        steps = place[np.append(layout.columns.current_a, layout.columns.give_a)]
        known = steps != ABSENT
        self._steps = steps[known]
        self._session = np.append(layout.table.session, layout.gives.session)[known]
        self._goals, self._more = _a_step_more(part.form, self._steps)
        self.descent = Descent(self._more, deadline.left_s)
        if not self.descent.possible:
            self._more = part.form
            self.descent = Descent(self._more, deadline.left_s)
        others = part.form.whole.copy()
        others[self._choices.column] = others[self._steps] = False
        self._others = np.flatnonzero(others)
        self._sides = Sides.of(part.form, others)

    def on_and_off(self) -> bool:
        """Decide what is on in every slot; False where that leads nowhere."""
        marks: list[Mark] = []
        for last in range(_SLOTS, int(self._slot.max(initial=0)) + 1 + _SLOTS, _SLOTS):
            marks.append(self.descent.mark())
            if self._deadline.over:
                return False
            done = self._walked(last - _SLOTS)
            cheap = self.descent.value <= marks[-1].value + _DEAR * self._worth or self._searching.over
            if done and cheap:
                continue
            done = self._searched(last - _SLOTS, last, marks[-1], done=done)
            for back in _BACK:
                if not done and len(marks) > back:
                    done = self._searched(last - _SLOTS * (back + 1), last, marks[-1 - back], done=False)
            if not done:
                return False
        return True

    def _walked(self, first: int) -> bool:
        """Whether the slots from ``first`` on are decided by what the linear program draws in them."""
        inside = (self._choices.slot >= first) & (self._choices.slot < first + _SLOTS)
        if not self._decided(inside):
            return False
        others = self.descent.open(self._near(self._others, first))
        return self.descent.hold(others, lambda y: np.round(self._sides.shares(y)))

    def _searched(self, first: int, last: int, before: Mark, *, done: bool) -> bool:
        """Whether the slots from ``first`` to ``last`` are decided after a search of them from ``before`` on,
        or as they were where they are ``done`` and that is no better.
        """
        walked = self.descent.mark()
        columns = np.append(self._choices.column, self._others)
        columns = columns[(self._slot[columns] >= first) & (self._slot[columns] < last)]
        whole = np.zeros(self._form.columns, dtype=bool)
        whole[columns] = True
        near = replace(self._more, whole=whole)
        near = near.with_bounds(np.arange(near.columns), before.low, before.high)
        seconds = min(self._deadline.left_s, _SEARCH_S)
        start = walked.x if done else None
        answer = highs.solve(near, time_limit_s=seconds, gap=self._worth / 2, start=start)
        if answer.x is None or (done and near.value(answer.x) > walked.value - self._worth / 2):
            return done
        self.descent.back_to(before)
        found = np.round(answer.x)
        if self.descent.hold(columns, lambda _: found):
            return True
        self.descent.back_to(walked)
        return done

    def _decided(self, inside: BoolArray) -> bool:
        """Whether there is a point when what is sure is on, and the rest is as it is cheapest."""
        sure = inside & (self._choices.shares(self.descent.x) >= _SURE)
        on = self.descent.open(self._choices.column[sure])
        if not self.descent.hold(on, np.ones_like):
            return False
        unsure = self.descent.open(self._choices.column[inside])
        before, best = self.descent.mark(), None
        for least in _SHARES if len(unsure) else ():
            held = self.descent.hold(unsure, partial(self._choices.on, least=least))
            if held and (best is None or self.descent.value < best.value):
                best = self.descent.mark()
            if best is not None and best.value <= before.value + self._worth / _FEW:
                return True
            self.descent.back_to(before)
        if best is not None:
            self.descent.back_to(best)
        return best is not None or not len(unsure)

    def steps(self) -> None:
        """Bring currents on their steps; those of sessions where that leaves no point stay open."""
        self.descent.lower(self._goals, self._form.row_low[self._goals])
        low, high = self.descent.low[self._steps], self.descent.high[self._steps]
        loose = np.zeros(len(self._steps), dtype=bool)
        for first in range(0, int(self._slot.max(initial=0)) + 1, _SLOTS):
            near = self.descent.open(self._near(self._steps[~loose], first))
            if self._deadline.over:
                return
            if not self.descent.hold(near, np.round):
                stuck = np.isin(self._steps, self.descent.open(near))
                loose |= np.isin(self._session, self._session[stuck])
                self.descent.release(self._steps[loose], low[loose], high[loose])

    def _near(self, columns: IntArray, first: int) -> IntArray:
        """Those of ``columns`` that are decided in the slots from ``first`` on."""
        slot = self._slot[columns]
        near: IntArray = columns[(slot >= first) & (slot < first + _SLOTS)]
        return near


def _a_step_more(form: StandardForm, steps: IntArray) -> tuple[IntArray, StandardForm]:
    """Rows of the goals, and ``form`` where each asks for one step more: what is decided is then more than
    just enough, and a step can be taken off where a limit needs it.
    """
    goals = np.flatnonzero(np.asarray(form.row_rule) == "energy_goal")
    of_steps = abs(sp.csr_array(form.matrix[goals])[:, steps])
    low = form.row_low.copy()
    low[goals] += of_steps.max(axis=1).toarray().ravel() if of_steps.nnz else 0.0
    return goals, replace(form, row_low=low)
