"""A car at a DC point that takes less as it fills, and nobody knows: the cheap hour is its last."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.simulation.planned_days import day_of

AT = datetime.fromisoformat("2026-11-17T08:00:00+00:00")
SITE = """
name: Stall
location: {time_zone: UTC}
grid: {limit_a: 200, base_load_max_a: 20, reserve_a: 5, meter: main}
meters: {main: {driver: simulated}}
chargers:
  - {id: fast, kind: dc, driver: simulated, power_kw: {min: 5, max: 60}, efficiency: 0.95, power_factor: 0.99,
     failsafe: {current_a: 0, after_s: 60}}
load: {source: fixed, kw: 1}
tariff:
  buy: {source: bands, bands: [{from: "08:00", to: "08:45", eur_per_kwh: 0.5}, {eur_per_kwh: 0.2}]}
  sell: {source: fixed, eur_per_kwh: 0.05}
"""


def test_it_gets_its_energy_though_it_tapers_where_nobody_said_so(tmp_path: Path) -> None:
    """49 kWh are 47 of the last 48 minutes at full power, and the car has tapered for 16 of them."""
    wish = "fast,2026-11-17T08:05:00Z,2026-11-17T09:33:00Z,49\n"
    outcome = day_of(SITE, wish, AT, 95 * 60, tmp_path, idle_s=5)
    assert outcome.cars[0].planned_kwh == pytest.approx(49, abs=0.1)
    assert outcome.missed_kwh == 0


PEAK = (
    SITE.replace("limit_a: 200", "limit_a: 1000")
    .replace("max: 60}", "max: 200}")
    .replace("tariff:", "mode: [tariff, capacity]\ntariff:\n  peak: {eur_per_kw_month: 18, floor_kw: 0}")
)


def test_it_does_so_too_where_a_peak_is_kept_and_it_stays_not_much_longer_than_it_needs(
    tmp_path: Path,
) -> None:
    """65 kWh take 21 of 24 minutes at full power; the least peak would use all of them."""
    wish = "fast,2026-11-17T08:03:00Z,2026-11-17T08:27:00Z,65\n"
    outcome = day_of(PEAK, wish, AT, 28 * 60, tmp_path, idle_s=5)
    assert outcome.cars[0].planned_kwh == pytest.approx(65, abs=0.1)
    assert outcome.missed_kwh == 0
