"""Nord Pool: its names of zones, preliminary prices, and days that are not there yet."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.errors import Limited, Malformed, NotPublished, SourceError
from domain.series import Quality
from forecasting.live import nordpool
from tests.forecasting.live.price_asks import ListedWeb, json_body, want


def pool(**other: Any) -> dict[str, Any]:
    rows = [
        {
            "deliveryStart": f"2025-10-08T{10 + at}:00:00Z",
            "deliveryEnd": f"2025-10-08T{11 + at}:00:00Z",
            "entryPerArea": {"GER": price},
        }
        for at, price in enumerate([80.0, None])
    ]
    return {
        "market": "DayAhead",
        "currency": "EUR",
        "deliveryAreas": ["GER"],
        "areaStates": [{"state": "Final", "areas": ["GER"]}],
        "multiAreaEntries": rows,
        **other,
    }


def test_nord_pool_knows_zones_by_its_own_names() -> None:
    found = nordpool.parse(json_body(pool()), want("DE-LU"))
    assert list(found.intervals.values) == [0.08]
    assert (found.source, found.quality, found.note) == ("Nord Pool DE-LU", Quality.PUBLISHED, "")


def test_preliminary_prices_are_not_published_ones() -> None:
    found = nordpool.parse(
        json_body(pool(areaStates=[{"state": "Preliminary", "areas": ["GER"]}])), want("DE")
    )
    assert found.quality is Quality.FORECAST
    assert "preliminary" in found.note


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"", NotPublished, "not published yet"),
        (json_body(pool(multiAreaEntries=[])), NotPublished, "not published yet"),
        (json_body(pool(currency="SEK")), Malformed, "prices in SEK, not in EUR"),
        (json_body(pool(market="Intraday")), Malformed, "market 'Intraday'"),
        (json_body(pool(deliveryAreas=["FR"])), Malformed, "not of GER"),
        (json_body(pool(areaStates=[{"state": "Final", "areas": 3}])), Malformed, "cannot be understood"),
    ],
)
def test_nord_pool_says_what_is_wrong(answer: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words):
        nordpool.parse(answer, want("DE-LU"))


def test_nord_pool_is_asked_day_by_day_up_to_the_first_that_is_not_there() -> None:
    web = ListedWeb(b"today", NotPublished("status 204"))
    assert asyncio.run(nordpool.fetch(web, nordpool.BASE_URL, want("DE-LU"))) == [b"today"]
    assert [call.params["date"] for call in web.calls] == ["2025-10-08", "2025-10-09"]
    assert web.calls[0].params["deliveryArea"] == "GER"
    with pytest.raises(NotPublished):
        asyncio.run(nordpool.fetch(ListedWeb(NotPublished("204")), nordpool.BASE_URL, want("DE-LU")))
    with pytest.raises(Limited):
        asyncio.run(nordpool.fetch(ListedWeb(b"today", Limited("429")), nordpool.BASE_URL, want("DE-LU")))
