"""When day-ahead prices are published, and how much of a day is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.time_grid import from_utc_s, utc_s
from forecasting.intervals import Intervals

PARTIAL_AGAIN: Final = timedelta(minutes=10)
"""Between two questions while a day that is due is not whole."""
_SPREAD: Final = timedelta(minutes=10)
"""Over so long the first questions of a day are spread, so that not all sites ask in the same second."""


@dataclass(frozen=True, slots=True)
class Publication:
    """When a source has the prices of the next delivery day, on the clock of its market."""

    time_zone: str
    first: time
    """From here on it is worth asking."""
    by: time
    """Usually there by now: from here on a day that lacks is missed."""
    day_ends: time = time()
    """Delivery days end at this time of the local clock: midnight, but 23:00 in Great Britain."""


_SDAC: Final = Publication("Europe/Brussels", time(12, 45), time(13, 15))
_LATER: Final = Publication("Europe/Brussels", time(13, 0), time(14, 0))
_GREAT_BRITAIN: Final = Publication("Europe/London", time(16, 0), time(17, 0), time(23, 0))

PUBLICATIONS: Final[Mapping[str, Publication]] = {
    "energy_charts": _SDAC,
    "entsoe": _SDAC,
    "nordpool": _SDAC,
    "smard": _LATER,
    "awattar": _LATER,
    "tibber": _LATER,
    "energyzero": Publication("Europe/Amsterdam", time(14, 0), time(15, 0)),
    "octopus": _GREAT_BRITAIN,
}
"""By provider; the one European auction at noon, suppliers that repeat it later, and Great Britain."""


def due(source: str, now: datetime) -> datetime:
    """End of the last delivery day whose prices should be there at ``now``, UTC."""
    plan = PUBLICATIONS[source]
    local = now.astimezone(ZoneInfo(plan.time_zone))
    return _end_of(plan, local.date() + timedelta(days=local.time() >= plan.by))


def next_question(source: str, now: datetime, known_until: datetime, jitter: float) -> datetime:
    """When to ask again for prices that are known up to ``known_until``; ``jitter`` is 0..1."""
    if known_until < due(source, now):
        return now + PARTIAL_AGAIN
    plan = PUBLICATIONS[source]
    tomorrow = now.astimezone(ZoneInfo(plan.time_zone)).date() + timedelta(days=1)
    if known_until >= _end_of(plan, tomorrow):
        return _at(plan, tomorrow, plan.first) + _SPREAD * jitter
    return poll(source, now, jitter)


def poll(source: str, now: datetime, jitter: float) -> datetime:
    """When to ask for prices that are not published yet: from the first hour on, every ten minutes."""
    plan = PUBLICATIONS[source]
    first = _at(plan, now.astimezone(ZoneInfo(plan.time_zone)).date(), plan.first) + _SPREAD * jitter
    return max(first, now + PARTIAL_AGAIN)


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many prices of a local day are there, and how many it has."""

    day: date
    slots: int
    expected: int

    @property
    def complete(self) -> bool:
        """Whether none lacks."""
        return self.slots == self.expected


def day_counts(known: Intervals, time_zone: str) -> tuple[DayCount, ...]:
    """Count of every local day from the first to the last that the prices touch.

    A whole day has 92, 96 or 100 quarters (23, 24 or 25 hours): its length over the usual interval.
    """
    zone = ZoneInfo(time_zone)
    day, last = known.start.astimezone(zone).date(), known.end.astimezone(zone)
    counts = []
    while datetime.combine(day, time(), zone) < last:
        counts.append(_count(known, day, zone))
        day += timedelta(days=1)
    return tuple(counts)


def _count(known: Intervals, day: date, zone: ZoneInfo) -> DayCount:
    start_s, end_s = (utc_s(datetime.combine(day + timedelta(days=more), time(), zone)) for more in (0, 1))
    inside = (known.start_s >= start_s) & (known.end_s <= end_s) & ~np.isnan(known.values)
    lengths_s = (known.end_s - known.start_s)[inside]
    usual_s = int(np.median(lengths_s if len(lengths_s) else known.end_s - known.start_s))
    lacking_s = end_s - start_s - int(lengths_s.sum())
    return DayCount(day, int(inside.sum()), int(inside.sum()) + -(-lacking_s // usual_s))


def covered_until(known: Intervals, since: datetime) -> datetime:
    """End of the stretch without a hole that holds ``since``; ``since`` itself where there is none."""
    there = ~np.isnan(known.values)
    start_s, end_s, moment_s = known.start_s[there], known.end_s[there], utc_s(since)
    at = int(np.searchsorted(end_s, moment_s, side="right"))
    if at == len(end_s) or start_s[at] > moment_s:
        return since
    breaks = np.flatnonzero(start_s[at + 1 :] != end_s[at:-1])
    return from_utc_s(int(end_s[at + breaks[0]] if len(breaks) else end_s[-1]))


def _end_of(plan: Publication, day: date) -> datetime:
    if plan.day_ends == time():
        return _at(plan, day + timedelta(days=1), time())
    return _at(plan, day, plan.day_ends)


def _at(plan: Publication, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(plan.time_zone)).astimezone(UTC)
