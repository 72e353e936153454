"""Several answers over time as one: newer values win, holes stay holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from domain.errors import Malformed
from domain.time_grid import utc_s
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.live.publication import covered_until
from forecasting.resample import means


def joined(parts: Sequence[Known]) -> Known:
    """All parts together, oldest first; where two overlap, the interval of the later part stays.

    Words, quality and time of issue are those of the last part. Missing values of a part take nothing
    away from another. Raises ``Malformed`` where no part has a value.
    """
    start_s, end_s = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    values = np.empty(0)
    for part in parts:
        there = ~np.isnan(part.intervals.values)
        new_start_s, new_end_s = part.intervals.start_s[there], part.intervals.end_s[there]
        # intervals rise and do not overlap: how many end by a moment less how many start before it
        after = np.searchsorted(new_end_s, start_s, side="right")
        before = np.searchsorted(new_start_s, end_s, side="left")
        kept = after == before
        start_s = np.concatenate((start_s[kept], new_start_s))
        end_s = np.concatenate((end_s[kept], new_end_s))
        values = np.concatenate((values[kept], part.intervals.values[there]))
    if not len(values):
        raise Malformed("an answer without a value")
    order = np.argsort(start_s, kind="stable")
    return replace(parts[-1], intervals=Intervals(start_s[order], end_s[order], values[order]))


def until_hole(known: Known, since: datetime) -> Known:
    """What is known up to the first hole after ``since``; what lies behind the hole is left out, and said.

    Where nothing is known at ``since``, the values before it.
    """
    end_s = utc_s(covered_until(known.intervals, since))
    kept = known.intervals.end_s <= end_s
    if kept.all() or not kept.any():
        return known
    intervals = known.intervals
    short = Intervals(intervals.start_s[kept], intervals.end_s[kept], intervals.values[kept])
    note = f"{known.source} lacks values from {short.end:%Y-%m-%d %H:%M} UTC on, later ones are not used"
    return replace(known, intervals=short, note="; ".join(filter(None, (known.note, note))))


def by_hour(intervals: Intervals) -> Intervals:
    """Means of whole clock hours in UTC; hours that are not whole are left out."""
    first_s = -(-int(intervals.start_s[0]) // 3600) * 3600
    start_s = np.arange(first_s, int(intervals.end_s[-1]), 3600, dtype=np.int64)
    values = means(intervals, start_s, start_s + 3600)
    there = ~np.isnan(values)
    if not there.any():
        return intervals
    return Intervals(start_s[there], start_s[there] + 3600, values[there])
