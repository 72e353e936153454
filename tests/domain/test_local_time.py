"""Times on the local clock become moments, also where the clock jumps."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.countries import country_of
from domain.local_time import moment_at

BRUSSELS = ZoneInfo("Europe/Brussels")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_usual_time_is_plain() -> None:
    assert moment_at(date(2026, 11, 20), "07:30", BRUSSELS).utc == utc(2026, 11, 20, 6, 30)
    assert moment_at(date(2026, 11, 20), "07:30", BRUSSELS).note == ""


def test_a_doubled_time_counts_the_first_time() -> None:
    moment = moment_at(date(2026, 10, 25), "02:30", BRUSSELS)
    assert moment.utc == utc(2026, 10, 25, 0, 30)
    assert moment.note == "02:30 on 2026-10-25 comes twice; the first time counts"


def test_a_skipped_time_becomes_the_end_of_the_skip() -> None:
    moment = moment_at(date(2026, 3, 29), "02:30", BRUSSELS)
    assert moment.utc == utc(2026, 3, 29, 1, 0)
    assert moment.note == "02:30 on 2026-03-29 does not exist; 03:00, right after the skip, counts"


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:15", utc(2026, 10, 3, 15, 30)),  # a half-hour jump
        ("Africa/Cairo", date(2026, 4, 24), "00:30", utc(2026, 4, 23, 22, 0)),  # midnight is skipped
        ("Pacific/Apia", date(2011, 12, 30), "12:00", utc(2011, 12, 30, 10, 0)),  # a whole day is skipped
    ],
)
def test_strange_jumps_are_no_stranger(zone: str, day: date, clock: str, expected: datetime) -> None:
    assert moment_at(day, clock, ZoneInfo(zone)).utc == expected


def test_moments_never_run_backwards_over_a_change() -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        moments = [moment_at(day, f"{m // 60:02d}:{m % 60:02d}", BRUSSELS).utc for m in range(0, 1440, 5)]
        assert all(later - sooner >= timedelta() for sooner, later in itertools.pairwise(moments))


def test_a_zone_of_a_country_knows_it() -> None:
    assert country_of("Europe/Brussels") == "BE"
    assert country_of("America/Los_Angeles") == "US"
    assert country_of("UTC") is None
