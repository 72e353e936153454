"""A kept quarter, a load that nobody foresaw, and a departure: the peak gives way, and no further."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from simulation.plant.profile import Profile
from simulation.ran import Scene
from tests.simulation.planned_days import day_of

AT = datetime.fromisoformat("2026-11-17T08:00:00+00:00")
PEAK_KW = 12.0
SITE = f"""
name: One
location: {{time_zone: UTC}}
mode: [tariff, capacity]
grid: {{limit_a: 63, base_load_max_a: 20, reserve_a: 1, meter: main}}
meters: {{main: {{driver: simulated}}}}
chargers:
  - id: drive
    driver: simulated
    current_a: {{min: 6, max: 16}}
    failsafe: {{current_a: 0, after_s: 60}}
load: {{source: fixed, kw: 0.3}}
tariff:
  buy: {{source: fixed, eur_per_kwh: 0.2}}
  sell: {{source: fixed, eur_per_kwh: 0.05}}
  peak: {{eur_per_kw_month: 40, floor_kw: {PEAK_KW}}}
"""


def cooking(scene: Scene) -> Scene:
    """4 kW more than planned, always."""
    first, second, third = scene.house.load_kw
    more: Profile = lambda first_s, count: first(first_s, count) + np.full(count, 4.0)  # noqa: E731
    return replace(scene, house=replace(scene.house, load_kw=(more, second, third)))


@pytest.mark.parametrize(("leaves", "asked_kwh"), [("08:30", 5.0), ("08:24", 4.2)])
def test_a_departure_that_would_be_missed_is_worth_a_peak(
    leaves: str, asked_kwh: float, tmp_path: Path
) -> None:
    """27 of 30 minutes of 11.04 kW are 5 kWh, 23 of 24 are 4.2; beside 4.3 kW of house 12 leave 7.7."""
    wish = f"drive,2026-11-17T08:00:00Z,2026-11-17T{leaves}:00Z,{asked_kwh}\n"
    outcome = day_of(SITE, wish, AT, 31 * 60, tmp_path, idle_s=5, happens=cooking)
    assert outcome.cars[0].planned_kwh == pytest.approx(asked_kwh, abs=0.1)
    assert outcome.missed_kwh == 0
    assert PEAK_KW < outcome.peak_kw <= 11.04 + 4.3 + 0.1


def test_a_car_that_can_have_it_later_leaves_the_peak_alone(tmp_path: Path) -> None:
    """7.7 kW give 5 kWh within 40 of its 60 minutes."""
    wish = "drive,2026-11-17T08:00:00Z,2026-11-17T09:00:00Z,5\n"
    outcome = day_of(SITE, wish, AT, 61 * 60, tmp_path, idle_s=5, happens=cooking)
    assert outcome.missed_kwh == 0
    assert outcome.peak_kw <= PEAK_KW * 1.01


def test_the_peak_gives_way_only_as_far_as_the_departure_needs(tmp_path: Path) -> None:
    """4.5 kWh in half an hour are 9 kW on average: with the house 13.3 kW, not the 15.3 of full power.

    Of the first quarter 7.7 kW are used; the second then has to give 2.6 kWh, 10.3 kW.
    """
    wish = "drive,2026-11-17T08:00:00Z,2026-11-17T08:30:00Z,4.5\n"
    outcome = day_of(SITE, wish, AT, 31 * 60, tmp_path, idle_s=5, happens=cooking)
    assert outcome.missed_kwh == 0
    assert PEAK_KW < outcome.peak_kw <= 10.3 + 4.3 + 0.3
