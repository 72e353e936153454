"""The cheapest change that removes a shortfall, found by planning again, and true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from domain.inputs import PlanInputs
from domain.plan import Plan, Remedy, RequestPlan
from domain.site import Site
from scheduler.remedy_changes import Change, later_departure, switching_of
from scheduler.remedy_limits import Wider, joined, limits_of, raised_together
from scheduler.remedy_moves import moves_for
from scheduler.remedy_trials import Again, Allowance, Spent, Trials

_TOLD: Final = 2
"""So many remedies are told; what asks more than these even in its least amount is not looked at."""
_LEAST_PLANS: Final = 30
"""So many plans are worth beginning a request for, however many others miss energy too."""


def with_remedies(plan: Plan, site: Site, inputs: PlanInputs, again: Again, allowance: Allowance) -> Plan:
    """``plan`` with a remedy for every request that misses energy, as far as the allowance goes.

    A remedy is the least amount of its kind, in whole steps, that leaves this request nothing to miss and
    no other request more. Among kinds the one counts that asks least of people: 5 minutes of waiting a
    third, letting a charger switch phases or plugging in elsewhere 1, an ampere or kilowatt of limit 1.5, an
    ampere of imbalance 2, and whatever somebody else is asked for twice as much. Requests share the plans
    that are allowed evenly; what one leaves goes to those after it.
    """
    requests = list(plan.requests)
    short = [i for i, planned in enumerate(requests) if planned.shortfall_kwh > 0]
    unseen: list[str] = []
    begun: list[str] = []
    for at, i in enumerate(short):
        name = requests[i].request.id or requests[i].request.charger
        mine = allowance.part(len(short) - at, least=_LEAST_PLANS)
        search = _Search(plan, i, site, inputs, Trials(plan, i, (site, inputs), again, mine))
        if not search.looks_at_all():
            (begun if mine.used else unseen).append(name)
        allowance.spend(mine.used)
        if search.found:
            requests[i] = replace(requests[i], remedy=search.remedy)
    return replace(plan, requests=tuple(requests), notes=(*plan.notes, *_notes(allowance, begun, unseen)))


def _notes(allowance: Allowance, begun: list[str], unseen: list[str]) -> Iterator[str]:
    """What was not looked at, in sentences."""
    why = "time was" if allowance.over else "plans were"
    if begun:
        yield f"no {why} left to look at every remedy: {', '.join(begun)}"
    if unseen:
        yield f"no {why} left to look for any remedy: {', '.join(unseen)}"


@dataclass(frozen=True, slots=True)
class _Found:
    change: Change
    amount: float

    @property
    def effort(self) -> float:
        """What it asks of people; see ``Change.effort``."""
        return self.change.effort * self.amount / self.change.step


@dataclass(slots=True)
class _Search:
    """The search for what helps request ``i``."""

    plan: Plan
    i: int
    site: Site
    inputs: PlanInputs
    trials: Trials
    found: list[_Found] = field(default_factory=list)
    """Those that ask least first."""

    def looks_at_all(self) -> bool:
        """Look at every kind; whether the allowance sufficed for all."""
        short = self.plan.requests[self.i]
        try:
            if not any(wait.kind == "charger" for wait in short.waits):  # else no current is in common
                self._look_at_its_stay(short)
            for change in moves_for(self.site, self.inputs, self.plan, self.i):
                self._look(change)
        except Spent:
            return False
        return True

    def _look_at_its_stay(self, short: RequestPlan) -> None:
        """Look at what could give it more where it is."""
        limits = limits_of(self.site, short)
        self._look(later_departure(self.inputs, short.request))
        if limits and not [one for one in limits if self._look(one)]:
            self._look_together(limits)
        self._look(switching_of(self.site, short.request))

    def _look(self, change: Change | None) -> bool:
        """Find the least amount of a change that helps, if any does and it may be told."""
        if change is None or self._asks_too_much(change.effort):
            return False
        amount = self.trials.least_amount(change)
        if amount is not None:
            self.found = sorted([*self.found, _Found(change, amount)], key=lambda one: one.effort)
        return amount is not None

    def _asks_too_much(self, effort: float) -> bool:
        return len(self.found) >= _TOLD and effort >= self.found[_TOLD - 1].effort

    def _look_together(self, limits: tuple[Wider, ...]) -> None:
        """Raise those that bind all together, those that bind then as well, and none that need not be."""
        while not self._asks_too_much(raised_together(limits).effort):
            everything = raised_together(limits)
            after = self.trials.after(everything, everything.most)
            if self.trials.helped(after):
                self._look(raised_together(self._needed(limits)))
                return
            more = joined(limits, limits_of(self.site, after[self.i]))
            if more == limits:
                return
            limits = more

    def _needed(self, limits: tuple[Wider, ...]) -> tuple[Wider, ...]:
        """Those of ``limits`` without which the others do not help."""
        for one in limits:
            others = tuple(other for other in limits if other != one)
            if others and self.trials.helps(raised_together(others), raised_together(others).most):
                limits = others
        return limits

    @property
    def remedy(self) -> Remedy:
        """The remedy that asks least, and the runner-up in its words."""
        best = self.found[0]
        text = ", or ".join(one.change.text(one.amount) for one in self.found[:_TOLD])
        return Remedy(best.change.kind, best.amount, best.change.unit, text)
