"""What was published stays published on disk, whatever a later answer lacks; no wait that nobody meant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import SourceError, Unreachable
from domain.time_grid import utc_s
from forecasting.gather import Files, live_sources_needed
from forecasting.intervals import Intervals
from forecasting.live.answer import Answer, Outcome
from forecasting.live.asking import Means
from forecasting.live.cache import CacheKey, DiskCache
from forecasting.live.collect import collect
from forecasting.live.older_answers import MOST_OLDER, still_needed
from forecasting.live.provider import Want
from tests.forecasting.live.made_up import (
    EVENING,
    body_of,
    market,
    means,
    midnight,
    provider,
    published_until,
    quarters,
)
from tests.forecasting.sites import site

HOME = site({"source": "energy_charts", "zone": "BE"})
TOMORROW = midnight(EVENING.date() + timedelta(days=1))
HOLE = (TOMORROW + timedelta(hours=16), TOMORROW + timedelta(hours=19))
OUTAGE = Unreachable("nobody answers")


def asked_for(answer: bytes | SourceError | Callable[[Want], bytes], folder: Path, now: datetime) -> Answer:
    """The answer of one run whose only source says this."""
    says = answer if callable(answer) else lambda _: answer
    with_what: Means = means(folder, now, [provider("energy_charts", says)])
    live = asyncio.run(collect(HOME, now, live_sources_needed(HOME, Files()), with_what))
    (found,) = live.prices.values()
    return found


def with_hole(first: datetime, last: datetime, hole: Sequence[datetime]) -> bytes:
    whole = quarters(first, last)
    there = (whole.end_s <= utc_s(hole[0])) | (whole.start_s >= utc_s(hole[1]))
    return body_of(Intervals(whole.start_s[there], whole.end_s[there], whole.values[there]))


@pytest.mark.parametrize(
    "poorer",
    [
        with_hole(midnight(EVENING.date()), published_until(EVENING + timedelta(hours=20)), HOLE),
        body_of(quarters(TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=2))),
        body_of(quarters(midnight(EVENING.date()), TOMORROW + timedelta(hours=9))),
    ],
    ids=["hole in it", "the new day alone", "ends earlier"],
)
def test_a_poorer_answer_takes_nothing_from_what_an_outage_leaves(poorer: bytes, tmp_path: Path) -> None:
    assert asked_for(market, tmp_path, EVENING).complete
    noon = TOMORROW + timedelta(hours=13, minutes=5)
    asked_for(poorer, tmp_path, noon)
    left = asked_for(OUTAGE, tmp_path, noon + timedelta(hours=1))
    assert left.known is not None
    assert left.known.intervals.end >= published_until(EVENING)
    assert left.known.intervals.start <= noon


def test_an_answer_that_knows_all_is_kept_alone() -> None:
    charts = provider("energy_charts", market)
    want = Want(EVENING, EVENING + timedelta(days=3), EVENING, "Europe/Brussels", "BE")
    whole = market(want)
    assert still_needed(charts, [whole, whole], [whole], want) == ()
    holed = with_hole(midnight(EVENING.date()), published_until(EVENING), HOLE)
    assert still_needed(charts, [whole, holed], [holed], want) == (whole,)
    past = with_hole(
        midnight(EVENING.date()), published_until(EVENING), (EVENING - timedelta(hours=3), EVENING)
    )
    assert still_needed(charts, [whole], [past], want) == ()


def test_older_answers_are_few() -> None:
    charts = provider("energy_charts", market)
    want = Want(EVENING, EVENING + timedelta(days=3), EVENING, "Europe/Brussels", "BE")
    hours = [EVENING + timedelta(hours=number) for number in range(1, 12)]
    bodies = [body_of(quarters(hour, hour + timedelta(hours=1))) for hour in hours]
    assert still_needed(charts, bodies[:-1], bodies[-1:], want) == tuple(bodies[-1 - MOST_OLDER : -1])


def test_a_ban_kept_while_the_clock_ran_years_ahead_is_not_waited_for(tmp_path: Path) -> None:
    ahead = EVENING + timedelta(days=1200)
    key = CacheKey("energy_charts", "BE", provider("energy_charts", market).base_url)
    DiskCache(tmp_path / "cache").keep_failure(key, ahead)
    assert asked_for(market, tmp_path, EVENING).steps[0].outcome is Outcome.ANSWERED


def test_a_ban_of_days_is_waited_for(tmp_path: Path) -> None:
    key = CacheKey("energy_charts", "BE", provider("energy_charts", market).base_url)
    DiskCache(tmp_path / "cache").keep_failure(key, EVENING + timedelta(days=6))
    assert asked_for(market, tmp_path, EVENING).steps[0].outcome is Outcome.WAITING
