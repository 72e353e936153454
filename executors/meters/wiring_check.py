"""Sign and order of a meter's phases, from a known change of current and what the meter saw of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import Final

SMALLEST_A: Final = 3.0
"""A smaller change tells nothing, because the house changes too [A]."""
TOLERANCE_A: Final = 1.5
"""How far a seen change may be from the known one, per phase [A]; a quarter of the change if that is more."""


class Verdict(StrEnum):
    """What the comparison says."""

    RIGHT = "right"
    REVERSED = "reversed"
    """Phases in order, with the sign turned round: set invert, or turn the clamps."""
    PARTLY_REVERSED = "partly reversed"
    """Some phases have the sign turned round: turn their clamps."""
    SWAPPED = "swapped"
    """Signs right, phases in another order: correct wiring in the site file, or the clamps."""
    NOT_SEEN = "not seen"
    """The change does not show: a frozen meter, or one in another place."""
    UNCLEAR = "unclear"
    """The house changed too much, or the change was too small: do it again."""


@dataclass(frozen=True, slots=True)
class WiringCheck:
    """The verdict; ``order[i]`` is the grid phase whose change the meter showed on its phase i."""

    verdict: Verdict
    order: tuple[int, ...] = ()
    reversed_phases: tuple[int, ...] = ()


def check_wiring(known_a: Sequence[float], seen_a: Sequence[float]) -> WiringCheck:
    """Compare a change [A per grid phase] with what the meter showed of it (signed, + import).

    Only phases that the change touches can be judged; a change that is the same on all three shows signs
    but no order. ``NaN`` in either makes the verdict unclear.
    """
    change = max((abs(a) for a in known_a), default=0.0)
    if change < SMALLEST_A or any(math.isnan(a) for a in (*known_a, *seen_a)):
        return WiringCheck(Verdict.UNCLEAR)
    tolerance_a = max(TOLERANCE_A, change / 4)
    if all(abs(a) <= tolerance_a for a in seen_a):
        return WiringCheck(Verdict.NOT_SEEN)
    places = range(len(known_a))
    for order in sorted(permutations(places), key=lambda order: sum(i != j for i, j in enumerate(order))):
        turned = _turned([known_a[j] for j in order], seen_a, tolerance_a)
        if turned is not None:
            return WiringCheck(_verdict(order, turned, known_a), order, turned)
    return WiringCheck(Verdict.UNCLEAR)


def _turned(known_a: Sequence[float], seen_a: Sequence[float], tolerance_a: float) -> tuple[int, ...] | None:
    """Phases whose sign is turned round; none where sizes do not fit."""
    turned = []
    for i, (known, seen) in enumerate(zip(known_a, seen_a, strict=True)):
        if abs(seen - known) <= tolerance_a:
            continue
        if abs(seen + known) > tolerance_a:
            return None
        turned.append(i)
    return tuple(turned)


def _verdict(order: Sequence[int], turned: Sequence[int], known_a: Sequence[float]) -> Verdict:
    if list(order) != sorted(order):
        return Verdict.SWAPPED
    if not turned:
        return Verdict.RIGHT
    touched = sum(abs(a) >= SMALLEST_A for a in known_a)
    return Verdict.REVERSED if len(turned) == touched else Verdict.PARTLY_REVERSED
