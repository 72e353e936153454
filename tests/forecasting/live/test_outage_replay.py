"""Four weeks hour by hour with sources that fail at random: always a plan, and no false claim in it."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.errors import KeyRefused, Limited, NotPublished, Unreachable
from domain.inputs import PlanInputs
from domain.plan import Status
from domain.series import Quality
from domain.site import Site
from domain.time_grid import from_utc_s, utc_s
from forecasting.gather import Files, gather, live_sources_needed
from forecasting.live.asking import Means
from forecasting.live.collect import collect
from forecasting.live.energy_charts import ENERGY_CHARTS
from forecasting.live.smard import SMARD
from scheduler.planner import plan_site
from tests.forecasting.live import made_up
from tests.forecasting.live.made_up import (
    BRUSSELS,
    body_of,
    means,
    midnight,
    provider,
    published_until,
    quarters,
)
from tests.forecasting.sites import site
from tests.shared_data import shared

FIRST = datetime(2026, 3, 9, 6, tzinfo=UTC)
"""Three weeks before the clocks change."""
HOURS = 28 * 24
TWO_YEARS = timedelta(weeks=104)
ROOF = {"id": "roof", "peak_kw": 5, "tilt_deg": 30, "azimuth_deg": 180, "source": "open_meteo"}
HOSTS = {"charts": "api.energy-charts.info", "smard": "www.smard.de"}

STORIES = ("stands in for", "the last good answer", "before the plan starts")


class Outages:
    """Which source is down in which hour, and how; long ones, short ones, and some of all at once."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        self._how: dict[str, list[str]] = {}
        for name in (*HOSTS, "sun", "network"):
            hours: list[str] = [""] * 6  # the first answers are good ones
            while len(hours) < HOURS:
                up, down = chance.choice((6, 20, 50)), chance.choice((1, 3, 12, 40))
                kind = chance.choice(("503", "html", "cut", "limited", "nothing", "part", "key"))
                hours += [""] * up + [kind] * down
            self._how[name] = hours

    def how(self, name: str, hour: int) -> str:
        """The kind of outage; empty where all is well."""
        return self._how["network"][hour] or self._how[name][hour]


def failed(kind: str, now: datetime, whole: bytes) -> bytes:
    """An answer as it comes in an outage."""
    errors = {
        "503": Unreachable("status 503"),
        "limited": Limited("status 429", now + timedelta(minutes=90)),
        "nothing": NotPublished("status 404"),
        "key": KeyRefused("status 403"),
    }
    if kind in errors:
        raise errors[kind]
    return {"html": b"<!DOCTYPE html><html></html>", "cut": whole[: len(whole) // 2]}.get(kind, whole)


class Market:
    """The web as it is at one hour: two real price sources in their own formats."""

    def __init__(self, outages: Outages, hour: int) -> None:
        self._outages, self._hour = outages, hour
        self._now = FIRST + timedelta(hours=hour)

    async def get(
        self, url: str, *, params: Mapping[str, str | int | float] | None = None, **_: Any
    ) -> bytes:
        """The answer of the source at ``url``."""
        del params
        name = next(name for name, host in HOSTS.items() if host in url)
        kind = self._outages.how(name, self._hour)
        until = published_until(self._now)
        if kind == "part":
            until = until.astimezone(BRUSSELS) - timedelta(hours=14)
        whole = self._charts(until) if name == "charts" else self._smard(url, until)
        return failed(kind, self._now, whole)

    async def post(self, url: str, **_: Any) -> bytes:
        """Nobody is posted to."""
        raise AssertionError(url)

    def _charts(self, until: datetime) -> bytes:
        start = midnight(self._now.astimezone(BRUSSELS).date() - timedelta(days=7))
        known = quarters(start, until)
        prices = [round(1000 * value, 2) for value in known.values]
        return json.dumps(
            {"license_info": "", "unix_seconds": known.start_s.tolist(), "price": prices, "unit": "EUR / MWh"}
        ).encode()

    def _smard(self, url: str, until: datetime) -> bytes:
        monday = midnight(datetime(2026, 2, 23).date())  # noqa: DTZ001
        weeks = [monday.astimezone(ZoneInfo("Europe/Berlin")) + timedelta(days=7 * week) for week in range(7)]
        starts = [start for start in weeks if start < until]
        if "index" in url:
            return json.dumps({"timestamps": [1000 * utc_s(start) for start in starts]}).encode()
        start = from_utc_s(int(url.rpartition("_")[2].removesuffix(".json")) // 1000)
        week = quarters(start, start.astimezone(BRUSSELS) + timedelta(days=7))
        rows = zip(week.start_s.tolist(), week.end_s.tolist(), week.values.tolist(), strict=True)
        series = [
            [1000 * s, round(1000 * value, 2) if e <= until.timestamp() else None] for s, e, value in rows
        ]
        return json.dumps({"series": series}).encode()


def home() -> Site:
    """A house in Germany that lives by live sources."""
    return site(
        {"source": "energy_charts", "zone": "DE-LU", "vat": 0.19},
        sell={"source": "energy_charts", "zone": "DE-LU"},
        solar=[ROOF],
        location={"latitude": 50.0, "longitude": 8.0},
        departures=[{"charger": "driveway", "arrive": "18:00", "depart": "07:30", "energy_kwh": 10}],
    )


def inputs_at(hour: int, outages: Outages, folder: Path) -> PlanInputs:
    """What a plan at this hour is made from."""
    now = FIRST + timedelta(hours=hour)

    def sun(want: object) -> bytes:
        del want
        return failed(
            outages.how("sun", hour), now, body_of(quarters(now - timedelta(days=2), now + timedelta(days=2)))
        )

    with_what: Means = means(
        folder, now, [ENERGY_CHARTS, SMARD], [provider("open_meteo", sun)], web=Market(outages, hour)
    )
    answers = asyncio.run(collect(home(), now, live_sources_needed(home(), Files()), with_what))
    return gather(home(), now, Files(), live=answers)


def recorded_market() -> Callable[[datetime], float]:
    """DE-LU prices as they were, two years of whole weeks earlier [EUR/kWh]."""
    with gzip.open(shared("data/prices/dayahead_DE-LU_hourly_2024-01_2025-04.csv.gz"), "rt") as file:
        rows = [(row["datetime_utc"], row["day_ahead_price_eur_mwh"]) for row in csv.DictReader(file)]
    known = {datetime.fromisoformat(start): float(price) / 1000 for start, price in rows}
    return lambda moment: known[(moment.astimezone(UTC) - TWO_YEARS).replace(minute=0, second=0)]


@pytest.mark.parametrize("market", ["made up", "recorded"])
def test_a_plan_is_possible_at_every_hour_and_nothing_claims_to_be_published_that_was_not(
    market: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if market == "recorded":
        monkeypatch.setattr(made_up, "market_price", recorded_market())
    outages = Outages(seed=1)
    seen = dict.fromkeys(Quality, 0)
    notes: set[str] = set()
    for hour in range(HOURS):
        now = FIRST + timedelta(hours=hour)
        got = inputs_at(hour, outages, tmp_path)
        assert not got.buy.missing.any()
        assert not got.solar_kw["roof"].missing.any()
        assert got.requests
        published = got.sell.quality == Quality.PUBLISHED
        ends_s = got.grid.edges_s[1:][published]
        assert not len(ends_s) or ends_s.max() <= published_until(now).timestamp(), now
        truth = [made_up.market_price(_quarter(start)) for start in np.array(got.grid.starts)[published]]
        assert got.sell.values[published] == pytest.approx(truth, abs=1.1e-5), now
        assert (got.solar_kw["roof"].quality >= Quality.FORECAST).all()
        if hour % 12 == 0:
            plan = plan_site(home(), got, made_at=now, clock=perf_counter)
            assert plan.proof.status != Status.FALLBACK
        notes.update(word for word in STORIES if word in got.sell.note)
        for quality in Quality:
            seen[quality] += int((got.sell.quality == quality).sum())
    assert seen[Quality.PUBLISHED] > 0.5 * sum(seen.values())
    assert seen[Quality.FORECAST] > 0
    assert notes == set(STORIES), "the weeks were too calm to say much"


def _quarter(moment: datetime) -> datetime:
    """Start of the market's quarter that holds the moment."""
    return from_utc_s(utc_s(moment) // 900 * 900)
