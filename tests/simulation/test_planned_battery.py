"""A battery in the box does what the plan says, as far as its ``control`` lets it be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from domain.site import parse_site
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import ClosedLoop
from simulation.ran import Scene

SITE = """
name: Battery
location: {{time_zone: Europe/Brussels}}
grid: {{limit_a: 25, base_load_max_a: 12, meter: p1}}
meters: {{p1: {{driver: simulated}}}}
chargers:
  - {{id: box, driver: simulated, current_a: {{min: 6, max: 8}}, failsafe: {{current_a: 6, after_s: 30}}}}
vehicles: [{{id: car, battery_kwh: 80, max_current_a: 16}}]
departures: [{{charger: box, vehicle: car, arrive: "20:10", depart: "21:00", energy_kwh: 2}}]
battery: {{capacity_kwh: 10, charge_kw: 5, discharge_kw: 5, soc: {{min: 0.1, max: 1.0}}, efficiency: 0.92,
          control: {control}}}
load: {{source: fixed, kw: 0.7}}
tariff: {{buy: {{source: fixed, eur_per_kwh: 0.25}}, sell: {{source: fixed, eur_per_kwh: 0.05}}}}
"""
AT = datetime.fromisoformat("2026-11-16T18:00:00+01:00")
PLANNED_KW = (2.0, -1.5, 0.0)


def powers_kw(control: str) -> list[float]:
    """Power of the battery 10 minutes into each of three slots that plan 2, -1.5 and 0 kW for it."""
    site = parse_site(SITE.format(control=control), "battery.yaml")
    inputs = gather(site, AT, Files())
    ticks = iter(range(10**9))
    plan = plan_site(site, inputs, made_at=AT, clock=lambda: float(next(ticks)) * 1e-3)
    battery_kw = np.zeros(len(plan.grid))
    battery_kw[: len(PLANNED_KW)] = PLANNED_KW
    plan = replace(plan, power=replace(plan.power, battery_kw=battery_kw))
    wiring = wiring_of(site)
    control_of = deciding_of(site, wiring, plan, inputs.requests, now=AT)
    loop = ClosedLoop(site, inputs, plan, Scene.as_planned(site, inputs), wiring, control_of, idle_s=5)
    found = []
    for second in loop.run(900 * len(PLANNED_KW) - 1, every_s=300):
        if second % 900 == 600:
            assert loop.plant.battery is not None
            found.append(loop.plant.battery.power_kw)
    return found


@pytest.mark.parametrize(
    ("control", "expected_kw"),
    [("full", [2.0, -1.5, 0.0]), ("hold", [0.0, -0.7, 0.0]), ("none", [-0.7, -0.7, -0.7])],
)
def test_a_battery_does_what_it_can_be_told(control: str, expected_kw: list[float]) -> None:
    """The house takes 0.7 kW: that is what a battery by itself gives."""
    assert powers_kw(control) == pytest.approx(expected_kw, abs=0.02)
