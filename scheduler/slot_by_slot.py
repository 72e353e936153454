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

from scheduler import highs
from scheduler.choices import Choices
from scheduler.column_slots import Sides, slots_of
from scheduler.deadline import Deadline
from scheduler.descent import Descent, Mark
from scheduler.dive import dived
from scheduler.in_turn import whole_in_turn
from scheduler.layout import Layout
from scheduler.part_in_steps import PartInSteps
from scheduler.problem import FloatArray, IntArray
from scheduler.smaller import smaller
from scheduler.standard_form import ABSENT, BoolArray, StandardForm
from scheduler.step_more import a_step_more
from scheduler.windows import better_by_windows

_SLOTS: Final = 4
"""Slots that are decided at a time."""
_SURE: Final = 0.999
"""Share of its minimum from which on a draw is on."""
_SHARES: Final = (0.5, 0.25, 0.75)
"""Shares from which on it is on where that is not sure: the cheapest is taken."""
_FEW: Final = 10.0
"""Part of the gap that a choice may cost without others being looked at."""
_BACK: Final = (0, 1, 3)
"""Times so many slots before them that are searched too where some slots leave no point."""
_SEARCH_S: Final = 1.0
"""Time to search some slots in which choices by shares leave no point [s]."""
_PART: Final = 0.5
"""Share of the time that is left for a search in turn, and for windows: what comes after needs time too."""
_REST_S: Final = 5.0
"""Time for what is left to find when all choices are made [s]."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What is decided slot by slot, with currents that may lie between their steps."""

    linear: float
    """Where the linear program began, with one step more for every session."""
    value: float = np.inf
    """Cost of what is decided, with that step more; inf where the decisions lead nowhere."""
    walk: _Walk | None = None

    def finished(self, good: float) -> FloatArray | None:
        """An executable point, from decisions that are made better window by window until they are as good
        as ``good``.
        """
        return None if self.walk is None else self.walk.finished(good)


def slot_by_slot(form: StandardForm, layout: Layout, worth: float, deadline: Deadline) -> Walked:
    """Decisions for all slots of ``form``; a choice that costs less than ``worth`` is as good as any."""
    whole = PartInSteps.of(form, layout)
    if not whole.part.possible:
        return Walked(np.inf)
    walk = _Walk(whole, layout, worth, deadline)
    linear = walk.descent.value
    if not walk.descent.possible or not walk.on_and_off():
        return Walked(linear)
    return Walked(linear, walk.value, walk)


class _Walk:
    """The slots from the first to the last, with what is decided so far."""

    def __init__(self, whole: PartInSteps, layout: Layout, worth: float, deadline: Deadline) -> None:
        part, slot = whole.part, slots_of(whole.stepped, layout)
        self._deadline, self._whole, self._form, self._worth = deadline, whole, part.form, worth
        place = np.full(len(part.held), ABSENT)
        place[part.columns] = np.arange(len(part.columns))
        self._slot = slot[part.columns]
        self._choices = Choices.of(place, layout, slot)
        steps = place[np.append(layout.columns.current_a, layout.columns.give_a)]
        known = steps != ABSENT
        self._steps = steps[known]
        self._session = np.append(layout.table.session, layout.gives.session)[known]
        self._goals, self._more = a_step_more(part.form, self._steps)
        self.descent = Descent(self._more, deadline.left_s)
        if not self.descent.possible:
            self._more = part.form
            self.descent = Descent(self._more, deadline.left_s)
        others = part.form.whole.copy()
        others[self._choices.column] = others[self._steps] = False
        self._others = np.flatnonzero(others)
        self._sides = Sides.of(part.form, others)
        self._in_turn, self._follows = layout.in_turn, layout.by_itself
        self._found = np.zeros(0)

    @property
    def value(self) -> float:
        """Cost of what is decided, with currents between their steps."""
        return self._more.value(self._found)

    @property
    def _on_off(self) -> StandardForm:
        """What is walked, with currents between their steps."""
        whole = self._form.whole.copy()
        whole[self._steps] = False
        return replace(self._more, whole=whole)

    def on_and_off(self) -> bool:
        """Decide what is on in every slot; False where that leads nowhere.

        What a battery does by itself depends on all that was before, and a linear program takes it for far
        more helpful than it is: with few choices it is searched with them; where they are many, or that takes
        too long, it is found when all is decided.
        """
        if self._in_turn and (found := self._whole_in_turn(self._on_off)) is not None:
            self._found = found
            return True
        self._in_turn = False
        marks: list[Mark] = []
        for first in self._firsts:
            marks.append(self.descent.mark())
            if self._deadline.over:
                return False
            done = self._walked(first)
            for back in _BACK:
                if not done and len(marks) > back:
                    done = self._searched(first - _SLOTS * back, first + _SLOTS, marks[-1 - back])
            if not done:
                return False
        if not len(self.descent.open(self._others)):
            self._found = self.descent.x
            return True
        return self._completed()

    def _completed(self) -> bool:
        """Whether there is a point with the choices of the descent: slot by slot, else the first that a
        search finds; it is made better while the choices are held.
        """
        mark, columns = self.descent.mark(), np.append(self._choices.column, self._others)
        form = self._on_off.with_bounds(columns, mark.low[columns], mark.high[columns])
        if not all(self._others_held(first) for first in self._firsts):
            self.descent.back_to(mark)
            answer = highs.solve(form, time_limit_s=min(self._deadline.left_s, _REST_S), target=np.inf)
            if answer.x is None:
                return False
            self._found = answer.x
        self._found = self._better(form, self._found, mark.value)
        return True

    def _others_held(self, first: int) -> bool:
        """Whether what follows in the slots from ``first`` on is held as the linear program has it."""
        others = self.descent.open(self._near(self._others, first))
        held = self.descent.hold(others, lambda y: np.round(self._sides.shares(y)))
        self._found = self.descent.x
        return held

    @property
    def _firsts(self) -> range:
        """The first slots of what is decided at a time."""
        return range(0, int(self._slot.max(initial=0)) + 1, _SLOTS)

    def finished(self, good: float) -> FloatArray | None:
        """The whole point of what is decided and made better, on its steps."""
        if self._in_turn and (y := self._steps_in_turn(np.round(self._found), good)) is not None:
            return self._whole.point(y)
        values = np.round(self._better(self._on_off, self._found, good))
        columns, others = np.append(self._choices.column, self._others), self._others
        y = self._dived(self._form.with_bounds(columns, values[columns], values[columns]), good)
        if y is None:
            self.descent.release(columns, values[columns], values[columns])
            y = self._stepped()
        if y is None:
            self.descent.release(self._steps, self._form.low[self._steps], self._form.high[self._steps])
            self.descent.release(others, self._form.low[others], self._form.high[others])
            y = self._stepped()
        return None if y is None else self._whole.point(y)

    def _steps_in_turn(self, values: FloatArray, good: float) -> FloatArray | None:
        """The point with currents on their steps, and the choices of ``values`` where that leaves one."""
        columns, wish = self._choices.column, np.full(self._form.columns, np.nan)
        wish[columns] = values[columns]
        y = self._whole_in_turn(self._form, wish)
        if y is None:
            return None
        held = np.round(y[columns])
        return self._better(self._form.with_bounds(columns, held, held), y, good)

    def _whole_in_turn(self, form: StandardForm, wish: FloatArray | None = None) -> FloatArray | None:
        """A point of ``form`` in half of the time that is left."""
        return whole_in_turn(form, self._slot, self._worth, self._deadline.share(_PART), wish)

    def _better(self, form: StandardForm, y: FloatArray, good: float) -> FloatArray:
        """``y``, a point of ``form``, made better window by window, in half of the time that is left."""
        return better_by_windows(form, self._slot, y, good, self._worth, self._deadline.share(_PART))

    def _dived(self, held: StandardForm, good: float) -> FloatArray | None:
        """The best point found of ``held``, in which nothing but steps is left to choose."""
        part = smaller(held)
        if not part.possible:
            return None
        best, _ = dived(part.form, np.isin(part.columns, self._steps), self._deadline.left_s)
        if best is None:
            return None
        return self._better(held, part.whole(best), good)

    def _stepped(self) -> FloatArray | None:
        """The point of the decisions with currents on their steps, slot by slot."""
        if not self.descent.again():
            return None
        self.steps()
        form = self._form.with_bounds(np.arange(self._form.columns), self.descent.low, self.descent.high)
        if not len(self.descent.open(np.flatnonzero(form.whole))):
            return self.descent.x
        seconds = min(self._deadline.left_s, _REST_S)
        return highs.solve(form, time_limit_s=seconds, gap=self._worth).x

    def _walked(self, first: int) -> bool:
        """Whether the slots from ``first`` on are decided by what the linear program draws in them."""
        inside = (self._choices.slot >= first) & (self._choices.slot < first + _SLOTS)
        return self._decided(inside) and (self._follows or self._others_held(first))

    def _searched(self, first: int, last: int, before: Mark) -> bool:
        """Whether the slots from ``first`` to ``last`` are decided by a search of them from ``before`` on."""
        columns = np.append(self._choices.column, self._others)
        columns = columns[(self._slot[columns] >= first) & (self._slot[columns] < last)]
        whole = np.zeros(self._form.columns, dtype=bool)
        whole[columns] = True
        near = replace(self._more, whole=whole)
        near = near.with_bounds(np.arange(near.columns), before.low, before.high)
        answer = highs.solve(near, time_limit_s=min(self._deadline.left_s, _SEARCH_S), gap=self._worth / 2)
        if answer.x is None:
            return False
        self.descent.back_to(before)
        found = np.round(answer.x)
        if self._follows:
            columns = columns[np.isin(columns, self._choices.column)]
        return self.descent.hold(columns, lambda _: found)

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
        for first in self._firsts:
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
