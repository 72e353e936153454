"""The load of a household as its own meter has shown it: the same kind of day, the same local time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.time_grid import from_utc_s, utc_s
from forecasting.cold_start import DayKind, likely_kw
from forecasting.intervals import Intervals
from forecasting.resample import means
from forecasting.usual_days import Numbers, usual_day

LEARNT_DAYS: Final = 42
"""Days back that count."""
FULL_AFTER_DAYS: Final = 21
"""From so many days of history on, it speaks alone."""
QUARTERS: Final = 96
_LEAST_SHARE: Final = 0.6
"""Of a quarter that is known: recorders drop minutes, and nine of fifteen show what the quarter was."""
_THIN_QUARTERS: Final = QUARTERS // 2
"""A past day of which fewer are known does not count: half a day does not show how a day goes."""
_QUARTER_S: Final = 900
_NOWHERE_S: Final = -(10**12)


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """A usual day of each kind [kW], shape (kinds, quarters of the local clock); NaN where none was seen."""

    usual_kw: Numbers
    days: float
    """Of history that it was learnt from."""
    thin_days: int
    """Past days of which less than half is known; they do not count."""
    yearly_kwh: float
    """What the likely household would draw in a year to be as large as this one."""

    @property
    def share(self) -> float:
        """What it counts beside the likely household, 0..1."""
        return min(self.days / FULL_AFTER_DAYS, 1.0)


def predict(
    history: Intervals | None,
    starts: Sequence[datetime],
    *,
    time_zone: str,
    is_holiday: Callable[[date], bool],
    yearly_kwh: float | None,
    now: datetime,
) -> Numbers:
    """Load [kW] of the local quarter hours in which ``starts`` (aware) lie, shape (starts,).

    What history (UTC, kW) knows after ``now`` is not looked at. With less than three weeks of it, the
    likely household of ``yearly_kwh`` (or, without it, as large as history says) has its share. NaN, never
    0, where there is neither history nor ``yearly_kwh``.
    """
    zone = ZoneInfo(time_zone)
    habit = habit_of(history, now, zone, is_holiday, yearly_kwh)
    return np.full(len(starts), np.nan) if habit is None else usual_kw(habit, starts, zone, is_holiday)


def usual_kw(
    habit: Habit, starts: Sequence[datetime], zone: ZoneInfo, is_holiday: Callable[[date], bool]
) -> Numbers:
    """Load [kW] of the local quarter hours in which ``starts`` (aware) lie, shape (starts,)."""
    return np.array([_one(habit, start.astimezone(zone), is_holiday) for start in starts], dtype=np.float64)


def habit_of(
    history: Intervals | None,
    now: datetime,
    zone: ZoneInfo,
    is_holiday: Callable[[date], bool],
    yearly_kwh: float | None,
) -> Habit | None:
    """What ``history`` (UTC, kW) teaches up to ``now``, else a household of ``yearly_kwh``; none without."""
    past = None if history is None else recent(history, now)
    if past is not None:
        return _learnt(past, now, zone, is_holiday, yearly_kwh)
    if yearly_kwh is None:
        return None
    return Habit(np.full((len(DayKind), QUARTERS), np.nan), 0.0, 0, yearly_kwh)


def _learnt(
    past: Intervals,
    now: datetime,
    zone: ZoneInfo,
    is_holiday: Callable[[date], bool],
    yearly_kwh: float | None,
) -> Habit:
    """The usual days of the last six weeks before ``now``."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(LEARNT_DAYS + 1)]
    seen_kw = _by_local_clock(past, days, zone)
    thin = _thin(seen_kw)
    seen_kw[thin] = np.nan
    kinds = np.array([kind_of(day, is_holiday) for day in days])
    width = _quarters_of(past)
    usual = np.array([usual_day(seen_kw, kinds == kind, width) for kind in DayKind])
    size_kwh = _as_large_as(past, zone, is_holiday) if yearly_kwh is None else yearly_kwh
    return Habit(usual, float(np.sum(~np.isnan(seen_kw))) / QUARTERS, int(np.sum(thin)), size_kwh)


def kind_of(day: date, is_holiday: Callable[[date], bool]) -> DayKind:
    """What kind of day it is."""
    if day.weekday() == 6 or is_holiday(day):
        return DayKind.SUNDAY
    return DayKind.SATURDAY if day.weekday() == 5 else DayKind.WORKDAY


def _one(habit: Habit, local: datetime, is_holiday: Callable[[date], bool]) -> float:
    """Load at a local moment: learnt and likely, by how much was learnt."""
    kind = kind_of(local.date(), is_holiday)
    learnt_kw = float(habit.usual_kw[kind, local.hour * 4 + local.minute // 15])
    share = 0.0 if np.isnan(learnt_kw) else habit.share
    if share == 1.0:
        return learnt_kw
    likely = likely_kw(local, kind, habit.yearly_kwh)
    return share * learnt_kw + (1 - share) * likely if share else likely


def _thin(seen_kw: Numbers) -> NDArray[np.bool_]:
    """Past days of which something is known, but too little; today has only begun, and is none of them."""
    known = np.sum(~np.isnan(seen_kw), axis=1)
    thin: NDArray[np.bool_] = (known > 0) & (known < _THIN_QUARTERS)
    thin[0] = False
    return thin


def _by_local_clock(past: Intervals, days: Sequence[date], zone: ZoneInfo) -> Numbers:
    """Load in every quarter of the local clock, shape (days, quarters), NaN where it is not known.

    A quarter that the clock skips is not known; of one that it shows twice the first counts.
    """
    start_s = np.array([_quarter_starts_s(day, zone) for day in days], dtype=np.int64).ravel()
    return means(past, start_s, start_s + _QUARTER_S, _LEAST_SHARE).reshape(len(days), QUARTERS)


def _quarter_starts_s(day: date, zone: ZoneInfo) -> list[int]:
    first_s, next_s = (utc_s(datetime.combine(one, time(), zone)) for one in (day, day + timedelta(days=1)))
    if next_s - first_s == QUARTERS * _QUARTER_S:
        return list(range(first_s, next_s, _QUARTER_S))
    clocks = [time(quarter // 4, quarter % 4 * 15) for quarter in range(QUARTERS)]
    return [_moment_s(day, clock, zone) for clock in clocks]


def _moment_s(day: date, clock: time, zone: ZoneInfo) -> int:
    """The first moment at which the local clock shows it; far away where it never does."""
    moment_s = utc_s(datetime.combine(day, clock, zone))
    shown = from_utc_s(moment_s).astimezone(zone)
    return moment_s if shown.time() == clock else _NOWHERE_S


def _quarters_of(past: Intervals) -> int:
    """How many quarters a value of the history lasts, as a rule."""
    return max(1, round(float(np.median(past.end_s - past.start_s)) / _QUARTER_S))


def _as_large_as(past: Intervals, zone: ZoneInfo, is_holiday: Callable[[date], bool]) -> float:
    """Yearly energy [kWh] of the likely household that would have drawn what the history holds."""
    known = ~np.isnan(past.values)
    hours = (past.end_s - past.start_s)[known] / 3600
    middles = [
        from_utc_s(int(middle_s)).astimezone(zone) for middle_s in (past.start_s + past.end_s)[known] // 2
    ]
    likely = np.array([likely_kw(local, kind_of(local.date(), is_holiday), 1.0) for local in middles])
    return float(hours @ past.values[known] / (hours @ likely))


def recent(history: Intervals, now: datetime) -> Intervals | None:
    """What is known of the last weeks before ``now``; none where that is nothing."""
    now_s = utc_s(now)
    counts = (history.end_s <= now_s) & (history.end_s > now_s - (LEARNT_DAYS + 1) * 86400)
    counts &= ~np.isnan(history.values)
    if not np.any(counts):
        return None
    return Intervals(history.start_s[counts], history.end_s[counts], history.values[counts])
