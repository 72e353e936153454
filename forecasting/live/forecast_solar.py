"""Forecast.Solar: energy of an array by the hour, or by the half hour with a key.

https://doc.forecast.solar/api:estimate. ``watt_hours_period`` is the energy since the stamp before; ``watts``
is the power at the stamp, not a mean, and is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NoReturn
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.errors import KeyRefused, Limited, Malformed, Rejected, Unreachable
from domain.time_grid import from_utc_s
from forecasting.known import Known
from forecasting.live.azimuth import from_south
from forecasting.live.daylight import power_with_nights
from forecasting.live.json_answers import (
    array_of,
    json_object,
    numbers,
    part,
    solar_power,
    stamp_s,
    understanding,
    words,
)
from forecasting.live.provider import Provider, Want, Web

BASE_URL: Final = "https://api.forecast.solar"
TITLE: Final = "Forecast.Solar"
PERIODS: Final = "watt_hours_period"
DAYS: Final = "watt_hours_day"


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The estimate of one plane, with UTC stamps; the key, where there is one, is part of the path."""
    array = array_of(want)
    plane = (
        want.latitude,
        want.longitude,
        array.tilt_deg,
        from_south(array.azimuth_deg or 0.0),
        array.peak_kw,
    )
    key = f"/{quote(want.key, safe='')}" if want.key else ""
    path = "/".join(f"{number or 0:g}" for number in plane)
    params: dict[str, str | int | float] = {"time": "utc", "no_sun": 1}
    if array.inverter_kw is not None:
        params["inverter"] = array.inverter_kw
    return [await web.get(f"{base_url}{key}/estimate/{path}", params=params, secret=want.key)]


def parse(body: bytes, want: Want) -> Known:
    """Power of the array [kW] from one answer, nights included."""
    answer = json_object(body, TITLE)
    message = part(answer, "message", TITLE)
    with understanding(TITLE, want.key):
        if message.get("code"):
            _refuse(message, want.key)
        result = part(answer, "result", TITLE)
        ends_s, energy_wh = _by_stamp(part(result, PERIODS, TITLE))
        values = power_with_nights(ends_s, energy_wh, _by_day(result.get(DAYS)), ZoneInfo(want.time_zone))
        return solar_power(values, TITLE, want, _issued_at(message))


def _by_stamp(periods: Mapping[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ends of the periods, rising, and the energy in each [Wh]."""
    ends_s = np.array([stamp_s(stamp) for stamp in periods], dtype=np.int64)
    if len(ends_s) < 2 or np.any(np.diff(ends_s) <= 0):
        raise ValueError(f"{len(ends_s)} stamps under '{PERIODS}', or stamps that do not rise")
    return ends_s, numbers(list(periods.values()))


def _by_day(totals: object) -> dict[date, float]:
    """Energy of local days [Wh], where the answer has them."""
    if not isinstance(totals, dict):
        return {}
    return dict(zip(map(date.fromisoformat, totals), numbers(list(totals.values())).tolist(), strict=True))


def _issued_at(message: Mapping[str, Any]) -> datetime | None:
    """When the answer was made, where it says so."""
    info = message.get("info")
    if not isinstance(info, dict) or "time_utc" not in info:
        return None
    return from_utc_s(stamp_s(info["time_utc"]))


def _refuse(message: Mapping[str, Any], key: str) -> NoReturn:
    """Raise what the code in the answer means (the same as the status that it came with)."""
    code, told = message["code"], f"{TITLE}: {words(message.get('text') or message['code'], key)}"
    if code == 429:
        limit = message.get("ratelimit")
        retry_at = limit.get("retry-at") if isinstance(limit, dict) else None
        raise Limited(told, None if retry_at is None else from_utc_s(stamp_s(retry_at)))
    if code in {401, 403}:
        raise KeyRefused(told)
    if code in {400, 404, 422}:
        raise Rejected(told)
    if isinstance(code, int) and code >= 500:
        raise Unreachable(told)
    raise Malformed(f"{told} (code {words(code, key)})")


FORECAST_SOLAR: Final = Provider(
    name="forecast_solar", title="Forecast.Solar", base_url=BASE_URL, fetch=fetch, parse=parse
)
