"""Cars that taper for random sites, and whether such a car takes what a plan offers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan, RequestPlan
from domain.site import Site
from domain.site_chargers import DcCharger
from tests.independent_pools import lossy
from tests.random_targets import stored_share

TABLES = (((0.3, 9.0), (1.0, 1.0)), ((0.2, 11.0), (0.5, 8.0), (1.0, 0.0)), ((0.4, 5.0), (1.0, 5.0)))


def with_taper(rng: np.random.Generator, words: dict[str, Any]) -> None:
    """Now and then the car of the site tapers."""
    for car in words.get("vehicles", ()):
        if rng.random() < 0.6:
            points = TABLES[int(rng.integers(len(TABLES)))]
            car["taper"] = [{"soc": soc, "max_kw": kw} for soc, kw in points]


def with_states(rng: np.random.Generator, site: Site, inputs: PlanInputs) -> PlanInputs:
    """The inputs with the state of charge of some cars that ask for energy."""
    if not any(car.taper or car.v2g for car in site.vehicles):
        return inputs
    requests = []
    for request in inputs.requests:
        known = {"vehicle": "car", "soc_now": round(float(rng.uniform(0.1, 0.7)), 2)}
        knows = request.energy_kwh is not None and rng.random() < 0.5
        requests.append(request.model_copy(update=known) if knows else request)
    return replace(inputs, requests=tuple(requests))


def taper_faults(site: Site, plan: Plan) -> Iterator[str]:
    """Slots at whose end the car is too full for the power that it is offered, by its own table."""
    for planned in plan.requests:
        request = planned.request
        car = site.vehicle(request.vehicle) if request.vehicle else None
        if car is None or car.taper is None or request.soc_now is None:
            continue
        soc = request.soc_now
        at = [point.soc for point in car.taper]
        for t, kw, stored_kwh in _taken(site, plan, planned):
            soc += stored_kwh / (car.battery_kwh or 0.0)
            most_kw = float(np.interp(soc, at, [point.max_kw for point in car.taper]))
            if kw > most_kw + 1e-4:
                yield f"{request.id} slot {t}: {kw:.3f} kW, at {soc:.3f} the car takes {most_kw:.3f}"


def _taken(site: Site, plan: Plan, planned: RequestPlan) -> Iterator[tuple[int, float, float]]:
    """Slot, power at the plug while the car is there [kW], and energy into the battery [kWh]."""
    request = planned.request
    charger, told = site.charger(request.charger), plan.chargers[request.charger]
    others = [one.request for one in plan.requests if one.request.charger == request.charger]
    for t, current in enumerate(told.current_a):
        there = [
            one for one in others if one.arrival < plan.grid.ends[t] and one.departure > plan.grid.starts[t]
        ]
        if current == 0 or there != [request]:
            continue
        if current < 0:
            v2g = site.vehicle(request.vehicle or "").v2g
            assert v2g is not None
            yield t, 0.0, float(told.power_kw[t] * plan.grid.hours[t]) / v2g.efficiency
            continue
        kw = current * len(told.phases[t]) * site.grid.voltage_v / 1000
        kwh = float(told.power_kw[t] * plan.grid.hours[t])
        if isinstance(charger, DcCharger):
            efficiency, power_factor = lossy(charger)
            yield t, kw * efficiency * power_factor, kwh * efficiency
        else:
            yield t, kw, kwh * stored_share(site.vehicle(request.vehicle or ""), current, len(told.phases[t]))
