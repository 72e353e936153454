"""From a day and a time on the site's clock to a moment, also on the days when clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.clock import minutes_of
from domain.time_grid import from_utc_s


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """A moment that was given by the local clock."""

    utc: datetime
    note: str = ""
    """What was done where the clock shows that time twice, or never."""


def moment_at(day: date, clock: str, zone: ZoneInfo) -> LocalMoment:
    """The moment when the clock shows ``clock`` (``HH:MM``, up to 23:59) on ``day``.

    A time that comes twice is taken the first time: the car must then be ready. A time that is
    skipped becomes the first moment after the skip.
    """
    hour, minute = divmod(minutes_of(clock), 60)
    naive = datetime.combine(day, time(hour, minute))
    first = naive.replace(tzinfo=zone).astimezone(UTC)
    second = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return LocalMoment(first)
    if first < second:
        return LocalMoment(first, f"{clock} on {day} comes twice; the first time counts")
    moment = _change_between(second, first, zone)
    shown = f"{moment.astimezone(zone):%H:%M}"
    return LocalMoment(moment, f"{clock} on {day} does not exist; {shown}, right after the skip, counts")


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """First second in ``(low, high]`` with the clock's offset at ``high``."""
    low_s, high_s = int(low.timestamp()), int(high.timestamp())
    offset = _offset_at(high_s, zone)
    while high_s - low_s > 1:
        middle_s = (low_s + high_s) // 2
        low_s, high_s = (low_s, middle_s) if _offset_at(middle_s, zone) == offset else (middle_s, high_s)
    return from_utc_s(high_s)


def _offset_at(moment_s: int, zone: ZoneInfo) -> timedelta | None:
    return from_utc_s(moment_s).astimezone(zone).utcoffset()
