"""A real day of a workplace, planned from files: sessions, prices, sun and load as they were.

Sessions: ACN-Data (JPL, 3 May 2019), moved by whole weeks to a Friday of 2024; every point is one phase and
32 A, spread over L1, L2 and L3 by position. Prices: DE-LU day-ahead. Sun and load: one house, scaled up.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from domain.plan import Plan, Status
from domain.site import Site, parse_site
from forecasting.gather import Files, gather
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import faults
from tests.shared_data import shared

BERLIN, PASADENA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")
DAY = datetime(2024, 5, 3, tzinfo=BERLIN)
REAL_DAY = datetime(2019, 5, 3, tzinfo=PASADENA)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site file, requests, prices, sun and load of the day."""
    folder = tmp_path_factory.mktemp("real_day")
    stations = _requests(folder / "requests.csv")
    _prices(folder / "prices.csv")
    _house(folder / "solar.csv", "solar_kw", "pv_w", 20)
    _house(folder / "load.csv", "load_kw", "load_w", 10)
    _site(folder / "site.yaml", stations)
    return folder


def _requests(path: Path) -> list[str]:
    table = pq.read_table(shared("data/ev/acn_caltech_jpl_2019-05_2019-08_and_2020-02_03.parquet"))
    rows = table.filter(pc.equal(table["site"], "jpl")).to_pylist()
    shift = DAY.replace(tzinfo=None) - REAL_DAY.replace(tzinfo=None)
    stays = []
    for row in rows:
        arrival, departure = (
            row[k].astimezone(PASADENA).replace(tzinfo=None) for k in ("arrival", "departure")
        )
        if arrival.date() == REAL_DAY.date() and departure > arrival:
            local = [(moment + shift).replace(tzinfo=BERLIN).isoformat() for moment in (arrival, departure)]
            stays.append((row["station_id"], *local, row["delivered_kwh"], 1, 32))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["charger", "arrival", "departure", "energy_kwh", "phases", "max_current_a"])
        writer.writerows(sorted(stays))
    return sorted({stay[0] for stay in stays})


def _prices(path: Path) -> None:
    source = shared("data/prices/dayahead_DE-LU_hourly_2024-01_2025-04.csv.gz")
    with gzip.open(source, "rt") as file, path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["time", "market_eur_per_kwh"])
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["datetime_utc"])
            if DAY - timedelta(days=7) <= start < DAY + timedelta(days=1):
                writer.writerow([row["datetime_utc"], float(row["day_ahead_price_eur_mwh"]) / 1000])


def _house(path: Path, column: str, source_column: str, factor: float) -> None:
    source = shared("data/pv_load/emhass_household_30min_2024-02_2024-09.csv.gz")
    with gzip.open(source, "rt") as file, path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["time", column])
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["utc"])
            if DAY - timedelta(days=2) <= start < DAY + timedelta(days=1):
                night = row[source_column] == ""
                watts = 0.0 if night else max(0.0, float(row[source_column]))
                writer.writerow([row["utc"], watts * factor / 1000])


def _site(path: Path, stations: list[str]) -> None:
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


@pytest.fixture(scope="module")
def planned(files: Path) -> tuple[Site, Plan, list[str]]:
    """The day's plan, and what an outside check finds wrong with it."""
    from time import perf_counter  # noqa: PLC0415  # a clock is needed here only

    site = parse_site((files / "site.yaml").read_text(), "site.yaml")
    named = {name: files / f"{name}.csv" for name in ("prices", "solar", "load", "requests")}
    inputs = gather(site, DAY, Files(**named, base=files), 15)
    options = PlanOptions(calm_eur=0.0, time_limit_s=60.0)
    plan = plan_site(site, inputs, made_at=DAY, clock=perf_counter, options=options)
    return site, plan, faults(site, inputs, plan)


def test_a_real_workplace_day_keeps_every_limit(planned: tuple[Site, Plan, list[str]]) -> None:
    site, plan, wrong = planned
    assert wrong == []
    assert len(site.chargers) >= 50
    assert len(plan.requests) > len(site.chargers)


def test_a_real_workplace_day_is_proven(planned: tuple[Site, Plan, list[str]]) -> None:
    _, plan, _ = planned
    assert plan.proof.status == Status.OPTIMAL
    assert plan.proof.gap <= 0.005


def test_the_command_line_plans_the_same_day(files: Path) -> None:
    out = files / "plan.json"
    inputs = [
        part
        for name in ("prices", "solar", "load", "requests")
        for part in (f"--{name}", str(files / f"{name}.csv"))
    ]
    done = subprocess.run(  # noqa: S603  # our own command, on files of our own
        [sys.executable, "-m", "service.main", "plan", str(files / "site.yaml"), "--at", DAY.isoformat(),
         *inputs, "--calm-eur", "0", "--out", str(out), "--chart", str(files / "plan.png")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1], timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    plan = json.loads(out.read_text())
    assert plan["proof"]["status"] == "optimal"
    assert (files / "plan.png").stat().st_size > 20_000
