"""From requests to sessions: what each asks for inside the horizon, and how exactly it can be met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from domain.dc_points import STEP_A, ac_side
from domain.inputs import PlanInputs
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger
from domain.site_vehicles import Vehicle
from domain.time_grid import TimeGrid
from domain.units import S_PER_MIN, hours_from_s, kw_per_a
from scheduler.dc_options import dc_options
from scheduler.into_battery import Efficiency, efficiency_of, refuse_unknown_targets, target_kwh
from scheduler.phase_options import options_of
from scheduler.pools import circuits_of
from scheduler.problem import FloatArray, Goal, Option, Session
from scheduler.ready_early import planned_end
from scheduler.rights import rights_of
from scheduler.sun_rights import has_sun

_EPS = 1e-9
_MOST_CUT = 6
"""Cut slots that are looked at: a stay has two, and the first slot of a horizon may be short."""


@dataclass(frozen=True, slots=True)
class Need:
    """A request, and the energy that it asks for inside the horizon."""

    request: ChargeRequest
    energy_kwh: float
    note: str = ""


def needs_of(site: Site, inputs: PlanInputs) -> tuple[Need, ...]:
    """Needs of all requests, in their order; InputError where a target cannot be turned into energy."""
    refuse_unknown_targets(site, inputs.requests)
    return tuple(_need(request, site, inputs.grid) for request in inputs.requests)


def _need(request: ChargeRequest, site: Site, grid: TimeGrid) -> Need:
    """The need of one request: its share of time inside the horizon, as far as the battery takes it."""
    efficiency = efficiency_of(request, site, _options(site, request))
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    if request.energy_kwh is None:
        energy, notes = target_kwh(request, vehicle, efficiency), [_target_note(request, vehicle, efficiency)]
    else:
        energy, notes = request.energy_kwh, []
    room = _battery_room_kwh(request, vehicle, efficiency)
    if energy > room + _EPS:
        energy, notes = room, [f"its battery takes {room:.1f} of the {energy:.1f} kWh"]
    if request.departure > grid.end:
        share = _share_inside(request, grid.start, grid.end)
        energy *= share
        notes.append(f"leaves after the horizon: {share:.0%} of its energy is planned here")
    return Need(request, energy, "; ".join(notes))


def _target_note(request: ChargeRequest, vehicle: Vehicle | None, efficiency: Efficiency) -> str:
    """What a target means in energy."""
    assert vehicle is not None
    usual = " as usual, not said" if efficiency.assumed else ""
    return (
        f"{request.soc_now:.0%} to {request.target_soc:.0%} of {vehicle.battery_kwh:g} kWh"
        f" at an efficiency of {efficiency.best:.3g}{usual}"
    )


def _battery_room_kwh(request: ChargeRequest, vehicle: Vehicle | None, efficiency: Efficiency) -> float:
    """AC energy that fills the battery at its best efficiency [kWh]; as if lossless where none is said."""
    if vehicle is None or vehicle.battery_kwh is None:
        return float("inf")
    left = 1.0 - (request.soc_now or 0.0)
    return left * vehicle.battery_kwh / (1.0 if efficiency.assumed else efficiency.best)


def _share_inside(request: ChargeRequest, start: datetime, end: datetime) -> float:
    """Share of the stay that is left and lies inside the horizon."""
    arrival = max(request.arrival, start)
    return max(0.0, (end - arrival) / (request.departure - arrival))


def session_of(
    need: Need, site: Site, grid: TimeGrid, chargers: tuple[str, ...], *, early: bool = False
) -> Session:
    """The session of a need; its charger's position is that in ``chargers``.

    ``early`` plans a car whose taper nobody states to be ready early (``ready_early``).
    """
    request, voltage_v = need.request, site.grid.voltage_v
    charger = site.charger(request.charger)
    side = ac_side(charger, voltage_v) if isinstance(charger, DcCharger) else None
    options = _options(site, request)
    if request.energy_kwh is None:
        options = efficiency_of(request, site, options).options
    until = planned_end(need.request, site, grid.start, need.energy_kwh) if early else request.departure
    share = grid.share(request.arrival, until)
    slots = np.flatnonzero(share > _EPS)
    step = charger.current_a.step if isinstance(charger, AcCharger) else STEP_A
    slot_h = hours_from_s(grid.slot_min * S_PER_MIN)
    steps_kwh = [step * option.kw_per_a(voltage_v) * slot_h for option in options] or [
        step * kw_per_a(voltage_v, 1) * slot_h
    ]
    hours = grid.hours[slots] * share[slots]
    most = max(need.energy_kwh + max(steps_kwh), _least_above(need.energy_kwh, options, hours, voltage_v))
    rights = rights_of(request, site)
    goal = Goal(len(grid), need.energy_kwh, need.energy_kwh - min(steps_kwh) / 2)
    return Session(
        id=request.id or f"{request.charger}@{request.arrival:%Y-%m-%dT%H:%MZ}",
        charger=chargers.index(request.charger),
        circuits=circuits_of(site, request.charger),
        options=options,
        step_a=step,
        slots=slots,
        share=share[slots],
        goals=(goal,),
        most_kwh=most,
        priority=rights.priority,
        weight=rights.weight,
        at_car=1.0 if side is None else side.efficiency,
        own_sun=has_sun(request, site),
    )


def _options(site: Site, request: ChargeRequest) -> tuple[Option, ...]:
    """Every way in which the request's charger can feed its car."""
    charger = site.charger(request.charger)
    if isinstance(charger, DcCharger):
        return dc_options(charger, ac_side(charger, site.grid.voltage_v), request)
    return options_of(charger, site.vehicle(request.vehicle) if request.vehicle else None, request)


def _least_above(
    energy_kwh: float, options: tuple[Option, ...], hours: FloatArray, voltage_v: float
) -> float:
    """The least energy from ``energy_kwh`` up that the charger can deliver in whole slots [kWh].

    In H hours of whole slots it delivers anything between H times its minimum and H times its maximum power.
    """
    found = [energy_kwh] if energy_kwh <= _EPS else []
    total_h = _hours_of_some(hours)
    for option in options:
        per_a = option.kw_per_a(voltage_v) * option.gain
        least = total_h * (per_a * option.min_a - option.loss_kw)
        most = total_h * (per_a * option.max_a - option.loss_kw)
        found += np.maximum(least, energy_kwh)[most >= energy_kwh - _EPS].tolist()
    return min(found, default=energy_kwh)


def _hours_of_some(hours: FloatArray) -> FloatArray:
    """Hours that some of the slots have together: any number of whole ones, with or without each cut one."""
    if not len(hours):
        return hours
    whole_h = float(hours.max())
    cut: FloatArray = hours[hours < whole_h - _EPS]
    sums = np.zeros(1)
    for cut_h in np.sort(cut)[-_MOST_CUT:]:
        sums = np.concatenate([sums, sums + cut_h])
    every: FloatArray = np.add.outer(np.arange(len(hours) - len(cut) + 1) * whole_h, sums).ravel()
    return every
