"""The sample day: likely, by the local clock, and never taken for the truth."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.series import Quality
from forecasting.ask import Ask
from forecasting.gather import Files, gather
from forecasting.sample import sample_load
from forecasting.sample_day import LOAD_KW, MARKET_EUR_PER_KWH, SOLAR_KW_PER_KWP
from tests.forecasting.sites import ROOF, local, site

SAMPLE = {"source": "sample"}


def test_the_market_has_a_cheap_night_two_peaks_and_an_hour_below_zero() -> None:
    day = np.array(MARKET_EUR_PER_KWH)
    assert len(day) == 96
    assert day[:16].mean() == pytest.approx(0.08, abs=0.005)
    assert np.flatnonzero(day < 0).tolist() == [52, 53, 54, 55]
    assert 0.15 < day[28:36].max() < day[72:80].max() < 0.3


def test_sun_and_household_are_of_a_likely_size() -> None:
    assert len(SOLAR_KW_PER_KWP) == 96
    assert 4 < sum(SOLAR_KW_PER_KWP) / 4 < 6
    assert SOLAR_KW_PER_KWP[:20] == (0.0,) * 20
    totals = [sum(hour) for hour in LOAD_KW]
    assert len(totals) == 24
    assert round(min(totals), 3) >= 0.2
    assert max(totals) <= 2.0


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Australia/Adelaide", "Asia/Kathmandu"])
def test_it_is_the_same_day_on_every_date_and_clock(zone: str) -> None:
    home = site(SAMPLE, zone, sell=SAMPLE, solar=[{**ROOF, "inverter_kw": 3}])
    found = gather(home, local("2031-02-01T00:00", zone), Files())
    assert found.grid.end - found.grid.start == timedelta(hours=48)
    assert found.buy.values.tolist() == list(MARKET_EUR_PER_KWH) * 2
    assert found.solar_kw["roof"].values.tolist() == [min(6 * one, 3) for one in SOLAR_KW_PER_KWP] * 2


def test_everything_from_it_is_a_forecast_named_sample() -> None:
    found = gather(site(SAMPLE, sell=SAMPLE, solar=[ROOF]), local("2026-06-01T09:30"), Files())
    for series in (found.buy, found.sell, found.solar_kw["roof"]):
        assert series.source.startswith("sample")
        assert series.worst_quality is Quality.FORECAST
    assert any("sample" in note and "made-up" in note for note in found.notes)


@pytest.mark.parametrize(("phases", "at_noon_kw"), [(3, [0.18, 0.44, 0.14]), (1, [0.76, 0.0, 0.0])])
def test_the_household_is_spread_over_the_phases_of_the_grid(phases: int, at_noon_kw: list[float]) -> None:
    noon = local("2026-06-01T12:00").astimezone(UTC)
    ask = Ask(site(grid={"phases": phases}), noon, noon + timedelta(hours=1), Path())
    assert [float(known.intervals.values[0]) for known in sample_load(ask)] == pytest.approx(at_noon_kw)
