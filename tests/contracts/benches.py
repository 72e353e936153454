"""Our drivers on the twins: each device with its driver, its plug, and one clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.site_devices import SerialLine
from executors.modbus.charx import CharxPoint as CharxDriver
from executors.modbus.link import ModbusLink, TcpAddress
from executors.modbus.teltocharge import TeltoCharge as TeltoDriver
from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, PointSettings, ReleaseMode
from simulation.twins.faults import FaultBox
from simulation.twins.modbus_device import ModbusDevice
from simulation.twins.modbus_rtu import ModbusRtuBus
from simulation.twins.modbus_tcp import ModbusTcpServer
from simulation.twins.standalone import Car, SimplePoint
from simulation.twins.teltocharge import Teltocharge
from simulation.twins.teltocharge_point import EvcPoint, EvcSettings
from tests.simulation.twins.wires import HURRIED_S, HandClock

TIMEOUT_S = 2.0
"""Longer than a busy machine lets a twin wait for its turn."""
LATE_S = TIMEOUT_S + 0.05
"""Nobody waits any more, and it lies on the wire when the next question is asked."""
UNIT = 3
Driver = CharxDriver | TeltoDriver


@dataclass(frozen=True, slots=True)
class Bench:
    """One charger."""

    driver: Driver
    plug: SimplePoint
    clock: HandClock
    faults: FaultBox
    tick: Callable[[], None]

    def drawn_a(self) -> tuple[float, float, float]:
        """What the car draws now by terminal [A]."""
        self.tick()
        return self.plug.read().current_a

    async def seconds(self, count: int, limit_a: float, *, fed: bool = True) -> None:
        """So many healthy ticks of a second: read, offer, feed."""
        for _ in range(count):
            self.clock.pass_s(1)
            await self.driver.read()
            await self.driver.offer(limit_a)
            if fed:
                await self.driver.feed()

    def silence(self, seconds: int) -> None:
        """So many seconds in which nobody asks anything."""
        for _ in range(seconds):
            self.clock.pass_s(1)
            self.tick()


@asynccontextmanager
async def _charx(mode: ReleaseMode, number: int) -> AsyncIterator[Bench]:
    clock = HandClock()
    plugs = {n: SimplePoint(clock) for n in range(1, number + 1)}
    settings = PointSettings(release_mode=mode)
    twin = Charx({n: CharxPoint(plug, clock, settings) for n, plug in plugs.items()})
    async with on_tcp(twin, clock) as link:
        driver = CharxDriver(link, number)
        plugs[number].plug(Car())
        await driver.start()
        yield Bench(driver, plugs[number], clock, twin.faults, twin.tick)


@asynccontextmanager
async def _teltocharge(folder: Path, read_by: int) -> AsyncIterator[Bench]:
    clock = HandClock()
    plug = SimplePoint(clock)
    twin = Teltocharge(EvcPoint(plug, clock, EvcSettings()), UNIT, read_by)
    async with on_serial(twin, clock, folder) as link:
        driver = TeltoDriver(link, UNIT)
        plug.plug(Car())
        await driver.start()
        yield Bench(driver, plug, clock, twin.faults, twin.tick)


@asynccontextmanager
async def on_tcp(twin: ModbusDevice, clock: HandClock) -> AsyncIterator[ModbusLink]:
    """Our link to a twin on a port."""
    server = ModbusTcpServer([twin], HURRIED_S)
    await server.start()
    link = ModbusLink(TcpAddress("127.0.0.1", server.port), clock, timeout_s=TIMEOUT_S)
    try:
        yield link
    finally:
        await link.close()
        await server.stop()


@asynccontextmanager
async def on_serial(twin: ModbusDevice, clock: HandClock, folder: Path) -> AsyncIterator[ModbusLink]:
    """Our link to a twin on a serial line."""
    bus = ModbusRtuBus([twin], folder / "ttyTwin", 115_200, answer_s=HURRIED_S)
    await bus.start()
    line = SerialLine(device=str(bus.path), baud=115_200, parity="none")

    async def sleep(seconds: float) -> None:  # the wire, on which a late answer lies, runs on real time
        clock.pass_s(seconds)
        await asyncio.sleep(seconds)

    link = ModbusLink(line, clock, sleep, TIMEOUT_S)
    try:
        yield link
    finally:
        await link.close()
        await bus.stop()


CHARGERS: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Bench]]] = {
    "charx": lambda _: _charx(ReleaseMode.MODBUS, 1),
    "charx point 48": lambda _: _charx(ReleaseMode.MODBUS, 48),
    "charx released by OCPP": lambda _: _charx(ReleaseMode.OCPP, 1),
    "teltocharge": lambda folder: _teltocharge(folder, 3),
    "teltocharge as input registers": lambda folder: _teltocharge(folder, 4),
}
"""Every charger that has a driver and a twin on wires."""
