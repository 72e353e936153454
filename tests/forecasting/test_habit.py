"""The load habit: kinds of day, the local clock, the start without history, and nothing out of nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks import forecasts
from forecasting.cold_start import DayKind, likely_kw
from forecasting.habit import predict
from forecasting.intervals import Intervals
from forecasting.usual_days import weighted_median
from tests.forecasting.sites import BRUSSELS, local
from tests.shared_data import shared

MONDAY = local("2026-06-08T00:00")
KINGS_DAY = date(2026, 6, 10)


def no_holiday(day: date) -> bool:
    del day
    return False


def recorded(
    until: datetime, days: float, kw_at: Callable[[datetime], float], step_min: int = 15
) -> Intervals:
    """What a meter has shown over some days before ``until``; ``kw_at`` is asked on the local clock."""
    step_s, last_s = 60 * step_min, int(until.timestamp())
    starts_s = np.arange(last_s - int(days * 86400), last_s, step_s, dtype=np.int64)
    zone = ZoneInfo(BRUSSELS)
    values = [kw_at(datetime.fromtimestamp(int(start_s), zone)) for start_s in starts_s]
    return Intervals(starts_s, starts_s + step_s, np.array(values, dtype=np.float64))


def said(
    history: Intervals | None,
    starts: list[datetime],
    now: datetime = MONDAY,
    yearly_kwh: float | None = None,
    is_holiday: Callable[[date], bool] = no_holiday,
) -> NDArray[np.float64]:
    return predict(history, starts, time_zone=BRUSSELS, is_holiday=is_holiday, yearly_kwh=yearly_kwh, now=now)


def of_week(moment: datetime) -> float:
    """1 kW on workdays, 2 on Saturdays, 3 on Sundays."""
    return max(1.0, moment.weekday() - 3.0)


def test_each_kind_of_day_is_like_its_own_kind() -> None:
    history = recorded(MONDAY, 42, of_week)
    noons = [local(f"2026-06-{day:02d}T12:00") for day in (8, 12, 13, 14)]
    assert said(history, noons).tolist() == [1.0, 1.0, 2.0, 3.0]


def test_a_public_holiday_is_like_a_sunday() -> None:
    history = recorded(MONDAY, 42, of_week)
    noon = [local("2026-06-10T12:00")]
    assert said(history, noon).tolist() == [1.0]
    assert said(history, noon, is_holiday=KINGS_DAY.__eq__).tolist() == [3.0]


def test_one_odd_day_does_not_move_the_median() -> None:
    history = recorded(MONDAY, 42, lambda at: 9.0 if at.date() == date(2026, 6, 3) else 1.0)
    assert said(history, [local("2026-06-09T12:00")]).tolist() == [1.0]


def test_the_newest_days_weigh_most() -> None:
    history = recorded(MONDAY, 42, lambda at: 2.0 if at.date() >= date(2026, 5, 28) else 1.0)
    assert said(history, [local("2026-06-09T12:00")]).tolist() == [2.0]


def test_the_usual_peak_stands_where_it_usually_is() -> None:
    def cooking(at: datetime) -> float:
        quarter = 18 * 4 + at.day % 3  # 18:00, 18:15 or 18:30: a median would never see it
        return 4.0 if at.hour * 4 + at.minute // 15 == quarter else 0.5

    day = [local("2026-06-09T00:00") + timedelta(minutes=15 * quarter) for quarter in range(96)]
    values = said(recorded(MONDAY, 42, cooking), day)
    assert values.max() == 4.0
    assert 18 * 4 <= values.argmax() <= 18 * 4 + 2
    assert np.sum(values > 0.5) == 1


def test_the_usual_peak_is_known_also_where_every_day_lacks_some_quarters() -> None:
    def cooking(at: datetime) -> float:
        if at.hour == 3 and at.minute < 30:
            return float("nan")  # the recorder restarts every night
        return 4.0 if at.hour * 4 + at.minute // 15 == 18 * 4 + at.day % 3 else 0.5

    day = [local("2026-06-09T00:00") + timedelta(minutes=15 * quarter) for quarter in range(96)]
    values = said(recorded(MONDAY, 42, cooking), day)
    assert values.max() == 4.0
    assert 18 * 4 <= values.argmax() <= 18 * 4 + 2


def test_the_local_clock_counts_across_the_change_of_clocks() -> None:
    def breakfast(at: datetime) -> float:
        return 3.0 if at.hour == 7 else 0.3

    now = local("2026-10-24T00:00")  # the clock goes back in the night to the 25th
    history = recorded(now, 42, breakfast)
    hours = [datetime(2026, 10, 24, 22, tzinfo=UTC) + timedelta(hours=hour) for hour in range(25)]
    values = said(history, hours, now=now)
    assert [
        hour.astimezone(ZoneInfo(BRUSSELS)).hour for hour, kw in zip(hours, values, strict=True) if kw > 1
    ] == [7]
    assert np.flatnonzero(values > 1).tolist() == [8], "an hour later in UTC than the day before"


def test_the_doubled_hour_is_two_equal_slots_and_the_skipped_one_is_nobody_s() -> None:
    now = local("2026-10-25T00:00")
    history = recorded(now, 42, lambda at: at.hour + 1.0)
    doubled = [datetime(2026, 10, 25, hour, tzinfo=UTC) for hour in (0, 1)]  # 02:00 and 02:00 again
    assert said(history, doubled, now=now).tolist() == [3.0, 3.0]
    spring = local("2026-03-31T00:00")
    after = recorded(spring, 30, lambda at: at.hour + 1.0)  # 2026-03-29 has no 02:00
    assert said(after, [local("2026-04-05T02:00")], now=spring).tolist() == [3.0]


def test_nothing_after_now_is_looked_at() -> None:
    history = recorded(MONDAY + timedelta(days=7), 49, lambda at: 9.0 if at >= MONDAY else 1.0)
    assert said(history, [local("2026-06-09T12:00")]).tolist() == [1.0]


def test_a_history_by_the_half_hour_or_the_hour_serves_quarters() -> None:
    quarters = [local("2026-06-09T07:00") + timedelta(minutes=15 * quarter) for quarter in range(4)]
    for step_min in (30, 60):
        history = recorded(MONDAY, 42, lambda at: 2.0 if at.hour == 7 else 1.0, step_min)
        assert said(history, quarters).tolist() == [2.0] * 4


def test_without_history_and_yearly_energy_everything_is_missing() -> None:
    assert np.all(np.isnan(said(None, [MONDAY, MONDAY])))
    unknown = recorded(MONDAY, 3, lambda _: float("nan"))
    assert np.all(np.isnan(said(unknown, [MONDAY])))
    later = recorded(MONDAY + timedelta(days=9), 3, lambda _: 1.0)
    assert np.all(np.isnan(said(later, [MONDAY])))


def test_without_history_the_likely_household_of_that_size_answers() -> None:
    noon = local("2026-06-09T12:00")
    assert said(None, [noon], yearly_kwh=3500.0).tolist() == [likely_kw(noon, DayKind.WORKDAY, 3500.0)]


@pytest.mark.parametrize(("days", "share"), [(7, 1 / 3), (14, 2 / 3), (21, 1.0), (40, 1.0)])
def test_the_likely_household_fades_out_over_three_weeks(days: int, share: float) -> None:
    noon = local("2026-06-09T12:00")
    likely = likely_kw(noon, DayKind.WORKDAY, 3500.0)
    found = said(recorded(MONDAY, days, lambda _: 5.0), [noon], yearly_kwh=3500.0)[0]
    assert found == pytest.approx(share * 5.0 + (1 - share) * likely)


def test_a_short_history_alone_says_how_large_the_household_is() -> None:
    history = recorded(MONDAY, 7, lambda at: likely_kw(at, DayKind.WORKDAY, 8000.0))
    noon = local("2026-06-09T12:00")
    assert said(history, [noon])[0] == pytest.approx(likely_kw(noon, DayKind.WORKDAY, 8000.0), rel=0.05)


def test_a_kind_of_day_never_seen_takes_the_likely_one() -> None:
    history = recorded(local("2026-06-06T00:00"), 4, lambda _: 1.0)  # Tuesday to Friday
    sunday = local("2026-06-14T12:00")
    found = said(history, [sunday], now=local("2026-06-06T00:00"), yearly_kwh=3500.0)
    assert found.tolist() == [likely_kw(sunday, DayKind.SUNDAY, 3500.0)]


@pytest.mark.parametrize("year", [2025, 2026, 2028])
def test_the_likely_year_adds_up_to_its_energy(year: int) -> None:
    first = datetime(year, 1, 1, tzinfo=UTC)
    quarters = [first + timedelta(minutes=15 * number) for number in range(365 * 96)]
    kinds = [DayKind.SUNDAY, DayKind.SATURDAY]
    total = sum(
        likely_kw(at, kinds[6 - at.weekday()] if at.weekday() > 4 else DayKind.WORKDAY, 3500.0)
        for at in quarters[::4]
    )
    assert total == pytest.approx(3500.0, rel=0.01)


@given(
    st.lists(st.tuples(st.floats(0, 10), st.integers(1, 9)), min_size=1, max_size=12),
    st.integers(0, 3),
)
def test_the_weighted_median_is_the_median_of_values_repeated(
    rows: list[tuple[float, int]], unknown: int
) -> None:
    values = np.array([value for value, _ in rows] + [np.nan] * unknown)[:, None]
    weights = np.array([weight for _, weight in rows] + [5] * unknown, dtype=np.float64)
    repeated = sorted(value for value, weight in rows for _ in range(weight))
    assert weighted_median(values, weights)[0] == repeated[(len(repeated) - 1) // 2]


def test_the_habit_beats_yesterday_in_mean_and_in_peak_on_a_real_household() -> None:
    path = shared("data/pv_load") / forecasts.HOUSE.name
    found = forecasts.scores(forecasts.House(forecasts.household(path)), date(2024, 5, 1), date(2024, 6, 30))
    habit, yesterday, week, cold = found
    assert (habit.name, yesterday.name, week.name, cold.name) == tuple(forecasts.FORECASTERS)
    assert habit.days > 50
    assert habit.mae_kw < min(yesterday.mae_kw, week.mae_kw, cold.mae_kw)
    assert habit.peak_kw < min(yesterday.peak_kw, week.peak_kw)
