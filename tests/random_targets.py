"""Requests by state of charge for random sites, and what a plan stores for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan, RequestPlan
from domain.site import Site
from domain.site_chargers import DcCharger
from domain.site_vehicles import Vehicle
from tests.independent_pools import lossy


def with_vehicle(rng: np.random.Generator, words: dict[str, Any]) -> None:
    """Now and then a car whose efficiency depends on its current and phases."""
    if rng.random() < 0.25:
        points = [
            {"phases": n, "current_a": a, "efficiency": e}
            for n, a, e in ((1, 6, 0.72), (1, 14, 0.85), (3, 6, 0.84), (3, 9, 0.89), (3, 14, 0.92))
        ]
        table: Any = points if rng.random() < 0.7 else 0.9
        words["vehicles"] = [{"id": "car", "battery_kwh": 10, "efficiency": table}]


def with_targets(rng: np.random.Generator, site: Site, inputs: PlanInputs) -> PlanInputs:
    """The inputs with requests by state of charge in the place of some by energy."""
    if not site.vehicles:
        return inputs
    requests = []
    for request in inputs.requests:
        now, more = round(float(rng.uniform(0.1, 0.6)), 2), round(float(rng.uniform(0.02, 0.3)), 2)
        aim = {"energy_kwh": None, "vehicle": "car", "soc_now": now, "target_soc": round(now + more, 2)}
        requests.append(request.model_copy(update=aim) if rng.random() < 0.6 else request)
    return replace(inputs, requests=tuple(requests))


def target_faults(site: Site, plan: Plan) -> Iterator[str]:
    """Targets that a plan claims to reach and does not, by the table of the car."""
    for planned in plan.requests:
        request = planned.request
        charger = site.charger(request.charger)
        if request.energy_kwh is not None or planned.shortfall_kwh > 0:
            continue
        if request.departure > plan.grid.end or request.target_soc is None or request.soc_now is None:
            continue
        car = site.vehicle(request.vehicle or "")
        wanted_kwh = max(0.0, request.target_soc - request.soc_now) * (car.battery_kwh or 0.0)
        step_a = 0.1 if isinstance(charger, DcCharger) else charger.current_a.step
        step_kwh = step_a * 3 * site.grid.voltage_v / 1000 * plan.grid.slot_min / 60
        stored_kwh = _stored_kwh(site, plan, planned)
        if stored_kwh < wanted_kwh - step_kwh / 2 - 1e-6:
            yield f"{request.id}: stores {stored_kwh:.3f} of {wanted_kwh:.3f} kWh"


def _stored_kwh(site: Site, plan: Plan, planned: RequestPlan) -> float:
    """Energy in the battery, current by current [kWh]."""
    charger, told = site.charger(planned.request.charger), plan.chargers[planned.request.charger]
    car, stored = site.vehicle(planned.request.vehicle or ""), 0.0
    if isinstance(charger, DcCharger):
        return planned.delivered_kwh * lossy(charger)[0]
    for t, current in enumerate(told.current_a):
        here = planned.request.arrival < plan.grid.ends[t] and planned.request.departure > plan.grid.starts[t]
        if not here or current == 0:
            continue
        if current < 0:
            assert car.v2g is not None
            stored += float(told.power_kw[t] * plan.grid.hours[t]) / car.v2g.efficiency
            continue
        share = stored_share(car, current, len(told.phases[t]))
        stored += float(told.power_kw[t] * plan.grid.hours[t] * share)
    return stored


def stored_share(car: Vehicle, current_a: float, phases: int) -> float:
    """How much of its AC energy a car stores at a current."""
    if not isinstance(car.efficiency, tuple):
        return 0.9 if car.efficiency is None else car.efficiency
    points = [one for one in car.efficiency if one.phases == (3 if phases == 3 else 1)]
    at_a = [one.current_a for one in points]
    kept = np.interp(current_a, at_a, [one.current_a * one.efficiency for one in points]) / current_a
    if current_a < at_a[0]:
        return points[0].efficiency
    return points[-1].efficiency if current_a > at_a[-1] else float(kept)
