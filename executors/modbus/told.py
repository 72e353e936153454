"""What a register was told against what it holds: taken, not taken, or replaced by somebody else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

GRACE_S: Final = 10.0
"""Time that a device may need to show a value that was written [s]."""
RISE_S: Final = 5.0
"""Least time between a write and a rise or a repetition [s]: no maker says how often may be written, and the
integrations that they show write every 5 s."""
CUT_AGAIN_S: Final = 2.0
"""When a cut that does not show is written again [s]."""
STEADY_S: Final = 60.0
"""After so long without a replacement it is forgotten that there was one [s]."""


class Look(StrEnum):
    """What a read-back shows."""

    AS_TOLD = "as told"
    ON_ITS_WAY = "on its way"
    NOT_TAKEN = "not taken"
    """Never seen since it was written: write it again."""
    REPLACED = "replaced"
    """Seen before, and now another value: somebody else writes."""


@dataclass(frozen=True, slots=True)
class Order:
    """A value that a register was told, and what became of it. Times are monotonic [s]."""

    value: int
    at_s: float
    taken: bool = False
    tries: int = 1
    """How often it was written without being seen."""
    replaced: int = 0
    """How often it was replaced of late."""
    replaced_at_s: float = 0.0


def looked_at(order: Order, seen: int, now_s: float) -> tuple[Order, Look]:
    """The order after a read-back of ``seen``, and what that shows."""
    if seen == order.value:
        forget = order.replaced and now_s - order.replaced_at_s >= STEADY_S
        return replace(order, taken=True, tries=1, replaced=0 if forget else order.replaced), Look.AS_TOLD
    if order.taken:
        more = replace(order, taken=False, replaced=order.replaced + 1, replaced_at_s=now_s)
        return more, Look.REPLACED
    if order.tries == 1 and now_s - order.at_s < GRACE_S:
        return order, Look.ON_ITS_WAY
    return order, Look.NOT_TAKEN


def told_again(order: Order | None, value: int, now_s: float) -> Order:
    """The order after ``value`` was written; a value that is written again counts its tries."""
    if order is None:
        return Order(value, now_s)
    if order.value != value:
        return Order(value, now_s, replaced=order.replaced, replaced_at_s=order.replaced_at_s)
    return replace(order, at_s=now_s, taken=False, tries=order.tries + (not order.taken))


def is_due(order: Order | None, value: int, held: float, now_s: float) -> bool:
    """Whether a limit is written now: a cut at once, a rise or a repetition not too soon.

    ``held`` is what the device held when it was last looked at.
    """
    if order is None or value < order.value:
        return True
    if value == order.value and order.taken:
        return False
    pace_s = CUT_AGAIN_S if value == order.value and held > value else RISE_S
    return now_s - order.at_s >= pace_s
