"""When a source is asked again, and when prices are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.errors import (
    KeyRefused,
    Limited,
    Malformed,
    NotPublished,
    Rejected,
    SourceError,
    Unreachable,
)
from domain.site_tariff import PROVIDERS
from forecasting.intervals import Intervals, constant
from forecasting.live.publication import PUBLICATIONS, covered_until, day_counts, due, next_question, poll
from forecasting.live.retry import back_off, next_try
from tests.forecasting.live.made_up import BRUSSELS, midnight, quarters


def local(text: str, zone: str = "Europe/Brussels") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NOW = local("2026-02-03T11:00")


def test_a_refused_key_is_not_tried_again() -> None:
    assert next_try(KeyRefused("401"), NOW, 1, "tibber", 0.5) is None


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("energy_charts", NOW + timedelta(minutes=60)),
        ("entsoe", NOW + timedelta(minutes=10)),
        ("solcast", datetime(2026, 2, 4, tzinfo=UTC)),
    ],
)
def test_a_ban_that_does_not_say_its_end_ends_by_the_table(provider: str, expected: datetime) -> None:
    assert next_try(Limited("429"), NOW, 3, provider, 0.5) == expected
    until = NOW + timedelta(minutes=7)
    assert next_try(Limited("429", until), NOW, 3, provider, 0.5) == until


def test_a_refused_question_waits_six_hours() -> None:
    assert next_try(Rejected("422"), NOW, 1, "octopus", 0.0) == NOW + timedelta(hours=6)


@pytest.mark.parametrize("error", [Unreachable("503"), Malformed("HTML"), SourceError("other")])
def test_what_passes_is_tried_after_one_to_sixty_minutes(error: SourceError) -> None:
    waits = [next_try(error, NOW, attempt, "smard", 1.0) for attempt in range(1, 9)]
    minutes = [(moment - NOW).total_seconds() / 60 for moment in waits if moment is not None]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


def test_chance_spreads_a_wait_over_its_later_half() -> None:
    assert back_off(4, 0.0) == timedelta(minutes=4)
    assert back_off(4, 1.0) == timedelta(minutes=8)
    assert back_off(1, 0.0) == timedelta(minutes=1)
    assert back_off(10**9, 0.0) == timedelta(minutes=30)


def test_prices_that_are_not_due_wait_for_their_hour_and_due_ones_are_asked_for_every_ten_minutes() -> None:
    error = NotPublished("204")
    assert next_try(error, NOW, 1, "energy_charts", 0.0) == local("2026-02-03T12:45")
    after = local("2026-02-03T13:20")
    assert next_try(error, after, 1, "energy_charts", 0.0) == after + timedelta(minutes=10)
    # today itself lacks: that was due yesterday
    assert next_try(error, NOW, 1, "energy_charts", 0.0, known_until=NOW) == NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("provider", "now", "expected"),
    [
        ("entsoe", "2026-02-03T13:14", "2026-02-04T00:00"),
        ("entsoe", "2026-02-03T13:15", "2026-02-05T00:00"),
        ("energyzero", "2026-02-03T14:59", "2026-02-04T00:00"),
        ("energyzero", "2026-02-03T15:00", "2026-02-05T00:00"),
        ("nordpool", "2026-03-28T14:00", "2026-03-30T00:00"),  # the day after has 23 hours
        ("smard", "2026-10-25T23:59", "2026-10-27T00:00"),
        ("octopus", "2026-02-03T16:59", "2026-02-04T00:00"),  # 23:00 in London; Brussels is 1 h ahead
        ("octopus", "2026-02-03T18:01", "2026-02-05T00:00"),
    ],
)
def test_prices_are_due_on_the_clock_of_their_market(provider: str, now: str, expected: str) -> None:
    assert due(provider, local(now)) == local(expected)


def test_every_price_provider_has_its_hour() -> None:
    assert set(PUBLICATIONS) == set(PROVIDERS)


def test_the_next_question_follows_from_what_is_known() -> None:
    ask = "energy_charts"
    tomorrow_end, today_end = local("2026-02-05T00:00"), local("2026-02-04T00:00")
    assert next_question(ask, NOW, today_end, 0.0) == local("2026-02-03T12:45")
    assert next_question(ask, NOW, today_end, 1.0) == local("2026-02-03T12:55")
    assert next_question(ask, NOW, NOW, 0.0) == NOW + timedelta(minutes=10)
    late = local("2026-02-03T13:05")
    assert next_question(ask, late, today_end, 0.0) == late + timedelta(minutes=10)
    assert next_question(ask, late, tomorrow_end, 0.0) == local("2026-02-04T12:45")
    assert poll("energyzero", NOW, 0.0) == local("2026-02-03T14:00")


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 6, 1), 96)]
)
def test_a_day_has_92_96_or_100_quarters(day: date, count: int) -> None:
    whole = quarters(midnight(day), midnight(day + timedelta(days=1)))
    (counted,) = day_counts(whole, "Europe/Brussels")
    assert (counted.day, counted.slots, counted.expected, counted.complete) == (day, count, count, True)
    hours = quarters(midnight(day), midnight(day + timedelta(days=1)), 3600)
    assert day_counts(hours, "Europe/Brussels")[0].expected == count // 4


def test_a_partial_day_says_how_much_of_it_is_there() -> None:
    day = date(2026, 2, 3)
    some = quarters(midnight(day), midnight(day) + timedelta(hours=10))
    assert [(one.slots, one.expected, one.complete) for one in day_counts(some, "Europe/Brussels")] == [
        (40, 96, False)
    ]


def test_coverage_ends_at_the_first_hole() -> None:
    start = datetime(2026, 2, 3, tzinfo=BRUSSELS)
    day = quarters(start, start + timedelta(days=1))
    values = day.values.copy()
    values[40] = float("nan")
    holed = Intervals(day.start_s, day.end_s, values)
    assert covered_until(day, start) == start + timedelta(days=1)
    assert covered_until(holed, start) == start + timedelta(hours=10)
    inside, outside = start + timedelta(hours=10, minutes=5), start + timedelta(days=2)
    assert covered_until(holed, inside) == inside
    assert covered_until(holed, start + timedelta(hours=11)) == start + timedelta(days=1)
    assert covered_until(day, outside) == outside
    assert covered_until(day, start - timedelta(hours=1)) == start - timedelta(hours=1)
    assert covered_until(constant(1.0, start, outside), start) == outside


def test_no_module_of_the_table_has_a_clock_of_its_own() -> None:
    folder = Path(__file__).parents[3] / "forecasting" / "live"
    for name in ("retry", "publication", "chain", "asking", "collect", "status", "cache"):
        assert ".now(" not in (folder / f"{name}.py").read_text()
