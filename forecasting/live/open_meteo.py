"""Open-Meteo: the weather on an array, and from it the array's power.

https://open-meteo.com/en/docs. Radiation is the mean of the interval that ends at its stamp (names with
``_instant``: at the stamp); temperature and wind are at the stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from domain.errors import Limited, Malformed, Rejected
from forecasting.intervals import Intervals, from_ends, from_instants
from forecasting.known import Known
from forecasting.live.azimuth import from_south
from forecasting.live.json_answers import (
    array_of,
    checked_s,
    json_object,
    next_utc_midnight,
    numbers,
    part,
    solar_power,
    understanding,
    words,
)
from forecasting.live.plane import Numbers, Plane, Weather, has_pvlib, power_kw, short_power_kw
from forecasting.live.provider import Provider, Want, Web

BASE_URL: Final = "https://api.open-meteo.com"
CUSTOMER_URL: Final = "https://customer-api.open-meteo.com"
"""For those with a key; the public address is for non-commercial use."""
TITLE: Final = "Open-Meteo"
GLOBAL, DIFFUSE, BEAM = "shortwave_radiation", "diffuse_radiation", "direct_normal_irradiance"
ON_PLANE: Final = "global_tilted_irradiance"
AIR, WIND = "temperature_2m", "wind_speed_10m"
INSTANT: Final = "_instant"
WITHOUT_PVLIB: Final = "a short formula, a few percent from pvlib's: pip install 'chargewright[solar]'"
_MOST_PAST_DAYS: Final = 92
_MOST_DAYS: Final = 16
_M_S: Final = {"m/s": 1.0, "km/h": 1 / 3.6}


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The weather by quarters, with GMT stamps: the service knows one offset for all of an answer only."""
    array = array_of(want)
    today = want.now.astimezone(UTC).date()
    past_days = (today - want.start.astimezone(UTC).date()).days
    days = (want.end.astimezone(UTC).date() - today).days + 2  # a stamp ends its interval
    params: dict[str, str | int | float] = {
        "latitude": want.latitude,
        "longitude": want.longitude,
        "minutely_15": ",".join((GLOBAL, DIFFUSE, BEAM, ON_PLANE, AIR, WIND)),
        "tilt": array.tilt_deg or 0.0,
        "azimuth": from_south(array.azimuth_deg or 0.0),
        "past_days": min(max(past_days, 0), _MOST_PAST_DAYS),
        "forecast_days": min(max(days, 1), _MOST_DAYS),
        "timezone": "GMT",
        "timeformat": "unixtime",
        "wind_speed_unit": "ms",
    }
    if want.key:
        params["apikey"] = want.key
        base_url = CUSTOMER_URL if base_url == BASE_URL else base_url
    return [await web.get(f"{base_url}/v1/forecast", params=params, secret=want.key)]


def parse(body: bytes, want: Want) -> Known:
    """Power of the array [kW] from one answer; from quarters where it has them, else from hours."""
    answer = json_object(body, TITLE)
    if answer.get("error"):
        _refuse(words(answer.get("reason", "no reason given"), want.key), want.now)
    name = "minutely_15" if "minutely_15" in answer else "hourly"
    block = part(answer, name, TITLE)
    units = answer.get(f"{name}_units", {})
    with understanding(TITLE, want.key):
        moments_s = _moments_s(block, answer)
        _check_columns(block, units, len(moments_s))
        if has_pvlib():
            return solar_power(_by_pvlib(block, units, moments_s, want), TITLE, want, None)
        values = _by_short_formula(block, moments_s, want)
        return solar_power(values, TITLE, want, None, note=WITHOUT_PVLIB)


def _by_pvlib(
    block: dict[str, Any], units: dict[str, str], moments_s: NDArray[np.int64], want: Want
) -> Intervals:
    light = {name: _light(block, name, moments_s) for name in (GLOBAL, DIFFUSE, BEAM) if _column(block, name)}
    level = light[GLOBAL]
    middle_s = (level.start_s + level.end_s) // 2
    weather = Weather(
        middle_s,
        level.values,
        light[DIFFUSE].values,
        light[BEAM].values if BEAM in light else None,
        _at(middle_s, moments_s, block[AIR]),
        _at(middle_s, moments_s, block[WIND]) * _M_S[units[WIND]],
    )
    return level.with_values(power_kw(weather, _plane(want)))


def _by_short_formula(block: dict[str, Any], moments_s: NDArray[np.int64], want: Want) -> Intervals:
    if not _column(block, ON_PLANE):
        raise Malformed(f"{TITLE}: no {ON_PLANE}, and pvlib is absent: pip install 'chargewright[solar]'")
    light = _light(block, ON_PLANE, moments_s)
    air_c = _at((light.start_s + light.end_s) // 2, moments_s, block[AIR])
    return light.with_values(short_power_kw(light.values, air_c, _plane(want)))


def _plane(want: Want) -> Plane:
    array = array_of(want)
    if array.tilt_deg is None or array.azimuth_deg is None:
        raise Rejected(f"solar.{array.id}: {TITLE} needs tilt_deg and azimuth_deg")
    return Plane(
        want.latitude, want.longitude, array.tilt_deg, array.azimuth_deg, array.peak_kw, array.inverter_kw
    )


def _moments_s(block: dict[str, Any], answer: dict[str, Any]) -> NDArray[np.int64]:
    """The stamps: UTC as numbers, or text on a clock that stays ``utc_offset_seconds`` from UTC."""
    stamps = block.get("time")
    if not isinstance(stamps, list) or not stamps:
        raise ValueError("no stamps under 'time'")
    if isinstance(stamps[0], str):
        offset = answer["utc_offset_seconds"]
        clock = [datetime.fromisoformat(stamp) for stamp in stamps]
        if any(moment.tzinfo is not None for moment in clock):
            raise ValueError("stamps with an offset of their own")
        found = [checked_s(int((moment.replace(tzinfo=UTC)).timestamp()) - int(offset)) for moment in clock]
    else:
        found = [checked_s(stamp) for stamp in stamps if isinstance(stamp, int)]
    if len(found) != len(stamps):
        raise ValueError("stamps that are neither text nor whole seconds")
    return np.array(found, dtype=np.int64)


def _check_columns(block: dict[str, Any], units: object, rows: int) -> None:
    """Raise ``Malformed`` with all that is lacking or in a unit that is not ours to guess."""
    needed = (GLOBAL, DIFFUSE, AIR, WIND)
    wrong = [f"no {name}" for name in needed if not _column(block, name)]
    found = units if isinstance(units, dict) else {}
    if WIND in block and found.get(WIND) not in _M_S:
        wrong.append(f"{WIND} in {words(found.get(WIND))!r}, not in m/s or km/h")
    if AIR in block and found.get(AIR) != "°C":
        wrong.append(f"{AIR} in {words(found.get(AIR))!r}, not in °C")
    used = [column for name in (*needed, BEAM, ON_PLANE) if (column := _column(block, name))]
    wrong += [f"{len(block[name])} of {rows} values of {name}" for name in used if len(block[name]) != rows]
    light = [column for column in used if column.removesuffix(INSTANT) in {GLOBAL, DIFFUSE, BEAM}]
    if len({column.endswith(INSTANT) for column in light}) > 1:
        wrong.append("radiation as means beside radiation at instants")
    if wrong:
        raise Malformed(f"{TITLE}: {', '.join(wrong)}")


def _column(block: dict[str, Any], name: str) -> str:
    """Name of the column as the answer has it, mean or instant; empty where it has none."""
    return next((found for found in (name, f"{name}{INSTANT}") if isinstance(block.get(found), list)), "")


def _light(block: dict[str, Any], name: str, moments_s: NDArray[np.int64]) -> Intervals:
    """Means of one radiation [W/m²] over its intervals."""
    column = _column(block, name)
    read = from_instants if column.endswith(INSTANT) else from_ends
    return read(moments_s, numbers(block[column]))


def _at(middle_s: NDArray[np.int64], moments_s: NDArray[np.int64], values: list[object]) -> Numbers:
    """What is known at the stamps, at the middle of the intervals; NaN beside a missing one."""
    found: Numbers = np.interp(middle_s, moments_s, numbers(values))
    return found


def _refuse(reason: str, now: datetime) -> NoReturn:
    """Raise what ``{"error": true, "reason": ...}`` means; the limits say which clock they run on."""
    told = f"{TITLE}: {reason}"
    if "limit" not in reason.lower():
        raise Rejected(told)
    if "minutely" in reason.lower():
        raise Limited(told, now + timedelta(minutes=1))
    if "hourly" in reason.lower():
        raise Limited(told, now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
    raise Limited(told, next_utc_midnight(now) if "daily" in reason.lower() else None)


OPEN_METEO: Final = Provider(
    name="open_meteo",
    title="Open-Meteo (weather data by Open-Meteo.com, CC BY 4.0)",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
)
