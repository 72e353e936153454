"""What physics lets every car have: all the power of its point from its arrival on, most urgent car first.

A second look at a day, which knows nothing of plans, prices, control or what a car shows. It knows what the
virtual cars are like (taper, ramp), and the limits of points, cabinets and circuits beside the load as it was
planned. Imbalance, phase switches, appliances that nobody foresaw and the time that a rise takes are left
out: what they cost counts as missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.inputs import PlanInputs
from domain.phases import index_of
from domain.site import GRID, Site
from domain.site_chargers import DcCharger
from domain.site_grid import Circuit, Grid, carried_a
from domain.units import S_PER_H, kw_per_a
from simulation.plant.build import spec_of, visits_of
from simulation.plant.car import Car, Visit

Floats = NDArray[np.float64]
STEP_S: Final = 5


@dataclass(frozen=True, slots=True)
class _Point:
    """One car at its point."""

    visit: Visit
    most_kw: float
    """AC power at first."""
    into_battery: float
    """Of AC energy."""
    path: tuple[str, ...]
    """Circuits above it, and its cabinet."""
    phases: tuple[int, ...]
    a_per_kw: float
    """Current on each of its phases."""
    dc_share: float
    """DC power by AC power, which a cabinet counts."""


def possible_kwh(site: Site, inputs: PlanInputs, seconds: int) -> dict[str, float]:
    """By request, the AC energy [kWh] that its car can have by its departure or the end of the day."""
    points = [_point(site, visit) for visit in visits_of(site, inputs.requests, inputs.grid.start)]
    rows, limits = _rows(site, points)
    got_kwh, power_kw = np.zeros(len(points)), np.zeros(len(points))
    arrive_s = np.array([one.visit.arrive_s + one.visit.car.start_s for one in points])
    leave_s = np.array([one.visit.leave_s for one in points])
    wants_kwh = np.array([one.visit.energy_kwh for one in points])
    base_a = _base_a(site, inputs)
    for now_s in range(0, seconds, STEP_S):
        here = np.flatnonzero((arrive_s <= now_s) & (leave_s > now_s) & (got_kwh < wants_kwh))
        power_kw[np.isin(np.arange(len(points)), here, invert=True)] = 0.0
        if not len(here):
            continue
        able_kw = _able_kw(points, here, got_kwh, power_kw)
        slack_s = leave_s[here] - now_s - (wants_kwh - got_kwh)[here] / np.maximum(able_kw, 1e-6) * S_PER_H
        room = limits - np.concatenate((base_a(now_s), np.zeros(len(limits) - 3)))
        given_kw = _given_kw(able_kw, np.argsort(slack_s, kind="stable"), rows[:, here], room)
        power_kw[here] = given_kw
        got_kwh[here] += given_kw * STEP_S / S_PER_H
    return {one.visit.id: float(kwh) for one, kwh in zip(points, np.minimum(got_kwh, wants_kwh), strict=True)}


def _able_kw(points: list[_Point], here: NDArray[np.int64], got_kwh: Floats, power_kw: Floats) -> Floats:
    """What each car can take now [kW]: its taper, and its ramp from what it takes."""
    able = []
    for place in here.tolist():
        one = points[place]
        car = one.visit.car
        soc = one.visit.soc + got_kwh[place] * one.into_battery / car.battery_kwh
        risen_kw = power_kw[place] + one.most_kw * car.up_a_per_s * STEP_S / car.max_current_a
        able.append(min(risen_kw, one.most_kw * _share(car, soc)))
    return np.array(able)


def _share(car: Car, soc: float) -> float:
    """Of its most, what a car takes at a state of charge."""
    if soc >= car.full_soc:
        return 0.0
    done = max(0.0, (soc - car.taper_from_soc) / (car.full_soc - car.taper_from_soc))
    return max(1.0 - done * (1.0 - car.taper_end_share), car.min_current_a / car.max_current_a)


def _given_kw(able_kw: Floats, order: NDArray[np.int64], rows: Floats, room: Floats) -> Floats:
    """All that fits, in this order [kW]."""
    if (rows @ able_kw <= room).all():
        return able_kw
    given_kw, left = np.zeros(len(able_kw)), np.maximum(room, 0.0)
    for car in order.tolist():
        on = rows[:, car] > 0
        most_kw = float((left[on] / rows[on, car]).min(initial=np.inf))
        given_kw[car] = min(able_kw[car], most_kw)
        left = left - rows[:, car] * given_kw[car]
    return given_kw


def _point(site: Site, visit: Visit) -> _Point:
    charger = site.charger(visit.charger)
    spec = spec_of(site, charger)
    pins = max(len(pins) for pins in visit.car.pin_sets)
    phases = spec.wiring if isinstance(charger, DcCharger) else spec.wiring[:pins]
    cabinet = charger.cabinet if isinstance(charger, DcCharger) else None
    circuit = next((one.circuit for one in site.cabinets if one.id == cabinet), charger.circuit)
    most_a = min(visit.car.max_current_a, spec.max_a)
    per_a = kw_per_a(site.grid.voltage_v, len(phases)) * spec.kw_factor
    return _Point(
        visit=visit,
        most_kw=most_a * per_a,
        into_battery=spec.conversion * visit.car.efficiency,
        path=(*site.path_to_grid(circuit), *([cabinet] if cabinet else [])),
        phases=phases,
        a_per_kw=1.0 / per_a,
        dc_share=spec.conversion,
    )


def _rows(site: Site, points: list[_Point]) -> tuple[Floats, Floats]:
    """What one kW of each car takes of every limit, and the limits: the grid's phases first."""
    circuits: list[tuple[str, Grid | Circuit]] = [
        (GRID, site.grid),
        *((one.id, one) for one in site.circuits),
    ]
    rows: list[list[float]] = []
    limits: list[float] = []
    for name, circuit in circuits:
        for phase, limit_a in enumerate(carried_a(circuit)):
            rows.append([one.a_per_kw if name in one.path and phase in one.phases else 0.0 for one in points])
            limits.append(limit_a)
    for name, circuit in circuits:
        rows.append([float(name in one.path) for one in points])
        limits.append(np.inf if circuit.limit_kw is None else circuit.limit_kw)
    for cabinet in site.cabinets:
        rows.append([one.dc_share if cabinet.id in one.path else 0.0 for one in points])
        limits.append(cabinet.limit_kw)
    return np.array(rows).reshape(len(limits), len(points)), np.array(limits)


def _base_a(site: Site, inputs: PlanInputs) -> Callable[[int], Floats]:
    """Load less sun on L1, L2, L3 [A], as planned, at a second of the day."""
    per_a = kw_per_a(site.grid.voltage_v, 1)
    base_a = np.array([series.values for series in inputs.load_kw]) / per_a
    for array in site.solar:
        phases = [index_of(phase) for phase in array.wiring]
        base_a[phases] -= inputs.solar_kw[array.id].values / len(phases) / per_a
    edges_s = inputs.grid.edges_s - inputs.grid.edges_s[0]
    return lambda now_s: base_a[:, int(np.searchsorted(edges_s, now_s, side="right")) - 1]
