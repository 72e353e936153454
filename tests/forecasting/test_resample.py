"""Resampling keeps energy and money, and never makes half a value of a missing one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time_grid import SLOT_MINUTES, TimeGrid, from_utc_s
from forecasting.intervals import Intervals, from_instants, from_starts
from forecasting.resample import means, onto

MIDNIGHT = datetime(2026, 3, 28, tzinfo=UTC)
FIRST_S = int(MIDNIGHT.timestamp())


@st.composite
def mixed_steps(draw: st.DrawFn) -> Intervals:
    """Rows of 1 to 60 minutes in any order, without a hole."""
    steps_min = draw(st.lists(st.sampled_from((1, 5, 10, 15, 30, 60)), min_size=2, max_size=60))
    edges_s = FIRST_S + 60 * np.concatenate(([0], np.cumsum(steps_min)))
    numbers = st.floats(-10, 10, allow_nan=False, width=32)
    values = draw(st.lists(numbers, min_size=len(steps_min), max_size=len(steps_min)))
    return Intervals(edges_s[:-1].astype(np.int64), edges_s[1:].astype(np.int64), np.array(values))


def integral(known: Intervals, start_s: int, end_s: int) -> float:
    """By hand: second by second, from the definition."""
    total = 0.0
    for low, high, value in zip(known.start_s, known.end_s, known.values, strict=True):
        total += float(max(0, min(int(high), end_s) - max(int(low), start_s))) * float(value)
    return total


def test_a_mean_of_what_is_known_wants_as_much_as_asked() -> None:
    """Of the 900 s, 600 are known: 300 s of 1 and 300 s of 4."""
    known = Intervals(np.array([-100, 600]), np.array([300, 900]), np.array([1.0, 4.0]))
    whole = np.array([0]), np.array([900])
    assert np.isnan(means(known, *whole)[0])
    assert np.isnan(means(known, *whole, least_share=0.7)[0])
    assert means(known, *whole, least_share=0.6)[0] == 2.5


@given(known=mixed_steps(), slot_min=st.sampled_from(SLOT_MINUTES), cut_s=st.integers(0, 50), data=st.data())
def test_energy_and_money_are_conserved(
    known: Intervals, slot_min: int, cut_s: int, data: st.DataObject
) -> None:
    span_s = int(known.end_s[-1]) - FIRST_S
    start_s = FIRST_S + min(cut_s, span_s - 1)
    end_s = data.draw(st.integers(start_s + 1, int(known.end_s[-1])))
    grid = TimeGrid.between(from_utc_s(start_s), from_utc_s(end_s), "Europe/Brussels", slot_min)
    values = onto(grid, known)
    assert not np.isnan(values).any()
    for slot, value in enumerate(values):
        low, high = int(grid.edges_s[slot]), int(grid.edges_s[slot + 1])
        assert value * (high - low) == pytest.approx(integral(known, low, high), rel=1e-12, abs=1e-9)
    total = float(values @ np.diff(grid.edges_s))
    assert total / 3600 == pytest.approx(integral(known, start_s, end_s) / 3600, rel=1e-9, abs=1e-9)


def test_an_hour_gives_its_price_to_each_of_its_quarters_exactly() -> None:
    hours = from_starts([FIRST_S, FIRST_S + 3600], [0.1, 0.3])
    grid = TimeGrid.between(MIDNIGHT, MIDNIGHT + timedelta(hours=2), "UTC")
    assert onto(grid, hours).tolist() == [0.1] * 4 + [0.3] * 4


def test_quarters_give_their_mean_to_an_hour() -> None:
    quarters = from_starts(FIRST_S + 900 * np.arange(4), [1.0, 2.0, 3.0, -2.0])
    grid = TimeGrid.between(MIDNIGHT, MIDNIGHT + timedelta(hours=1), "UTC", 60)
    assert onto(grid, quarters).tolist() == [1.0]


def test_a_slot_that_is_covered_in_part_is_missing() -> None:
    known = from_starts(FIRST_S + np.array([0, 300, 600]), [1.0, 1.0, 1.0])
    holed = Intervals(
        np.array([FIRST_S, FIRST_S + 2000]), np.array([FIRST_S + 1900, FIRST_S + 3600]), np.array([5.0, 5.0])
    )
    grid = TimeGrid.between(MIDNIGHT, MIDNIGHT + timedelta(hours=1), "UTC")
    assert np.isnan(onto(grid, known)).tolist() == [False, True, True, True]
    assert np.isnan(onto(grid, holed)).tolist() == [False, False, True, False]


def test_a_nan_in_the_source_stays_missing_and_is_never_zero() -> None:
    known = from_starts(FIRST_S + 300 * np.arange(6), [1.0, np.nan, 1.0, 2.0, 2.0, 2.0])
    grid = TimeGrid.between(MIDNIGHT, MIDNIGHT + timedelta(minutes=30), "UTC")
    assert np.isnan(onto(grid, known)).tolist() == [True, False]


def test_windows_outside_of_the_source_are_missing() -> None:
    known = from_starts([FIRST_S, FIRST_S + 3600], [1.0, 2.0])
    before, after = FIRST_S - 900, FIRST_S + 7200
    found = means(known, np.array([before, after]), np.array([FIRST_S, after + 900]))
    assert np.isnan(found).all()


def test_the_energy_of_instants_is_that_of_the_straight_lines_between_them() -> None:
    known = from_instants(FIRST_S + 1800 * np.arange(3), [0.0, 6.0, 2.0])
    grid = TimeGrid.between(MIDNIGHT, MIDNIGHT + timedelta(hours=1), "UTC", 60)
    assert onto(grid, known).tolist() == [3.5]  # 0.5 h x 3 kW + 0.5 h x 4 kW


DAYS = [
    ("Europe/Brussels", "2026-03-29", 92),
    ("Europe/Brussels", "2026-06-01", 96),
    ("Europe/Brussels", "2026-10-25", 100),
    ("Australia/Sydney", "2026-10-04", 92),
    ("Australia/Sydney", "2026-04-05", 100),
    ("Australia/Lord_Howe", "2026-10-04", 94),
    ("Pacific/Chatham", "2026-09-27", 92),
    ("Pacific/Chatham", "2026-04-05", 100),
    ("Asia/Kolkata", "2026-03-29", 96),
    ("Asia/Kathmandu", "2026-03-29", 96),
    ("Africa/Cairo", "2026-04-24", 92),
]


@pytest.mark.parametrize(("zone", "day", "slots"), DAYS)
def test_days_of_every_length_keep_their_energy_in_quarters(zone: str, day: str, slots: int) -> None:
    first = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    next_day = (first.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    grid = TimeGrid.between(first, next_day, zone)
    assert len(grid) == slots
    start_s = int(grid.edges_s[0]) // 3600 * 3600
    hours = from_starts(start_s + 3600 * np.arange(27), np.sin(np.arange(27.0)))
    energy_kwh = float(onto(grid, hours) @ grid.hours)
    by_hand = integral(hours, int(grid.edges_s[0]), int(grid.edges_s[-1])) / 3600
    assert energy_kwh == pytest.approx(by_hand, abs=1e-9)
