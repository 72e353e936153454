"""Tibber: the final prices of one's own contract by quarters, with a personal token.

https://developer.tibber.com. One GraphQL question; today and tomorrow are local days, ``startsAt`` is the
slot's start with its offset, tomorrow is empty until it is published. ``total`` has all taxes in, in the
currency of the home. Where several homes have a contract, the site file's zone says the home's name or id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from domain.errors import KeyRefused, Limited, NotPublished, Rejected, Unreachable
from forecasting.known import Known
from forecasting.live.json_answers import json_object, numbers, part, stamp_s, understanding, words
from forecasting.live.price_slots import known_prices, rows, slots_from_starts
from forecasting.live.provider import Provider, Want, Web

BASE_URL: Final = "https://api.tibber.com"
TITLE: Final = "Tibber"
_PRICE: Final = "{ total startsAt currency }"
QUESTION: Final = (
    "{ viewer { homes { id appNickname currentSubscription { "
    f"priceInfo(resolution: QUARTER_HOURLY) {{ today {_PRICE} tomorrow {_PRICE} }} }} }} }} }}"
)
_KEY: Final = re.compile(r"unauth|forbidden|invalid token|no valid access", re.IGNORECASE)
_OFTEN: Final = re.compile(r"rate.?limit|too many", re.IGNORECASE)
_QUESTION: Final = re.compile(r"validation|bad_user_input|parse_failed|cannot query|syntax", re.IGNORECASE)


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """Today and tomorrow of all homes in one answer."""
    if not want.key:
        raise KeyRefused(f"{TITLE} needs the personal token of your account: key_file or key_env")
    headers = {"Authorization": f"Bearer {want.key}"}
    url = f"{base_url}/v1-beta/gql"
    return [await web.post(url, json={"query": QUESTION}, headers=headers, secret=want.key)]


def parse(body: bytes, want: Want) -> Known:
    """Final prices of one home."""
    answer = json_object(body, TITLE)
    if answer.get("errors"):
        _refuse(words(answer["errors"], want.key))
    with understanding(TITLE, want.key):
        homes = rows(part(part(answer, "data", TITLE), "viewer", TITLE).get("homes"), "homes")
        home = _chosen(homes, want)
        info = part(part(home, "currentSubscription", TITLE), "priceInfo", TITLE)
        found = [row for day in ("today", "tomorrow") for row in rows(info.get(day), day)]
        if not found:
            raise NotPublished(f"{TITLE}: no prices of today or tomorrow yet")
        slots = slots_from_starts(
            [stamp_s(row["startsAt"]) for row in found], numbers([row["total"] for row in found])
        )
        currency = _currency(found)
        if currency in {"", "EUR"}:
            return known_prices(slots, f"{TITLE} {_name(home, want)}")
        note = f"prices in {currency}: all money of this plan is in {currency}"
        return known_prices(slots, f"{TITLE} {_name(home, want)} ({currency})", note=note)


def _chosen(homes: list[dict[str, Any]], want: Want) -> dict[str, Any]:
    """The home that the zone names, else the only one with a contract."""
    named = [home for home in homes if want.zone in {"", home.get("id"), home.get("appNickname")}]
    with_contract = [home for home in named if home.get("currentSubscription") is not None]
    if len(with_contract) == 1:
        return with_contract[0]
    names = ", ".join(_name(home, want) for home in with_contract or homes) or "none"
    if len(with_contract) > 1:
        raise Rejected(f"{TITLE}: {len(with_contract)} homes have a contract; say one as zone: {names}")
    which = f"called '{want.zone}' " if want.zone else ""
    raise Rejected(f"{TITLE}: no home {which}has a contract; the account's homes: {names}")


def _name(home: dict[str, Any], want: Want) -> str:
    return words(home.get("appNickname") or home.get("id") or "home", want.key)


def _currency(found: list[dict[str, Any]]) -> str:
    """The currency of all prices; empty where it is not said."""
    said = {words(row["currency"]) for row in found if row.get("currency")}
    if len(said) > 1:
        raise ValueError(f"prices in {', '.join(sorted(said))} at once")
    return said.pop() if said else ""


def _refuse(reason: str) -> NoReturn:
    """Raise what the errors of a GraphQL answer mean."""
    told = f"{TITLE}: {reason}"
    for sign, error in ((_KEY, KeyRefused), (_OFTEN, Limited), (_QUESTION, Rejected)):
        if sign.search(reason):
            raise error(told)
    raise Unreachable(told)


TIBBER: Final = Provider(
    name="tibber",
    title="Tibber (final prices with taxes)",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
    needs_key=True,
)
