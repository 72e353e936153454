"""What the owner says by hand: boost, pause, a limit; above the plan, below safety, each with its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from executors.tracking.arrays import Bools, Floats


class Hand(StrEnum):
    """What the owner can say."""

    BOOST = "boost"
    """Charge with all there is."""
    PAUSE = "pause"
    LIMIT = "limit"
    """No more than so many ampere."""


@dataclass(frozen=True, slots=True)
class Override:
    """One word of the owner for one charger; plans come and go without touching it."""

    charger: str
    hand: Hand
    until_s: float
    """Seconds since 1970 at which it ends."""
    current_a: float = float("inf")
    """Of a limit, per phase [A]."""

    def __post_init__(self) -> None:
        if not np.isfinite(self.until_s):
            raise ValueError(f"{self.hand} at {self.charger} has no end: give until_s")
        if self.hand is Hand.LIMIT and not 0 <= self.current_a < float("inf"):
            raise ValueError(f"limit of {self.current_a} A at {self.charger}: give 0 A or more")


@dataclass(frozen=True, slots=True)
class Hands:
    """All that the owner says now; arrays over chargers."""

    boost: Bools
    pause: Bools
    limit_a: Floats
    """inf where there is none."""
    until_s: Floats
    """End of what stands last; NaN where nothing does."""


def hands_now(overrides: Sequence[Override], charger_ids: Sequence[str], wall_s: float) -> Hands:
    """What stands at ``wall_s``. A pause beats a boost, the lowest of several limits counts."""
    count = len(charger_ids)
    boost, pause = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    limit_a, until_s = np.full(count, np.inf), np.full(count, np.nan)
    index = {charger_id: row for row, charger_id in enumerate(charger_ids)} if overrides else {}
    for each in overrides:
        row = index.get(each.charger)
        if row is None or each.until_s <= wall_s:
            continue
        boost[row] |= each.hand is Hand.BOOST
        pause[row] |= each.hand is Hand.PAUSE
        if each.hand is Hand.LIMIT:
            limit_a[row] = min(limit_a[row], each.current_a)
        until_s[row] = np.fmax(until_s[row], each.until_s)
    return Hands(boost & ~pause, pause, limit_a, until_s)
