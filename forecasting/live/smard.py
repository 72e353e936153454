"""SMARD: day-ahead prices of Germany and its neighbours from the Bundesnetzagentur, without a key.

https://www.smard.de. An index names the weeks, a file holds a week from Monday 00:00 local; stamps are UTC
milliseconds and the start of the slot, prices EUR/MWh, null while not known. CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from domain.errors import Malformed, NotPublished
from domain.time_grid import from_utc_s, utc_s
from domain.units import KWH_PER_MWH
from forecasting.known import Known
from forecasting.live.json_answers import json_object, numbers, understanding
from forecasting.live.price_slots import known_prices, seconds_from_ms, slots_from_starts
from forecasting.live.price_window import window
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.zones import zone_code, zone_name

BASE_URL: Final = "https://www.smard.de"
TITLE: Final = "SMARD"
_WEEKS: Final = 2
"""The next week's file opens on Sunday, so the last one alone may hold no more than tomorrow."""


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The last two weeks, oldest first."""
    series = zone_code(want.zone, "smard", TITLE)
    folder = f"{base_url}/app/chart_data/{series}/DE"
    index = await web.get(f"{folder}/index_quarterhour.json")
    return [
        await web.get(f"{folder}/{series}_DE_quarterhour_{week}.json") for week in last_weeks(index, want)
    ]


def last_weeks(index: bytes, want: Want) -> list[int]:
    """Stamps [ms] of the last two weeks that begin before the end of what is wanted, oldest first."""
    stamps = json_object(index, TITLE).get("timestamps")
    if not isinstance(stamps, list):
        raise Malformed(f"{TITLE}: an index without 'timestamps'")
    end_s = utc_s(window(want)[1])
    with understanding(TITLE):
        weeks = sorted(stamp for stamp in stamps if seconds_from_ms(stamp) < end_s)
    if not weeks:
        raise NotPublished(f"{TITLE}: no week of {want.zone} yet")
    return weeks[-_WEEKS:]


def parse(body: bytes, want: Want) -> Known:
    """Prices of one week."""
    answer = json_object(body, TITLE)
    series = answer.get("series")
    if not isinstance(series, list) or not all(isinstance(row, list) and len(row) == 2 for row in series):
        raise Malformed(f"{TITLE}: no 'series' of stamps with their prices")
    if not series:
        raise NotPublished(f"{TITLE}: no price of {want.zone} in this week yet")
    with understanding(TITLE):
        prices = numbers([price for _, price in series]) / KWH_PER_MWH
        found = slots_from_starts([seconds_from_ms(stamp) for stamp, _ in series], prices)
        issued_s = _issued_s(answer.get("meta_data"))
        issued_at = None if issued_s is None else from_utc_s(issued_s)
        return known_prices(found, f"{TITLE} {zone_name(want.zone)}", issued_at=issued_at)


def _issued_s(about: Any) -> int | None:
    """When the file was made, where it says so."""
    made = about.get("created") if isinstance(about, dict) else None
    return None if not isinstance(made, int) else seconds_from_ms(made // 1000 * 1000)


SMARD: Final = Provider(
    name="smard",
    title="SMARD (Bundesnetzagentur | SMARD.de, CC BY 4.0)",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
)
