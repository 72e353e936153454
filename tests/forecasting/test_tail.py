"""The tail after the last known value: declared, by local clock, from the last days known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.errors import InputError
from domain.series import Quality, Series
from domain.time_grid import TimeGrid
from forecasting.intervals import Intervals, from_starts
from forecasting.known import Known
from forecasting.on_grid import to_series

BRUSSELS = "Europe/Brussels"


def local(text: str, zone: str = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def hourly(start: datetime, end: datetime, zone: str = BRUSSELS) -> Intervals:
    """Each hour holds its local hour plus the day of the month in hundredths."""
    first_s, last_s = int(start.timestamp()), int(end.timestamp())
    stamps_s = np.arange(first_s, last_s, 3600)
    moments = [datetime.fromtimestamp(int(stamp), UTC).astimezone(ZoneInfo(zone)) for stamp in stamps_s]
    return from_starts(stamps_s, [moment.hour + moment.day / 100 for moment in moments])


def series(known: Intervals, start: datetime, end: datetime, zone: str = BRUSSELS) -> Series:
    grid = TimeGrid.between(start, end, zone, 60)
    return to_series(Known(known, "EUR/kWh", "prices.csv"), grid)


def test_where_the_file_reaches_there_is_no_tail() -> None:
    found = series(hourly(local("2026-06-01"), local("2026-06-03")), local("2026-06-01"), local("2026-06-03"))
    assert found.worst_quality is Quality.PUBLISHED
    assert found.note == ""


def test_one_day_known_is_repeated_and_says_so() -> None:
    found = series(hourly(local("2026-06-01"), local("2026-06-02")), local("2026-06-01"), local("2026-06-03"))
    assert found.values[24:] == pytest.approx(np.arange(24) + 0.01)
    assert found.quality.tolist() == [Quality.PUBLISHED] * 24 + [Quality.REPEATED] * 24
    assert "prices.csv ends at 2026-06-02T00:00+02:00" in found.note
    assert "repeated" in found.note


def test_several_days_known_give_their_mean_as_a_forecast() -> None:
    found = series(hourly(local("2026-06-01"), local("2026-06-04")), local("2026-06-03"), local("2026-06-05"))
    assert found.values[24:] == pytest.approx(np.arange(24) + 0.02)  # days 1, 2, 3
    assert set(found.quality[24:].tolist()) == {Quality.FORECAST}
    assert "same hours of the last days known (3 at most)" in found.note


def test_only_the_last_seven_days_count() -> None:
    found = series(hourly(local("2026-06-01"), local("2026-06-15")), local("2026-06-14"), local("2026-06-16"))
    assert found.values[24:] == pytest.approx(np.arange(24) + 0.11)  # days 8 to 14


def test_a_tail_of_three_days_looks_back_to_the_same_last_days() -> None:
    found = series(hourly(local("2026-06-01"), local("2026-06-11")), local("2026-06-10"), local("2026-06-13"))
    assert found.values[24:48] == pytest.approx(np.arange(24) + 0.07)  # days 4 to 10
    assert found.values[48:] == pytest.approx(np.arange(24) + 0.07)


@pytest.mark.parametrize(
    ("known_from", "change", "after"),
    [("2026-03-27", "2026-03-29", "2026-03-30"), ("2026-10-23", "2026-10-25", "2026-10-26")],
)
def test_the_tail_keeps_the_clock_time_over_a_change_of_clocks(
    known_from: str, change: str, after: str
) -> None:
    end = local(after) + timedelta(days=1)
    found = series(hourly(local(known_from), local(change)), local("2026" + known_from[4:]), end)
    hours = [start.hour for start in found.grid.local_starts]
    assert np.floor(found.values).astype(int).tolist() == hours


def test_the_tail_after_the_short_day_skips_the_hour_that_it_lacks() -> None:
    found = series(hourly(local("2026-03-28"), local("2026-03-30")), local("2026-03-29"), local("2026-03-31"))
    at_two = [start.hour for start in found.grid.local_starts].index(2)
    assert found.values[at_two] == pytest.approx(2.28)  # the 29th has no 02:00: one day alone is left
    assert found.quality[at_two] == Quality.REPEATED


def test_an_hour_never_seen_takes_the_mean_and_says_so() -> None:
    known = hourly(local("2026-06-01T06:00"), local("2026-06-01T10:00"))
    found = series(known, local("2026-06-01T06:00"), local("2026-06-01T12:00"))
    assert found.values[4:] == pytest.approx(7.51)
    assert found.quality[4:].tolist() == [Quality.FORECAST] * 2
    assert "never seen" in found.note


def test_a_slot_that_the_file_ends_in_belongs_to_the_tail() -> None:
    stamps_s = int(local("2026-06-01").timestamp()) + 300 * np.arange(2 * 288 - 2)
    found = series(from_starts(stamps_s, np.ones(len(stamps_s))), local("2026-06-02"), local("2026-06-03"))
    assert found.quality.tolist() == [Quality.PUBLISHED] * 23 + [Quality.REPEATED]


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago"])
def test_the_tail_works_by_the_clock_of_every_zone(zone: str) -> None:
    start = local("2026-04-03", zone)
    known_s = int(start.timestamp()) + 900 * np.arange(2 * 96)
    clocks = [datetime.fromtimestamp(int(stamp), ZoneInfo(zone)) for stamp in known_s]
    known = from_starts(known_s, [clock.hour + clock.minute / 60 for clock in clocks])
    grid = TimeGrid.between(start, local("2026-04-06", zone), zone, 15)
    found = to_series(Known(known, "kW", "load.csv"), grid)
    wanted = [clock.hour + clock.minute / 60 for clock in grid.local_starts]
    assert found.values == pytest.approx(wanted)


def test_a_file_that_ends_before_the_horizon_is_named() -> None:
    with pytest.raises(InputError, match=r"prices.csv: ends at 2026-06-02T00:00\+02:00, before"):
        series(hourly(local("2026-06-01"), local("2026-06-02")), local("2026-06-05"), local("2026-06-06"))


def test_a_file_that_starts_after_the_horizon_does_is_named() -> None:
    with pytest.raises(InputError, match=r"prices.csv: starts at 2026-06-02T00:00\+02:00, after"):
        series(hourly(local("2026-06-02"), local("2026-06-04")), local("2026-06-01"), local("2026-06-03"))


def test_every_hole_inside_the_horizon_is_told_with_its_moments() -> None:
    whole = hourly(local("2026-06-01"), local("2026-06-02"))
    keep = np.array([hour not in {3, 4, 10} for hour in range(24)])
    holed = Intervals(whole.start_s[keep], whole.end_s[keep], whole.values[keep])
    with pytest.raises(InputError) as caught:
        series(holed, local("2026-06-01"), local("2026-06-02"))
    assert [fault.found for fault in caught.value.faults] == [
        "no value from 2026-06-01T03:00+02:00 to 2026-06-01T05:00+02:00",
        "no value from 2026-06-01T10:00+02:00 to 2026-06-01T11:00+02:00",
    ]
