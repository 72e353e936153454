"""Solcast's hobbyist roofs: power of a roof by the half hour, the middle estimate and the two beside it.

https://docs.solcast.com.au (rooftop_sites/{id}/forecasts). Values are means [kW] of the period that ends at
``period_end``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn
from urllib.parse import quote

import numpy as np

from domain.errors import KeyRefused, Limited, Malformed, NotPublished, Rejected
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.live.json_answers import (
    array_of,
    json_object,
    next_utc_midnight,
    numbers,
    part,
    solar_power,
    stamp_s,
    understanding,
    words,
)
from forecasting.live.provider import Provider, Want, Web
from forecasting.quantiles import Spread

BASE_URL: Final = "https://api.solcast.com.au"
TITLE: Final = "Solcast"
HOURS: Final = 72
_PERIOD: Final = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?")
_SPENT: Final = ("toomanyrequests", "limit", "quota", "paymentrequired")
_KEY: Final = ("unauthorized", "forbidden", "authentication", "invalid api key", "invalidapikey")


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Power of a roof [kW] that is exceeded in 9, in 5 and in 1 of 10 cases, each slot by itself.

    A day's sum of one of them is not that quantile of the day.
    """

    p10: Intervals
    p50: Intervals
    p90: Intervals


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The next three days of one roof; each call counts against the day's few."""
    array = array_of(want)
    if array.resource_id is None:
        raise Rejected(f"solar.{array.id}: {TITLE} needs resource_id, the roof's id there")
    return [
        await web.get(
            f"{base_url}/rooftop_sites/{quote(array.resource_id, safe='')}/forecasts",
            params={"format": "json", "hours": HOURS},
            headers={"Authorization": f"Bearer {want.key}"},
            secret=want.key,
        )
    ]


def parse(body: bytes, want: Want) -> Known:
    """Power of the array [kW], the middle estimate, with those beside it."""
    found = quantiles(body, want)
    known = solar_power(found.p50, TITLE, want, None)
    return replace(known, spread=Spread(_given(found.p10, want), _given(found.p90, want)))


def _given(power: Intervals, want: Want) -> Intervals:
    """What the inverter gives of ``power`` [kW]; NaN stays."""
    most_kw = array_of(want).inverter_kw or np.inf
    return power.with_values(np.clip(power.values, 0.0, most_kw))


def quantiles(body: bytes, want: Want) -> Quantiles:
    """All three estimates of one answer [kW], NaN where one is missing."""
    answer = json_object(body, TITLE)
    _check_is_forecast(answer, want)
    rows = answer["forecasts"]
    with understanding(TITLE, want.key):
        ends_s = np.array([stamp_s(row["period_end"]) for row in rows], dtype=np.int64)
        order = np.argsort(ends_s, kind="stable")
        starts_s = ends_s - np.array([_period_s(row["period"]) for row in rows], dtype=np.int64)
        p10, p50, p90 = (
            Intervals(starts_s[order], ends_s[order], numbers([row[name] for row in rows])[order])
            for name in ("pv_estimate10", "pv_estimate", "pv_estimate90")
        )
        return Quantiles(p10, p50, p90)


def _period_s(text: object) -> int:
    """Length of a period such as ``PT30M`` [s]."""
    found = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    length_s = 60 * (60 * int(found[1] or 0) + int(found[2] or 0)) if found else 0
    if not length_s:
        raise ValueError(f"a period of {words(text)!r}")
    return length_s


def _check_is_forecast(answer: Mapping[str, Any], want: Want) -> None:
    if "response_status" in answer:
        _refuse(part(answer, "response_status", TITLE), want)
    if "daily_limit" in answer:
        used, budget = words(answer.get("daily_limit_consumed")), words(answer["daily_limit"])
        told = f"{TITLE}: {used} of {budget} calls of the day used, and no forecast"
        raise Limited(told, next_utc_midnight(want.now))
    if "sites" in answer:
        raise Malformed(f"{TITLE}: a list of roofs, not the forecast of one")
    rows = answer.get("forecasts")
    if not isinstance(rows, list):
        raise Malformed(f"{TITLE}: no 'forecasts'; the answer has {', '.join(map(repr, list(answer)[:8]))}")
    if not rows:
        raise NotPublished(f"{TITLE}: no forecast yet")


def _refuse(status: Mapping[str, Any], want: Want) -> NoReturn:
    """Raise what an error document means."""
    reason = status.get("message") or status.get("error_code") or "no reason given"
    told = f"{TITLE}: {words(reason, want.key)}"
    text = f"{status.get('error_code')} {status.get('message')}".lower()
    if any(word in text for word in _SPENT):
        raise Limited(told, next_utc_midnight(want.now))
    if any(word in text for word in _KEY):
        raise KeyRefused(told)
    raise Rejected(told)


SOLCAST: Final = Provider(
    name="solcast", title="Solcast", base_url=BASE_URL, fetch=fetch, parse=parse, needs_key=True
)
