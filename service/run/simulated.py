"""Twins in place of every device of a site, in this process; nothing real is spoken to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from domain.inputs import PlanInputs
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger
from executors.control.wiring import wiring_of
from executors.devices import devices_of
from executors.readings import SignalReading
from service.run.clocks import Clocks
from service.run.wired_site import Wired
from service.simulating import with_devices
from simulation.direct import DirectCharger, DirectMeter
from simulation.plant.build import plant_of
from simulation.ran import Scene
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.plant_faults import WireFaults
from simulation.twins.plant_world import PlantWorld
from simulation.twins.readdress import on_twins

ANSWER_S = 0.03
TICK_S = 0.25


class QuietSignal:
    """The grid operator's signal of a simulated site: it is there, and off."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    async def read(self) -> SignalReading:
        """Off, as of now."""
        return SignalReading(self._clocks.mono_s(), on=False)


@asynccontextmanager
async def simulated(site: Site, inputs: PlanInputs, clocks: Clocks) -> AsyncIterator[Wired]:
    """The site on a virtual plant whose load, sun and cars are as ``inputs`` say."""
    site = with_devices(site)
    scene = Scene.as_planned(site, inputs)
    soc = inputs.battery_soc
    plant = plant_of(site, scene.house, scene.visits, inputs.grid.start, battery_soc=soc)
    async with on_wires(site, PlantWorld(plant, clocks.mono_s), clocks) as wired:
        yield wired


@asynccontextmanager
async def on_wires(site: Site, world: PlantWorld, clocks: Clocks) -> AsyncIterator[Wired]:
    """The devices of a site that stands on a virtual plant; a charger wherever it plans for one.

    What has a twin is spoken to over its protocol on loopback; everything else directly.
    """
    with TemporaryDirectory(prefix="chargewright-") as name:
        folder, zone = Path(name), ZoneInfo(site.location.time_zone)
        settings = HostSettings(
            clocks.mono_s, folder, zone,
            answer_s=ANSWER_S / clocks.speed, tick_s=TICK_S / clocks.speed, speed=clocks.speed,
        )  # fmt: skip
        async with TwinHost(site, world, settings) as host:
            here = _nothing_real(on_twins(site, host, folder), host)
            silent = here.model_copy(update={"curtailment": None})
            async with devices_of(silent, clocks.mono_s, folder, sleep=clocks.sleep) as devices:
                points = {
                    one.id: _direct(one, here, world, clocks)
                    for one in here.chargers
                    if one.id not in devices.chargers
                }
                meters = {
                    name: DirectMeter(world.meter(name), clocks.mono_s)
                    for name in here.meters
                    if name not in devices.meters
                }
                world.stepped = WireFaults(world.plant, host).tick
                ticking = asyncio.ensure_future(_keep_ticking(list(points.values()), clocks))
                try:
                    signal = None if site.curtailment is None else QuietSignal(clocks)
                    everything = {**devices.meters, **meters}, {**devices.chargers, **points}
                    yield Wired(here, *everything, signal=signal)
                finally:
                    ticking.cancel()
                    await asyncio.gather(ticking, return_exceptions=True)


def _nothing_real(site: Site, host: TwinHost) -> Site:
    """The site without the drivers of those devices that have no twin."""
    lacking = host.without_twin
    chargers = tuple(
        one.model_copy(update={"driver": "simulated"}) if ("charger", one.id) in lacking else one
        for one in site.chargers
    )
    meters = {
        name: one.model_copy(update={"driver": "simulated"}) if ("meter", name) in lacking else one
        for name, one in site.meters.items()
    }
    loads = tuple(one.model_copy(update={"driver": "simulated"}) for one in site.flexible_loads)
    changed: dict[str, Any] = {"chargers": chargers, "meters": meters, "flexible_loads": loads}
    if site.battery is not None:
        changed["battery"] = site.battery.model_copy(update={"driver": "simulated"})
    return site.model_copy(update=changed)


def _direct(charger: AcCharger | DcCharger, site: Site, world: PlantWorld, clocks: Clocks) -> DirectCharger:
    wiring = wiring_of(site)
    row = wiring.charger_ids.index(charger.id)
    point = world.point(charger.id)
    return DirectCharger(
        point,
        clocks.mono_s,
        min_a=float(wiring.min_a[row]),
        max_a=float(wiring.max_a[row]),
        step_a=float(wiring.step_a[row]),
        terminals=len(charger.wiring),
        answers=lambda: point.answers,
    )


async def _keep_ticking(points: Sequence[DirectCharger], clocks: Clocks) -> None:
    while True:
        for point in points:
            point.tick()
        await asyncio.sleep(TICK_S / clocks.speed)
