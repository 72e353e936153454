"""Tibber: homes, currencies, errors of GraphQL, and the one question."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.errors import KeyRefused, Limited, Malformed, NotPublished, Rejected, SourceError, Unreachable
from forecasting.live import tibber
from tests.forecasting.live.price_asks import KEY, ListedWeb, json_body, utc, want


def priced(day: str, *totals: float | None, currency: str | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"total": total, "startsAt": f"2025-10-{day}T00:{15 * at:02}:00.000+02:00"}
        for at, total in enumerate(totals)
    ]
    return [{**row, "currency": currency} for row in rows] if currency else rows


def home(name: str | None, today: Any, tomorrow: Any = ()) -> dict[str, Any]:
    info = {"priceInfo": {"today": today, "tomorrow": list(tomorrow)}}
    return {"id": f"id-{name}", "appNickname": name, "currentSubscription": None if today is None else info}


def answered(*homes: dict[str, Any]) -> bytes:
    return json_body({"data": {"viewer": {"homes": homes}}})


def test_tibber_takes_the_home_that_has_a_contract() -> None:
    answer = answered(home("Cabin", None), home("Flat", priced("08", 0.31, 0.3), priced("09", -0.01, None)))
    found = tibber.parse(answer, want(""))
    assert list(found.intervals.values) == [0.31, 0.3, -0.01]
    assert found.intervals.start == utc("2025-10-07T22:00")
    assert (found.source, found.note) == ("Tibber Flat", "")


def test_tibber_asks_which_home_where_several_have_a_contract() -> None:
    answer = answered(home("Flat", priced("08", 0.31, 0.3)), home("Shop", priced("08", 0.41, 0.4)))
    with pytest.raises(Rejected, match="2 homes have a contract; say one as zone: Flat, Shop"):
        tibber.parse(answer, want(""))
    assert tibber.parse(answer, want("Shop")).source == "Tibber Shop"
    assert tibber.parse(answer, want("id-Flat")).source == "Tibber Flat"
    with pytest.raises(
        Rejected, match="no home called 'Hut' has a contract; the account's homes: Flat, Shop"
    ):
        tibber.parse(answer, want("Hut"))


def test_tibber_says_another_currency() -> None:
    rows = priced("08", 1.3, 1.2, currency="NOK")
    found = tibber.parse(answered(home("Hytte", rows)), want(""))
    assert found.source == "Tibber Hytte (NOK)"
    assert "all money of this plan is in NOK" in found.note
    euro = tibber.parse(answered(home("Flat", priced("08", 1.3, 1.2, currency="EUR"))), want(""))
    assert (euro.source, euro.note) == ("Tibber Flat", "")


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (answered(home("Flat", [])), NotPublished, "no prices of today or tomorrow"),
        (answered(home("Flat", None)), Rejected, "no home has a contract"),
        (answered(), Rejected, "homes: none"),
        (answered(home("Flat", "soon")), Malformed, "'today' is no list"),
        (answered({**home("Flat", priced("08", 1, 2)), "id": ["x"]}), Malformed, "cannot be understood"),
        (json_body({"data": None}), Malformed, "no 'data'"),
        (
            json_body({"errors": [{"extensions": {"code": "UNAUTHENTICATED"}}], "data": None}),
            KeyRefused,
            "UNAUTH",
        ),
        (json_body({"errors": [{"message": "Too many requests"}]}), Limited, "Too many"),
        (
            json_body({"errors": [{"extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}),
            Rejected,
            "VALIDATION",
        ),
        (json_body({"errors": [{"message": f"boom {KEY}"}]}), Unreachable, r"boom \*\*\*"),
    ],
)
def test_tibber_says_what_is_wrong(answer: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        tibber.parse(answer, want(""))
    assert KEY not in repr(caught.value)


def test_tibber_is_asked_for_quarters_with_its_token() -> None:
    web = ListedWeb(b"{}")
    asyncio.run(tibber.fetch(web, tibber.BASE_URL, want("")))
    (call,) = web.calls
    assert call.url == "https://api.tibber.com/v1-beta/gql"
    assert call.headers == {"Authorization": f"Bearer {KEY}"}
    assert call.secret == KEY
    assert "priceInfo(resolution: QUARTER_HOURLY)" in call.json["query"]
    assert call.json["query"].count("{") == call.json["query"].count("}")
