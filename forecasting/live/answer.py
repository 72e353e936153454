"""What the live sources answered: for each series what was tried, what is known, and from whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.errors import KeyRefused, Limited, Malformed, NotPublished, Rejected, SourceError
from domain.site_energy import SolarArray
from domain.site_tariff import ProviderPrice
from forecasting.known import Known


class Outcome(StrEnum):
    """How a source answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    """Fewer values than should be there by now; they are used."""
    KEPT = "kept"
    """Not asked: the last answer is good for now."""
    WAITING = "waiting"
    """Not asked: the source said when it may be asked again."""
    NOT_PUBLISHED = "not published"
    LIMITED = "limited"
    KEY_REFUSED = "key refused"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"


OF_NOW: Final = frozenset({Outcome.ANSWERED, Outcome.PARTIAL, Outcome.KEPT})
"""The values are as good as asked for this moment."""


def outcome_of(error: Exception) -> Outcome:
    """The outcome that an error stands for."""
    kinds: tuple[tuple[type[SourceError], Outcome], ...] = (
        (NotPublished, Outcome.NOT_PUBLISHED),
        (Limited, Outcome.LIMITED),
        (KeyRefused, Outcome.KEY_REFUSED),
        (Rejected, Outcome.REJECTED),
        (Malformed, Outcome.MALFORMED),
    )
    return next((outcome for kind, outcome in kinds if isinstance(error, kind)), Outcome.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Step:
    """One source that was tried for a series."""

    source: str
    """Provider and zone or array: ``entsoe BE``."""
    outcome: Outcome
    words: str
    next_try: datetime | None = None
    """When it is worth asking again; none for not before the site file or the key changes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known of one series, and how it came about."""

    asked: str
    """The site's own source: provider and zone or array."""
    steps: tuple[Step, ...]
    """In the order of asking; the first is the site's own source."""
    known: Known | None = None
    given_by: str = ""
    """The source that ``known`` is from."""
    fetched_at: datetime | None = None
    complete: bool = False
    """Whether all that should be there by now is there."""
    final: bool = False
    """Whether the prices are the bill's, all taxes in."""

    @property
    def stands_in(self) -> bool:
        """Whether another source gives the values."""
        return self.known is not None and self.given_by != self.asked

    @property
    def is_of_now(self) -> bool:
        """Whether the values were asked for just now, or need no question yet; else they are older ones."""
        return any(step.source == self.given_by and step.outcome in OF_NOW for step in self.steps)

    @property
    def next_try(self) -> datetime | None:
        """When the site's own source is asked again."""
        return self.steps[0].next_try

    @property
    def tried(self) -> str:
        """What was tried, in one sentence."""
        return "; ".join(f"{step.source}: {step.words}" for step in self.steps)


@dataclass(frozen=True, slots=True)
class Live:
    """The answers for a site: prices by ``price_name``, solar power by the array's id."""

    prices: Mapping[str, Answer] = field(default_factory=dict)
    solar: Mapping[str, Answer] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What was odd with the cache: sentences for people."""

    def price(self, price: ProviderPrice) -> Answer | None:
        """The answer for a price source; none where it was not asked."""
        return self.prices.get(price_name(price))


def price_name(price: ProviderPrice) -> str:
    """Provider and zone of a price source."""
    return f"{price.source} {price.zone}" if price.zone else price.source


def array_name(array: SolarArray) -> str:
    """Provider and array of a solar source."""
    return f"{array.source} {array.id}"
