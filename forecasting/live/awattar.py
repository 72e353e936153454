"""aWATTar: day-ahead prices of Germany with Luxembourg and of Austria by hours, without a key.

https://www.awattar.de/services/api and https://www.awattar.at/services/api. Start and end are UTC
milliseconds; the price is the market's in EUR/MWh, without VAT. About 100 questions a day are fair.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain.errors import Malformed, NotPublished
from domain.time_grid import utc_s
from domain.units import KWH_PER_MWH
from forecasting.known import Known
from forecasting.live.json_answers import json_object, numbers, understanding, words
from forecasting.live.price_slots import known_prices, rows, seconds_from_ms, slots_from_pairs
from forecasting.live.price_window import window
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.zones import zone_code, zone_name

BASE_URL: Final = "https://api.awattar.de"
_HOST: Final = "https://api.awattar."
TITLE: Final = "aWATTar"
_UNIT: Final = "eur/mwh"


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The prices of all days in one answer, from the country's own host."""
    country = zone_code(want.zone, "awattar", TITLE)
    host = f"{_HOST}{country}" if base_url == BASE_URL else base_url
    start, end = window(want)
    params = {"start": utc_s(start) * 1000, "end": utc_s(end) * 1000}
    return [await web.get(f"{host}/v1/marketdata", params=params)]


def parse(body: bytes, want: Want) -> Known:
    """Prices of one answer."""
    answer = json_object(body, TITLE)
    if "data" not in answer:
        raise Malformed(f"{TITLE}: no 'data'; the answer has {', '.join(map(repr, list(answer)[:8]))}")
    with understanding(TITLE):
        found = rows(answer["data"], "data")
        if not found:
            raise NotPublished(f"{TITLE}: no price of {want.zone} for these days yet")
        units = {words(row.get("unit")).lower() for row in found}
        if units != {_UNIT}:
            raise ValueError(f"prices in {', '.join(sorted(units))}, not in {_UNIT}")
        starts_s, ends_s = (
            [seconds_from_ms(row[edge]) for row in found] for edge in ("start_timestamp", "end_timestamp")
        )
        prices = numbers([row["marketprice"] for row in found]) / KWH_PER_MWH
        return known_prices(slots_from_pairs(starts_s, ends_s, prices), f"{TITLE} {zone_name(want.zone)}")


AWATTAR: Final = Provider(
    name="awattar", title="aWATTar (prices by hours)", base_url=BASE_URL, fetch=fetch, parse=parse
)
