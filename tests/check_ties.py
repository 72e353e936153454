"""Phase switches, runs and pauses of a finished plan, checked in plain loops from the site as it is written.

The plan's own times are used; a switch is taken to happen as early as it may.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from domain.inputs import PlanInputs
from domain.plan import ChargerPlan, Plan
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger

EPS = 1e-6


def broken_ties(site: Site, inputs: PlanInputs, plan: Plan) -> Iterator[str]:
    """What a plan breaks of the budgets and least times of its chargers, in words."""
    for one in plan.requests:
        charger = site.charger(one.request.charger)
        if not isinstance(charger, AcCharger):
            continue
        told = plan.chargers[charger.id]
        here = _slots(plan, one.request, told, site)
        yield from _switches(charger, one.request, inputs, plan, here)
        running = inputs.running.get(charger.id) if one.request.arrival <= plan.grid.start else None
        on = [bool(told.phases[t]) for t in here]
        yield from _stretches(charger, plan, here, on, was_on=running is not None and running.current_a > 0)


def _slots(plan: Plan, request: ChargeRequest, told: ChargerPlan, site: Site) -> list[int]:
    """Slots of a session, without those that another car at the same charger also touches."""
    others = [
        r.request for r in plan.requests if r.request.charger == request.charger and r.request is not request
    ]
    return [
        t
        for t in range(len(told.current_a))
        if request.arrival < plan.grid.ends[t] and request.departure > plan.grid.starts[t]
        if not any(o.arrival < plan.grid.ends[t] and o.departure > plan.grid.starts[t] for o in others)
    ]


def _switches(
    charger: AcCharger, request: ChargeRequest, inputs: PlanInputs, plan: Plan, here: list[int]
) -> Iterator[str]:
    budget = charger.phase_switching
    if budget is None or budget.mode == "never":
        return
    told = plan.chargers[charger.id]
    running = inputs.running.get(charger.id) if request.arrival <= plan.grid.start else None
    sets = [(t, told.phases[t]) for t in here if told.phases[t]]
    found = [(b, old, new) for (_, old), (b, new) in pairwise(sets) if old != new]
    used = running.switches_used if running is not None else 0
    if budget.max_per_session is not None and len(found) > max(budget.max_per_session - used, 0):
        yield f"{charger.id}: {len(found)} switches, {used} used before, {budget.max_per_session} allowed"
    for slot, old, new in found:
        if budget.mode == "oneway" and len(new) >= len(old):
            yield f"{charger.id} slot {slot}: switches from {old} to {new}"
    if found and budget.at_limit == "single" and used + len(found) == budget.max_per_session:
        least = min(len(phases) for _, phases in sets)
        if len(found[-1][2]) > least:
            yield f"{charger.id}: the last switch leads to {found[-1][2]}"
    yield from _held(charger, plan, [slot for slot, _, _ in found], budget.hold_s or 0.0)


def _held(charger: AcCharger, plan: Plan, slots: list[int], hold_s: float) -> Iterator[str]:
    """Switches too near each other, where no pause lies between in which the first could have been done."""
    told = plan.chargers[charger.id]
    for first, second in pairwise(slots):
        apart_s = (plan.grid.starts[second] - plan.grid.starts[first]).total_seconds()
        moved = any(not told.phases[t] for t in range(max(first - 1, 0), second))
        if not moved and apart_s < hold_s - EPS:
            yield f"{charger.id}: switches {apart_s:g} s apart"


def _stretches(
    charger: AcCharger, plan: Plan, here: list[int], on: list[bool], *, was_on: bool
) -> Iterator[str]:
    """Runs and pauses that both begin and end inside the stay."""
    first = 0
    for i in range(1, len(on)):
        if on[i] == on[first]:
            continue
        lasted_s = (plan.grid.starts[here[i]] - plan.grid.starts[here[first]]).total_seconds()
        least_s = charger.min_run_s if on[first] else charger.min_pause_s
        begun = first > 0 or (on[first] and not was_on and here[first] > 0)
        if begun and least_s is not None and lasted_s < least_s - EPS:
            yield f"{charger.id} slot {here[first]}: {'on' if on[first] else 'off'} for {lasted_s:g} s only"
        first = i
