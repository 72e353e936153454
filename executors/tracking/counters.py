"""The chargers' own energy counters: what flowed, put right wherever one has moved."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Floats

BEHIND_S: Final = 60.0
"""Counter and power may be apart by what flows at full power in this time [s]; more is another counter."""


class Counters(NamedTuple):
    """Memory of the counters; arrays over chargers."""

    kwh: Floats
    """What each showed last [kWh]; NaN before."""
    since_kwh: Floats
    """What the powers came to since it showed that."""


def first_counters(count: int) -> Counters:
    """Nothing shown yet."""
    return Counters(np.full(count, np.nan), np.zeros(count))


def put_right(
    counters: Counters, kwh: Floats | None, drawn_kwh: Floats, full_kw: Floats
) -> tuple[Floats, Counters]:
    """What flowed in a tick (C,) [kWh]: ``drawn_kwh``, with what a counter knows better since it moved last.

    Powers are samples, seconds apart, of what may change within one. ``kwh``: the counters, of a session or
    of all time, NaN where one does not say; a lower value than before begins anew. ``full_kw``: the most
    that each charger gives.
    """
    if kwh is None:
        return drawn_kwh, counters
    since_kwh = counters.since_kwh + drawn_kwh
    moved = (kwh != counters.kwh) & ~np.isnan(kwh)
    if not moved.any():
        return drawn_kwh, counters._replace(since_kwh=since_kwh)
    risen_kwh = kwh - counters.kwh
    off_kwh = risen_kwh - since_kwh
    known = moved & (risen_kwh >= 0) & (np.abs(off_kwh) <= full_kw * (BEHIND_S / S_PER_H))
    right_kwh: Floats = drawn_kwh + np.where(known, off_kwh, 0.0)
    return right_kwh, Counters(np.where(moved, kwh, counters.kwh), np.where(moved, 0.0, since_kwh))
