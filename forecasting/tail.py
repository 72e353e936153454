"""The tail: where a series ends before the horizon does, a forecast from the same hours of past days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.series import Quality
from domain.time_grid import TimeGrid
from forecasting.intervals import Intervals
from forecasting.resample import means

MOST_DAYS: Final = 7
"""The last days known that are averaged."""
_LOOK_BACK_DAYS: Final = 14
_NOWHERE_S: Final = -(10**12)


@dataclass(frozen=True, slots=True)
class Tail:
    """Forecast values and quality for some slots, shape (slots,), and how they were made."""

    values: NDArray[np.float64]
    quality: NDArray[np.int8]
    note: str


def tail(known: Intervals, grid: TimeGrid, slots: NDArray[np.intp], *, unseen: float | None = None) -> Tail:
    """Forecast for ``slots`` of the grid: the mean of the same local hours of the last days known.

    One day alone is repeated and says so; an hour never seen takes the value ``unseen``, or stays NaN.
    """
    past = _same_hours_of_past_days(known, grid, slots)
    newest = np.cumsum(~np.isnan(past), axis=1) <= MOST_DAYS
    used = newest & ~np.isnan(past)
    days = used.sum(axis=1)
    sums = np.where(used, past, 0.0).sum(axis=1)
    values = np.where(days > 0, sums / np.maximum(days, 1), np.nan if unseen is None else unseen)
    quality = np.where(days == 1, Quality.REPEATED, Quality.FORECAST).astype(np.int8)
    return Tail(values, quality, _note(days))


def _same_hours_of_past_days(
    known: Intervals, grid: TimeGrid, slots: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Means over the same local clock times, newest day first: shape (slots, days back), NaN unknown."""
    zone = ZoneInfo(grid.time_zone)
    starts = [grid.starts[slot].astimezone(zone) for slot in slots]
    start_s = np.array(
        [_days_before_s(start, days) for start in starts for days in range(1, _LOOK_BACK_DAYS + 1)],
        dtype=np.int64,
    )
    length_s = np.repeat(np.diff(grid.edges_s)[slots], _LOOK_BACK_DAYS)
    return means(known, start_s, start_s + length_s).reshape(len(slots), _LOOK_BACK_DAYS)


def _days_before_s(local: datetime, days: int) -> int:
    """The same clock time some days earlier [s since 1970]; far away where the clock skipped it."""
    clock = local.replace(tzinfo=None) - timedelta(days=days)
    earlier = clock.replace(tzinfo=local.tzinfo, fold=local.fold).astimezone(UTC)
    skipped = earlier.astimezone(local.tzinfo).replace(tzinfo=None) != clock
    return _NOWHERE_S if skipped else int(earlier.timestamp())


def recent_mean(known: Intervals) -> float:
    """Time-weighted mean of the last days known."""
    recent = ~np.isnan(known.values) & (known.end_s > known.end_s[-1] - MOST_DAYS * 86400)
    lengths_s = (known.end_s - known.start_s)[recent]
    return float(lengths_s @ known.values[recent] / lengths_s.sum())


def _note(days: NDArray[np.intp]) -> str:
    parts = []
    if np.any(days > 1):
        parts.append(f"the mean of the same hours of the last days known ({days.max()} at most)")
    if np.any(days == 1):
        parts.append("the same hour repeated where only one past day is known")
    if np.any(days == 0):
        parts.append("the mean of the last days where an hour was never seen")
    return ", ".join(parts)
