"""Real day-ahead prices of DE-LU on the days when clocks change."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.units import eur_per_kwh_from_mwh
from forecasting.gather import Files, gather
from tests.forecasting.sites import local, site, write_csv
from tests.shared_data import shared

ZONE = "Europe/Berlin"


def real_prices(start: datetime, end: datetime) -> list[tuple[datetime, float]]:
    path = shared("data/prices/dayahead_DE-LU_hourly_2024-01_2025-04.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = [
            (datetime.fromisoformat(row["datetime_utc"]), float(row["day_ahead_price_eur_mwh"]))
            for row in csv.DictReader(lines)
        ]
    return [(moment, eur_per_kwh_from_mwh(price)) for moment, price in rows if start <= moment < end]


@pytest.mark.parametrize(("day", "hours", "slots"), [("2024-03-31", 23, 92), ("2024-10-27", 25, 100)])
def test_the_days_of_the_clock_changes_have_92_and_100_slots(
    day: str, hours: int, slots: int, tmp_path: Path
) -> None:
    start = local(day, ZONE)
    end = local(f"{datetime.fromisoformat(day) + timedelta(days=1)}", ZONE)
    rows = real_prices(start, end)
    assert len(rows) == hours
    file = write_csv(tmp_path / "prices.csv", "time,market_eur_per_kwh", rows)
    provider = {"source": "energy_charts", "zone": "DE-LU", "add_eur_per_kwh": 0.1, "vat": 0.19}
    found = gather(site(provider, ZONE), start, Files(prices=file))
    assert len(found.grid) == slots
    wanted = [(price + 0.1) * 1.19 for _, price in rows for _ in range(4)]
    assert found.buy.values == pytest.approx(wanted, abs=1e-12)
    assert float(found.buy.values @ found.grid.hours) == pytest.approx(
        sum((price + 0.1) * 1.19 for _, price in rows), abs=1e-9
    )
