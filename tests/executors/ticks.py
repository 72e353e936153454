"""A site on twins with the tick over it, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.site import Site, parse_site
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from executors.devices import Devices, devices_of
from executors.tick import Ticking
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld
from tests.simulation.twins.wires import HURRIED_S, HandClock

START = datetime(2026, 11, 20, 21, tzinfo=UTC)
SITE = """
name: Ticking
location: {time_zone: Europe/Brussels}
default_request: full
grid: {limit_a: 40, base_load_max_a: 12, meter: street}
meters: {street: {driver: shelly_3em, host: em.local}}
chargers:
  - id: left
    driver: charx
    host: charx.local
    connector: 1
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 30}
  - id: right
    driver: charx
    host: charx.local
    connector: 2
    wiring: [L2, L3, L1]
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 30}
  - id: shed
    driver: teltocharge
    unit: 1
    serial: {device: /dev/ttyUSB0, baud: 115200, parity: none}
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 20}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """A ticking site."""

    site: Site
    ticking: Ticking
    world: SimpleWorld
    host: TwinHost
    devices: Devices
    clock: HandClock

    async def ticks(self, count: int) -> None:
        """So many healthy ticks, one a second."""
        for _ in range(count):
            self.clock.pass_s(1)
            self.host.tick()
            await self.ticking.once()
            await self.ticking.settled()
        self.host.tick()

    def silence(self, seconds: int) -> None:
        """So many seconds in which nobody ticks."""
        for _ in range(seconds):
            self.clock.pass_s(1)
            self.host.tick()

    def drawn_a(self, charger: str) -> float:
        """Highest current of a charger's car [A]."""
        return max(self.world.points[charger].read().current_a)

    def base_a(self, current_a: float) -> None:
        """What the house takes on every phase [A]."""
        self.world.meters["street"].base_a = (current_a,) * 3


@asynccontextmanager
async def ticking_site(folder: Path, text: str = SITE, cars: tuple[str, ...] = ()) -> AsyncIterator[Bench]:
    """The site on twins; ``cars`` are plugged in at these chargers, at others nobody is."""
    site, clock = parse_site(text, "ticking.yaml"), HandClock()
    world = SimpleWorld(site, clock, START)
    for charger in cars:
        world.points[charger].plug(Car())
    settings = HostSettings(clock, folder, ZoneInfo("Europe/Brussels"), answer_s=HURRIED_S, tick_s=0.02)
    async with TwinHost(site, world, settings) as host:
        here = on_twins(site, host, folder)
        async with devices_of(here, clock, folder) as devices:
            wiring = wiring_of(here)
            deciding = deciding_of(here, wiring, None, (), now=START)
            wall = lambda: START.timestamp() + clock() - 1000.0  # noqa: E731 - the clock begins at 1000 s
            ticking = Ticking(here, deciding, devices.meters, devices.chargers, clock=clock, wall=wall)
            yield Bench(here, ticking, world, host, devices, clock)
            await ticking.stop()
