"""What ties the slots of a session together: its budget of phase switches, and how it begins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switching:
    """A session's budget of phase switches; options by their position in the session.

    A selected option stays while the car pauses; another one than before is a switch. The first one is free
    where none is selected at the start.
    """

    left: int | None
    """Switches that are left; None: any number."""
    ends_on: tuple[int, ...]
    """Options that it may be on once no switch is left."""
    one_way: bool
    """Only to fewer phases."""
    hold_h: float
    """Least time between two switches [h]."""
    dead_h: float
    """Time without current that a switch takes, at its beginning [h]."""
    selected: int | None = None
    """What is selected at the start."""
    rest_h: float = 0.0
    """Time from the start in which the hold of the last switch goes on [h]."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a session does when the horizon begins."""

    on: bool
    option: int | None
    """What is selected; None where it is none of its options."""
    current_a: float
    """0 while it pauses."""
    run_rest_h: float = 0.0
    """Time from the start in which its least run goes on [h]."""
    pause_rest_h: float = 0.0
    """Time from the start in which its least pause goes on [h]."""
