"""Changing the phases of a running session without switching under load: stop, switch, rest, go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

STOP_S: Final = 30.0
"""How long the car may need to stop before the change is given up [s]."""
REST_S: Final = 10.0
"""Pause after the switch before anything is offered [s]."""
IDLE_A: Final = 1.0
"""Below this a car does not draw [A]."""


class Step(StrEnum):
    """Where a change of phases is."""

    STOPPING = "stopping"
    SWITCHING = "switching"
    RESTING = "resting"
    DONE = "done"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A change of phases under way. Times are monotonic [s]."""

    terminals: tuple[int, ...]
    since_s: float
    step: Step = Step.STOPPING

    @property
    def holds(self) -> bool:
        """Whether nothing may be offered."""
        return self.step in {Step.STOPPING, Step.SWITCHING, Step.RESTING}


def stopped(change: PhaseChange, *, charging: bool, drawn_a: float, now_s: float) -> PhaseChange:
    """The change after a look at the car while it should stop; ``drawn_a`` NaN counts as drawing."""
    if change.step is not Step.STOPPING:
        return change
    if not charging and drawn_a < IDLE_A:
        return replace(change, step=Step.SWITCHING)
    return replace(change, step=Step.GIVEN_UP) if now_s - change.since_s >= STOP_S else change


def switched(change: PhaseChange, now_s: float) -> PhaseChange:
    """The change after the phases were written."""
    return replace(change, step=Step.RESTING, since_s=now_s)


def rested(change: PhaseChange, now_s: float) -> PhaseChange:
    """The change after a while: done when it has rested long enough."""
    if change.step is Step.RESTING and now_s - change.since_s >= REST_S:
        return replace(change, step=Step.DONE)
    return change
