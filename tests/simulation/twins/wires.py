"""What the tests of twins share: a clock that is moved by hand, clients, and servers that always stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from simulation.twins.modbus_device import ModbusDevice
from simulation.twins.modbus_rtu import ModbusRtuBus
from simulation.twins.modbus_tcp import ModbusTcpServer

T = TypeVar("T")
HURRIED_S = 0.001
"""An answer without the device's time to think."""


class HandClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's coroutine; nothing here may take longer than 30 s."""
    return asyncio.run(asyncio.wait_for(work, 30))


@asynccontextmanager
async def served(
    devices: Sequence[ModbusDevice], timeout_s: float = 1.0, answer_s: float = HURRIED_S
) -> AsyncIterator[tuple[AsyncModbusTcpClient, ModbusTcpServer]]:
    """A server on a free port, and a client that never asks twice."""
    server = ModbusTcpServer(devices, answer_s)
    await server.start()
    client = AsyncModbusTcpClient("127.0.0.1", port=server.port, timeout=timeout_s, retries=0)
    try:
        assert await client.connect()
        yield client, server
    finally:
        client.close()
        await server.stop()


@asynccontextmanager
async def on_a_bus(
    devices: Sequence[ModbusDevice], folder: Path, baud: int = 9600, timeout_s: float = 1.0
) -> AsyncIterator[tuple[AsyncModbusSerialClient, ModbusRtuBus]]:
    """A serial bus, and a client on it that never asks twice."""
    bus = ModbusRtuBus(devices, folder / "ttyTwin", baud, answer_s=HURRIED_S)
    await bus.start()
    client = AsyncModbusSerialClient(str(bus.path), baudrate=baud, timeout=timeout_s, retries=0)
    try:
        assert await client.connect()
        yield client, bus
    finally:
        client.close()
        await bus.stop()
