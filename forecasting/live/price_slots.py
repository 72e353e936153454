"""From a provider's stamps and numbers to prices over slots: how long each holds, and which are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import NotPublished
from domain.series import Quality
from domain.time_grid import from_utc_s
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.live.json_answers import checked_s, stamp_s, words
from forecasting.quotes import EUR_PER_KWH

SLOT_LENGTHS_S: Final = (900, 1800, 3600)
"""Markets sell quarters, half hours and hours."""
MOST_PER_KWH: Final = 20.0
"""No market lets a price go so far [EUR/kWh]; beyond it the answer is in another unit."""
_NEIGHBOURS: Final = 3
"""Stamps on each side that say together how long a slot is: a change of it lasts for a day at least."""


def slots_from_starts(starts_s: Sequence[int], prices: NDArray[np.float64]) -> Intervals:
    """Each price holds for the usual length of its neighbours, which may change once a day.

    The last lasts as long as the one before. A larger distance leaves a hole, it does not make a slot longer.
    Raises ``ValueError`` where stamps do not rise or lie at no quarter.
    """
    if len(starts_s) < 2:
        raise ValueError("one stamp alone does not say how long its price holds")
    steps_s = [after - before for before, after in pairwise(starts_s)]
    if min(steps_s) <= 0:
        raise ValueError("stamps must rise")
    lengths_s = [_length_s(steps_s, at) for at in range(len(steps_s))]
    lengths_s.append(lengths_s[-1])
    return slots_from_pairs(
        starts_s, [start + length for start, length in zip(starts_s, lengths_s, strict=True)], prices
    )


def slots_from_pairs(
    starts_s: Sequence[int],
    ends_s: Sequence[int],
    prices: NDArray[np.float64],
    lengths_s: Sequence[int] | None = SLOT_LENGTHS_S,
) -> Intervals:
    """Slots whose ends are given, in any order; an end beyond the next start counts as that start.

    Raises ``ValueError`` for doubled starts and, unless ``lengths_s`` is none, for slots of another length or
    off their own raster.
    """
    starts, ends = np.array(starts_s, dtype=np.int64), np.array(ends_s, dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    ends[:-1] = np.minimum(ends[:-1], starts[1:])
    odd = np.zeros(len(starts), dtype=bool)
    if lengths_s is not None:
        odd = ~np.isin(ends - starts, lengths_s) | (starts % np.maximum(ends - starts, 1) != 0)
    if np.any(odd):
        start_s, end_s = int(starts[odd][0]), int(ends[odd][0])
        raise ValueError(
            f"a slot of {(end_s - start_s) / 60:g} min at {from_utc_s(start_s):%Y-%m-%d %H:%M} UTC"
        )
    return Intervals(starts, ends, np.array(prices, dtype=np.float64)[order])


def known_prices(
    prices: Intervals,
    source: str,
    *,
    issued_at: datetime | None = None,
    quality: Quality = Quality.PUBLISHED,
    note: str = "",
) -> Known:
    """The prices [EUR/kWh] that are there; missing ones are left out.

    Raises ``NotPublished`` where none is there, ``ValueError`` where one is beyond all bounds.
    """
    there = ~np.isnan(prices.values)
    if not np.any(there):
        raise NotPublished(f"{source}: every price is still missing")
    kept = Intervals(prices.start_s[there], prices.end_s[there], prices.values[there])
    highest = float(np.max(np.abs(kept.values)))
    if highest > MOST_PER_KWH:
        raise ValueError(f"a price of {highest:g} per kWh is no price per kWh: another unit?")
    return Known(kept, EUR_PER_KWH, source, quality, issued_at, note)


def seconds(value: object) -> int:
    """UTC seconds since 1970 from whole seconds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{words(value)!r} is no whole number of seconds")
    return checked_s(value)


def seconds_from_ms(value: object) -> int:
    """UTC seconds since 1970 from whole milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int) or value % 1000:
        raise TypeError(f"{words(value)!r} is no whole second in milliseconds")
    return checked_s(value // 1000)


def moment(text: object) -> datetime:
    """The moment of an ISO stamp with its offset, UTC."""
    return from_utc_s(stamp_s(text))


def rows(value: object, name: str) -> list[dict[str, Any]]:
    """The objects of the list ``name``; ``TypeError`` for anything else."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise TypeError(f"'{name}' is no list of objects")
    return value


def _length_s(steps_s: Sequence[int], at: int) -> int:
    """Usual step [s] before or after stamp ``at``, the longer one: an hour stays one beside quarters."""
    own = steps_s[at]
    before, after = steps_s[max(at - _NEIGHBOURS, 0) : at], steps_s[at + 1 : at + 1 + _NEIGHBOURS]
    return max((min(own, *side) for side in (before, after) if side), default=own)
