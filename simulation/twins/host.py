"""All twins of a site, running: from a site to ports on loopback and serial devices."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from domain.site import Site
from simulation.twins.host_links import Key, links_of, served_links
from simulation.twins.host_meters import has_own_server, served_alone
from simulation.twins.host_settings import HostSettings
from simulation.twins.meter_tables import METER_TABLES
from simulation.twins.served import Address, Served, Server
from simulation.twins.world import World

CHARGERS_WITH_TWINS = ("charx", "teltocharge")


class TwinHost:
    """``async with TwinHost(site, world, settings) as host``: every device is there inside."""

    def __init__(self, site: Site, world: World, settings: HostSettings) -> None:
        """Makes the twins; InputError where the site file gives two of them one place."""
        self.without_twin = without_twin(site)
        """Devices that have none, by ``charger`` or ``meter`` and id, with the driver that lacks it."""
        self._world = world
        self._settings = settings
        self._served: dict[Key, Served] = served_links(links_of(site, world, settings), settings)
        for meter_id, meter in site.meters.items():
            if has_own_server(meter.driver):
                physics = world.meter(meter_id)
                self._served["meter", meter_id] = served_alone(meter_id, meter, physics, settings)
        self._task: asyncio.Task[None] | None = None
        self._started: list[Server] = []

    def charger(self, charger_id: str) -> Served:
        """The twin of a charger; KeyError where it has none."""
        return self._served["charger", charger_id]

    def meter(self, meter_id: str) -> Served:
        """The twin of a meter; KeyError where it has none."""
        return self._served["meter", meter_id]

    @property
    def addresses(self) -> dict[Key, Address]:
        """Where every twin is."""
        return {key: served.address() for key, served in self._served.items()}

    def tick(self) -> None:
        """Let the world, watchdogs and cars go on to now."""
        self._world.tick()
        for tick in {id(served.twin): served.tick for served in self._served.values()}.values():
            tick()

    async def __aenter__(self) -> Self:
        try:
            for server in {id(served.server): served.server for served in self._served.values()}.values():
                await server.start()
                self._started.append(server)
        except BaseException:
            await self._stop()
            raise
        self._task = asyncio.ensure_future(self._keep_ticking())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._stop()
        if error is None and self._task is not None and not self._task.cancelled():
            self._task.result()

    async def _stop(self) -> None:
        while self._started:
            await self._started.pop().stop()

    async def _keep_ticking(self) -> None:
        """Tick until the end; a site whose world has failed stops answering, and says why when it ends."""
        try:
            while True:
                self.tick()
                await asyncio.sleep(self._settings.tick_s)
        except Exception:
            await self._stop()
            raise


def without_twin(site: Site) -> dict[Key, str]:
    """Drivers of the devices of a site that have no twin here."""
    chargers = {("charger", charger.id): charger.driver for charger in site.chargers}
    meters = {("meter", meter_id): meter.driver for meter_id, meter in site.meters.items()}
    lacking = {key: driver for key, driver in chargers.items() if driver not in CHARGERS_WITH_TWINS}
    return lacking | {
        key: driver
        for key, driver in meters.items()
        if driver not in METER_TABLES and not has_own_server(driver)
    }
