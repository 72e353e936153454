"""What was usual in the last weeks: rows are days back (today first), columns quarters of the local clock."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HALF_AFTER_DAYS: Final = 5.0
"""A day so much older counts half."""
PEAK_DAYS: Final = 14
PEAK_HALF_AFTER_DAYS: Final = 3.5
"""The peak follows the weather, and the weather changes faster than habits."""

PEAK_SHARE: Final = 0.9
"""Of a day that must be known, so that its peak is hardly among the rest."""


def usual_day(seen_kw: Numbers, alike: NDArray[np.bool_], width: int) -> Numbers:
    """The usual day of a kind, shape (quarters,): the median of its days, with the usual peak.

    ``seen_kw`` has the shape (days back, quarters), NaN where it is not known, ``alike`` (days back,).
    ``width`` is how many quarters one value of the history lasts. For a kind of day that all days together
    would have foretold better, all days are taken.
    """
    own = np.flatnonzero(alike)
    days = own if not len(own) or _is_its_own_kind(seen_kw, own) else np.arange(len(alike))
    return _with_usual_peak(_median_of(seen_kw, days, age=0), seen_kw, days, width)


def _with_usual_peak(usual_kw: Numbers, seen_kw: Numbers, days: NDArray[np.intp], width: int) -> Numbers:
    """The usual day with the usual peak at its usual time.

    A median of days flattens their peaks, which come at another quarter each day; but the wires must carry
    them. So the peak of the last days is put where the last days' mean is highest, and nothing is above it.
    """
    recent = days[days <= PEAK_DAYS]
    whole = recent[np.mean(~np.isnan(seen_kw[recent]), axis=1) >= PEAK_SHARE]
    if not len(whole):
        return usual_kw
    peaks_kw = np.nanmax(seen_kw[whole], axis=1, keepdims=True)
    peak_kw = weighted_median(peaks_kw, 0.5 ** (whole / PEAK_HALF_AFTER_DAYS))[0]
    first = int(_mean_of(seen_kw[whole]).argmax()) // width * width
    capped: Numbers = np.minimum(usual_kw, peak_kw)
    capped[first : first + width] = peak_kw
    return capped


def _mean_of(seen_kw: Numbers) -> Numbers:
    """Mean of what is known over the first axis, shape (columns,); 0 where nothing is."""
    known = ~np.isnan(seen_kw)
    sums: Numbers = np.where(known, seen_kw, 0.0).sum(axis=0)
    mean: Numbers = sums / np.maximum(known.sum(axis=0), 1)
    return mean


def weighted_median(values: Numbers, weights: Numbers) -> Numbers:
    """Median over the first axis, shape (columns,); NaN has no weight, and is left where nothing else is."""
    if not len(values):
        return np.full(values.shape[1], np.nan)
    order = np.argsort(values, axis=0)  # NaN last
    rising = np.take_along_axis(values, order, axis=0)
    sums = np.cumsum(np.where(np.isnan(rising), 0.0, weights[order]), axis=0)
    middle = np.argmax(sums >= sums[-1] / 2, axis=0)
    return np.asarray(np.take_along_axis(rising, middle[None, :], axis=0)[0], dtype=np.float64)


def _is_its_own_kind(seen_kw: Numbers, own: NDArray[np.intp]) -> bool:
    """Whether the days of the kind were nearer to the others of their kind than to all other days."""
    days = np.flatnonzero(~np.all(np.isnan(seen_kw), axis=1))
    by_own, by_all = 0.0, 0.0
    for day in np.intersect1d(own, days):
        among_own, among_all = (
            np.abs(_median_of(seen_kw, others[others != day], age=int(day)) - seen_kw[day])
            for others in (np.intersect1d(own, days), days)
        )
        told = ~np.isnan(among_own) & ~np.isnan(among_all)
        by_own += float(among_own[told].sum())
        by_all += float(among_all[told].sum())
    return by_own <= by_all


def _median_of(seen_kw: Numbers, days: NDArray[np.intp], age: int) -> Numbers:
    """Weighted median of some days; those near to the day ``age`` days back weigh more."""
    return weighted_median(seen_kw[days], 0.5 ** (np.abs(days - age) / HALF_AFTER_DAYS))
