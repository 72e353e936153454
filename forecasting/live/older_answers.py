"""Which older answers are kept beside a new one: those that know of the time to come what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from domain.errors import ChargewrightError, NotPublished
from domain.time_grid import utc_s
from forecasting.known import Known
from forecasting.live.joining import joined
from forecasting.live.provider import Provider, Want

MOST_OLDER: Final = 4
"""So many older bodies are kept at most, the newest of them."""


def understood(provider: Provider, bodies: Sequence[bytes], want: Want) -> Known:
    """All bodies of an answer as one; one that has nothing yet does not spoil the others.

    Raises as the provider's ``parse``.
    """
    parts, nothing = [], NotPublished("an answer without a body")
    for body in bodies:
        try:
            parts.append(provider.parse(body, want))
        except NotPublished as error:
            nothing = error
    if not parts:
        raise nothing
    return joined(parts)


def still_needed(
    provider: Provider, older: Sequence[bytes], fresh: Sequence[bytes], want: Want
) -> tuple[bytes, ...]:
    """The older bodies without which something from ``want.now`` on would be lost, oldest first.

    Prices that were published stay published, also when a later answer has a hole where they were.
    """
    needed = tuple(older[-MOST_OLDER:])
    for body in needed:
        fewer = tuple(other for other in needed if other is not body)
        with_it, without = (_to_come_s(provider, (*some, *fresh), want) for some in (needed, fewer))
        if without >= with_it:
            needed = fewer
    return needed


def _to_come_s(provider: Provider, bodies: Sequence[bytes], want: Want) -> int:
    """How many seconds from now on the bodies together know; 0 where they are not understood."""
    try:
        known = understood(provider, bodies, want).intervals
    except (ChargewrightError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError):
        return 0
    start_s = np.maximum(known.start_s, utc_s(want.now))
    return int(np.maximum(known.end_s - start_s, 0).sum())
