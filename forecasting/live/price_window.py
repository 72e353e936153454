"""For which days prices are asked: whole local days, said in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from forecasting.live.provider import Want
from forecasting.local_days import end_of_next_local_day

HISTORY: Final = timedelta(days=7)
"""So much before the wanted time is asked for too: the tail of the horizon is made from it."""


def window(want: Want) -> tuple[datetime, datetime]:
    """From a local midnight seven days before what is wanted to the end of tomorrow, UTC.

    Where less than tomorrow is wanted, to the end of the last local day of that.
    """
    zone = ZoneInfo(want.time_zone)
    first = min(want.start, want.now).astimezone(zone).date() - HISTORY
    day_after = (want.end - timedelta(seconds=1)).astimezone(zone).date() + timedelta(days=1)
    end = min(end_of_next_local_day(want.now, want.time_zone), _midnight(day_after, zone))
    return _midnight(first, zone), end


def market_days(want: Want, time_zone: str) -> tuple[date, ...]:
    """The days of a market's own calendar from the wanted start to the end of ``window``, oldest first."""
    zone = ZoneInfo(time_zone)
    last = (window(want)[1] - timedelta(seconds=1)).astimezone(zone).date()
    first = min(want.start.astimezone(zone).date(), last)
    return tuple(first + timedelta(days=more) for more in range((last - first).days + 1))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
