"""Values over half-open intervals of time, as a source gives them, whatever their lengths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.time_grid import from_utc_s, utc_s

LONGEST_STEP_S: Final = 3600
"""Stamps further apart than this [s] leave a hole between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """``values[i]`` is the mean over ``[start_s[i], end_s[i])``, UTC seconds since 1970.

    All three have the shape (intervals,). Intervals rise and never overlap; a hole between two of
    them, or a NaN, is a value that is missing.
    """

    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.start_s.ndim != 1 or not self.start_s.shape == self.end_s.shape == self.values.shape:
            raise ValueError("starts, ends and values must be equally many")
        if not len(self.values):
            raise ValueError("no intervals")
        if np.any(self.start_s >= self.end_s):
            raise ValueError("an interval must end after its start")
        if np.any(self.end_s[:-1] > self.start_s[1:]):
            raise ValueError("intervals must rise and not overlap")
        for array in (self.start_s, self.end_s, self.values):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def start(self) -> datetime:
        """Start of the first interval, UTC."""
        return from_utc_s(int(self.start_s[0]))

    @property
    def end(self) -> datetime:
        """End of the last interval, UTC."""
        return from_utc_s(int(self.end_s[-1]))

    def with_values(self, values: NDArray[np.float64]) -> Intervals:
        """The same intervals with other values."""
        return Intervals(self.start_s, self.end_s, values)


def constant(value: float, start: datetime, end: datetime) -> Intervals:
    """The same value over all of ``[start, end)``."""
    edges_s = np.array([utc_s(start), utc_s(end)], dtype=np.int64)
    return Intervals(edges_s[:1], edges_s[1:], np.array([value], dtype=np.float64))


def from_starts(stamps_s: ArrayLike, values: ArrayLike, longest_s: int = LONGEST_STEP_S) -> Intervals:
    """Each value holds from its stamp to the next one; the last as long as the one before.

    Before a distance above ``longest_s`` a value lasts as long as the one before it: a hole remains.
    """
    starts_s, numbers = _arrays(stamps_s, values)
    return Intervals(starts_s, starts_s + _steps_s(starts_s, longest_s), numbers)


def from_ends(stamps_s: ArrayLike, values: ArrayLike, longest_s: int = LONGEST_STEP_S) -> Intervals:
    """Each value holds from the stamp before up to its own; the first as long as the one after.

    After a distance above ``longest_s`` a value lasts as long as the one after it: a hole remains.
    """
    ends_s, numbers = _arrays(stamps_s, values)
    steps_s = _steps_s(-ends_s[::-1], longest_s)[::-1]
    return Intervals(ends_s - steps_s, ends_s, numbers)


def from_instants(stamps_s: ArrayLike, values: ArrayLike, longest_s: int = LONGEST_STEP_S) -> Intervals:
    """Between two stamps the value runs straight from one to the other; each interval holds its mean.

    Nothing is known between stamps more than ``longest_s`` apart.
    """
    moments_s, numbers = _arrays(stamps_s, values)
    near = np.diff(moments_s) <= longest_s
    means = (numbers[:-1] + numbers[1:]) / 2
    return Intervals(moments_s[:-1][near], moments_s[1:][near], means[near])


def filled(first: Intervals, second: Intervals) -> Intervals:
    """``first``, and ``second`` where ``first`` knows nothing; cut where either of them begins or ends."""
    edges_s = np.unique(np.concatenate((first.start_s, first.end_s, second.start_s, second.end_s)))
    start_s, end_s = edges_s[:-1], edges_s[1:]
    (mine, in_first), (theirs, in_second) = (_values_at(known, start_s) for known in (first, second))
    values = np.where(np.isnan(mine), theirs, mine)
    covered = in_first | in_second
    return Intervals(start_s[covered], end_s[covered], values[covered])


def _values_at(
    known: Intervals, moments_s: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The value at each moment, NaN where it is not known, and whether an interval covers it."""
    at = np.searchsorted(known.start_s, moments_s, side="right") - 1
    inside = (at >= 0) & (moments_s < known.end_s[at])
    return np.where(inside, known.values[at], np.nan), inside


def _arrays(stamps_s: ArrayLike, values: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    moments_s = np.array(stamps_s, dtype=np.int64)
    if len(moments_s) < 2:
        raise ValueError("one stamp alone does not say how long its value holds")
    if np.any(np.diff(moments_s) <= 0):
        raise ValueError("stamps must rise")
    return moments_s, np.array(values, dtype=np.float64)


def _steps_s(rising_s: NDArray[np.int64], longest_s: int) -> NDArray[np.int64]:
    """Length [s] of the interval that begins at each stamp."""
    steps_s = np.append(np.diff(rising_s), 0)
    near = np.append(np.diff(rising_s) <= longest_s, False)
    if not np.any(near):
        raise ValueError(f"no two stamps lie within {longest_s} s")
    known = np.flatnonzero(near)
    before = np.searchsorted(known, np.arange(len(steps_s)), side="right") - 1
    lengths: NDArray[np.int64] = np.where(near, steps_s, steps_s[known[np.maximum(before, 0)]])
    distances: NDArray[np.int64] = np.append(np.diff(rising_s), longest_s)
    return np.minimum(lengths, distances)
