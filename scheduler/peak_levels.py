"""What charging at all means for the month's peak: a car that draws draws at least its minimum.

The relaxation spreads a car thinly over the whole night and pays for no peak. Whether a car draws at all in
slots where even its minimum is above what is paid for is one question for many slots, so it gets a variable
of its own to branch on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from scheduler.battery_reach import reach
from scheduler.giving import most_given_kw
from scheduler.peaks import Peak
from scheduler.problem import FloatArray, IntArray, Problem

Key = tuple[int, int, int]
_GROUPS: Final = 4
"""Groups of slots per session and option, by how far their peak would rise."""
_EPS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class PeakLevel:
    """Draws of one session and option any of which raises the peak of month ``month`` by ``rise_kw``."""

    month: int
    rise_kw: float
    draws: tuple[Key, ...]


def peak_levels(problem: Problem) -> tuple[PeakLevel, ...]:
    """Levels of every month, session and option; none where the modes do not count the peak."""
    if not problem.wish.peak_counts:
        return ()
    return tuple(
        level for month, peak in enumerate(problem.peaks) for level in _of_month(problem, month, peak)
    )


def _of_month(problem: Problem, month: int, peak: Peak) -> list[PeakLevel]:
    table, least_rise = problem.draw_table, least_rises_kw(problem, peak)
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for j in np.flatnonzero(least_rise > _EPS).tolist():
        groups[int(table.session[j]), int(table.option[j])].append(j)
    found = []
    for members in groups.values():
        ranked = sorted(members, key=lambda j: float(least_rise[j]))
        for part in np.array_split(np.array(ranked), min(_GROUPS, len(ranked))):
            keys = tuple(
                (int(table.session[j]), int(table.slot[j]), int(table.option[j]))
                for j in sorted(part.tolist())
            )
            found.append(PeakLevel(month, float(least_rise[part].min()), keys))
    return found


def least_rises_kw(problem: Problem, peak: Peak) -> FloatArray:
    """By how much each draw raises a peak at least when it is on, shape (draws,) [kW]; 0 where that is not
    known: in clock windows that are not exactly one slot.
    """
    table = problem.draw_table
    drawn_kw = table.mean_kw_per_a * table.min_a * _share_after_a_switch(problem)
    rises = drawn_kw + (_least_import_kw(problem) - peak.paid_kw)[table.slot]
    own = np.zeros(problem.slots, dtype=bool)
    for window in peak.windows:
        if is_one_slot(problem, window.slots, window.hours):
            own[window.slots[0]] = True
    least: FloatArray = np.where(own[table.slot], np.maximum(rises, 0.0), 0.0)
    return least


def _share_after_a_switch(problem: Problem) -> FloatArray:
    """Share of its energy that a draw keeps when it begins with a phase switch, shape (draws,)."""
    table = problem.draw_table
    dead_h = np.array([s.switching.dead_h if s.switching else 0.0 for s in problem.sessions])
    if not dead_h.any():
        return np.ones(len(table.slot))
    present_h = problem.hours[table.slot] * table.share
    kept: FloatArray = np.clip(1 - dead_h[table.session] / present_h, 0.0, 1.0)
    return kept


def is_one_slot(problem: Problem, slots: IntArray, hours: float) -> bool:
    """Whether a clock window is exactly one slot."""
    return len(slots) == 1 and abs(float(problem.hours[slots[0]]) - hours) < _EPS


def _least_import_kw(problem: Problem) -> FloatArray:
    """Import without any car, less what battery and cars can give [kW]; negative where some is left."""
    least: FloatArray = -problem.surplus_kw - reach(problem).drain_kw - most_given_kw(problem)
    return least
