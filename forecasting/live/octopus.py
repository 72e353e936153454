"""Octopus Energy, Great Britain: the half-hourly prices of Agile and its relatives, without a key.

https://developer.octopus.energy, "unit rates". Final prices in pence with VAT, newest first, in pages; slots
have a start and an end in UTC, an open end holds until further notice. Agile's days end at 23:00 UK time.
The zone of the site file is the tariff's code (``E-1R-AGILE-24-10-01-C``), or the letter of the region alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from domain.errors import Malformed, NotPublished, Rejected
from domain.time_grid import utc_s
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.live.json_answers import json_object, numbers, stamp_s, understanding, words
from forecasting.live.price_slots import known_prices, rows, slots_from_pairs
from forecasting.live.price_window import window
from forecasting.live.provider import Provider, Want, Web

BASE_URL: Final = "https://api.octopus.energy"
TITLE: Final = "Octopus"
AGILE: Final = "AGILE-24-10-01"
"""The Agile product that a letter alone stands for; it is shown in the name of the source."""
IN_POUNDS: Final = "prices in GBP: all money of this plan is in pounds"
_TARIFF: Final = re.compile(r"E-1R-(?P<product>[A-Z0-9-]+)-(?P<region>[A-HJ-NP])")
_REGION: Final = re.compile(r"[A-HJ-NP]")
_PENCE_PER_POUND: Final = 100.0
_PAGE_SIZE: Final = 1500
_MOST_PAGES: Final = 5
_DIRECT_DEBIT: Final = "DIRECT_DEBIT"


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """All pages, newest first; the address of a next page is made here, never taken from the answer."""
    product, tariff = _tariff(want.zone)
    start, end = window(want)
    url = f"{base_url}/v1/products/{product}/electricity-tariffs/{tariff}/standard-unit-rates/"
    asked: dict[str, str | int | float] = {
        "period_from": f"{start:%Y-%m-%dT%H:%MZ}",
        "period_to": f"{end:%Y-%m-%dT%H:%MZ}",
        "page_size": _PAGE_SIZE,
    }
    bodies = [await web.get(url, params=asked)]
    while json_object(bodies[-1], TITLE).get("next") and len(bodies) < _MOST_PAGES:
        bodies.append(await web.get(url, params={**asked, "page": len(bodies) + 1}))
    return bodies


def parse(body: bytes, want: Want) -> Known:
    """Final prices of one page [GBP/kWh]; those for other ways to pay than direct debit are left out."""
    answer = json_object(body, TITLE)
    if "detail" in answer and "results" not in answer:
        raise Rejected(f"{TITLE}: {words(answer['detail'])}")
    if "results" not in answer:
        raise Malformed(f"{TITLE}: no 'results'; the answer has {', '.join(map(repr, list(answer)[:8]))}")
    tariff = _tariff(want.zone)[1]
    with understanding(TITLE):
        found = rows(answer["results"], "results")
        if not found:
            raise NotPublished(f"{TITLE}: no price of {tariff} for these days yet")
        mine = [row for row in found if row.get("payment_method") in {None, _DIRECT_DEBIT}]
        if not mine:
            raise ValueError("no price for payment by direct debit")
        return known_prices(_slots(mine, want), f"{TITLE} {tariff} (GBP)", note=IN_POUNDS)


def _slots(found: list[dict[str, Any]], want: Want) -> Intervals:
    """The slots of the rows; an open end lasts to the next start or to the end of what is asked for."""
    last_s = utc_s(window(want)[1])
    begun = [row for row in found if row.get("valid_to") is not None or stamp_s(row["valid_from"]) < last_s]
    if not begun:
        raise NotPublished(f"{TITLE}: no price for these days yet")
    ends_s = [last_s if row.get("valid_to") is None else stamp_s(row["valid_to"]) for row in begun]
    prices = numbers([row["value_inc_vat"] for row in begun]) / _PENCE_PER_POUND
    return slots_from_pairs([stamp_s(row["valid_from"]) for row in begun], ends_s, prices, lengths_s=None)


def _tariff(zone: str) -> tuple[str, str]:
    """Product and tariff code that the zone of the site file stands for."""
    name = zone.strip().upper().replace("_", "")
    if _REGION.fullmatch(name):
        return AGILE, f"E-1R-{AGILE}-{name}"
    if found := _TARIFF.fullmatch(name):
        return found["product"], name
    raise Rejected(
        f"{TITLE} has no zone '{zone}'; it has the tariff's code, such as E-1R-{AGILE}-C, or the letter of "
        "a region: A to P without I and O"
    )


OCTOPUS: Final = Provider(
    name="octopus",
    title="Octopus Energy (final prices with VAT, in GBP)",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
)
