"""EnergyZero: prices as text, errors with codes, and the day it is asked for."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import Limited, Malformed, NotPublished, Rejected, SourceError, Unreachable
from forecasting.live import energyzero
from tests.forecasting.live.price_asks import ListedWeb, json_body, utc, want


def zero(*prices: object, interval: object = 1) -> bytes:
    rows = [
        {
            "start": f"2025-10-08T10:{15 * at:02}:00Z",
            "end": f"2025-10-08T10:{15 * at + 14:02}:60Z",
            "price": price,
        }
        for at, price in enumerate(prices)
    ]
    text = json_body({"interval": interval, "base": rows}).decode()
    for at, edge in enumerate(("10:15:00", "10:30:00", "10:45:00", "11:00:00")):
        text = text.replace(f"10:{15 * at + 14:02}:60", edge)
    return text.encode()


def test_energyzero_takes_the_market_price_and_leaves_out_what_is_missing() -> None:
    found = energyzero.parse(zero({"value": "0.07994"}, None, {"value": "-0.5"}), want("NL"))
    assert list(found.intervals.values) == [0.07994, -0.5]
    assert found.intervals.start == utc("2025-10-08T10:00")
    assert found.source == "EnergyZero NL"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (zero(), NotPublished, "no price for these days"),
        (zero({"value": 0.1}), Malformed, "'value' as text"),
        (zero({"value": "inf"}), Malformed, "inf is no price"),
        (zero({"value": "0.1"}, interval=3), Malformed, "gas, not electricity"),
        (zero({"value": "0.1"}, interval=[1]), Malformed, "neither quarter nor hour"),
        (json_body({"interval": 1, "base": {"start": 1}}), Malformed, "'base' is no list"),
        (json_body({"code": 5, "message": "no prices"}), NotPublished, "no prices"),
        (json_body({"code": 8, "message": "slow down"}), Limited, "slow down"),
        (json_body({"code": 13, "message": "internal"}), Unreachable, "internal"),
    ],
)
def test_energyzero_says_what_is_wrong(answer: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words):
        energyzero.parse(answer, want("NL"))


@pytest.mark.parametrize(
    ("now", "start", "date"),
    [
        ("2025-10-08T10:30", "2025-10-08T10:30", "08-10-2025"),
        ("2025-10-08T22:30", "2025-10-08T22:30", "09-10-2025"),
        ("2025-10-08T10:30", "2025-10-07T10:30", "08-10-2025"),
        ("2025-10-08T10:30", "2025-02-03T10:30", "04-02-2025"),
    ],
)
def test_energyzero_is_asked_for_the_local_day_around_which_it_answers(
    now: str, start: str, date: str
) -> None:
    web = ListedWeb(b"{}")
    asyncio.run(
        energyzero.fetch(web, energyzero.BASE_URL, want("", utc(now), utc(start), "Europe/Amsterdam"))
    )
    (call,) = web.calls
    assert call.url == "https://public.api.energyzero.nl/public/v1/prices"
    assert call.params == {
        "energyType": "ENERGY_TYPE_ELECTRICITY",
        "date": date,
        "interval": "INTERVAL_QUARTER",
    }


def test_energyzero_has_the_netherlands_only() -> None:
    with pytest.raises(Rejected, match="no zone 'BE'; it has NL"):
        asyncio.run(energyzero.fetch(ListedWeb(), energyzero.BASE_URL, want("BE")))
