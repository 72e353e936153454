"""A home battery that keeps the street at zero hides what cars do: no meter is accused for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from domain.site import parse_site
from executors.control.why import Told
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import ClosedLoop, run_whole
from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.profile import by_second
from simulation.ran import Scene

SITE = """
name: Battery
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25, base_load_max_a: 12, meter: p1}
meters: {p1: {driver: simulated}}
chargers:
  - {id: box, driver: simulated, current_a: {min: 6, max: 8}, failsafe: {current_a: 6, after_s: 30}}
vehicles: [{id: car, battery_kwh: 80, max_current_a: 16}]
departures: [{charger: box, vehicle: car, arrive: "18:10", depart: "19:00", energy_kwh: 4}]
battery: {capacity_kwh: 10, charge_kw: 5, discharge_kw: 5, soc: {min: 0.1, max: 1.0}, efficiency: 0.92,
          control: none}
load: {source: fixed, kw: 0.7}
tariff: {buy: {source: fixed, eur_per_kwh: 0.25}, sell: {source: fixed, eur_per_kwh: 0.05}}
"""
AT = datetime.fromisoformat("2026-11-16T18:00:00+01:00")
SECONDS = 3590


def ran(*faults: PlantFault) -> ClosedLoop:
    """An evening hour: the battery is half full, the house flickers and jumps."""
    site = parse_site(SITE, "battery.yaml")
    inputs = gather(site, AT, Files())
    ticks = iter(range(10**9))
    plan = plan_site(site, inputs, made_at=AT, clock=lambda: float(next(ticks)) * 1e-3)
    wiring = wiring_of(site)
    base_kw = 0.23 + np.random.default_rng(1).normal(0.0, 0.02, (3, SECONDS + 10))
    base_kw[1] += 1.5 * (np.arange(SECONDS + 10) // 240 % 2)
    load_kw = (by_second(base_kw[0]), by_second(base_kw[1]), by_second(base_kw[2]))
    scene = Scene.as_planned(site, inputs)
    scene = replace(scene, house=replace(scene.house, load_kw=load_kw), faults=faults)
    loop = ClosedLoop(
        site, inputs, plan, scene, wiring, deciding_of(site, wiring, plan, inputs.requests, now=AT), idle_s=1
    )
    return run_whole(loop, SECONDS)


def test_a_battery_that_makes_up_for_the_car_accuses_no_meter() -> None:
    loop = ran()
    assert [event for event in loop.events if event[1] == Told.METER_FROZEN.name] == []
    assert loop.plant.cars.energy_kwh.sum() >= 3.9


def test_a_meter_that_repeats_itself_is_found_beside_a_battery_too() -> None:
    """Frozen just before the car begins: a change of charging and not a digit moves."""
    loop = ran(PlantFault(FaultKind.METER_FROZEN, 590, 3000, "p1"))
    assert Told.METER_FROZEN.name in [event[1] for event in loop.events]
