"""What a protection stands: the lower edge of its band, started hot, as a function of current and time.

A protection that has long carried its non-tripping current may trip in K / (m^2 - n^2) seconds, with m the
multiple of the rating and n the multiple that never trips. K comes from the lowest points that the standards
guarantee: breakers B, C and D trip no sooner than 1 s after 2.55 times the rating (IEC 60898-1, table 7);
gG fuses hold 2.06 times the rating for 10 s (IEC 60269-1, gates), halved here because they start hot.
Selective main breakers and North American mains have no such point that we could cite: they get the
breakers' K. Real devices stand several times more; ``points`` of the maker's curve let a site use that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from executors.control.seam import Floats


class Band(NamedTuple):
    """Lower edge of one type of protection."""

    hold_multiple: float
    """Multiple of the rating that never trips (n)."""
    trip_k_s: float
    """K [s]."""


_BREAKER_K_S: Final = 1.0 * (2.55**2 - 1.13**2)
_FUSE_K_S: Final = 0.5 * 10.0 * (2.06**2 - 1.25**2)

BANDS: Final[Mapping[str, Band]] = {
    "mcb": Band(1.13, _BREAKER_K_S),
    "gg": Band(1.25, _FUSE_K_S),
    "sls_e": Band(1.05, _BREAKER_K_S),
    "ul": Band(1.0, _BREAKER_K_S),
}
"""By ``protection.type``."""

STRICTEST: Final = Band(
    min(band.hold_multiple for band in BANDS.values()), min(band.trip_k_s for band in BANDS.values())
)
"""What counts where nobody said which protection there is."""


def trip_rate(current_a: Floats, rating_a: Floats, hold_multiple: Floats, trip_k_s: Floats) -> Floats:
    """How fast a protection runs towards tripping [1/s]: 1 over the time to trip; negative while it cools.

    Shapes broadcast; 0 where the rating is inf.
    """
    with np.errstate(invalid="ignore"):
        multiple = np.where(np.isfinite(rating_a), np.abs(current_a) / rating_a, hold_multiple)
    rate: Floats = (multiple**2 - hold_multiple**2) / trip_k_s
    return rate


def time_by_points_s(current_a: float, points: tuple[tuple[float, float], ...]) -> float:
    """Trip time [s] by a curve of (current [A], time [s]), straight between its points in both logarithms.

    Below the first point it never trips; beyond the last one the last I^2 t counts.
    """
    first_a, (last_a, last_s) = points[0][0], points[-1]
    if current_a < first_a:
        return float("inf")
    if current_a >= last_a:
        return last_s * (last_a / current_a) ** 2
    amps, times = np.log(np.array(points)).T
    return float(np.exp(np.interp(np.log(current_a), amps, times)))


def current_for_a(duration_s: float, rating_a: float, band: Band) -> float:
    """Highest current [A] that that the protection stands for ``duration_s``."""
    if rating_a == float("inf"):
        return rating_a
    return float(rating_a * np.sqrt(band.hold_multiple**2 + band.trip_k_s / duration_s))


def current_by_points_a(duration_s: float, points: tuple[tuple[float, float], ...]) -> float:
    """Highest current [A] that a curve of points stands for ``duration_s``."""
    low_a, high_a = 0.0, max(points[-1][0], points[0][0]) * 100
    for _ in range(60):
        middle_a = (low_a + high_a) / 2
        if time_by_points_s(middle_a, points) >= duration_s:
            low_a = middle_a
        else:
            high_a = middle_a
    return low_a
