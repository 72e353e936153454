"""The capacity peak: windows of the meter's clock whose mean import is paid for, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """One clock window, such as a quarter of an hour."""

    hours: float
    slots: NDArray[np.int64]
    """Slots that overlap it."""
    overlap_h: _FloatArray
    """How long each of these does [h]."""
    known_kwh: float = 0.0
    """Import in the part of the window that lies outside the horizon."""

    def mean_kw(self, import_kw: _FloatArray) -> float:
        """Mean import of the window [kW]; ``import_kw`` has the shape (slots,)."""
        return float(self.known_kwh + self.overlap_h @ import_kw[self.slots]) / self.hours


@dataclass(frozen=True, slots=True)
class Peak:
    """The windows of one calendar month, and what their highest mean costs."""

    month: str
    eur_per_kw: float
    paid_kw: float
    """Peak that is paid for in any case: the floor, or the month's peak so far."""
    windows: tuple[Window, ...]

    def rise_kw(self, import_kw: _FloatArray) -> float:
        """Rise of the month's peak above what is paid for [kW]."""
        return max([0.0, *(window.mean_kw(import_kw) - self.paid_kw for window in self.windows)])
