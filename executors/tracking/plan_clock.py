"""The clock that slots are read by: a step of the wall clock is believed late, and never raises a current."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STEP_S: Final = 2.0
"""Wall and monotonic clock may drift apart so far between two ticks before it is a step [s]."""
BELIEVE_AFTER_S: Final = 300.0
"""A step that lasts so long is the right time [s, monotonic]."""
QUARTER_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class PlanClock:
    """What is known of the wall clock; seconds since 1970 (wall) and monotonic seconds."""

    offset_s: float
    """Wall clock less monotonic clock, as believed."""
    stepped_at_s: float | None = None
    """Monotonic time at which the wall clock left the believed one; None while they agree."""
    no_rise_until_s: float | None = None
    """Wall time of the next quarter after a believed step: until then nothing rises."""


@dataclass(frozen=True, slots=True)
class PlanTime:
    """The time to read slots by."""

    wall_s: float
    """Believed seconds since 1970."""
    may_rise: bool
    """False where a higher current could come from a step of the clock."""
    off_by_s: float
    """Wall clock less believed clock [s]; 0 while they agree."""


def first_clock(wall_s: float, mono_s: float) -> PlanClock:
    """The clock at the start: the wall clock is believed."""
    return PlanClock(wall_s - mono_s)


def read_clock(clock: PlanClock, wall_s: float, mono_s: float) -> tuple[PlanTime, PlanClock]:
    """The believed time, and the clock after this reading.

    While wall and monotonic clock agree the wall clock leads (small corrections are followed). After a
    step the believed clock runs on by the monotonic one; when the step has lasted ``BELIEVE_AFTER_S`` the
    wall clock is believed, but nothing rises before a slot begins by itself.
    """
    off_by_s = wall_s - mono_s - clock.offset_s
    if abs(off_by_s) <= STEP_S:
        held = clock.no_rise_until_s if _before(wall_s, clock.no_rise_until_s) else None
        return PlanTime(wall_s, held is None, 0.0), PlanClock(wall_s - mono_s, None, held)
    since_s = mono_s if clock.stepped_at_s is None else clock.stepped_at_s
    if mono_s - since_s < BELIEVE_AFTER_S:
        believed = PlanClock(clock.offset_s, since_s, clock.no_rise_until_s)
        believed_s = mono_s + clock.offset_s
        return PlanTime(believed_s, not _before(believed_s, clock.no_rise_until_s), off_by_s), believed
    border_s = (wall_s // QUARTER_S + 1) * QUARTER_S
    return PlanTime(wall_s, may_rise=False, off_by_s=0.0), PlanClock(wall_s - mono_s, None, border_s)


def _before(wall_s: float, until_s: float | None) -> bool:
    return until_s is not None and wall_s < until_s
