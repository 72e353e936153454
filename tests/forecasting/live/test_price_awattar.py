"""aWATTar: hours, their unit, and the host of each country."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import Malformed, NotPublished, SourceError
from forecasting.live import awattar
from tests.forecasting.live.price_asks import START_S, ListedWeb, json_body, utc, want


def hours(*prices: float | None, unit: str = "Eur/MWh") -> bytes:
    rows = [
        {
            "start_timestamp": (START_S + 3600 * at) * 1000,
            "end_timestamp": (START_S + 3600 * at + 3600) * 1000,
            "marketprice": price,
            "unit": unit,
        }
        for at, price in enumerate(prices)
    ]
    return json_body({"object": "list", "data": rows})


def test_awattar_gives_hours_and_one_alone_is_enough() -> None:
    found = awattar.parse(hours(80.0), want("AT"))
    assert list(found.intervals.values) == [0.08]
    assert found.intervals.end == utc("2025-10-07T23:00")
    assert found.source == "aWATTar AT"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (hours(), NotPublished, "no price of AT"),
        (hours(None), NotPublished, "still missing"),
        (hours(80.0, unit="ct/kWh"), Malformed, "prices in ct/kwh, not in eur/mwh"),
        (hours(80.0).replace(b"000,", b"001,"), Malformed, "no whole second"),
        (json_body({"data": [1]}), Malformed, "no list of objects"),
    ],
)
def test_awattar_says_what_is_wrong(answer: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words):
        awattar.parse(answer, want("AT"))


@pytest.mark.parametrize(
    ("zone", "base", "url"),
    [
        ("AT", awattar.BASE_URL, "https://api.awattar.at/v1/marketdata"),
        ("DE", awattar.BASE_URL, "https://api.awattar.de/v1/marketdata"),
        ("AT", "http://127.0.0.1:8", "http://127.0.0.1:8/v1/marketdata"),
    ],
)
def test_awattar_is_asked_at_the_host_of_the_country(zone: str, base: str, url: str) -> None:
    web = ListedWeb(b"{}")
    asyncio.run(awattar.fetch(web, base, want(zone)))
    (call,) = web.calls
    assert call.url == url
    assert call.params == {"start": (START_S - 7 * 86400) * 1000, "end": (START_S + 2 * 86400) * 1000}
