"""The bench's second look at a day, against calculations by hand."""

from __future__ import annotations

from datetime import datetime
from math import log
from pathlib import Path

import pytest

from benchmarks.physics import possible_kwh
from domain.site import parse_site
from forecasting.gather import Files, gather
from tests.simulation.planned_days import day_of

AT = datetime.fromisoformat("2026-11-17T08:00:00+00:00")
STALL = "kind: dc, cabinet: c, power_kw: {min: 10, max: 200}, efficiency: 0.95"
SITE = f"""
name: Plaza
location: {{time_zone: UTC}}
grid: {{limit_a: 1000}}
cabinets: [{{id: c, circuit: grid, limit_kw: LIMIT}}]
chargers: [{{id: one, {STALL}}}, {{id: two, {STALL}}}]
load: {{source: fixed, kw: 0}}
tariff: {{buy: {{source: fixed, eur_per_kwh: 0.2}}}}
"""


def possible(limit_kw: float, wishes: str, folder: Path) -> dict[str, float]:
    """What these cars can have, by charger [kWh]."""
    path = folder / "requests.csv"
    path.write_text(f"charger,arrival,departure,energy_kwh\n{wishes}")
    site = parse_site(SITE.replace("LIMIT", f"{limit_kw:g}"), "site.yaml")
    found = possible_kwh(site, gather(site, AT, Files(requests=path)), 3600)
    return {name.split("@")[0]: kwh for name, kwh in found.items()}


def test_a_car_alone_takes_full_power_and_then_less(tmp_path: Path) -> None:
    """200 kW from 20 to 60 %, then less, 60 % of it at 80 %: so many hours of 200 kW by its battery.

    It asks 80 kWh: 76 in its battery of 126.7. It listens after 8 s and has risen after 10 more.
    """
    battery_kwh = 80 * 0.95 / 0.6
    needs_s = 3600 * battery_kwh / 200 * (0.4 + log(1 / 0.6) / 2) + 8 + 5
    assert needs_s == pytest.approx(1507, abs=1)
    enough = possible(640, "one,2026-11-17T08:00:00Z,2026-11-17T08:25:30Z,80\n", tmp_path)
    assert enough["one"] == pytest.approx(80)
    short = possible(640, "one,2026-11-17T08:00:00Z,2026-11-17T08:23:00Z,80\n", tmp_path)
    assert short["one"] == pytest.approx(80 - 127 / 3600 * 0.62 * 200 / 0.95, abs=0.3)


def test_a_cabinet_is_shared_and_the_more_urgent_car_comes_first(tmp_path: Path) -> None:
    """100 kW at the cars are 105 kW of alternating current: 52.6 kWh in half an hour, 26.3 in a quarter."""
    wishes = (
        "one,2026-11-17T08:00:00Z,2026-11-17T08:15:00Z,20\ntwo,2026-11-17T08:00:00Z,2026-11-17T08:30:00Z,"
    )
    enough = possible(100, wishes + "30\n", tmp_path)
    assert enough == {"one": pytest.approx(20), "two": pytest.approx(30)}
    short = possible(100, wishes + "40\n", tmp_path)
    assert sum(short.values()) == pytest.approx(52.6, abs=1.0)


def test_what_physics_forbids_the_plan_says_and_the_run_does_not_miss(tmp_path: Path) -> None:
    """Half an hour of 16 A on three phases is 5.52 kWh of the 8 that are asked for."""
    point = (
        "{id: one, driver: simulated, current_a: {min: 6, max: 16}, failsafe: {current_a: 0, after_s: 60}}"
    )
    text = SITE[: SITE.index("cabinets")] + f"chargers: [{point}]\n" + SITE[SITE.index("load") :]
    wish = "one,2026-11-17T08:00:00Z,2026-11-17T08:30:00Z,8\n"
    outcome = day_of(text, wish, AT, 31 * 60, tmp_path, idle_s=5)
    (car,) = outcome.cars
    assert car.planned_kwh == pytest.approx(5.52, abs=0.01)
    assert car.short_kwh == pytest.approx(2.48, abs=0.01)
    assert car.missed_kwh == 0
    site = parse_site(text, "site.yaml")
    found = possible_kwh(site, gather(site, AT, Files(requests=tmp_path / "requests.csv")), 1860)
    assert list(found.values()) == [pytest.approx(5.52 - 11.04 * 12 / 3600, abs=0.02)]
