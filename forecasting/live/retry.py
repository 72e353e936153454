"""When a source that failed is asked again: one table for all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from domain.errors import KeyRefused, Limited, NotPublished, Rejected, SourceError
from forecasting.live.publication import PUBLICATIONS, next_question, poll

LIMITED_AGAIN: Final = timedelta(minutes=60)
REJECTED_AGAIN: Final = timedelta(hours=6)
SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(minutes=60)
_LIMITS: Final[Mapping[str, timedelta]] = {"entsoe": timedelta(minutes=10)}
"""How long a ban lasts that does not say so."""


def next_try(
    error: SourceError,
    now: datetime,
    attempt: int,
    provider: str,
    jitter: float,
    known_until: datetime | None = None,
) -> datetime | None:
    """When to ask ``provider`` again after the ``attempt``-th failure in a row (from 1); none for never.

    ``jitter`` is 0..1, by chance, from outside. ``known_until`` is how far prices are known from before:
    what should be there and is not is asked for every ten minutes, what is not due waits for its hour.
    Never means: not before the site file or the key changes.
    """
    if isinstance(error, KeyRefused):
        return None
    if isinstance(error, Limited):
        return error.until or _end_of_ban(provider, now)
    if isinstance(error, Rejected):
        return now + REJECTED_AGAIN
    if isinstance(error, NotPublished):
        return _not_published(provider, now, jitter, known_until)
    return now + back_off(attempt, jitter)


def _not_published(provider: str, now: datetime, jitter: float, known_until: datetime | None) -> datetime:
    if provider not in PUBLICATIONS:
        return now + LIMITED_AGAIN  # an estimate that is not there is not on its way
    if known_until is None:
        return poll(provider, now, jitter)
    return next_question(provider, now, known_until, jitter)


def back_off(attempt: int, jitter: float) -> timedelta:
    """Doubling from 1 to 60 min, of which the later half is left to chance."""
    doublings = min(max(attempt, 1) - 1, 10)
    whole = min(SHORTEST * float(2**doublings), LONGEST)
    return max(SHORTEST, whole * (0.5 + 0.5 * jitter))


def _end_of_ban(provider: str, now: datetime) -> datetime:
    if provider == "solcast":  # its calls are counted by UTC days
        return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return now + _LIMITS.get(provider, LIMITED_AGAIN)
