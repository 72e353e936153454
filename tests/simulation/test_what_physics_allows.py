"""The bench's second look at a day, against calculations by hand."""

from __future__ import annotations

from datetime import datetime
from math import log
from pathlib import Path

import pytest

from benchmarks.physics import possible_kwh
from domain.site import parse_site
from forecasting.gather import Files, gather

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
