"""A quarter whose energy is kept, and a car that leaves before its end: it comes first, the other waits."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.simulation.planned_days import day_of

AT = datetime.fromisoformat("2026-11-17T08:00:00+00:00")
POINT = "driver: simulated, current_a: {min: 6, max: 16}, failsafe: {current_a: 0, after_s: 60}"
SITE = f"""
name: Two
location: {{time_zone: UTC}}
mode: [tariff, capacity]
grid: {{limit_a: 63, base_load_max_a: 5, reserve_a: 1, meter: main}}
meters: {{main: {{driver: simulated}}}}
chargers: [{{id: short, {POINT}}}, {{id: long, {POINT}}}]
load: {{source: fixed, kw: 0.3}}
tariff:
  buy:
    source: bands
    bands: [{{from: "08:00", to: "08:15", eur_per_kwh: 0.2}}, {{eur_per_kwh: 0.5}}]
  sell: {{source: fixed, eur_per_kwh: 0.05}}
  peak: {{eur_per_kw_month: 40, floor_kw: 18.3}}
"""


def test_the_car_that_leaves_in_it_has_its_energy(tmp_path: Path) -> None:
    """In the quarter 4.5 kWh may flow beside the house, 18 kW; both cars at once take 22 kW.

    Nine minutes of 11 kW are 1.65 kWh for the one that leaves; equal shares, 9 kW, would give it 1.35.
    """
    wishes = (
        "short,2026-11-17T08:00:00Z,2026-11-17T08:10:00Z,1.65\n"
        "long,2026-11-17T08:00:00Z,2026-11-17T09:00:00Z,5\n"
    )
    outcome = day_of(SITE, wishes, AT, 60 * 60, tmp_path)
    planned_kwh = {car.charger: car.planned_kwh for car in outcome.cars}
    assert planned_kwh == {"short": pytest.approx(1.65, abs=0.1), "long": pytest.approx(5, abs=0.1)}
    assert outcome.missed_kwh == 0
    assert outcome.peak_kw <= 18.3 * 1.01
