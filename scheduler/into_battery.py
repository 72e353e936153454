"""From AC energy to energy in the battery: efficiency by current and phases, and what a target asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.dc_points import ac_side
from domain.errors import Fault, InputError
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import DcCharger
from domain.site_vehicles import EfficiencyPoint, Vehicle
from scheduler.problem import FloatArray, Option

_EPS: Final = 1e-9
USUAL_EFFICIENCY: Final = 0.9
"""Of a car's own charger, where the site file does not say it."""


@dataclass(frozen=True, slots=True)
class Efficiency:
    """How much of the AC energy arrives in the battery."""

    best: float
    """Of all the ways that charger and car have: what a target's energy is divided by."""
    options: tuple[Option, ...]
    """The ways, with what they store in units of ``best``."""
    assumed: bool = False


def efficiency_of(request: ChargeRequest, site: Site, options: tuple[Option, ...]) -> Efficiency:
    """The efficiency that a request's car has at its charger; of a DC point it is the point's own."""
    charger = site.charger(request.charger)
    if isinstance(charger, DcCharger):
        return Efficiency(ac_side(charger, site.grid.voltage_v).efficiency, options)
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    stated = None if vehicle is None else vehicle.efficiency
    if stated is None:
        return Efficiency(USUAL_EFFICIENCY, options, assumed=True)
    if isinstance(stated, float):
        return Efficiency(stated, options)
    if not options:
        return Efficiency(max(point.efficiency for point in stated), options)
    lines = [_line(_points(stated, option), option, site.grid.voltage_v) for option in options]
    best = max(one.best for one in lines)
    stored = tuple(
        replace(option, gain=one.gain / best, loss_kw=one.loss_kw / best)
        for option, one in zip(options, lines, strict=True)
    )
    return Efficiency(best, stored)


@dataclass(frozen=True, slots=True)
class _Line:
    """Stored power = gain x AC power - loss_kw."""

    gain: float
    loss_kw: float
    best: float
    """The highest efficiency between the option's least and most current."""


def _points(table: Sequence[EfficiencyPoint], option: Option) -> list[EfficiencyPoint]:
    """The table's points for the option's number of phases, or for the nearest one that has any."""
    width = len(option.phases)
    nearest = min({point.phases for point in table}, key=lambda phases: (abs(phases - width), phases))
    return sorted((point for point in table if point.phases == nearest), key=lambda point: point.current_a)


def _line(points: Sequence[EfficiencyPoint], option: Option, voltage_v: float) -> _Line:
    """The straight line of stored over AC power that promises no more than the table.

    Between two currents of the table the stored power is linear in the current, as with a fixed and a
    proportional loss; outside of them the efficiency stays what it is at the nearest. The line goes through
    both ends of the option's range and is lowered to where it lies below the table everywhere; where the
    efficiency falls with the current, the lowest counts for all.
    """
    low_a, high_a = option.min_a, option.max_a
    inner = [point.current_a for point in points if low_a < point.current_a < high_a]
    current_a = np.array(sorted({low_a, *inner, high_a}))
    power_kw = current_a * option.kw_per_a(voltage_v)
    stored_kw = _stored_kw(points, current_a, option, voltage_v)
    best = float((stored_kw / power_kw).max())
    if len(current_a) == 1:
        return _Line(best, 0.0, best)
    gain = float((stored_kw[-1] - stored_kw[0]) / (power_kw[-1] - power_kw[0]))
    loss_kw = float((gain * power_kw - stored_kw).max())
    if loss_kw < -_EPS:
        return _Line(float((stored_kw / power_kw).min()), 0.0, best)
    return _Line(gain, loss_kw if loss_kw > _EPS else 0.0, best)


def _stored_kw(
    points: Sequence[EfficiencyPoint], current_a: FloatArray, option: Option, voltage_v: float
) -> FloatArray:
    """What the table stores at the given currents [kW]."""
    at_a = np.array([point.current_a for point in points])
    share = np.array([point.efficiency for point in points])
    inside = np.interp(current_a, at_a, at_a * share)
    below, above = current_a < at_a[0], current_a > at_a[-1]
    proportional = current_a * np.where(below, share[0], share[-1])
    stored: FloatArray = np.where(below | above, proportional, inside) * option.kw_per_a(voltage_v)
    return stored


def target_faults(site: Site, requests: Sequence[ChargeRequest]) -> list[Fault]:
    """What requests by state of charge lack."""
    found: list[Fault] = []
    for request in requests:
        if request.energy_kwh is not None or request.target_soc is None:
            continue
        name = f"requests[{request.id or request.charger}]"
        vehicle = site.vehicle(request.vehicle) if request.vehicle else None
        if request.soc_now is None:
            allowed = "say how full the battery is, or the energy_kwh"
            found.append(Fault("requests", "target_soc without soc_now", allowed, f"{name}.soc_now"))
        if vehicle is None or vehicle.battery_kwh is None:
            what = "no vehicle" if vehicle is None else f"vehicle '{vehicle.id}' without battery_kwh"
            allowed = "a vehicle whose battery_kwh is in the site file, or energy_kwh"
            found.append(Fault("requests", f"target_soc, but {what}", allowed, f"{name}.vehicle"))
    return found


def refuse_unknown_targets(site: Site, requests: Sequence[ChargeRequest]) -> None:
    """InputError with everything that requests by state of charge lack."""
    faults = target_faults(site, requests)
    if faults:
        raise InputError(faults)


def target_kwh(request: ChargeRequest, vehicle: Vehicle | None, efficiency: Efficiency) -> float:
    """AC energy that takes the battery to its target at the best efficiency [kWh]."""
    assert request.target_soc is not None
    assert request.soc_now is not None
    assert vehicle is not None
    assert vehicle.battery_kwh is not None
    return max(0.0, request.target_soc - request.soc_now) * vehicle.battery_kwh / efficiency.best
