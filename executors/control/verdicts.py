"""What one confirmed change of charging says of a meter."""

from __future__ import annotations

from enum import IntEnum
from itertools import permutations
from typing import Final

import numpy as np

from executors.control.quick import nonzero
from executors.control.seam import Bools, Floats
from executors.control.times import CONFIRMED_A

_NEAR_A: Final = 1.5
_NEAR: Final = 0.35


class Trust(IntEnum):
    """What is thought of a meter."""

    BELIEVED = 0
    UNSEEN = 1
    """A confirmed change was not seen: frozen, late, or somewhere else."""
    FLIPPED = 2
    SWAPPED = 3
    MIRRORED = 4
    """All phases changed their sign at once while charging stood still; no change has confirmed it yet."""


_SWAPS: Final = [order for order in permutations(range(3)) if order != (0, 1, 2)]


def verdict_of(change_a: Floats, seen_a: Floats, masked_a: Floats, restless_a: Floats) -> Trust | None:
    """What one confirmed change says of a meter; None: the house changed at the same time, so nothing.

    Of several phases most decide: the house may have changed on one of them. A home battery that keeps the
    exchange at zero hides a change: what it may have hidden is no proof against a meter. Nor is anything that
    the house itself may have done, as restless as it was just now.
    """
    near_a = np.maximum(_NEAR_A, _NEAR * np.abs(change_a))
    big = np.abs(change_a) >= CONFIRMED_A
    shown = big & (np.abs(seen_a - change_a) <= near_a)
    if _most(shown, big):
        return Trust.BELIEVED
    if bool(np.all(np.abs(seen_a + change_a) <= near_a)) and _beyond(2 * change_a, restless_a):
        return Trust.FLIPPED
    for order in _SWAPS:
        moved_a = change_a[list(order)]
        swapped = np.abs(seen_a - moved_a) <= np.maximum(_NEAR_A, _NEAR * np.abs(moved_a))
        other_a = moved_a - change_a
        if (
            bool(swapped.all())
            and bool((np.abs(other_a) >= CONFIRMED_A).any())
            and _beyond(other_a, restless_a)
        ):
            return Trust.SWAPPED
    shown_a = np.abs(change_a) / 3
    unseen = big & (np.abs(seen_a) < shown_a) & (np.abs(change_a) - masked_a >= shown_a)
    return Trust.UNSEEN if _most(unseen, big) else None


def mostly_turned(change_a: Floats, seen_a: Floats, restless_a: Floats) -> bool:
    """Whether most of several phases, but not all, show a change with the wrong sign.

    The house may have done that: everything that a clock switches moves at the same full hour. So it counts
    when it is seen again.
    """
    big = np.abs(change_a) >= CONFIRMED_A
    turned = big & (np.abs(seen_a + change_a) <= np.maximum(_NEAR_A, _NEAR * np.abs(change_a)))
    return bool(nonzero(big) > 1) and _most(turned, big) and _beyond(2 * change_a, restless_a)


def _beyond(move_a: Floats, restless_a: Floats) -> bool:
    """Whether the house would have had to move further than it does, on some phase."""
    return bool((np.abs(move_a) > restless_a).any())


def _most(part: Bools, of: Bools) -> bool:
    return bool(2 * nonzero(part) > nonzero(of))
