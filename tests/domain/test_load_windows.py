"""Windows of flexible loads, and how long they have run in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.load_windows import Ran, hours_in_window, ran_on, windows_between
from domain.site_energy import FlexibleLoad

ZONE = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
"""12:00 in Brussels."""


def load(begin: str, end: str) -> FlexibleLoad:
    return FlexibleLoad(id="boiler", power_kw=2.0, run_h=2.0, between=(begin, end))


def test_a_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    found = windows_between(load("22:00", "06:00"), NOON, NOON + timedelta(days=1), ZONE)
    assert [(one.start.hour, one.end.hour) for one in found] == [(21, 5)]


@pytest.mark.parametrize(("start", "hours"), [("2026-10-24T22:00Z", 25), ("2026-03-28T23:00Z", 23)])
def test_a_day_long_window_is_as_long_as_the_day(start: str, hours: int) -> None:
    moment = datetime.fromisoformat(start)
    window = windows_between(load("00:00", "00:00"), moment, moment + timedelta(hours=1), ZONE)[0]
    assert window.end - window.start == timedelta(hours=hours)


def test_run_time_counts_in_its_window_and_begins_anew_in_the_next() -> None:
    boiler, ran = load("10:00", "22:00"), Ran()
    for minutes in range(30):
        ran = ran_on(ran, boiler, NOON + timedelta(minutes=minutes), 60.0, ZONE)
    assert hours_in_window(ran, boiler, NOON + timedelta(hours=3), ZONE) == pytest.approx(0.5)
    tomorrow = NOON + timedelta(days=1)
    assert hours_in_window(ran, boiler, tomorrow, ZONE) == 0.0
    ran = ran_on(ran, boiler, tomorrow, 3600.0, ZONE)
    assert hours_in_window(ran, boiler, tomorrow, ZONE) == pytest.approx(1.0)


def test_run_time_outside_every_window_is_nobodys() -> None:
    boiler = load("10:00", "11:00")
    assert ran_on(Ran(), boiler, NOON, 600.0, ZONE) == Ran()
