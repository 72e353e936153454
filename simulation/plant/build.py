"""From a site with its requests and series to a plant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Final

import numpy as np

from domain.drivers import CHARGER_DRIVERS, Ability
from domain.inputs import PlanInputs
from domain.phases import index_of
from domain.requests import ChargeRequest
from domain.site import GRID, Site
from domain.site_chargers import AcCharger, DcCharger
from domain.site_vehicles import Vehicle
from domain.units import kw_per_a
from simulation.plant.car import ANY_OR_ALL, Car, Visit
from simulation.plant.chargers import ChargerSpec, FloatArray, Reroutes
from simulation.plant.device import DEVICES
from simulation.plant.fault import PlantFault
from simulation.plant.flexible import Switch
from simulation.plant.home_battery import HomeBattery
from simulation.plant.house import House, HouseOnWires
from simulation.plant.meters import METER_KINDS, MeterKind
from simulation.plant.plant import Plant, PlantParts
from simulation.plant.profile import between_slots, by_slot
from simulation.plant.record import Record
from simulation.plant.wires import wires_of

_USUAL_SHARE: Final = 0.6
"""Share of its battery that a car of unknown size asks for."""
_DC_STEP_A: Final = 0.1
_DC_TAPER_SOC: Final = 0.6
_DC_TAPER_SHARE: Final = 0.2
_DC_EFFICIENCY: Final = 0.95
"""From the grid to the car, where the site file does not say."""


def plant_of(
    site: Site,
    house: House,
    visits: Sequence[Visit],
    start: datetime,
    *hearers: Callable[[Record], None],
    faults: Sequence[PlantFault] = (),
    meter_kinds: Mapping[str, MeterKind] | None = None,
    battery_soc: float | None = None,
) -> Plant:
    """The plant of a site; ``hearers`` get every recorded block (score, trips, traces).

    ``meter_kinds`` replaces the kind of single meters; a home battery starts at ``battery_soc``, or in
    the middle of its range.
    """
    wires = wires_of(site)
    circuits = {GRID: site.grid.meter, **{circuit.id: circuit.meter for circuit in site.circuits}}
    kinds = meter_kinds or {}
    meters = {
        meter: (place, kinds.get(meter, METER_KINDS.get(site.meters[meter].driver, MeterKind())))
        for place, meter in enumerate(circuits.values())
        if meter is not None
    }
    battery = None
    if site.battery is not None:
        soc = (site.battery.soc.min + site.battery.soc.max) / 2 if battery_soc is None else battery_soc
        flow_a = wires.flow_a(site.battery.circuit, site.battery.wiring)
        battery = (HomeBattery(site.battery, soc), flow_a)
    parts = PlantParts(
        wires=wires,
        chargers=[spec_of(site, charger) for charger in site.chargers],
        house=HouseOnWires(site, house, wires),
        start_utc_s=start.timestamp(),
        visits=visits,
        meters=meters,
        cabinets=_cabinets(site),
        battery=battery,
        switches=[(Switch(load), wires.flow_a(load.circuit, load.wiring)) for load in site.flexible_loads],
        export_limit_kw=site.grid.export_limit_kw,
        faults=faults,
    )
    return Plant(parts, *hearers)


def spec_of(site: Site, charger: AcCharger | DcCharger) -> ChargerSpec:
    """A charger as it hangs on the wall."""
    wiring = tuple(index_of(phase) for phase in charger.wiring)
    failsafe = charger.failsafe
    if isinstance(charger, AcCharger):
        own = charger.current_a
        low_a, high_a, step_a, factor, conversion = own.min, own.max, own.step, 1.0, 1.0
    else:
        factor = 1.0 if charger.power_factor is None else charger.power_factor
        conversion = min(0.9999, charger.efficiency or _DC_EFFICIENCY)
        car_kw_per_a = kw_per_a(site.grid.voltage_v, len(wiring)) * factor * conversion
        low_a, high_a = charger.power_kw.min / car_kw_per_a, charger.power_kw.max / car_kw_per_a
        step_a = _DC_STEP_A
    return ChargerSpec(
        id=charger.id,
        device=DEVICES[charger.driver],
        min_a=low_a,
        max_a=high_a,
        step_a=step_a,
        wiring=wiring,
        reroutes=_reroutes(charger),
        failsafe_a=inf if failsafe is None else failsafe.current_a,
        failsafe_after_s=inf if failsafe is None else failsafe.after_s,
        kw_factor=factor,
        conversion=conversion,
    )


def _reroutes(charger: AcCharger | DcCharger) -> Reroutes:
    abilities = CHARGER_DRIVERS[charger.driver].abilities
    if isinstance(charger, DcCharger) or len(charger.wiring) < 2:
        return "never"
    if Ability.PHASE_CHOICE in abilities:
        return "any"
    return "first_or_all" if Ability.PHASE_SWITCH in abilities else "never"


def _cabinets(site: Site) -> FloatArray | None:
    """Power at the car per kW at the grid over each cabinet's limit; none without cabinets."""
    if not site.cabinets:
        return None
    rows = [
        [
            spec_of(site, charger).conversion / cabinet.limit_kw
            if isinstance(charger, DcCharger) and charger.cabinet == cabinet.id
            else 0.0
            for charger in site.chargers
        ]
        for cabinet in site.cabinets
    ]
    return np.array(rows)


def house_of(site: Site, inputs: PlanInputs) -> House:
    """Load and sun as the plan expects them: load by slot, sun from middle to middle of the slots."""
    edges_s = (inputs.grid.edges_s - inputs.grid.edges_s[0]).astype(float)
    first, second, third = (by_slot(edges_s, series.values) for series in inputs.load_kw)
    solar_kw = {array.id: between_slots(edges_s, inputs.solar_kw[array.id].values) for array in site.solar}
    return House((first, second, third), solar_kw)


def visits_of(site: Site, requests: Sequence[ChargeRequest], start: datetime) -> list[Visit]:
    """The visits behind requests; who has left before the start is left out."""
    return [visit_of(site, request, start) for request in requests if request.departure > start]


def visit_of(site: Site, request: ChargeRequest, start: datetime) -> Visit:
    """The visit behind one request.

    A car of unknown state arrives so empty that the wanted energy takes it to 80 %; one of unknown size
    has a battery of which that energy is 60 %.
    """
    vehicle = None if request.vehicle is None else site.vehicle(request.vehicle)
    charger = site.charger(request.charger)
    efficiency = 1.0 if isinstance(charger, DcCharger) else _efficiency_of(vehicle)
    spec = spec_of(site, charger)
    per_kwh = efficiency * spec.conversion
    battery_kwh = vehicle.battery_kwh if vehicle else None
    wanted_kwh = request.energy_kwh
    if wanted_kwh is None:
        assert request.target_soc is not None
        missing = max(0.0, request.target_soc - (request.soc_now or 0.0))
        wanted_kwh = missing * (battery_kwh or 0.0) / per_kwh
    battery_kwh = battery_kwh or max(wanted_kwh * per_kwh / _USUAL_SHARE, 1.0)
    soc = request.soc_now
    if soc is None:
        soc = max(0.0, 0.8 - wanted_kwh * per_kwh / battery_kwh)
    car = _car_of(spec, vehicle, request, battery_kwh, efficiency)
    arrive_s = round((request.arrival - start).total_seconds())
    leave_s = round((request.departure - start).total_seconds())
    return Visit(request.charger, car, arrive_s, leave_s, wanted_kwh, soc, request.id)


def _car_of(
    spec: ChargerSpec, vehicle: Vehicle | None, request: ChargeRequest, battery_kwh: float, efficiency: float
) -> Car:
    if spec.conversion < 1:
        return Car(
            battery_kwh,
            spec.max_a,
            min(6.0, spec.min_a) or 1.0,
            efficiency=efficiency,
            up_a_per_s=spec.max_a / 10,
            down_a_per_s=spec.max_a,
            taper_from_soc=_DC_TAPER_SOC,
            taper_end_share=_DC_TAPER_SHARE,
        )
    lows = [vehicle.min_current_a if vehicle else None, request.min_current_a]
    highs = [vehicle.max_current_a if vehicle else None, request.max_current_a, spec.max_a]
    pin_sets = vehicle.pin_sets if vehicle and request.phases is None else _pins_of(request.phases or 3)
    lowest_a = max([6.0, *(low for low in lows if low is not None)])
    highest_a = min(high for high in highs if high is not None)
    return Car(battery_kwh, highest_a, min(lowest_a, highest_a), pin_sets, efficiency)


def _pins_of(phases: int) -> tuple[tuple[int, ...], ...]:
    """Any one of its pins, or all of them."""
    return tuple(pins for pins in (*ANY_OR_ALL[:phases], tuple(range(1, phases + 1))) if pins)


def _efficiency_of(vehicle: Vehicle | None) -> float:
    """The car's; of a table the value at its largest current and most phases."""
    if vehicle is None or vehicle.efficiency is None:
        return 0.9
    if isinstance(vehicle.efficiency, tuple):
        return max(vehicle.efficiency, key=lambda point: (point.phases, point.current_a)).efficiency
    return vehicle.efficiency
