"""One source is asked: kept answer, waiting time, key, network, understanding, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from domain.errors import (
    ChargewrightError,
    InputError,
    KeyRefused,
    Limited,
    Malformed,
    Rejected,
    SourceError,
    Unreachable,
)
from forecasting.known import Known
from forecasting.live.answer import Outcome, Step, outcome_of
from forecasting.live.cache import CacheKey, Entry
from forecasting.live.joining import joined
from forecasting.live.older_answers import still_needed, understood
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.publication import PUBLICATIONS, covered_until, due, next_question
from forecasting.live.retry import next_try
from forecasting.live.secrets import KeyPlace, Keyring, blot, blot_bytes
from forecasting.live.status import LONGEST_WAIT

GOOD_FOR: Final[Mapping[str, timedelta]] = {"solcast": timedelta(hours=2, minutes=30)}
"""How long an estimate is not asked for again; Solcast gives ten answers a day."""
_GOOD_FOR: Final = timedelta(minutes=15)
_AGAIN: Final = timedelta(hours=1)
_NOT_OURS: Final = (ValueError, LookupError, TypeError, ArithmeticError, RecursionError, AttributeError)
"""What a reader may trip over in an answer that is stranger than it knows."""


class Cache(Protocol):
    """Where the last good answers are."""

    def entry(self, key: CacheKey) -> Entry:
        """What is kept."""
        ...

    def keep_answer(self, key: CacheKey, bodies: Sequence[bytes], fetched_at: datetime) -> str:
        """Keep a good answer; a sentence where that failed."""
        ...

    def keep_failure(self, key: CacheKey, not_before: datetime | None) -> str:
        """Count a failure; a sentence where that failed."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """With what sources are asked; everything comes from outside."""

    web: Web
    cache: Cache
    now: datetime
    keyring: Keyring
    price_providers: Mapping[str, Provider]
    solar_providers: Mapping[str, Provider]
    base_urls: Mapping[str, str] = field(default_factory=dict)
    """In place of the providers' own addresses."""
    final_prices: frozenset[str] = frozenset()
    """Providers whose prices are the bill's."""
    jitter: float = 0.5
    """0..1, by chance: when to ask again is spread by it."""
    limit_s: float = 45
    """All sources together have so long; then what is kept must do."""


@dataclass(frozen=True, slots=True)
class Link:
    """One source as it can be asked for one series."""

    provider: Provider
    want: Want
    what: str
    """All that makes another answer: zone, or the array with its place."""
    label: str
    """For people: ``entsoe BE``."""
    place: KeyPlace = field(default_factory=KeyPlace)

    @property
    def is_price(self) -> bool:
        """Whether it publishes prices, on a schedule."""
        return self.provider.name in PUBLICATIONS


@dataclass(frozen=True, slots=True)
class Got:
    """What one source gave."""

    link: Link
    step: Step
    known: Known | None = None
    fetched_at: datetime | None = None
    """When ``known`` was fetched, the moment of asking or earlier."""
    notes: tuple[str, ...] = ()


async def ask(link: Link, means: Means, deadline_s: float) -> Got:
    """What the source knows, kept or asked for; its failures are steps, never errors.

    ``deadline_s`` is on the clock of the event loop.
    """
    base_url = means.base_urls.get(link.provider.name, link.provider.base_url)
    key = CacheKey(link.provider.name, link.what, base_url)
    entry = means.cache.entry(key)
    notes = [entry.note] if entry.note else []
    kept = _kept(link, entry, notes)
    if kept is not None and entry.fetched_at is not None and _still_good(link, kept, entry.fetched_at, means):
        said = f"asked {_ago(means.now - entry.fetched_at)} ago, good for now"
        step = Step(link.label, Outcome.KEPT, said, _asked_again(link, kept, entry.fetched_at, means))
        return Got(link, step, kept, entry.fetched_at, tuple(notes))
    if entry.not_before is not None and means.now < entry.not_before <= means.now + LONGEST_WAIT:
        said = f"not asked, it wants no question before {entry.not_before:%Y-%m-%d %H:%M} UTC"
        step = Step(link.label, Outcome.WAITING, said, entry.not_before)
        return Got(link, step, kept, entry.fetched_at, tuple(notes))
    try:
        bodies, fresh, secret = await _fetched(link, base_url, means, deadline_s)
    except SourceError as error:
        step = _failed(link, error, entry, kept, means)
        notes.append(means.cache.keep_failure(key, error.until if isinstance(error, Limited) else None))
        return Got(link, step, kept, entry.fetched_at, tuple(filter(None, notes)))
    bare = [blot_bytes(body, secret) for body in bodies]
    older: Sequence[bytes] = ()
    if kept is not None:
        older = await asyncio.to_thread(still_needed, link.provider, entry.bodies, bare, link.want)
    notes.append(means.cache.keep_answer(key, [*older, *bare], means.now))
    known = fresh if kept is None else joined([kept, fresh])
    return Got(link, _answered(link, known, fresh, means), known, means.now, tuple(filter(None, notes)))


async def _fetched(
    link: Link, base_url: str, means: Means, deadline_s: float
) -> tuple[Sequence[bytes], Known, str]:
    """Bodies, what they say, and the key that was used."""
    secret = means.keyring.key_at(link.place)
    if link.provider.needs_key and not secret:
        raise KeyRefused("it needs a key: say key_file or key_env in the site file")
    want = replace(link.want, key=secret)
    try:
        async with asyncio.timeout_at(deadline_s):
            bodies = await link.provider.fetch(means.web, base_url, want)
        # on a thread, so that the other sources' answers are taken from the wire meanwhile
        return bodies, await asyncio.to_thread(understood, link.provider, bodies, want), secret
    except TimeoutError:
        raise Unreachable("no answer in the time that all sources have together") from None
    except SourceError as error:
        error.args = (blot(str(error), secret),)
        raise
    except InputError as error:
        raise Rejected(blot(str(error), secret)) from None
    except _NOT_OURS as error:
        raise Malformed(f"an answer that is not understood ({type(error).__name__})") from None


def _kept(link: Link, entry: Entry, notes: list[str]) -> Known | None:
    """What the kept answer says; one that is not understood any more is a miss, with a note."""
    if not entry.bodies or entry.fetched_at is None:
        return None
    try:
        return understood(link.provider, entry.bodies, replace(link.want, now=entry.fetched_at))
    except (ChargewrightError, *_NOT_OURS):
        notes.append(f"the kept answer of {link.label} is not understood and was not used")
        return None


def _still_good(link: Link, kept: Known, fetched_at: datetime, means: Means) -> bool:
    """Whether there is no need to ask: prices until the next are due, an estimate for minutes."""
    since = min(link.want.start, means.now)
    covers = covered_until(kept.intervals, since) > since
    if not covers or fetched_at > means.now:
        return False
    if link.is_price:
        until = covered_until(kept.intervals, fetched_at)
        return means.now < next_question(link.provider.name, fetched_at, until, 0.0)
    return means.now - fetched_at < GOOD_FOR.get(link.provider.name, _GOOD_FOR)


def _asked_again(link: Link, known: Known, fetched_at: datetime, means: Means) -> datetime:
    if link.is_price:
        until = covered_until(known.intervals, fetched_at)
        return next_question(link.provider.name, fetched_at, until, means.jitter)
    return fetched_at + GOOD_FOR.get(link.provider.name, _AGAIN)


def _answered(link: Link, known: Known, fresh: Known, means: Means) -> Step:
    since = min(link.want.start, means.now)
    until = covered_until(known.intervals, since)
    lacks = link.is_price and until < min(due(link.provider.name, means.now), link.want.end)
    first, last = fresh.intervals.start, fresh.intervals.end
    said = f"{len(fresh.intervals)} values from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    if lacks:
        said += ", more should be there by now"
    outcome = Outcome.PARTIAL if lacks else Outcome.ANSWERED
    return Step(link.label, outcome, said, _asked_again(link, known, means.now, means))


def _failed(link: Link, error: SourceError, entry: Entry, kept: Known | None, means: Means) -> Step:
    known_until = means.now if kept is None else covered_until(kept.intervals, means.now)
    again = next_try(error, means.now, entry.failures + 1, link.provider.name, means.jitter, known_until)
    words = " ".join(str(error).split())
    return Step(link.label, outcome_of(error), words, again)


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
