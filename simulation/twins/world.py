"""What stands behind all the twins of a site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from domain.phases import index_of
from domain.site import GRID, Site
from simulation.twins.physics import NONE, Clock, MeterPhysics, PointPhysics, Three
from simulation.twins.standalone import SimpleMeter, SimplePoint


class World(Protocol):
    """Plugs and connections by their id in the site file."""

    def point(self, charger_id: str) -> PointPhysics:
        """The plug of a charger; KeyError where there is none."""
        ...

    def meter(self, meter_id: str) -> MeterPhysics:
        """The connection that a meter measures; KeyError where there is none."""
        ...

    def tick(self) -> None:
        """Go on to now."""
        ...


class SimpleWorld:
    """Simple cars and connections for a site, until somebody plugs a car in: ``points`` and ``meters``."""

    def __init__(self, site: Site, clock: Clock, began: datetime) -> None:
        """``began``: the wall clock of the meters at the clock's present second, with zone."""
        volts = site.grid.voltage_v
        self.points = {charger.id: SimplePoint(clock, volts) for charger in site.chargers}
        on_grid = {
            charger.id: OnGrid(self.points[charger.id], tuple(map(index_of, charger.wiring)))
            for charger in site.chargers
        }
        self.meters = {
            meter_id: SimpleMeter(
                clock, [on_grid[each].current_a for each in below], began=began, voltage_v=volts
            )
            for meter_id, below in chargers_below_meters(site).items()
        }

    def point(self, charger_id: str) -> PointPhysics:
        """The plug of a charger."""
        return self.points[charger_id]

    def meter(self, meter_id: str) -> MeterPhysics:
        """The connection that a meter measures."""
        return self.meters[meter_id]

    def tick(self) -> None:
        """Let the energies grow to now."""
        for meter in self.meters.values():
            meter.read()


class OnGrid:
    """A point as the grid sees it: its currents by grid phase and not by terminal."""

    def __init__(self, point: PointPhysics, wiring: tuple[int, ...]) -> None:
        """``wiring``: grid phase 0..2 of each terminal."""
        self._point = point
        self._wiring = wiring

    def current_a(self) -> Three:
        """Drawn from L1, L2, L3 [A]."""
        drawn = self._point.read().current_a
        amps = list(NONE)
        for terminal, phase in enumerate(self._wiring):
            amps[phase] += drawn[terminal]
        return (amps[0], amps[1], amps[2])


def chargers_below_meters(site: Site) -> Mapping[str, list[str]]:
    """Ids of the chargers behind every meter; none behind a meter that no circuit names."""
    circuits = {GRID: site.grid.meter, **{circuit.id: circuit.meter for circuit in site.circuits}}
    cabinets = {cabinet.id: cabinet.circuit for cabinet in site.cabinets}
    below: dict[str, list[str]] = {meter_id: [] for meter_id in site.meters}
    for charger in site.chargers:
        circuit = cabinets.get(getattr(charger, "cabinet", None) or "", charger.circuit)
        for above in site.path_to_grid(circuit):
            meter_id = circuits[above]
            if meter_id is not None:
                below[meter_id].append(charger.id)
    return below
