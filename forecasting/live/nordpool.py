"""Nord Pool's data portal: day-ahead prices of northern and western Europe; the owner's own choice only.

https://data.nordpoolgroup.com. The portal is made for people and its terms are against automatic use, so it
never stands in for another source. One answer holds one delivery day of the CET calendar; status 204 without
a body is a day that is not published yet. Slots have a start and an end in UTC, prices are EUR/MWh.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from domain.errors import Malformed, NotPublished
from domain.series import Quality
from domain.units import KWH_PER_MWH
from forecasting.known import Known
from forecasting.live.json_answers import json_object, numbers, stamp_s, understanding, words
from forecasting.live.price_slots import known_prices, moment, rows, slots_from_pairs
from forecasting.live.price_window import market_days
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.zones import zone_code, zone_name

BASE_URL: Final = "https://dataportal-api.nordpoolgroup.com"
TITLE: Final = "Nord Pool"
_CALENDAR: Final = "Europe/Brussels"
_CURRENCY: Final = "EUR"
_MARKET: Final = "DayAhead"


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """One answer for each day, oldest first, up to the first that is not published."""
    area = zone_code(want.zone, "nordpool", TITLE)
    bodies: list[bytes] = []
    for day in market_days(want, _CALENDAR):
        params = {"date": f"{day}", "market": _MARKET, "deliveryArea": area, "currency": _CURRENCY}
        try:
            bodies.append(await web.get(f"{base_url}/api/DayAheadPrices", params=params))
        except NotPublished:
            if not bodies:
                raise
            break
    return bodies


def parse(body: bytes, want: Want) -> Known:
    """Prices of one delivery day; preliminary ones count as a forecast."""
    if not body.strip():
        raise NotPublished(f"{TITLE}: {want.zone} is not published yet")
    area = zone_code(want.zone, "nordpool", TITLE)
    answer = json_object(body, TITLE)
    if "multiAreaEntries" not in answer:
        raise Malformed(
            f"{TITLE}: no 'multiAreaEntries'; the answer has {', '.join(map(repr, list(answer)[:8]))}"
        )
    with understanding(TITLE):
        _check_kind(answer, area)
        found = rows(answer["multiAreaEntries"], "multiAreaEntries")
        if not found:
            raise NotPublished(f"{TITLE}: {want.zone} is not published yet")
        starts_s, ends_s = (
            [stamp_s(row[edge]) for row in found] for edge in ("deliveryStart", "deliveryEnd")
        )
        prices = numbers([_price(row, area) for row in found]) / KWH_PER_MWH
        final = _is_final(answer, area)
        return known_prices(
            slots_from_pairs(starts_s, ends_s, prices),
            f"{TITLE} {zone_name(want.zone)}",
            issued_at=moment(answer["updatedAt"]) if "updatedAt" in answer else None,
            quality=Quality.PUBLISHED if final else Quality.FORECAST,
            note="" if final else f"{TITLE} calls these prices preliminary",
        )


def _check_kind(answer: dict[str, Any], area: str) -> None:
    """Raise ``ValueError`` for another market, another currency or another area."""
    if answer.get("market") != _MARKET:
        raise ValueError(f"market {words(answer.get('market'))!r}, not {_MARKET}")
    if answer.get("currency") != _CURRENCY:
        raise ValueError(f"prices in {words(answer.get('currency'))}, not in {_CURRENCY}")
    areas = answer.get("deliveryAreas")
    if not isinstance(areas, list) or area not in areas:
        raise ValueError(f"prices of {words(areas)}, not of {area}")


def _price(row: dict[str, Any], area: str) -> object:
    """Price [EUR/MWh] of the area; none where the slot does not have it."""
    entry = row["entryPerArea"]
    if not isinstance(entry, dict):
        raise TypeError("a slot without 'entryPerArea'")
    return entry.get(area)


def _is_final(answer: dict[str, Any], area: str) -> bool:
    """Whether the day's prices stand; an area whose state is not said is not final."""
    states = rows(answer.get("areaStates", []), "areaStates")
    return any(state.get("state") == "Final" and area in state.get("areas", ()) for state in states)


NORDPOOL: Final = Provider(
    name="nordpool",
    title="Nord Pool data portal (terms of use: not for automatic use)",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
)
