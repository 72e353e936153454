"""EnergyZero: day-ahead prices of the Netherlands, without a key.

https://public.api.energyzero.nl, "prices". Asked for one date it answers three local days around it, or two
while tomorrow is not there. Slots have a start and an end in UTC; the price is text, in EUR/kWh. ``base`` is
the market's price without VAT and without energy tax.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo

import numpy as np

from domain.errors import Limited, Malformed, NotPublished, Rejected, Unreachable
from forecasting.known import Known
from forecasting.live.json_answers import json_object, stamp_s, understanding, words
from forecasting.live.price_slots import known_prices, rows, slots_from_pairs
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.zones import zone_name

BASE_URL: Final = "https://public.api.energyzero.nl"
TITLE: Final = "EnergyZero"
_ZONE: Final = "NL"
_QUARTER, _HOUR = 1, 2
_REFUSED, _NOT_FOUND, _TOO_OFTEN = 3, 5, 8
"""Codes of gRPC in the body of an error."""


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """Yesterday, today and tomorrow in one answer, as counted from now or from what is wanted."""
    if want.zone and zone_name(want.zone) != _ZONE:
        raise Rejected(f"{TITLE} has no zone '{want.zone}'; it has {_ZONE}")
    day = min(want.now, want.start + timedelta(days=1)).astimezone(ZoneInfo("Europe/Amsterdam"))
    params = {
        "energyType": "ENERGY_TYPE_ELECTRICITY",
        "date": f"{day:%d-%m-%Y}",
        "interval": "INTERVAL_QUARTER",
    }
    return [await web.get(f"{base_url}/public/v1/prices", params=params)]


def parse(body: bytes, want: Want) -> Known:  # noqa: ARG001 (one zone, one answer)
    """The market's prices of one answer, all of its days."""
    answer = json_object(body, TITLE)
    _check_kind(answer)
    with understanding(TITLE):
        found = rows(answer.get("base"), "base")
        if not found:
            raise NotPublished(f"{TITLE}: no price for these days yet")
        starts_s, ends_s = ([stamp_s(row[edge]) for row in found] for edge in ("start", "end"))
        slots = slots_from_pairs(starts_s, ends_s, np.array([_price(row) for row in found]))
        return known_prices(slots, f"{TITLE} {_ZONE}")


def _check_kind(answer: dict[str, Any]) -> None:
    """Raise what an answer stands for that is not one of electricity prices by quarter or hour."""
    if "code" in answer and "base" not in answer:
        _refuse(answer["code"], words(answer.get("message", "no reason given")))
    if "data" in answer or "errors" in answer:
        raise Malformed(f"{TITLE}: an answer of its GraphQL service, which has hours only and is not read")
    if "Prices" in answer:
        raise Malformed(f"{TITLE}: an answer of its old service, which is not read: VAT may be in or not")
    if "base" not in answer:
        raise Malformed(f"{TITLE}: no 'base'; the answer has {', '.join(map(repr, list(answer)[:8]))}")
    if answer.get("interval") not in (_QUARTER, _HOUR):
        kind = words(answer.get("interval"))
        raise Malformed(f"{TITLE}: interval {kind} is neither quarter nor hour: gas, not electricity")


def _refuse(code: object, message: str) -> NoReturn:
    told = f"{TITLE}: {message}"
    if code == _REFUSED:
        raise Rejected(told)
    if code == _NOT_FOUND:
        raise NotPublished(told)
    if code == _TOO_OFTEN:
        raise Limited(told)
    raise Unreachable(told)


def _price(row: dict[str, Any]) -> float:
    """Price [EUR/kWh]; NaN where the row has none."""
    price = row["price"]
    if price is None:
        return math.nan
    if not isinstance(price, dict) or not isinstance(price.get("value"), str):
        raise TypeError("a price without its 'value' as text")
    number = float(price["value"])
    if not math.isfinite(number):
        raise ValueError(f"{words(price['value'])} is no price")
    return number


ENERGYZERO: Final = Provider(name="energyzero", title=TITLE, base_url=BASE_URL, fetch=fetch, parse=parse)
