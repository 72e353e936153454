"""When a flexible load may run: its windows on the site's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.clock import minutes_of
from domain.local_time import moment_at
from domain.site_energy import FlexibleLoad


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a flexible load, in UTC."""

    start: datetime
    end: datetime


def windows_between(load: FlexibleLoad, start: datetime, end: datetime, zone: ZoneInfo) -> list[Window]:
    """Windows that overlap ``start`` to ``end``; one whose end is not after its start ends the day after."""
    first = start.astimezone(zone).date() - timedelta(days=1)
    days = (end.astimezone(zone).date() - first).days + 1
    windows = [_window(load, first + timedelta(days=offset), zone) for offset in range(days)]
    return [one for one in windows if one.start < end and one.end > start]


def _window(load: FlexibleLoad, day: date, zone: ZoneInfo) -> Window:
    begin, end = load.between
    overnight = minutes_of(end) <= minutes_of(begin)
    last = day + timedelta(days=1) if overnight else day
    return Window(moment_at(day, begin, zone).utc, moment_at(last, end, zone).utc)


@dataclass(frozen=True, slots=True)
class Ran:
    """How long loads have run in their running windows."""

    hours: Mapping[str, float] = field(default_factory=dict)
    """By load."""
    window_s: Mapping[str, float] = field(default_factory=dict)
    """Where the window of these hours begins, by load [s since 1970]."""


def ran_on(ran: Ran, load: FlexibleLoad, now: datetime, seconds: float, zone: ZoneInfo) -> Ran:
    """The hours after the load has run for ``seconds`` before ``now``; a new window begins at 0."""
    window = next(iter(windows_between(load, now, now + timedelta(seconds=1), zone)), None)
    if window is None:
        return ran
    begin_s = window.start.timestamp()
    before_h = ran.hours.get(load.id, 0.0) if ran.window_s.get(load.id) == begin_s else 0.0
    hours = {**ran.hours, load.id: before_h + seconds / 3600}
    return Ran(hours, {**ran.window_s, load.id: begin_s})


def hours_in_window(ran: Ran, load: FlexibleLoad, now: datetime, zone: ZoneInfo) -> float:
    """How long the load has run in the window that holds ``now`` [h]."""
    for window in windows_between(load, now, now + timedelta(seconds=1), zone):
        if ran.window_s.get(load.id) == window.start.timestamp():
            return ran.hours.get(load.id, 0.0)
    return 0.0
