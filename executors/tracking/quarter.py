"""What may still be drawn from the grid in the running quarter without a new peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.units import S_PER_H

UNBOUND_KW: Final = float("inf")
"""No peak is kept."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Import of the running window of the meter's clock."""

    number: int
    """Windows since 1970."""
    used_kwh: float
    """Imported so far; an import that nobody measured counts at the peak itself."""


def first_quarter() -> Quarter:
    """No window yet."""
    return Quarter(-1, 0.0)


def next_quarter(
    quarter: Quarter, import_kw: float, dt_s: float, wall_s: float, window_s: float, peak_kw: float
) -> Quarter:
    """The window after ``dt_s`` seconds of ``import_kw`` (signed, + import; NaN: not known).

    At the start, and when a window is entered in its midst, what was before counts at the peak: unknown
    energy is never a budget.
    """
    number = int(wall_s // window_s)
    if peak_kw == UNBOUND_KW:
        return Quarter(number, 0.0)
    passed_s = wall_s - number * window_s
    drawn_kw = peak_kw if import_kw != import_kw else max(import_kw, 0.0)  # noqa: PLR0124 -- NaN
    if number == quarter.number:
        return Quarter(number, quarter.used_kwh + drawn_kw * dt_s / S_PER_H)
    unseen_s = max(passed_s - dt_s, 0.0)
    seen_s = min(passed_s, dt_s)
    return Quarter(number, (peak_kw * unseen_s + drawn_kw * seen_s) / S_PER_H)


def budget(quarter: Quarter, wall_s: float, window_s: float, peak_kw: float) -> tuple[float, float]:
    """Energy [kWh] that may still be imported in this window, at least 0, and the time left of it [s]."""
    if peak_kw == UNBOUND_KW:
        return UNBOUND_KW, window_s - wall_s % window_s
    left_s = (quarter.number + 1) * window_s - wall_s
    return max(peak_kw * window_s / S_PER_H - quarter.used_kwh, 0.0), left_s
