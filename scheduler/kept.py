"""What the first stage reached, and later stages keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scheduler.fair_shares import Fair, completed
from scheduler.problem import FloatArray, Problem

EPS: Final = 1e-6
"""A hair that is left to what is kept [kWh, shares]."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the first stage reached and later stages keep."""

    class_kwh: FloatArray
    """(classes,) weighted missing energy, the highest class first; inf where it is not decided yet."""
    fair: tuple[Fair, ...] = ()
    first: float = np.inf
    """What comes before the money may be so much; inf where nothing does, or it is not decided yet."""

    def within(self, other: Kept) -> bool:
        """Whether nothing is worse than in ``other``, which counts the same, but for a hair."""
        shares = zip(self.fair, other.fair, strict=True)
        return bool(
            np.all(self.class_kwh <= other.class_kwh + 2 * EPS)
            and all(mine.most <= theirs.most + 2 * EPS for mine, theirs in shares)
            and self.first <= other.first + 2 * EPS
        )

    def loosened(self, hair: float) -> Kept:
        """The same with ``hair`` more room in everything that is kept and not nothing."""
        return Kept(
            np.where(self.class_kwh > 0, self.class_kwh + hair, 0.0),
            tuple(replace(fair, most=fair.most + hair) for fair in self.fair),
            self.first + hair,
        )

    def completed(self, x: FloatArray) -> FloatArray:
        """``x`` with the values of the columns that the fair shares add."""
        for fair in self.fair:
            x = completed(x, fair)
        return x


def nothing_missing(problem: Problem) -> Kept:
    """Every request has its energy."""
    return Kept(np.zeros(len(problem.classes)))


def nothing_decided(problem: Problem) -> Kept:
    """Anything may be missing."""
    return Kept(np.full(len(problem.classes), np.inf))
