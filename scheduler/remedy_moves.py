"""Moving a car so that another gets its energy: it plugs in at another charger, or leaves later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Binding, Plan, RequestPlan
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger, CurrentRange, DcCharger, PowerRange
from scheduler.remedy_changes import Change, Later, later_departure

AnyCharger = AcCharger | DcCharger
_MOST_OTHERS: Final = 3
"""So many other cars are looked at, those first that take most while the limit binds."""
_ITSELF: Final = 1.0
_ANOTHER: Final = 2.0
"""What it asks of people to plug in elsewhere, by oneself or because of somebody else."""


@dataclass(frozen=True, slots=True)
class Elsewhere(Change):
    """A car charges at another charger; the others follow by themselves."""

    request: ChargeRequest
    charger: str
    name: str
    """The car that is asked for it; empty for the one that misses energy."""

    def applied(self, site: Site, inputs: PlanInputs, amount: float) -> tuple[Site, PlanInputs]:
        """The same site, and the request at its new charger; there is one step only."""
        assert amount == self.most
        moved = self.request.model_copy(update={"charger": self.charger})
        requests = tuple(moved if one == self.request else one for one in inputs.requests)
        return site, replace(inputs, requests=requests)

    def text(self, amount: float) -> str:
        """Where it plugs in."""
        assert amount == self.most
        if not self.name:
            return f"plug in at charger {self.charger} instead"
        return f"let {self.name} plug in at charger {self.charger} instead"


@dataclass(frozen=True, slots=True)
class OtherLater(Later):
    """Another car leaves later, so that it can leave room now."""

    name: str = ""

    def text(self, amount: float) -> str:
        """Which car, how much later, and when that is."""
        return f"let {self.name} {super(OtherLater, self).text(amount)}"


def moves_for(site: Site, inputs: PlanInputs, plan: Plan, i: int) -> Iterator[Change]:
    """Moves that could give request ``i`` its energy, those that ask least first.

    A car may go to a charger of its kind that nobody has asked for while it stays, and that is not held back
    by the limit that binds; of chargers that are alike the first is looked at. Other cars are those that draw
    at that limit while it binds.
    """
    short = plan.requests[i]
    if short.binding is None:
        return
    for charger in _free_chargers(site, inputs, short.request, short.binding):
        yield Elsewhere("move_car", "car", 1, 1, _ITSELF, short.request, charger.id, "")
    for other in _others(site, plan, i):
        name = _name(other)
        for charger in _free_chargers(site, inputs, other.request, short.binding):
            yield Elsewhere("move_car", "car", 1, 1, _ANOTHER, other.request, charger.id, name)
        wait = later_departure(inputs, other.request)
        if wait is not None:
            yield OtherLater(
                "other_departs_later", wait.unit, wait.step, wait.most, 2 * wait.effort,
                wait.request, wait.time_zone, name,
            )  # fmt: skip


def _name(planned: RequestPlan) -> str:
    """A car as its owner knows it: its request's id, and its vehicle where that is known."""
    request = planned.request
    name = request.id or request.charger
    return f"{name} ({request.vehicle})" if request.vehicle else name


def _others(site: Site, plan: Plan, i: int) -> list[RequestPlan]:
    """The other cars that draw at the limit that binds request ``i``, those first that take most there."""
    binding = plan.requests[i].binding
    assert binding is not None
    slots = list(binding.slots)
    found: list[tuple[float, RequestPlan]] = []
    for j, other in enumerate(plan.requests):
        told = plan.chargers[other.request.charger]
        here = [t for t in slots if _there(plan, other.request, t)]
        kwh = float((told.power_kw[here] * plan.grid.hours[here]).sum()) if here else 0.0
        if j != i and kwh > 0 and _held(site, site.charger(other.request.charger), binding):
            found.append((kwh, other))
    order = np.argsort([-kwh for kwh, _ in found], kind="stable")
    return [found[at][1] for at in order[:_MOST_OTHERS]]


def _there(plan: Plan, request: ChargeRequest, t: int) -> bool:
    """Whether a car is at its charger in some part of a slot."""
    return request.arrival < plan.grid.ends[t] and request.departure > plan.grid.starts[t]


def _held(site: Site, charger: AnyCharger, binding: Binding) -> bool:
    """Whether the limit that binds holds back what this charger draws."""
    match binding.kind:
        case "cabinet":
            return getattr(charger, "cabinet", None) == binding.circuit
        case "group":
            group = next(one for one in site.groups if one.id == binding.circuit)
            return charger.id in group.chargers
        case "circuit" | "power":
            return binding.circuit in site.path_to_grid(site.circuit_of(charger.id))
        case "imbalance":
            return True
        case _:
            return False


def _free_chargers(
    site: Site, inputs: PlanInputs, request: ChargeRequest, binding: Binding
) -> Iterator[AnyCharger]:
    """Chargers where a car could plug in instead, one of each sort."""
    own, seen = site.charger(request.charger), []
    for charger in site.chargers:
        if charger.kind != own.kind or not _free(inputs, request, charger.id):
            continue
        sort = (
            site.circuit_of(charger.id),
            charger.wiring,
            _reach(charger),
            getattr(charger, "cabinet", None),
        )
        if sort not in seen and _may_help(site, own, charger, binding):
            seen.append(sort)
            yield charger


def _may_help(site: Site, own: AnyCharger, charger: AnyCharger, binding: Binding) -> bool:
    """Whether a charger avoids what binds: it is elsewhere, on other phases, or gives more."""
    if binding.kind in {"stay", "charger", "taper"}:
        return binding.kind != "taper" and _reach(charger) != _reach(own)
    by_phase = binding.kind in {"circuit", "group", "imbalance"}
    return not _held(site, charger, binding) or (by_phase and charger.wiring != own.wiring)


def _reach(charger: AnyCharger) -> CurrentRange | PowerRange:
    """What a charger can give."""
    return charger.current_a if isinstance(charger, AcCharger) else charger.power_kw


def _free(inputs: PlanInputs, request: ChargeRequest, charger: str) -> bool:
    """Whether nobody else has asked for a charger while this car stays."""
    return charger != request.charger and not any(
        one.charger == charger and one.arrival < request.departure and one.departure > request.arrival
        for one in inputs.requests
    )
