"""The first slots of a horizon: what is done before a newer plan knows more, and what else may come then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scheduler.decision import Decision
    from scheduler.problem import Problem

FIRST_H: Final = 1.0
"""So long a plan is followed before what is measured makes a better one [h]."""


@dataclass(frozen=True, slots=True)
class FirstSlots:
    """What is told in the first ``slots`` slots, whatever comes."""

    slots: int
    told: Decision
    """Of which the first slots alone count: currents, runs, a commanded battery's power, what cars give."""
    cases: tuple[Problem, ...] = ()
    """The same problem as it may come otherwise: its limits hold in the first slots of each of them."""


def first_count(hours: NDArray[np.float64]) -> int:
    """How many slots end within ``FIRST_H``; one at least."""
    return max(1, int(np.count_nonzero(np.cumsum(hours) <= FIRST_H + 1e-9)))
