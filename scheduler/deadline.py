"""The time that is left, on a clock that the caller gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
"""Monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment ``at_s`` on ``clock``."""

    clock: Clock
    at_s: float

    @classmethod
    def after(cls, clock: Clock, limit_s: float) -> Deadline:
        """The deadline ``limit_s`` from now."""
        return cls(clock, clock() + limit_s)

    @property
    def left_s(self) -> float:
        """Seconds that are left, never below 0."""
        return max(0.0, self.at_s - self.clock())

    def share(self, part: float) -> Deadline:
        """A deadline after ``part`` of the time that is left."""
        return Deadline.after(self.clock, self.left_s * part)

    def at_least(self, limit_s: float) -> Deadline:
        """The deadline, or ``limit_s`` from now where that is later."""
        return self if self.left_s >= limit_s else Deadline.after(self.clock, limit_s)

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return self.left_s <= 0.0
