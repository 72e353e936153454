"""The cheapest change that removes a shortfall, found by planning again, and true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from domain.errors import SolverError
from domain.inputs import PlanInputs
from domain.plan import Plan, Remedy, RequestPlan
from domain.site import Site
from scheduler.deadline import Deadline
from scheduler.remedy_changes import Change, changes_for
from scheduler.remedy_moves import moves_for

Again = Callable[[Site, PlanInputs], Plan]
"""Plans once more, with the shortfall in view and money not looked at closely."""
_EPS_KWH: Final = 1e-6
_TOLD: Final = 2
"""So many remedies are told; what asks more than these even in its least amount is not looked at."""


class _NoTime(Exception):
    """No time is left to know whether a change helps."""


@dataclass(frozen=True, slots=True)
class _Found:
    change: Change
    amount: float

    @property
    def effort(self) -> float:
        """What it asks of people; see ``Change.effort``."""
        return self.change.effort * self.amount / self.change.step


def with_remedies(plan: Plan, site: Site, inputs: PlanInputs, again: Again, deadline: Deadline) -> Plan:
    """``plan`` with a remedy for every request that misses energy, as far as the time goes.

    A remedy is the least amount of its kind, in whole steps, that leaves this request nothing to miss and
    no other request more. Among kinds the one counts that asks least of people: 5 minutes of waiting a
    third, letting a charger switch phases or plugging in elsewhere 1, an ampere or kilowatt of limit 1.5, an
    ampere of imbalance 2, and whatever somebody else is asked for twice as much.
    """
    requests, late = [], []
    for i, planned in enumerate(plan.requests):
        if planned.shortfall_kwh <= 0:
            requests.append(planned)
            continue
        found, finished = _best(plan, i, (site, inputs), again, deadline)
        late += [] if finished else [planned.request.id or planned.request.charger]
        requests.append(planned if not found else replace(planned, remedy=_remedy(found)))
    note = f"no time was left to look for every remedy: {', '.join(late)}"
    return replace(plan, requests=tuple(requests), notes=(*plan.notes, note) if late else plan.notes)


def _best(
    plan: Plan, i: int, given: tuple[Site, PlanInputs], again: Again, deadline: Deadline
) -> tuple[list[_Found], bool]:
    """Remedies of request ``i``, the one that asks least first; and whether every kind was looked at."""
    found: list[_Found] = []
    for change in chain(changes_for(*given, plan.requests[i]), moves_for(*given, plan, i)):
        if len(found) >= _TOLD and change.effort >= sorted(one.effort for one in found)[_TOLD - 1]:
            continue
        try:
            amount = _least_amount(change, plan, i, given, again, deadline)
        except _NoTime:
            return sorted(found, key=lambda one: one.effort), False
        if amount is not None:
            found.append(_Found(change, amount))
    return sorted(found, key=lambda one: one.effort), True


def _least_amount(
    change: Change, plan: Plan, i: int, given: tuple[Site, PlanInputs], again: Again, deadline: Deadline
) -> float | None:
    """The least number of steps that helps, by doubling and halving; None where none does.

    Raises _NoTime where that is not known in time.
    """

    def helps(steps: int) -> bool:
        if deadline.over:
            raise _NoTime
        try:
            after = again(*change.applied(*given, steps * change.step)).requests
        except SolverError:
            after = plan.requests
        helped = _helps(plan.requests, after, i)
        if not helped and deadline.left_s <= 0:
            raise _NoTime
        return helped

    most = int(change.most / change.step)
    high = 1
    while not helps(high):
        if high >= most:
            return None
        high = min(2 * high, most)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if helps(middle) else (middle, high)
    return high * change.step


def _helps(before: tuple[RequestPlan, ...], after: tuple[RequestPlan, ...], i: int) -> bool:
    """Whether request ``i`` misses nothing any more, and no other one more than before."""
    no_worse = all(
        new.shortfall_kwh <= old.shortfall_kwh + _EPS_KWH for old, new in zip(before, after, strict=True)
    )
    return after[i].shortfall_kwh <= _EPS_KWH and no_worse


def _remedy(found: list[_Found]) -> Remedy:
    """The remedy that asks least, and the runner-up in its words."""
    best = found[0]
    text = ", or ".join(one.change.text(one.amount) for one in found[:_TOLD])
    return Remedy(best.change.kind, best.amount, best.change.unit, text)
