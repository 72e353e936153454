"""From an order to a simulated day: plan, then let plan, control and plant run against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from domain.errors import NotBuilt
from domain.site import Site
from service.planning import Planned, Tell, plan_order
from service.simulate_options import SimulateOrder, Wanted, wanted_of
from service.site_file import read_site

if TYPE_CHECKING:
    from service.replanning import Replanning
    from simulation.closed_loop import ClosedLoop
    from simulation.ran import Scene


IDLE_S: Final = 5
"""While no reading moves, a decision every so many seconds is enough; the watchdogs wait longer."""
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Simulation:
    """A plan and the run that is to follow it."""

    planned: Planned
    loop: ClosedLoop
    seconds: int
    replanning: Replanning | None = None
    """None: the first plan is followed to the end."""

    def minutes(self) -> Iterator[int]:
        """Run it; gives the second at every full minute and at the end."""
        from simulation.old_heap import heap_left_alone

        with heap_left_alone():
            yield from self._minutes()

    def _minutes(self) -> Iterator[int]:
        if self.replanning is None:
            yield from self.loop.run(self.seconds)
            return
        for second in self.loop.run(self.seconds, every_s=1):
            self.replanning.look(self.loop)
            if second % _MINUTE_S == 0 or second == self.seconds:
                yield second

    @property
    def plans(self) -> int:
        """How many plans the day has had so far."""
        return 1 if self.replanning is None else self.replanning.plans

    @property
    def plans_failed(self) -> list[str]:
        """Why plans on the way could not be made; the one before was followed then."""
        return [] if self.replanning is None else self.replanning.failed


def simulation_of(order: SimulateOrder, now: datetime, tell: Tell) -> Simulation:
    """The simulation that was ordered, planned and not yet run; raises as ``plan_order``."""
    return simulation_with(*planned_of(order, now, tell))


def planned_of(order: SimulateOrder, now: datetime, tell: Tell) -> tuple[Planned, Wanted]:
    """The plan of the day, and how it is to be run; raises as ``plan_order``."""
    site = read_site(order.plan.site)
    _refuse_planned_only(site)
    wanted = wanted_of(order, site)
    return plan_order(order.plan, now, tell), wanted


def _refuse_planned_only(site: Site) -> None:
    """Raise NotBuilt where a plan would hold what no virtual car does."""
    from scheduler.not_built import PLANNED_ONLY, unbuilt

    keys = unbuilt(site, requests=(), rows=PLANNED_ONLY)
    if keys:
        raise NotBuilt(keys)


def simulation_with(planned: Planned, wanted: Wanted, scene: Scene | None = None) -> Simulation:
    """The simulation of a plan that is already made; ``scene``: what happens, where it is not as planned."""
    from executors.control.wiring import wiring_of
    from executors.deciding import deciding_of
    from service.replanning import Replanning
    from simulation.closed_loop import ClosedLoop

    site, plan, inputs = with_devices(planned.site), planned.plan, planned.inputs
    wiring = wiring_of(site)
    control = deciding_of(site, wiring, plan, inputs.requests, now=plan.grid.start)
    loop = ClosedLoop(site, inputs, plan, scene or scene_of(planned, wanted), wiring, control, idle_s=IDLE_S)
    replanning = None if wanted.replan is None else Replanning(planned, site, control, wanted.replan.every_s)
    return Simulation(planned, loop, seconds_of_run(planned, wanted), replanning)


def seconds_of_run(planned: Planned, wanted: Wanted) -> int:
    """How long the run is, to the last second inside the plan [s]."""
    from simulation.closed_loop import seconds_of

    whole_s = seconds_of(planned.plan)
    return min(whole_s, wanted.seconds or whole_s) - 1


def with_devices(site: Site) -> Site:
    """The site with a simulated charger wherever the site file only plans for one."""
    chargers = tuple(
        charger.model_copy(update={"driver": "simulated"}) if charger.driver == "none" else charger
        for charger in site.chargers
    )
    return site.model_copy(update={"chargers": chargers})


def scene_of(planned: Planned, wanted: Wanted) -> Scene:
    """The day as planned, or with clouds and appliances that nobody foresaw."""
    from simulation.plant.weather import with_appliances, with_clouds
    from simulation.ran import Scene

    scene = replace(Scene.as_planned(planned.site, planned.inputs), faults=wanted.faults)
    if wanted.seed is None:
        return scene
    first, second, third = scene.house.load_kw
    solar_kw = {
        name: with_clouds(profile, wanted.seed + place)
        for place, (name, profile) in enumerate(scene.house.solar_kw.items())
    }
    house = replace(
        scene.house, load_kw=(with_appliances(first, wanted.seed), second, third), solar_kw=solar_kw
    )
    return replace(scene, house=house)
