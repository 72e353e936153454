"""Energy-Charts (Fraunhofer ISE): day-ahead prices of most European zones, without a key.

https://api.energy-charts.info, "price". Stamps are UTC seconds and the start of the slot; quarters since
2025-10-01, hours before; a price that is not known yet is null. Outages of ENTSO-E are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain.errors import Malformed, NotPublished, Rejected
from domain.time_grid import utc_s
from domain.units import KWH_PER_MWH
from forecasting.known import Known
from forecasting.live.json_answers import json_object, numbers, understanding, words
from forecasting.live.price_slots import known_prices, seconds, slots_from_starts
from forecasting.live.price_window import window
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.zones import zone_code, zone_name

BASE_URL: Final = "https://api.energy-charts.info"
TITLE: Final = "Energy-Charts"


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The prices of all days in one answer."""
    start, end = window(want)
    zone = zone_code(want.zone, "energy_charts", TITLE)
    params: dict[str, str | int | float] = {"bzn": zone, "start": utc_s(start), "end": utc_s(end)}
    return [await web.get(f"{base_url}/price", params=params)]


def parse(body: bytes, want: Want) -> Known:
    """Prices of one answer, with its licence in the source's name."""
    answer = json_object(body, TITLE)
    if "detail" in answer and "price" not in answer:
        raise Rejected(f"{TITLE}: {words(answer['detail'])}")
    stamps, prices = answer.get("unix_seconds"), answer.get("price")
    if not isinstance(stamps, list) or not isinstance(prices, list):
        raise Malformed(f"{TITLE}: no lists 'unix_seconds' and 'price'")
    if len(stamps) != len(prices):
        raise Malformed(f"{TITLE}: {len(stamps)} stamps for {len(prices)} prices")
    if not stamps:
        raise NotPublished(f"{TITLE}: no price of {want.zone} yet")
    note = f"{TITLE} calls this answer out of date" if answer.get("deprecated") is True else ""
    with understanding(TITLE):
        found = slots_from_starts([seconds(stamp) for stamp in stamps], numbers(prices) / KWH_PER_MWH)
        return known_prices(found, _source(want, answer.get("license_info")), note=note)


def _source(want: Want, licence: object) -> str:
    """``Energy-Charts BE`` and the first sentence of its licence, which wants to be shown."""
    name = f"{TITLE} {zone_name(want.zone)}"
    text = words(licence).partition(". ")[0] if licence else ""
    return f"{name} ({text})" if text else name


ENERGY_CHARTS: Final = Provider(
    name="energy_charts",
    title="Energy-Charts (Fraunhofer ISE; licence with each answer)",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
)
