"""Trying a change: planning again with it, so often as is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.errors import SolverError
from domain.inputs import PlanInputs
from domain.plan import Plan, RequestPlan
from domain.site import Site
from scheduler.deadline import Deadline
from scheduler.remedy_changes import Change

Again = Callable[[Site, PlanInputs], Plan]
"""Plans once more, with the shortfall in view and money not looked at closely."""
_EPS_KWH: Final = 1e-6


class Spent(Exception):
    """The allowance does not suffice to know whether a change helps."""


@dataclass(slots=True)
class Allowance:
    """How often may be planned again: a number, the same on every machine; the deadline is a last wall."""

    plans: int
    deadline: Deadline
    used: int = 0

    @property
    def over(self) -> bool:
        """Whether it was the time that ended it."""
        return self.deadline.left_s <= 0

    def part(self, parts: int, *, least: int) -> Allowance:
        """An even part of what is left, or ``least`` where that is more and there."""
        left = self.plans - self.used
        return Allowance(min(left, max(left // parts, least)), self.deadline)

    def spend(self, plans: int = 1) -> None:
        """Count plans that were made."""
        self.used += plans


@dataclass(frozen=True, slots=True)
class Trials:
    """What changes do for request ``i`` of ``plan``."""

    plan: Plan
    i: int
    given: tuple[Site, PlanInputs]
    again: Again
    allowance: Allowance

    def after(self, change: Change, amount: float) -> tuple[RequestPlan, ...]:
        """The requests after a change; as they were where nothing was found. Raises Spent."""
        if self.allowance.used >= self.allowance.plans or self.allowance.over:
            raise Spent
        self.allowance.spend()
        try:
            after = self.again(*change.applied(*self.given, amount)).requests
        except SolverError:
            after = self.plan.requests
        if not self.helped(after) and self.allowance.over:
            raise Spent
        return after

    def helped(self, after: tuple[RequestPlan, ...]) -> bool:
        """Whether the request misses nothing any more, and no other one more than before."""
        no_worse = all(
            new.shortfall_kwh <= old.shortfall_kwh + _EPS_KWH
            for old, new in zip(self.plan.requests, after, strict=True)
        )
        return after[self.i].shortfall_kwh <= _EPS_KWH and no_worse

    def helps(self, change: Change, amount: float) -> bool:
        """Whether a change does. Raises Spent."""
        return self.helped(self.after(change, amount))

    def least_amount(self, change: Change) -> float | None:
        """The least amount that helps, by doubling and halving; None where none does. Raises Spent."""
        most = int(change.most / change.step)
        high = 1
        while not self.helps(change, high * change.step):
            if high >= most:
                return None
            high = min(2 * high, most)
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.helps(change, middle * change.step) else (middle, high)
        return high * change.step
