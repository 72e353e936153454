"""Tariffs, each price worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.errors import InputError, SourceError
from domain.series import Quality
from domain.site import Site
from domain.time_grid import TimeGrid
from forecasting.ask import Ask
from forecasting.gather import Files, gather
from forecasting.prices import price_quotes
from forecasting.tariff import bill
from tests.forecasting.sites import BRUSSELS, ROOF, local, site, write_csv

MARKET = (0.10, -0.10, 0.0)
DYNAMIC = {"source": "energy_charts", "zone": "BE", "add_eur_per_kwh": 0.04, "vat": 0.25}
START = local("2026-06-01T00:00")


def price_file(path: Path, columns: str, *rows: tuple[float, ...]) -> Path:
    stamped = [(START + timedelta(hours=hour), *row) for hour, row in enumerate(rows)]
    return write_csv(path / "prices.csv", f"time,{columns}", stamped)


def market_file(path: Path) -> Path:
    return price_file(path, "market_eur_per_kwh", *[(price,) for price in MARKET])


def prices(of: Site, file: Path | None, start: datetime = START, hours: int = 3) -> dict[str, Any]:
    """Buying and selling prices of each hour."""
    start = start.astimezone(UTC)  # so that hours are added to the time, not to the clock
    ask = Ask(of, start, start + timedelta(hours=72), Path())
    quotes = price_quotes(ask, file)
    grid = TimeGrid.between(start, start + timedelta(hours=hours), of.location.time_zone, 60)
    return {"buy": bill(quotes.buy, grid, ask), "sell": bill(quotes.sell, grid, ask)}


def test_a_dynamic_price_gets_surcharge_and_vat_also_below_zero(tmp_path: Path) -> None:
    found = prices(site(DYNAMIC), market_file(tmp_path))
    # (0.10 + 0.04) x 1.25, (-0.10 + 0.04) x 1.25: a negative base carries VAT too, (0 + 0.04) x 1.25
    assert found["buy"].values == pytest.approx([0.175, -0.075, 0.05])
    assert found["buy"].worst_quality is Quality.PUBLISHED


def test_factor_and_band_surcharges_come_before_vat(tmp_path: Path) -> None:
    adds = [
        {"add_eur_per_kwh": 0.10, "from": "00:30", "to": "01:00"},
        {"add_eur_per_kwh": 0.20, "from": "02:00"},
    ]
    found = prices(site({**DYNAMIC, "factor": 2.0, "bands_add": adds}), market_file(tmp_path))
    # half of the first hour carries 0.10: (0.2 + 0.04 + 0.05) x 1.25; then no band; then 0.20
    assert found["buy"].values == pytest.approx([0.3625, -0.2, 0.3])


def test_selling_has_its_own_surcharge_and_vat(tmp_path: Path) -> None:
    sell = {"source": "energy_charts", "zone": "BE", "add_eur_per_kwh": -0.02, "vat": 0.5}
    found = prices(site(DYNAMIC, sell=sell, solar=[ROOF]), market_file(tmp_path))
    assert found["sell"].values == pytest.approx([0.12, -0.18, -0.03])


def test_a_fixed_price_for_selling_stands_beside_the_market(tmp_path: Path) -> None:
    found = prices(site(DYNAMIC, sell={"source": "fixed", "eur_per_kwh": 0.08}), market_file(tmp_path))
    assert found["sell"].values.tolist() == [0.08] * 3
    assert found["sell"].source == "fixed"


def test_a_market_file_takes_the_place_of_a_fixed_buying_price_and_says_so(tmp_path: Path) -> None:
    found = prices(site(), market_file(tmp_path))
    assert found["buy"].values == pytest.approx(MARKET)
    assert "tariff.buy is 'fixed'" in found["buy"].note


def test_buying_and_selling_prices_in_a_file_are_taken_as_they_are(tmp_path: Path) -> None:
    file = price_file(tmp_path, "sell_eur_per_kwh,buy_eur_per_kwh", (0.01, 0.31), (-0.02, 0.32), (0, 0.33))
    found = prices(site(DYNAMIC), file)
    assert found["buy"].values.tolist() == [0.31, 0.32, 0.33]
    assert found["sell"].values.tolist() == [0.01, -0.02, 0]


def test_a_site_without_solar_has_nothing_to_sell(tmp_path: Path) -> None:
    found = prices(site(DYNAMIC), price_file(tmp_path, "buy_eur_per_kwh", (0.3,), (0.3,), (0.3,)))
    assert found["sell"].values.tolist() == [0, 0, 0]
    assert found["sell"].source == "nothing to sell"


def test_a_file_of_buying_prices_alone_leaves_selling_to_the_tariff(tmp_path: Path) -> None:
    file = price_file(tmp_path, "buy_eur_per_kwh", (0.3,), (0.3,), (0.3,))
    sell = {"source": "fixed", "eur_per_kwh": 0.05}
    assert prices(site(DYNAMIC, sell=sell, solar=[ROOF]), file)["sell"].values.tolist() == [0.05] * 3
    with pytest.raises(SourceError, match=r"tariff.sell: energy_charts BE was not asked"):
        prices(site(DYNAMIC, sell=DYNAMIC, solar=[ROOF]), file)


def test_a_file_of_selling_prices_alone_leaves_buying_to_the_tariff(tmp_path: Path) -> None:
    file = price_file(tmp_path, "sell_eur_per_kwh", (0.1,), (0.1,), (0.1,))
    assert prices(site(), file)["buy"].values.tolist() == [0.3] * 3


def test_a_provider_that_was_not_asked_is_named() -> None:
    with pytest.raises(SourceError, match=r"tariff.buy: energy_charts BE was not asked.*--prices"):
        prices(site(DYNAMIC), None)


def test_the_files_of_the_site_are_found_beside_it(tmp_path: Path) -> None:
    market_file(tmp_path)
    buy = {"source": "file", "path": "prices.csv", "add_eur_per_kwh": 0.1}
    found = gather(site(buy, sell=buy), START, Files(base=tmp_path), 60)
    assert found.buy.values == pytest.approx([0.2, 0.0, 0.1])
    assert found.sell.values == pytest.approx([0.2, 0.0, 0.1])


def test_a_price_file_of_the_site_without_its_side_says_what_to_add(tmp_path: Path) -> None:
    price_file(tmp_path, "buy_eur_per_kwh", (0.3,), (0.3,), (0.3,))
    own = {"source": "file", "path": "prices.csv"}
    with pytest.raises(InputError, match="no column sell_eur_per_kwh"):
        gather(site(own, sell=own), START, Files(base=tmp_path), 60)


def test_the_tail_is_of_the_market_and_the_tariff_goes_on_by_its_own_hours(tmp_path: Path) -> None:
    start = local("2026-06-01")
    rows = [(start + timedelta(hours=hour), 0.01 * (hour % 24)) for hour in range(24)]
    file = write_csv(tmp_path / "p.csv", "time,market_eur_per_kwh", rows)
    adds = [{"add_eur_per_kwh": 1.0, "days": ["tue"], "from": "10:00", "to": "11:00"}]
    found = prices(site({**DYNAMIC, "vat": 0, "bands_add": adds}), file, hours=48)["buy"]
    wanted = 0.01 * np.arange(24) + 0.04
    assert found.values[:24] == pytest.approx(wanted)
    wanted[10] += 1.0  # 2 June 2026 is a Tuesday
    assert found.values[24:] == pytest.approx(wanted)
    assert found.quality[24:].tolist() == [Quality.REPEATED] * 24


NIGHT = {
    "source": "bands",
    "bands": [
        {"eur_per_kwh": 0.10, "days": ["holiday", "sun"]},
        {"eur_per_kwh": 0.20, "from": "22:00", "to": "06:00"},
        {"eur_per_kwh": 0.25, "months": [12], "from": "06:00", "to": "22:00"},
        {"eur_per_kwh": 0.40},
    ],
}


def test_the_first_band_that_fits_counts_over_midnight_and_by_month() -> None:
    found = prices(site(NIGHT), None, local("2026-06-01"), 24)["buy"].values.tolist()
    assert found == [0.20] * 6 + [0.40] * 16 + [0.20] * 2
    assert prices(site(NIGHT), None, local("2026-12-01"), 24)["buy"].values.tolist()[6:22] == [0.25] * 16


@pytest.mark.parametrize(
    ("zone", "day", "low", "why"),
    [
        (BRUSSELS, "2026-07-21", True, "the national day of Belgium"),
        ("Europe/Berlin", "2026-07-21", False, "a Tuesday in Germany"),
        ("Europe/Berlin", "2026-10-03", True, "German unity"),
        (BRUSSELS, "2026-06-07", True, "a Sunday"),
    ],
)
def test_holidays_are_those_of_the_country_of_the_time_zone(zone: str, day: str, low: bool, why: str) -> None:
    found = prices(site(NIGHT, zone), None, local(day, zone), 24)["buy"].values
    assert (found.tolist() == [0.10] * 24) is low, why


def test_holidays_of_a_state_need_its_subdivision() -> None:
    assumption = local(
        "2026-08-15", "Europe/Berlin"
    )  # a holiday in Bavaria's Catholic places and the Saarland
    for subdivision, low in (("SL", True), ("BE", False)):
        place = {"country": "DE", "subdivision": subdivision}
        found = prices(site(NIGHT, "Europe/Berlin", location=place), None, assumption, 24)["buy"].values
        assert bool(found[12] == 0.10) is low


@pytest.mark.parametrize(
    ("zone", "day", "hours", "night_hours"),
    [
        (BRUSSELS, "2026-03-28", 24 + 23, 8 + 7),
        (BRUSSELS, "2026-10-24", 24 + 25, 8 + 9),
        ("Australia/Sydney", "2026-10-03", 24 + 23, 8 + 7),
        ("Pacific/Chatham", "2026-04-04", 24 + 25, 8 + 9),
        ("Asia/Kathmandu", "2026-03-28", 48, 16),
    ],
)
def test_bands_follow_the_clock_over_changes_and_in_odd_zones(
    zone: str, day: str, hours: int, night_hours: int
) -> None:
    bands = [{"eur_per_kwh": 0.2, "from": "22:00", "to": "06:00"}, {"eur_per_kwh": 0.4}]
    found = prices(site({"source": "bands", "bands": bands}, zone), None, local(day, zone), hours)["buy"]
    assert [start.hour in {22, 23, 0, 1, 2, 3, 4, 5} for start in found.grid.local_starts] == (
        found.values == 0.2
    ).tolist()
    assert float((found.values == 0.2) @ found.grid.hours) == pytest.approx(night_hours)
