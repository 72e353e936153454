"""A run as outcome, table and chart look at it: in virtual time, or over wires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import Site
from executors.control.seam import Setpoints
from simulation.plant.build import house_of, plant_of, visits_of
from simulation.plant.car import Visit
from simulation.plant.fault import PlantFault
from simulation.plant.house import House
from simulation.plant.plant import Plant
from simulation.plant.record import Record
from simulation.plant.score import Prices, Score
from simulation.plant.trace import Trace
from simulation.plant.trips import Trips, trips_of


class Ran(Protocol):
    """What is known of a run; the sums are whole after ``plant.flush``."""

    @property
    def site(self) -> Site:
        """With a device wherever the run needs one."""
        ...

    @property
    def plan(self) -> Plan:
        """What was to be followed."""
        ...

    @property
    def plant(self) -> Plant:
        """The site in virtual time."""
        ...

    @property
    def score(self) -> Score:
        """Energy, money, time over limits."""
        ...

    @property
    def trips(self) -> Trips:
        """Heat of the protections."""
        ...

    @property
    def trace(self) -> Trace:
        """Means of five minutes."""
        ...

    @property
    def last(self) -> Setpoints | None:
        """The latest setpoints."""
        ...

    @property
    def events(self) -> Sequence[tuple[int, str, str]]:
        """Second, what, about which charger or circuit: told by the control."""
        ...

    @property
    def refused_writes(self) -> int:
        """Writes that did not arrive; over wires, answers of chargers that did not come."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens on the day, whatever the plan expects of it."""

    house: House
    visits: tuple[Visit, ...]
    faults: tuple[PlantFault, ...] = ()

    @classmethod
    def as_planned(cls, site: Site, inputs: PlanInputs) -> Scene:
        """Load, sun and cars as the plan was told."""
        visits = visits_of(site, inputs.requests, inputs.grid.start)
        return cls(house_of(site, inputs), tuple(visits))


@dataclass(frozen=True, slots=True)
class Counted:
    """A plant, and everything that is counted of it."""

    plant: Plant
    score: Score
    trips: Trips
    trace: Trace


def counted(
    site: Site, inputs: PlanInputs, scene: Scene, hearers: Sequence[Callable[[Record], None]] = ()
) -> Counted:
    """The plant of a scene from the start of the inputs on; ``hearers`` get every recorded block, too."""
    start = inputs.grid.start
    score, trips, trace = Score(site, start.timestamp(), prices_of(inputs)), trips_of(site), Trace()
    plant = plant_of(
        site, scene.house, scene.visits, start, score.hear, trips.hear, trace.hear, *hearers,
        faults=scene.faults, battery_soc=inputs.battery_soc,
    )  # fmt: skip
    return Counted(plant, score, trips, trace)


def prices_of(inputs: PlanInputs) -> Prices:
    """The prices of the plan, in seconds since its start."""
    edges_s = (inputs.grid.edges_s - inputs.grid.edges_s[0]).astype(np.float64)
    return Prices(edges_s, inputs.buy.values, inputs.sell.values)


def signal_times_s(inputs: PlanInputs) -> list[tuple[float, float]]:
    """When the grid operator's signal is on, in seconds since the start."""
    start = inputs.grid.start
    return [
        ((first - start).total_seconds(), (past - start).total_seconds()) for first, past in inputs.curtailed
    ]


def signal_is_on(times_s: Sequence[tuple[float, float]], now_s: float) -> bool:
    """Whether the grid operator's signal is on at a second, by ``signal_times_s``."""
    return any(first_s <= now_s < past_s for first_s, past_s in times_s)
