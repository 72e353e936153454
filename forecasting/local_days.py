"""Ends of local days, and the local clock in steps: what holds on days of 23, 24 and 25 hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from domain.time_grid import from_utc_s, utc_s
from forecasting.intervals import Intervals


def end_of_local_day(at: datetime, time_zone: str) -> datetime:
    """The next midnight at the site, UTC."""
    return _midnight_after(at, 1, time_zone)


def end_of_next_local_day(at: datetime, time_zone: str) -> datetime:
    """The midnight after tomorrow at the site, UTC."""
    return _midnight_after(at, 2, time_zone)


def _midnight_after(at: datetime, days: int, time_zone: str) -> datetime:
    zone = ZoneInfo(time_zone)
    day = at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def by_local_clock(
    value_at: Callable[[datetime], float], start: datetime, end: datetime, time_zone: str, step_min: int
) -> Intervals:
    """A rule of the local clock over at least ``[start, end)``; equal neighbours are one interval.

    ``value_at`` is asked once for each whole step of ``step_min``, with the local moment of its start.
    """
    zone, step_s = ZoneInfo(time_zone), 60 * step_min
    first_s = utc_s(start) // step_s * step_s
    moments_s = range(first_s, utc_s(end) + step_s, step_s)
    values = ((moment_s, value_at(from_utc_s(moment_s).astimezone(zone))) for moment_s in moments_s)
    runs = [(next(run)[0], value) for value, run in groupby(values, key=lambda pair: pair[1])]
    starts_s = np.array([moment_s for moment_s, _ in runs], dtype=np.int64)
    ends_s = np.append(starts_s[1:], np.int64(moments_s[-1] + step_s))
    return Intervals(starts_s, ends_s, np.array([value for _, value in runs], dtype=np.float64))
