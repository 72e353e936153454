"""Made-up providers, days of prices and a web without wires, for tests of what joins the sources."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from domain.errors import Malformed, NotPublished, SourceError
from domain.series import Quality
from domain.time_grid import from_utc_s, utc_s
from forecasting.intervals import Intervals, from_starts
from forecasting.known import Known
from forecasting.live.asking import Means
from forecasting.live.cache import DiskCache
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.secrets import Keyring

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 2, 3, 11, tzinfo=UTC)
"""12:00 in Brussels, before tomorrow's prices."""
EVENING = datetime(2026, 2, 3, 18, tzinfo=UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS)


def market_price(moment: datetime) -> float:
    """A price [EUR/kWh] that belongs to its moment: cheap at noon, dear in the evening, never the same."""
    local = moment.astimezone(BRUSSELS)
    hour = local.hour + local.minute / 60
    wave = 0.08 + 0.05 * math.cos((hour - 19) / 24 * 2 * math.pi) - 0.06 * math.exp(-(((hour - 13) / 2) ** 2))
    return round(wave + (local.toordinal() % 97) / 10_000 - 0.02, 6)


def published_until(now: datetime) -> datetime:
    """The end of the last day whose prices are out: tomorrow from 12:57 on, today before."""
    local = now.astimezone(BRUSSELS)
    days = 2 if local.time() >= time(12, 57) else 1
    return midnight(local.date() + timedelta(days=days))


def quarters(start: datetime, end: datetime, step_s: int = 900) -> Intervals:
    stamps = np.arange(utc_s(start), utc_s(end), step_s)
    return from_starts(stamps, [market_price(from_utc_s(int(stamp))) for stamp in stamps])


def body_of(intervals: Intervals) -> bytes:
    rows = zip(intervals.start_s.tolist(), intervals.end_s.tolist(), intervals.values.tolist(), strict=True)
    return json.dumps([list(row) for row in rows]).encode()


def provider(
    name: str, answer: Callable[[Want], bytes | SourceError], *, needs_key: bool = False
) -> Provider:
    """A provider whose answers are made by a function; a body is a JSON list of [start, end, value]."""

    async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
        del web, base_url
        given = answer(want)
        if isinstance(given, SourceError):
            raise given
        return [given]

    def parse(body: bytes, want: Want) -> Known:
        try:
            rows = np.array(json.loads(body), dtype=float)
        except ValueError as error:
            raise Malformed(f"{name}: not JSON") from error
        if not len(rows):
            raise NotPublished(f"{name}: nothing yet")
        intervals = Intervals(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])
        if want.array is None:
            return Known(intervals, "EUR/kWh", f"{name} {want.zone}".strip())
        return Known(intervals, "kW", name, Quality.FORECAST)

    return Provider(name, name, "https://nowhere.invalid", fetch, parse, needs_key)


def market(want: Want) -> bytes:
    """All that is published at ``want.now``, a week of history before."""
    start = midnight(min(want.start, want.now).astimezone(BRUSSELS).date() - timedelta(days=7))
    return body_of(quarters(start, published_until(want.now)))


class NoWeb:
    """A web that nobody may use."""

    async def get(self, url: str, **_: Any) -> bytes:
        raise AssertionError(url)

    async def post(self, url: str, **_: Any) -> bytes:
        raise AssertionError(url)


def means(
    folder: Path,
    now: datetime,
    prices: Sequence[Provider] = (),
    solar: Sequence[Provider] = (),
    environ: Mapping[str, str] | None = None,
    **more: Any,
) -> Means:
    """Means with these providers and a cache in ``folder``."""
    return Means(
        web=more.pop("web", NoWeb()),
        cache=DiskCache(folder / "cache"),
        now=now,
        keyring=Keyring(environ or {}, folder),
        price_providers={one.name: one for one in prices},
        solar_providers={one.name: one for one in solar},
        **more,
    )
