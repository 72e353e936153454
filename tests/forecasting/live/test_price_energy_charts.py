"""Energy-Charts: nulls, licences, refusals, and what it is asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.errors import Malformed, NotPublished, Rejected, SourceError
from forecasting.live import energy_charts
from tests.forecasting.live.price_asks import QUARTER, START_S, ListedWeb, json_body, utc, want


def charts(prices: list[Any], **other: Any) -> bytes:
    stamps = [START_S + QUARTER * at for at in range(len(prices))]
    return json_body({"unix_seconds": stamps, "price": prices, "unit": "No Unit", **other})


def test_energy_charts_leaves_out_what_is_null() -> None:
    found = energy_charts.parse(charts([100.0, None, -5.5, 0, None]), want())
    assert list(found.intervals.values) == pytest.approx([0.1, -0.0055, 0.0])
    assert found.intervals.end == utc("2025-10-07T23:00")
    assert found.source == "Energy-Charts BE"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (charts([]), NotPublished, "no price of BE yet"),
        (charts([None, None]), NotPublished, "every price is still missing"),
        (charts([1.0]), Malformed, "one stamp alone"),
        (charts([1.0, 2.0], price=[1.0]), Malformed, "2 stamps for 1 prices"),
        (
            charts(
                [1.0, "2"],
            ),
            Malformed,
            "'2' is no number",
        ),
        (charts([1.0, True]), Malformed, "no number"),
        (json_body({"detail": "Bidding zone not available"}), Rejected, "Bidding zone not available"),
        (json_body({"unix_seconds": ["x", "y"], "price": [1, 2]}), Malformed, "no whole number of seconds"),
        (json_body({"unix_seconds": [1e9, 2e9], "price": [1, 2]}), Malformed, "no whole number of seconds"),
    ],
)
def test_energy_charts_says_what_is_wrong(answer: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words):
        energy_charts.parse(answer, want())


def test_energy_charts_shows_the_first_sentence_of_a_long_licence() -> None:
    licence = "The data provided herein is for private and internal use only. The utilization of any data ..."
    found = energy_charts.parse(charts([1.0, 2.0], license_info=licence, deprecated=True), want("gr"))
    assert found.source == "Energy-Charts GR (The data provided herein is for private and internal use only)"
    assert "out of date" in found.note


def test_energy_charts_is_asked_for_local_days_in_seconds() -> None:
    web = ListedWeb(b"{}")
    asyncio.run(energy_charts.fetch(web, "http://127.0.0.1:8", want("it_north", clock="Europe/Rome")))
    (call,) = web.calls
    assert call.url == "http://127.0.0.1:8/price"
    assert call.params == {"bzn": "IT-North", "start": START_S - 7 * 86400, "end": START_S + 2 * 86400}
