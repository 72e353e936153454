"""Vehicle to grid for random sites, and whether a plan asks of a car only what it can give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from domain.plan import Plan, RequestPlan
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger, DischargeRange, PowerRange
from domain.site_vehicles import Vehicle
from tests.independent_pools import lossy
from tests.random_targets import stored_share

EPS = 1e-6


def with_giving(rng: np.random.Generator, words: dict[str, Any]) -> None:
    """Now and then the car of the site gives back, and so do some of its AC chargers."""
    limited = {name for group in words.get("groups", ()) for name in group["chargers"]}
    for car in words.get("vehicles", ()):
        if isinstance(car["efficiency"], list) and rng.random() < 0.5:
            car["efficiency"] = 0.9
        if isinstance(car["efficiency"], list) or rng.random() < 0.3:
            continue
        wear = float(rng.choice([0.0, 0.02]))
        soc_min = float(rng.choice([0.1, 0.3]))
        car["v2g"] = {
            "soc_min": soc_min,
            "efficiency": float(rng.choice([0.85, 1.0])),
            "wear_eur_per_kwh": wear,
        }
        for charger in words["chargers"]:
            budget = charger.get("phase_switching", {})
            bound = {"min_run_s", "min_pause_s", "cabinet"} & charger.keys() or len(budget) > 1
            able = charger.get("driver", "none") in {"none", "simulated"}
            if able and charger.get("kind") != "dc" and charger["id"] not in limited and not bound:
                charger["discharge_a"] = {"min": 6.0, "max": float(rng.choice([8, 14]))}


def giving_faults(site: Site, plan: Plan) -> Iterator[str]:
    """Currents that no charger takes back, cars that give what they have not, or while they may be gone."""
    for charger in site.chargers:
        for t in np.flatnonzero(plan.chargers[charger.id].current_a < 0).tolist():
            yield from _given(site, plan, charger, t)
    for planned in plan.requests:
        car = site.vehicle(planned.request.vehicle) if planned.request.vehicle else None
        if car is not None and car.v2g is not None and planned.request.soc_now is not None:
            yield from _contents(site, plan, planned, car)


def _given(site: Site, plan: Plan, charger: AcCharger | DcCharger, t: int) -> Iterator[str]:
    """What is wrong with a current that is given."""
    told = plan.chargers[charger.id]
    amps = -float(told.current_a[t])
    if giver_at(site, plan, charger.id, t) is None:
        yield f"{charger.id} slot {t}: nobody there gives {amps} A"
    kw = amps * len(told.phases[t]) * site.grid.voltage_v / 1000
    if abs(told.power_kw[t] + kw) > EPS:
        yield f"{charger.id} slot {t}: {told.power_kw[t]} kW at {-amps} A"
    taken: DischargeRange | PowerRange | None
    if isinstance(charger, DcCharger):
        taken = charger.discharge_kw
        value, steps = kw / lossy(charger)[0], 0.0
    else:
        taken = charger.discharge_a
        value, steps = amps, (amps - (taken.min if taken else 0.0)) / charger.current_a.step
    fits = taken is not None and taken.min - EPS <= value <= taken.max + EPS
    if not fits or abs(steps - round(steps)) > 1e-4:
        yield f"{charger.id} slot {t}: gives {value}, not {taken}"


def giver_at(site: Site, plan: Plan, charger: str, t: int) -> Vehicle | None:
    """The car that gives at a charger in a slot: there from its beginning to its end, its state known."""
    for one in (planned.request for planned in plan.requests):
        whole = one.arrival <= plan.grid.starts[t] and one.departure >= plan.grid.ends[t]
        if one.charger == charger and whole and one.vehicle and one.soc_now is not None:
            car = site.vehicle(one.vehicle)
            return car if car.v2g is not None else None
    return None


def _contents(site: Site, plan: Plan, planned: RequestPlan, car: Vehicle) -> Iterator[str]:
    """Slots at whose end the battery is too empty to have given, or fuller than full by more than a step."""
    request, charger = planned.request, site.charger(planned.request.charger)
    assert car.v2g is not None
    assert car.battery_kwh is not None
    assert request.soc_now is not None
    told, at_dc = plan.chargers[request.charger], isinstance(charger, DcCharger)
    at_car = lossy(charger)[0] if isinstance(charger, DcCharger) else 1.0
    coarsest_a = 0.2 if isinstance(charger, DcCharger) else charger.current_a.step + charger.current_a.min
    more_kwh = coarsest_a * 3 * site.grid.voltage_v / 1000 * plan.grid.slot_min / 60
    least = most = request.soc_now
    for t, kw in enumerate(told.power_kw.tolist()):
        there = [
            one for one in plan.requests if one.request.charger == request.charger and _meets(plan, one, t)
        ]
        if planned not in there or kw == 0:
            continue
        if kw > 0:
            share = at_car if at_dc else stored_share(car, float(told.current_a[t]), len(told.phases[t]))
        else:
            share = 1 / (at_car * car.v2g.efficiency)
        change = kw * float(plan.grid.hours[t]) * share / car.battery_kwh
        most, least = most + change, least + (change if len(there) == 1 else 0.0)
        if kw < 0 and most < car.v2g.soc_min - EPS:
            yield f"{request.id} slot {t}: gives down to {most}"
        if least > 1 + more_kwh / car.battery_kwh + EPS:
            yield f"{request.id} slot {t}: full to {least}"


def _meets(plan: Plan, planned: RequestPlan, t: int) -> bool:
    """Whether a car is there in some part of a slot."""
    return planned.request.arrival < plan.grid.ends[t] and planned.request.departure > plan.grid.starts[t]


def giving_wear_eur(site: Site, plan: Plan) -> float:
    """What giving costs the cars [EUR]."""
    total = 0.0
    for charger in site.chargers:
        told = plan.chargers[charger.id]
        for t in np.flatnonzero(told.power_kw < 0).tolist():
            car = giver_at(site, plan, charger.id, t)
            if car is not None and car.v2g is not None:
                at_car = lossy(charger)[0] if isinstance(charger, DcCharger) else 1.0
                kwh = -float(told.power_kw[t] * plan.grid.hours[t])
                total += kwh / at_car * car.v2g.wear_eur_per_kwh
    return total
