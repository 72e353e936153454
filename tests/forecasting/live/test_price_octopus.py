"""Octopus: pounds, ways to pay, open ends, pages, and codes of tariffs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.errors import Malformed, NotPublished, Rejected, SourceError
from forecasting.live import octopus
from forecasting.live.price_providers import PRICE_PROVIDERS
from tests.forecasting.live.price_asks import ListedWeb, json_body, utc, want


def rate(start: str, end: str | None, pence: float, method: str | None = None) -> dict[str, Any]:
    return {
        "value_exc_vat": pence / 1.05,
        "value_inc_vat": pence,
        "valid_from": f"2025-10-{start}:00Z",
        "valid_to": None if end is None else f"2025-10-{end}:00Z",
        "payment_method": method,
    }


AGILE = [rate("08T10:30", "08T11:00", -2.1), rate("08T10:00", "08T10:30", 25.2)]
LONDON = "Europe/London"


def test_octopus_gives_final_prices_in_pounds_oldest_first() -> None:
    found = octopus.parse(json_body({"results": AGILE}), want("C", clock=LONDON))
    assert list(found.intervals.values) == pytest.approx([0.252, -0.021])
    assert found.source == "Octopus E-1R-AGILE-24-10-01-C (GBP)"
    assert "pounds" in found.note
    assert "GBP" in PRICE_PROVIDERS["octopus"].title


def test_octopus_counts_what_is_paid_by_direct_debit() -> None:
    rows = [
        rate("08T10:00", "08T10:30", 30, "NON_DIRECT_DEBIT"),
        rate("08T10:00", "08T10:30", 20, "DIRECT_DEBIT"),
    ]
    found = octopus.parse(json_body({"results": rows}), want("C", clock=LONDON))
    assert list(found.intervals.values) == [0.2]
    with pytest.raises(Malformed, match="direct debit"):
        octopus.parse(json_body({"results": rows[:1]}), want("C", clock=LONDON))


def test_an_open_end_of_octopus_lasts_to_the_end_of_tomorrow() -> None:
    rows = [rate("20T00:00", None, 99), rate("08T10:30", None, 8.5), *AGILE[1:]]
    found = octopus.parse(json_body({"results": rows}), want("E-1R-GO-VAR-22-10-14-A", clock=LONDON))
    assert list(found.intervals.values) == [0.252, 0.085]
    assert found.intervals.end == utc("2025-10-09T23:00")


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (json_body({"results": []}), NotPublished, "no price of E-1R-AGILE-24-10-01-C"),
        (json_body({"detail": "Not found."}), Rejected, "Not found"),
        (json_body({"results": [AGILE[0], AGILE[0]]}), Malformed, "cannot be understood"),
        (json_body({"results": [{**AGILE[0], "payment_method": []}]}), Malformed, "cannot be understood"),
    ],
)
def test_octopus_says_what_is_wrong(answer: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words):
        octopus.parse(answer, want("C", clock=LONDON))


def test_octopus_pages_are_asked_for_at_its_own_address() -> None:
    first, last = json_body({"next": "https://elsewhere.example/?page=2"}), json_body({"next": None})
    web = ListedWeb(first, last)
    assert asyncio.run(octopus.fetch(web, octopus.BASE_URL, want("_c", clock=LONDON))) == [first, last]
    url = "https://api.octopus.energy/v1/products/AGILE-24-10-01/electricity-tariffs/E-1R-AGILE-24-10-01-C/"
    assert {call.url for call in web.calls} == {f"{url}standard-unit-rates/"}
    asked = {"period_from": "2025-09-30T23:00Z", "period_to": "2025-10-09T23:00Z", "page_size": 1500}
    assert [call.params for call in web.calls] == [asked, {**asked, "page": 2}]
    endless = ListedWeb(*[first] * 9)
    assert len(asyncio.run(octopus.fetch(endless, octopus.BASE_URL, want("C", clock=LONDON)))) == 5


@pytest.mark.parametrize("zone", ["", "I", "O", "Z", "../../x", "E-1R-AGILE-24-10-01-I", "E-2R-AGILE-C"])
def test_what_is_no_region_or_tariff_of_octopus_is_refused(zone: str) -> None:
    with pytest.raises(Rejected, match="letter of a region"):
        asyncio.run(octopus.fetch(ListedWeb(), octopus.BASE_URL, want(zone)))
