"""Small plants for tests: a home with one to three chargers on a 25 A connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from domain.site import Site, parse_site
from simulation.plant.build import plant_of
from simulation.plant.car import Car, Visit
from simulation.plant.fault import PlantFault
from simulation.plant.house import House, quiet_house
from simulation.plant.meters import MeterKind
from simulation.plant.plant import Plant
from simulation.plant.record import Record

START = datetime(2026, 11, 16, 12, tzinfo=UTC)
HOUR = 3600
PLAIN = Car(battery_kwh=60, max_current_a=16)
"""A 3-phase car of 11 kW."""

SITE = """
name: Test
location: {{time_zone: Europe/Brussels}}
grid: {{limit_a: 25, meter: main{grid}}}
circuits: [{{id: garage, parent: grid, limit_a: 20}}]
meters: {{main: {{driver: simulated}}}}
chargers:
{chargers}
{more}
tariff: {{buy: {{source: fixed, eur_per_kwh: 0.25}}, sell: {{source: fixed, eur_per_kwh: 0.05}}}}
"""
CHARGER = (
    "  - {{id: {id}, circuit: garage, driver: {driver}, current_a: {{min: 6, max: 16, step: {step}}}{more}}}"
)
FAILSAFE = ", failsafe: {current_a: 6, after_s: 30}"


def charger_line(name: str = "box", driver: str = "simulated", more: str = FAILSAFE, step: float = 1) -> str:
    return CHARGER.format(id=name, driver=driver, more=more, step=step)


def site_of(*chargers: str, grid: str = "", more: str = "") -> Site:
    text = SITE.format(chargers="\n".join(chargers or (charger_line(),)), grid=grid, more=more)
    return parse_site(text, "test.yaml")


def visit(car: Car = PLAIN, charger: str = "box", **changes: Any) -> Visit:
    values: dict[str, Any] = {
        "arrive_s": 0,
        "leave_s": 20 * HOUR,
        "energy_kwh": 20.0,
        "soc": 0.3,
        "id": "v",
    } | changes
    return Visit(charger, car, **values)


def plant(
    *visits: Visit,
    site: Site | None = None,
    house: House | None = None,
    faults: Sequence[PlantFault] = (),
    hear: Sequence[Callable[[Record], None]] = (),
    meter: MeterKind | None = None,
) -> Plant:
    kinds = {"main": meter} if meter else None
    there = visits or (visit(),)
    return plant_of(
        site or site_of(), house or quiet_house(), there, START, *hear, faults=faults, meter_kinds=kinds
    )


def told(made: Plant, current_a: float, seconds: int, charger: str = "box") -> list[float]:
    """Tell a charger its current every second, and give the car's draw on the first phase after each."""
    drawn = []
    for _ in range(seconds):
        made.charger(charger).set_limit(current_a)
        made.step()
        drawn.append(float(made.phase_a[made.wires.charger_ids.index(charger)].max()))
    return drawn
