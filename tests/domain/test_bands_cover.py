"""Bands cover every moment or say which one they leave out; checked hour by hour over a year."""
# ruff: noqa: DTZ001 - bands are asked of local clocks

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.bands import Band, Uncovered, first_uncovered
from domain.clock import DAYS


def band(**times: object) -> Band:
    return Band.model_validate({"eur_per_kwh": 0.2, **times})


def test_a_band_without_times_covers_everything() -> None:
    assert first_uncovered([band()]) is None


def test_a_band_over_midnight_and_its_rest_cover_everything() -> None:
    assert (
        first_uncovered([band(**{"from": "22:00", "to": "06:00"}), band(**{"from": "06:00", "to": "22:00"})])
        is None
    )


def test_the_first_gap_is_named() -> None:
    assert first_uncovered([band(**{"from": "00:00", "to": "22:00"})]) == Uncovered(1, "mon", 22 * 60)
    assert first_uncovered([band(days=DAYS[:6])]) == Uncovered(1, "sun", 0)
    assert first_uncovered([band(months=(1, 2, 3))]) == Uncovered(4, "mon", 0)
    assert str(Uncovered(4, "mon", 90)) == "mon 01:30 in month 4"


def test_holidays_alone_leave_the_other_days_open() -> None:
    assert first_uncovered([band(days=("holiday",))]) == Uncovered(1, "mon", 0)


def test_the_day_is_asked_of_the_moment_itself() -> None:
    night = band(**{"from": "22:00", "to": "06:00", "days": ("mon",)})
    monday = datetime(2026, 11, 23)
    assert night.holds_at(monday.replace(hour=23), holiday=False)
    assert night.holds_at(monday.replace(hour=3), holiday=False)
    assert not night.holds_at(monday.replace(hour=6), holiday=False)
    assert not night.holds_at(monday.replace(hour=3) + timedelta(days=1), holiday=False)


def test_a_holiday_is_its_weekday_as_well() -> None:
    monday = datetime(2026, 11, 23, 12)
    assert band(days=("holiday",)).holds_at(monday, holiday=True)
    assert band(days=("mon",)).holds_at(monday, holiday=True)
    assert not band(days=("holiday",)).holds_at(monday, holiday=False)


HOURS = st.integers(0, 23).map(lambda hour: f"{hour:02d}:00")
BANDS = st.builds(
    lambda months, days, start, end: band(
        months=months, days=days, **({"from": start, "to": end} if start != end else {})
    ),
    st.none() | st.lists(st.integers(1, 12), min_size=1, unique=True).map(tuple),
    st.none() | st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
    HOURS,
    HOURS,
)


@given(st.lists(BANDS, min_size=1, max_size=4))
def test_the_gap_check_agrees_with_looking_at_every_hour(bands: list[Band]) -> None:
    gap = first_uncovered(bands)
    open_hours = any(
        not any(one.holds_at(datetime(day.year, day.month, day.day, hour), holiday=False) for one in bands)
        for month in range(1, 13)
        for day in (date(2027, month, 1) + timedelta(days=offset) for offset in range(7))
        for hour in range(24)
    )
    assert (gap is not None) == open_hours
