"""Real days of a workplace as files: sessions, prices, sun and load as they were, moved to 2024.

Sessions: ACN-Data (JPL, May 2019), moved by 261 whole weeks, local hours kept; every point is one phase and
32 A, spread over L1, L2 and L3 by position. Prices: DE-LU day-ahead. Sun and load: one house, scaled up.
"""

from __future__ import annotations

import csv
import gzip
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from tests.shared_data import shared

BERLIN, PASADENA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")
SHIFT = timedelta(weeks=261)


def write_day(folder: Path, day: datetime) -> Path:
    """Site file, requests, prices, sun and load of ``day`` in ``folder``."""
    stations = write_requests(folder / "requests.csv", day)
    write_prices(folder / "prices.csv", day)
    write_house(folder / "solar.csv", day, "solar_kw", "pv_w", 20)
    write_house(folder / "load.csv", day, "load_kw", "load_w", 10)
    write_site(folder / "site.yaml", stations)
    return folder


def write_requests(path: Path, day: datetime) -> list[str]:
    """Sessions of the day that begin then; gives the stations."""
    table = pq.read_table(shared("data/ev/acn_caltech_jpl_2019-05_2019-08_and_2020-02_03.parquet"))
    rows = table.filter(pc.equal(table["site"], "jpl")).to_pylist()
    stays = []
    for row in rows:
        arrival, departure = (
            row[k].astimezone(PASADENA).replace(tzinfo=None) for k in ("arrival", "departure")
        )
        if arrival.date() == (day.replace(tzinfo=None) - SHIFT).date() and departure > arrival:
            local = [(moment + SHIFT).replace(tzinfo=BERLIN).isoformat() for moment in (arrival, departure)]
            stays.append((row["station_id"], *local, row["delivered_kwh"], 1, 32))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["charger", "arrival", "departure", "energy_kwh", "phases", "max_current_a"])
        writer.writerows(sorted(stays))
    return sorted({stay[0] for stay in stays})


def write_prices(path: Path, day: datetime) -> None:
    """The week before and two days."""
    source = shared("data/prices/dayahead_DE-LU_hourly_2024-01_2025-04.csv.gz")
    with gzip.open(source, "rt") as file, path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["time", "market_eur_per_kwh"])
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["datetime_utc"])
            if day - timedelta(days=7) <= start < day + timedelta(days=1):
                writer.writerow([row["datetime_utc"], float(row["day_ahead_price_eur_mwh"]) / 1000])


def write_house(path: Path, day: datetime, column: str, source_column: str, factor: float) -> None:
    """Sun or load of one house, scaled up."""
    source = shared("data/pv_load/emhass_household_30min_2024-02_2024-09.csv.gz")
    with gzip.open(source, "rt") as file, path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["time", column])
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["utc"])
            if day - timedelta(days=2) <= start < day + timedelta(days=1):
                night = row[source_column] == ""
                watts = 0.0 if night else max(0.0, float(row[source_column]))
                writer.writerow([row["utc"], watts * factor / 1000])


def write_site(path: Path, stations: list[str]) -> None:
    """A workplace with a hall of four rows."""
    phases = ["L1", "L2", "L3"]
    path.write_text(yaml.safe_dump({
        "name": "Workplace",
        "location": {"latitude": 51.5, "longitude": 7.0, "time_zone": "Europe/Berlin"},
        "grid": {
            "limit_a": 250, "limit_kw": 120, "imbalance_limit_a": 40, "export_limit_kw": 60, "reserve_a": 5
        },
        "circuits": [
            {"id": "hall", "parent": "grid", "limit_a": 200},
            *({"id": f"row{i}", "parent": "hall", "limit_a": 64} for i in range(4)),
        ],
        "chargers": [
            {"id": s, "circuit": f"row{i % 4}", "wiring": [phases[i % 3]], "current_a": {"min": 6, "max": 32}}
            for i, s in enumerate(stations)
        ],
        "solar": [{"id": "roof", "peak_kw": 100, "tilt_deg": 20, "azimuth_deg": 180, "source": "open_meteo"}],
        "tariff": {
            "buy": {"source": "energy_charts", "zone": "DE-LU", "add_eur_per_kwh": 0.12, "vat": 0.19},
            "sell": {"source": "energy_charts", "zone": "DE-LU", "add_eur_per_kwh": -0.01},
        },
    }))  # fmt: skip
