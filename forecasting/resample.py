"""Means over other intervals of time; energy and money stay what they were."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domain.time_grid import TimeGrid
from forecasting.intervals import Intervals


def onto(grid: TimeGrid, known: Intervals) -> NDArray[np.float64]:
    """Time-weighted mean of every slot, shape (slots,); NaN where a slot is not fully covered."""
    return means(known, grid.edges_s[:-1], grid.edges_s[1:])


def means(
    known: Intervals, start_s: NDArray[np.int64], end_s: NDArray[np.int64], least_share: float = 1.0
) -> NDArray[np.float64]:
    """Time-weighted mean over each ``[start_s[i], end_s[i])``; NaN where less than ``least_share`` is known.

    mean_i = sum_j overlap_ij x value_j / sum_j overlap_ij
    """
    first = np.searchsorted(known.end_s, start_s, side="right")
    after = np.searchsorted(known.start_s, end_s, side="left")
    found = np.full(len(start_s), np.nan)
    for window, (low, high) in enumerate(zip(first, after, strict=True)):
        if high - low == 1 and known.start_s[low] <= start_s[window] and end_s[window] <= known.end_s[low]:
            found[window] = known.values[low]  # exactly, without a product and a quotient
        elif high > low:
            window_s = int(start_s[window]), int(end_s[window])
            found[window] = _mean(known, slice(low, high), *window_s, least_share)
    return found


def _mean(known: Intervals, touched: slice, start_s: int, end_s: int, least_share: float) -> float:
    overlap_s = np.minimum(known.end_s[touched], end_s) - np.maximum(known.start_s[touched], start_s)
    covered_s = int(overlap_s.sum())
    if covered_s < least_share * (end_s - start_s):
        return float("nan")
    return float(overlap_s @ known.values[touched]) / covered_s
