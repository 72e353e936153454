"""Every recorded answer of a price service has a stated outcome."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest

from domain.errors import Malformed, NotPublished, Rejected, SourceError
from domain.units import eur_per_kwh_from_mwh
from forecasting.known import Known
from forecasting.live.price_providers import PRICE_PROVIDERS
from tests.forecasting.live.price_asks import utc, want
from tests.shared_data import SHARED, shared

FOLDERS = ("awattar", "derived", "easyenergy", "energy_charts", "energyzero", "entsoe", "nordpool", "tibber")


class Prices(NamedTuple):
    """So many intervals from here to there, with the first and the last price [EUR/kWh]."""

    slots: int
    start: str
    end: str
    first: float
    last: float


class Refusal(NamedTuple):
    """An error, and words of its message."""

    error: type[SourceError]
    words: str


GRAPHQL = Refusal(Malformed, "GraphQL")
OLD = Refusal(Malformed, "old service")
NOT_ENERGYZERO = Refusal(Malformed, "no 'base'; the answer has 'providedAt', 'prices'")
SPRING = Prices(92, "2025-03-29T23:00", "2025-03-30T22:00", 0.04631, 0.05644)
AUTUMN = Prices(100, "2025-10-25T22:00", "2025-10-26T23:00", 0.00717, 0.00256)
BELGIAN_DAY = Prices(96, "2025-10-07T22:00", "2025-10-08T22:00", 0.10174, 0.09)

RECORDED: dict[str, tuple[str, str, Prices | Refusal]] = {
    "awattar/akkudoktor_prices_2024-12-10.json": (
        "awattar",
        "DE-LU",
        Refusal(Malformed, "no 'data'; the answer has 'meta', 'values'"),
    ),
    "awattar/marketdata_2021-09-23_24h.json": (
        "awattar",
        "DE-LU",
        Prices(24, "2021-09-23T13:00", "2021-09-24T13:00", 0.15895, 0.12014),
    ),
    "awattar/marketdata_de_2024-06-14_16_negative.json": (
        "awattar",
        "DE",
        Prices(72, "2024-06-13T22:00", "2024-06-16T22:00", 0.08313, 0.09444),
    ),
    "derived/energy_charts_BE_2025-10-08_partial_day.json": (
        "energy_charts",
        "BE",
        Prices(40, "2025-10-07T22:00", "2025-10-08T08:00", 0.10174, 0.10219),
    ),
    "derived/energy_charts_BE_2025-10-08_quarter.json": ("energy_charts", "BE", BELGIAN_DAY),
    "derived/energy_charts_DE-LU_2025-03-30_spring92.json": ("energy_charts", "DE-LU", SPRING),
    "derived/energy_charts_DE-LU_2025-10-26_autumn100.json": ("energy_charts", "DE-LU", AUTUMN),
    "derived/energyzero_2025-03-30_spring92.json": ("energyzero", "", SPRING),
    "derived/energyzero_2025-10-26_autumn100.json": ("energyzero", "", AUTUMN),
    "derived/entsoe_BE_2025-10-08_A03.xml": ("entsoe", "BE", BELGIAN_DAY),
    "derived/entsoe_DE-LU_2025-03-30_spring92_A03.xml": ("entsoe", "DE-LU", SPRING),
    "derived/entsoe_DE-LU_2025-10-26_autumn100_A03.xml": ("entsoe", "DE-LU", AUTUMN),
    "derived/entsoe_no_matching_data_999.xml": ("entsoe", "BE", Refusal(NotPublished, "No matching data")),
    "derived/nordpool_BE_2025-10-08_quarter.json": ("nordpool", "BE", BELGIAN_DAY),
    "derived/tibber_tomorrow_empty.json": (
        "tibber",
        "",
        Prices(96, "2025-09-18T22:00", "2025-09-19T22:00", 0.2688, 0.2745),
    ),
    "easyenergy/energy_hourly.json": ("energyzero", "", NOT_ENERGYZERO),
    "easyenergy/energy_quarter.json": ("energyzero", "", NOT_ENERGYZERO),
    "energy_charts/price_DE-LU_2024-12-10_hourly.json": (
        "energy_charts",
        "DE-LU",
        Prices(48, "2024-12-09T23:00", "2024-12-11T23:00", 0.09285, 0.13596),
    ),
    "energyzero/graphql_energy_hourly.json": ("energyzero", "", GRAPHQL),
    "energyzero/graphql_energy_no_prices.json": ("energyzero", "", GRAPHQL),
    "energyzero/graphql_error_internal.json": ("energyzero", "", GRAPHQL),
    "energyzero/graphql_no_data.json": ("energyzero", "", GRAPHQL),
    "energyzero/legacy_v1_energyprices_hourly.json": ("energyzero", "", OLD),
    "energyzero/legacy_v1_no_data.json": ("energyzero", "", OLD),
    "energyzero/rest_electricity_hour.json": (
        "energyzero",
        "NL",
        Prices(72, "2025-12-15T23:00", "2025-12-18T23:00", 0.077495, 0.08885),
    ),
    "energyzero/rest_electricity_quarter_2025-12-16_18.json": (
        "energyzero",
        "NL",
        Prices(288, "2025-12-15T23:00", "2025-12-18T23:00", 0.07994, 0.00708),
    ),
    "energyzero/rest_error_bad_date.json": ("energyzero", "", Refusal(Rejected, "does not match regex")),
    "energyzero/rest_gas_day.json": ("energyzero", "", Refusal(Malformed, "gas, not electricity")),
    "entsoe/BE_15M_avg.xml": ("entsoe", "BE", Refusal(Malformed, "position 3 in a period that has 2")),
    "entsoe/BE_15M_exact4.xml": (
        "entsoe",
        "BE",
        Prices(4, "2024-10-05T22:00", "2024-10-05T23:00", 0.05535, 0.03186),
    ),
    "entsoe/BE_60M.xml": (
        "entsoe",
        "BE",
        Prices(24, "2024-10-07T22:00", "2024-10-08T22:00", 0.06498, 0.05),
    ),
    "entsoe/BE_60M_15M_mix.xml": (
        "entsoe",
        "BE",
        Prices(216, "2024-10-05T22:00", "2024-10-08T22:00", 0.05535, 0.05),
    ),
    "entsoe/DE_60M_15M_overlap.xml": (
        "entsoe",
        "DE-LU",
        Prices(48, "2024-10-05T22:00", "2024-10-07T22:00", 0.06704, 0.07912),
    ),
    "entsoe/acknowledgement_invalid_request.xml": ("entsoe", "BE", Refusal(NotPublished, "No matching data")),
    "entsoe/hexagon_publication_a03.xml": (
        "entsoe",
        "SK",
        Refusal(Malformed, "from 10YCZ-CEPS-----N to 10YSK-SEPS-----K"),
    ),
    "nordpool/DayAheadPrices_NL_2024-11-05_hourly.json": (
        "nordpool",
        "NL",
        Prices(24, "2024-11-04T23:00", "2024-11-05T23:00", 0.08363, 0.11003),
    ),
    "nordpool/delivery_period_SE3_2024-11-05_hourly.json": (
        "nordpool",
        "SE3",
        Prices(24, "2024-11-04T23:00", "2024-11-05T23:00", 0.02154, 0.02484),
    ),
    "nordpool/sahkotin_fi_prices.json": ("nordpool", "FI", Refusal(Malformed, "no 'multiAreaEntries'")),
    "other/akkudoktor_pvforecast_1plane.json": ("energy_charts", "DE-LU", Refusal(Malformed, "no lists")),
    "other/brightsky_weather_1.json": ("energy_charts", "DE-LU", Refusal(Malformed, "no lists")),
    "tibber/priceInfo_QUARTER_HOURLY_2025-09-19.json": (
        "tibber",
        "",
        Prices(192, "2025-09-18T22:00", "2025-09-20T22:00", 0.2688, 0.2381),
    ),
}
"""By file: the provider that reads it, the zone that is asked for, and what comes of it."""


def understood(file: str) -> Known:
    provider, zone, _ = RECORDED[file]
    return PRICE_PROVIDERS[provider].parse(shared(f"fixtures/{file}").read_bytes(), want(zone))


@pytest.mark.parametrize("file", RECORDED)
def test_every_recorded_answer_has_its_outcome(file: str) -> None:
    outcome = RECORDED[file][2]
    if isinstance(outcome, Refusal):
        shared(f"fixtures/{file}")
        with pytest.raises(outcome.error, match=outcome.words.replace("(", r"\(")):
            understood(file)
        return
    found = understood(file)
    prices = found.intervals
    assert (len(prices), prices.start, prices.end) == (outcome.slots, utc(outcome.start), utc(outcome.end))
    assert [prices.values[0], prices.values[-1]] == pytest.approx([outcome.first, outcome.last], abs=1e-9)
    assert found.unit == "EUR/kWh"
    assert found.quality.word == "published"
    assert list(prices.end_s[:-1]) == list(prices.start_s[1:])


def test_no_recorded_answer_is_left_out() -> None:
    shared("fixtures")
    files = {
        f"{file.parent.name}/{file.name}"
        for name in FOLDERS
        for file in (SHARED / "fixtures" / name).iterdir()
        if file.is_file()
    }
    assert files <= set(RECORDED)


@pytest.mark.parametrize(
    ("file", "decoded_as", "sequence"),
    [
        ("entsoe/BE_60M.xml", "BE_60M.xml", ""),
        ("entsoe/BE_60M_15M_mix.xml", "BE_60M_15M_mix.xml", ""),
        ("entsoe/DE_60M_15M_overlap.xml", "DE_60M_15M_overlap.xml", "1"),
        ("energyzero/rest_electricity_quarter_2025-12-16_18.json", "EnergyZero REST base", ""),
    ],
)
def test_prices_equal_those_decoded_elsewhere(file: str, decoded_as: str, sequence: str) -> None:
    with shared("data/prices/dayahead_samples_decoded.csv").open(encoding="utf-8", newline="") as lines:
        table = [
            (datetime.fromisoformat(row["utc"]), int(row["minutes"]), float(row["price_eur_mwh"]))
            for row in csv.DictReader(lines)
            if row["source"] == decoded_as and row["sequence"] == sequence
        ]
    found = understood(file).intervals
    assert len(found) == len(table) > 0
    for (start, minutes, price), start_s, end_s, value in zip(
        sorted(table), found.start_s, found.end_s, found.values, strict=True
    ):
        assert start.timestamp() == start_s
        assert timedelta(minutes=minutes).total_seconds() == end_s - start_s
        assert value == pytest.approx(eur_per_kwh_from_mwh(price), abs=1e-12)


def test_zero_and_negative_prices_are_prices() -> None:
    found = understood("awattar/marketdata_de_2024-06-14_16_negative.json")
    assert int((found.intervals.values < 0).sum()) == 20
    assert int((found.intervals.values == 0).sum()) == 1
    assert float(found.intervals.values.min()) == pytest.approx(-0.08001)


def test_the_source_says_its_licence_and_when_it_was_made() -> None:
    charts = understood("derived/energy_charts_BE_2025-10-08_quarter.json")
    assert charts.source.startswith("Energy-Charts BE (CC BY 4.0")
    assert "SMARD.de" in charts.source
    pool = understood("nordpool/DayAheadPrices_NL_2024-11-05_hourly.json")
    assert pool.issued_at == utc("2024-11-04T11:58:10")
    assert understood("entsoe/BE_60M.xml").issued_at == utc("2024-10-07T14:34:54")
