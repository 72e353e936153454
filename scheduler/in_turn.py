"""Whole columns made whole in turn: a few slots are searched, with what is ahead left between whole numbers.

So every decision is made with all that was decided before, and with a linear program of all that comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.problem import FloatArray, IntArray
from scheduler.smaller import smaller
from scheduler.standard_form import BoolArray, StandardForm

_SLOTS: Final = 8
"""Slots that are searched at a time at most."""
_OPEN: Final = 120
"""Whole columns in several slots that are searched at a time at most."""
_GAP: Final = 4.0
"""Gap of a turn, in what a choice has to be worth: most of it is of what comes and is not whole yet."""


@dataclass(frozen=True, slots=True)
class _Try:
    """How a turn is searched where those before it found nothing."""

    back: int
    """So many turns before are searched again."""
    nodes: int
    """What comes is not whole yet: the best of a turn is worth one node and no more."""
    wished: bool
    """Whether what is wished for in these slots is held."""
    wished_ahead: bool
    """Whether what is wished for in later slots is held."""

    def kept(self, values: FloatArray, wished: FloatArray, inside: BoolArray) -> FloatArray:
        """What is held of the columns when those ``inside`` are searched; NaN for what is not."""
        ahead = ~inside & np.isnan(values)
        hold = (inside & self.wished) | (ahead & self.wished_ahead)
        return np.where(hold, wished, np.where(inside, np.nan, values))


_TRIES: Final = (
    _Try(0, 1, wished=True, wished_ahead=True),
    _Try(0, 1, wished=True, wished_ahead=False),
    _Try(0, 3, wished=False, wished_ahead=False),
    _Try(2, 3, wished=True, wished_ahead=False),
    _Try(1, 1, wished=False, wished_ahead=False),
    _Try(3, 1, wished=False, wished_ahead=False),
)


def whole_in_turn(
    form: StandardForm, slot: IntArray, worth: float, deadline: Deadline, wish: FloatArray | None = None
) -> FloatArray | None:
    """A point of ``form``, a choice that costs less than ``worth`` being as good as any; None where slots in
    turn lead nowhere.

    ``slot`` tells in which slot every column is decided; ``wish`` has the values that columns keep wherever
    they can, and NaN for the others.
    """
    part = smaller(form)
    whole = np.flatnonzero(part.form.whole)
    if not part.possible or not len(whole):
        return None
    wished = np.full(len(whole), np.nan) if wish is None else wish[part.columns][whole]
    values, turns = np.full(len(whole), np.nan), list(_turns(slot[part.columns][whole]))
    x: FloatArray | None = None
    for number in range(len(turns)):
        for one in _TRIES:
            inside = np.logical_or.reduce(turns[max(0, number - one.back) : number + 1])
            near = _held(part.form, whole, inside, one.kept(values, wished, inside))
            x = highs.solve(near, time_limit_s=deadline.left_s, gap=_GAP * worth, nodes=one.nodes).x
            if x is not None or deadline.over:
                break
        if x is None:
            return None
        values[inside] = np.round(x[whole[inside]])
    return None if x is None else part.whole(x)


def _turns(slots: IntArray) -> Iterator[BoolArray]:
    """Which columns of the given slots are searched, turn by turn."""
    before = np.append(0, np.cumsum(np.bincount(slots)))
    first = 0
    while first < len(before) - 1:
        last = int(np.searchsorted(before, before[first] + _OPEN, side="right")) - 1
        last = min(max(last, first + 1), first + _SLOTS)
        yield (slots >= first) & (slots < last)
        first = last


def _held(form: StandardForm, whole: IntArray, inside: BoolArray, kept: FloatArray) -> StandardForm:
    """``form`` with what is ``kept`` held, and of the rest the columns ``inside`` whole."""
    known = np.isfinite(kept)
    asked = np.zeros(form.columns, dtype=bool)
    asked[whole[inside & ~known]] = True
    return replace(form, whole=asked).with_bounds(whole[known], kept[known], kept[known])
