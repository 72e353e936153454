"""Cloudy days beside somebody who knows the sky and has the same phase switches."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import clouds
from tests.shared_data import shared


def test_the_clairvoyant_of_a_steady_sky_is_a_hand_calculation() -> None:
    # 5 kW for an hour: three phases at 7 A give 4.83 kW; a second ampere would take the grid.
    worth_kwh, solar_kwh = clouds.clairvoyant(np.full(3600, 5.0), 0)
    assert worth_kwh == pytest.approx(4.83)
    assert solar_kwh == pytest.approx(4.83)


def test_the_clairvoyant_uses_a_switch_where_it_pays() -> None:
    # Half an hour of 3 kW and half an hour of 9 kW: 13 A on one phase, then 13 A on three, less 30 s.
    sky = np.concatenate([np.full(1800, 3.0), np.full(1800, 9.0)])
    without = clouds.clairvoyant(sky, 0)[0]
    assert without == pytest.approx((9 * 0.0 + 8.97 + max(2 * 3 - 4.14, 0)) / 2, abs=0.01)
    assert clouds.clairvoyant(sky, 1)[0] == pytest.approx((2.99 + 8.97) / 2 - 8.97 * 30 / 3600, abs=0.05)


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_clouds_keep_the_budget_and_do_not_flap(seed: int) -> None:
    got = clouds.ride(clouds.made_sky(seed, hours=1.0), clouds.site_on_sun(2))
    assert got.switches <= 2
    assert got.starts <= 5
    assert got.solar_share >= 0.85


def test_two_hours_by_the_second_are_within_five_percent_of_what_a_clairvoyant_gets() -> None:
    shared("data/synthetic/house_pv_grid_3phase_1s_2h_SYNTHETIC.parquet")
    sky = clouds.recorded_house()
    got = clouds.ride(sky, clouds.site_on_sun(4))
    worth_kwh, solar_kwh = clouds.clairvoyant(sky, 4)
    assert got.switches <= 4
    assert got.solar_share >= 0.95 * solar_kwh / (2 * solar_kwh - worth_kwh)


@pytest.mark.long
@pytest.mark.parametrize("cap", [2, 6])
def test_recorded_clouds_give_within_five_percent_of_what_a_clairvoyant_gets(cap: int) -> None:
    shared("data/fast/midc_1min_20181014.txt.gz")
    sky = clouds.recorded_day()
    got = clouds.ride(sky, clouds.site_on_sun(cap))
    worth_kwh, solar_kwh = clouds.clairvoyant(sky, cap)
    assert got.switches <= cap
    assert got.solar_share >= 0.95 * solar_kwh / (2 * solar_kwh - worth_kwh)
