"""Roofs, questions and hand-made answers for the tests of solar providers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.site_energy import SolarArray
from forecasting.known import Known
from forecasting.live.provider import Provider, Want

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = "k3y-0f-the-0wner"


def roof(**keys: Any) -> SolarArray:
    """5 kWp, 35 deg, facing south; ``keys`` take the place of its own."""
    data = {"id": "roof", "peak_kw": 5.0, "tilt_deg": 35.0, "azimuth_deg": 180.0, "source": "open_meteo"}
    return SolarArray.model_validate({**data, **keys})


def want(array: SolarArray | None = None, **keys: Any) -> Want:
    """A question for three days from noon of 2026-03-02 on, at 52 N 5 E."""
    asked = Want(
        NOON,
        NOON + timedelta(hours=72),
        NOON,
        "Europe/Amsterdam",
        array=array or roof(),
        latitude=52.0,
        longitude=5.0,
    )
    return replace(asked, **keys)


def body(data: object) -> bytes:
    return json.dumps(data).encode()


def energy_kwh(known: Known) -> float:
    """Energy of all intervals."""
    hours = (known.intervals.end_s - known.intervals.start_s) / 3600
    return float(hours @ known.intervals.values)


@dataclass
class RecordingWeb:
    """A web that answers ``{}`` and remembers what it was asked."""

    calls: list[tuple[str, dict[str, str | int | float], dict[str, str], str]] = field(default_factory=list)

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        headers: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> bytes:
        self.calls.append((url, dict(params or {}), dict(headers or {}), secret))
        return b"{}"

    async def post(
        self, url: str, *, json: object, headers: Mapping[str, str] | None = None, secret: str = ""
    ) -> bytes:
        raise AssertionError(f"nothing is posted to {url}: {json} {headers} {secret}")


def asked(provider: Provider, question: Want) -> RecordingWeb:
    """What the provider asks the web."""
    web = RecordingWeb()
    bodies: Sequence[bytes] = asyncio.run(_fetch(provider, web, question))
    assert bodies == [b"{}"]
    return web


async def _fetch(provider: Provider, web: RecordingWeb, question: Want) -> Sequence[bytes]:
    return await provider.fetch(web, provider.base_url, question)


def open_meteo_answer(stamps_s: Sequence[int], columns: Mapping[str, Sequence[float | None]]) -> bytes:
    """An answer of Open-Meteo by quarters; air 10 °C and wind 2 m/s where not said otherwise."""
    rows = len(stamps_s)
    usual = {"temperature_2m": [10.0] * rows, "wind_speed_10m": [2.0] * rows}
    units = {"time": "unixtime", "temperature_2m": "°C", "wind_speed_10m": "m/s"}
    block = {"time": list(stamps_s), **usual, **columns}
    return body({"utc_offset_seconds": 0, "minutely_15_units": units, "minutely_15": block})
