"""A site on twins whose boiler and signal are behind a broker, with the daemon over it on a fast clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiomqtt
import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import Site, parse_site
from executors.devices import devices_of
from executors.evidence import Entry, read_record
from service.run.clocks import Clocks
from service.run.command import daemon_of, record_of
from service.run.daemon import Around, Daemon
from service.run.plan_task import PlanMade, PlanTask
from service.run.view import state_of
from service.run.wired_site import Wired
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld
from tests.executors.tracking.small_days import plan_of

SPEED = 10.0
CEILING_KW = 9.0
KW_PER_A = 0.69
SITE = """
name: Behind a broker
location: {time_zone: UTC}
default_request: full
grid: {limit_a: 50, base_load_max_a: 12, meter: street}
meters: {street: {driver: shelly_3em, host: em.local}}
chargers:
  - {id: left, driver: charx, host: charx.local, connector: 1, current_a: {min: 6, max: 16},
     failsafe: {current_a: 6, after_s: 30}}
  - {id: right, driver: charx, host: charx.local, connector: 2, current_a: {min: 6, max: 16},
     failsafe: {current_a: 6, after_s: 30}}
flexible_loads:
  - {id: boiler, power_kw: 2, run_h: 4, between: ["00:00", "23:59"], driver: mqtt_switch, host: 127.0.0.1,
     port: PORT, topic: boiler/set, state_topic: boiler}
curtailment: {fixed_kw: 9, signal: {driver: mqtt, host: 127.0.0.1, port: PORT, topic: grid/limit}}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


@dataclass
class Scene:
    """The running site."""

    daemon: Daemon
    world: SimpleWorld
    said: list[str]
    keep: Path
    asked: list[PlanTask] = field(default_factory=list)

    @property
    def state(self) -> dict[str, Any]:
        return state_of(self.daemon)

    @property
    def boiler(self) -> dict[str, Any]:
        found: dict[str, Any] = self.state["loads"][0]
        return found

    @property
    def drawn_kw(self) -> float:
        """What the cars draw."""
        return sum(sum(point.read().current_a) for point in self.world.points.values()) * 0.23

    def record(self) -> list[Entry]:
        """The record of the signal, without a fault."""
        found = read_record(record_of(self.keep))
        assert found.faults == ()
        return list(found.entries)


def boiler_on(site: Site, *, on: bool) -> Plan:
    """A plan whose boiler runs, or not, in all of its slots."""
    base = plan_of(site, [], {"left": [16.0] * 8, "right": [16.0] * 8})
    powers = np.full(len(base.grid), 2.0 if on else 0.0)
    return replace(base, power=replace(base.power, flexible_kw={"boiler": powers}))


def inputs_of(plan: Plan) -> PlanInputs:
    """What such a plan could have been made from."""
    price = plan.sources["buy"]
    nothing = replace(price, values=np.zeros(len(plan.grid)), unit="kW")
    return PlanInputs(plan.grid, price, price, {}, (nothing, nothing, nothing), ())


@asynccontextmanager
async def running_site(folder: Path, port: int) -> AsyncIterator[Scene]:
    """The site, whose plan has the boiler on; two cars are plugged in."""
    site = parse_site(SITE.replace("PORT", str(port)), "broker.yaml")
    plan = boiler_on(site, on=True)
    clocks = Clocks(SPEED, (time.monotonic(), float(plan.grid.edges_s[0])))
    world = SimpleWorld(site, clocks.mono_s, datetime.now(UTC))
    for point in world.points.values():
        point.plug(Car())
    settings = HostSettings(clocks.mono_s, folder, ZoneInfo("UTC"), answer_s=0.003, tick_s=0.025)
    said: list[str] = []
    asked: list[PlanTask] = []

    async def planned(task: PlanTask) -> PlanMade:
        asked.append(task)
        return PlanMade(plan, (), inputs_of(plan), None)

    async with TwinHost(site, world, settings) as host:
        here = on_twins(site, host, folder)
        async with devices_of(here, clocks.mono_s, folder) as devices:
            wired = Wired(here, devices.meters, devices.chargers, devices.switches, None, devices.signal)
            keep = folder / "state" / "site.json"
            around = Around(here, folder, clocks, said.append, keep=keep, make_plan=planned)
            daemon = daemon_of(around, wired, None)
            stop = asyncio.Event()
            running = asyncio.ensure_future(daemon.run(stop))
            try:
                yield Scene(daemon, world, said, keep, asked)
            finally:
                stop.set()
                await running


@dataclass
class Outside:
    """The switch of the boiler, and whoever sends the signal."""

    port: int
    signal: str = "off"
    lies: bool = False
    """The switch says that it is off, whatever it is told."""
    orders: list[str] = field(default_factory=list)

    async def run(self) -> None:
        async with aiomqtt.Client("127.0.0.1", self.port) as client:
            await client.subscribe("boiler/set", qos=1)
            await asyncio.gather(self._switch(client), self._send(client))

    async def _switch(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            self.orders.append(message.payload.decode())
            await client.publish("boiler", "OFF" if self.lies else self.orders[-1], qos=1)

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            await client.publish("grid/limit", self.signal, qos=1)
            await asyncio.sleep(0.2)


@asynccontextmanager
async def outside(port: int) -> AsyncIterator[Outside]:
    """Both, while the test goes on."""
    found = Outside(port)
    task = asyncio.ensure_future(found.run())
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
