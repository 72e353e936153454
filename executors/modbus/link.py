"""One physical link: one client, one request in flight, and silence after an answer that did not come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from domain.errors import DeviceGarbled, DeviceRefused, DeviceSilent
from domain.site_devices import SerialLine
from executors.modbus.closed_lines import why_closed
from executors.modbus.register_map import Table
from executors.modbus.timetable import gap_s

BitTable = Literal["coil", "discrete"]
"""Read with function code 1 or 2."""

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what goes wrong is raised, and told once by us

TIMEOUT_S: Final = 1.0
QUIET_S: Final = 1.0
"""Silence on RTU after a missing answer: it may come late, and nothing in it says what it answers."""
RECONNECT_S: Final = 2.0
"""Least time between two attempts to connect; 5 s at most are allowed."""
BACK_OFF_S: Final = 5.0
SILENCES: Final = 2
"""After so many missing answers a unit on a shared line is read only every ``BACK_OFF_S``."""
_RTU_TCP: Final = "tcp://"
_PARITY: Final = {"none": "N", "even": "E", "odd": "O"}
UNKNOWN_FUNCTION: Final = "unknown function"
_EXCEPTIONS: Final = {
    1: UNKNOWN_FUNCTION,
    2: "unknown address",
    3: "value not allowed",
    4: "device failure",
    5: "accepted, not done yet",
    6: "busy",
    10: "gateway: no path",
    11: "gateway: the device does not answer",
}


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A device or gateway that speaks Modbus/TCP."""

    host: str
    port: int = 502

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


Where = TcpAddress | SerialLine
"""A serial line, or one behind a transparent gateway: ``device: tcp://host:port``."""
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class ModbusLink:
    """The only client of one link, for all devices on it.

    It does nothing by itself: it connects when it is asked something, and no frame leaves it otherwise, so
    that a charger whose watchdog any frame feeds hears only what a healthy tick sends. ``clock`` is
    monotonic [s]. A caller that goes away does not cancel the request that is in flight.
    """

    def __init__(
        self, where: Where, clock: Clock, sleep: Sleep = asyncio.sleep, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.where = where
        self.clock = clock
        self._sleep = sleep
        self._client = _client(where, timeout_s)
        self._is_rtu = isinstance(where, SerialLine)
        self._lock = asyncio.Lock()
        self._free_at = -1e9
        self._connect_at = -1e9
        self._silences: dict[int, int] = {}
        self._ask_at: dict[int, float] = {}
        self._running: set[asyncio.Task[tuple[int, ...]]] = set()

    @property
    def name(self) -> str:
        """The link in messages."""
        return str(self.where) if isinstance(self.where, TcpAddress) else self.where.device

    @property
    def is_rtu(self) -> bool:
        """Whether answers carry no number, so that a late one can be taken for another."""
        return self._is_rtu

    async def read(
        self, unit: int, table: Table, address: int, count: int, pause_s: float = 0.0
    ) -> tuple[int, ...]:
        """``count`` registers from ``address``; ``pause_s`` is the silence the device wants before [s].

        Raises ``DeviceSilent``, ``DeviceRefused`` or ``DeviceGarbled``.
        """
        self._let_be(unit)
        ask = self._client.read_holding_registers
        if table == "input":
            ask = self._client.read_input_registers
        what = f"reading {table} {address}..{address + count - 1} of unit {unit} on {self.name}"
        return await self._alone(
            lambda: ask(address, count=count, device_id=unit), unit, what, pause_s, count
        )

    async def read_bit(self, unit: int, table: BitTable, address: int) -> bool:
        """One contact: a coil (function 1) or a discrete input (2). Errors as in ``read``."""
        self._let_be(unit)
        ask = self._client.read_coils if table == "coil" else self._client.read_discrete_inputs
        what = f"reading {table} {address} of unit {unit} on {self.name}"
        found = await self._alone(lambda: ask(address, count=1, device_id=unit), unit, what, 0.0, 1)
        return found[0] != 0

    async def write(
        self,
        unit: int,
        address: int,
        values: Sequence[int],
        pause_s: float = 0.0,
        *,
        as_block: bool = False,
    ) -> None:
        """Write registers from ``address`` on: function 6 for one, 16 for several or ``as_block``.

        Errors as in ``read``.
        """
        what = f"writing {list(values)} to {address} of unit {unit} on {self.name}"

        async def send() -> ModbusPDU:
            if len(values) == 1 and not as_block:
                return await self._client.write_register(address, values[0], device_id=unit)
            return await self._client.write_registers(address, list(values), device_id=unit)

        await self._alone(send, unit, what, pause_s)

    async def close(self) -> None:
        """Wait for the request in flight and disconnect."""
        async with self._lock:
            self._client.close()

    def _let_be(self, unit: int) -> None:
        if self.clock() < self._ask_at.get(unit, -1e9):
            raise DeviceSilent(f"unit {unit} on {self.name} did not answer and is asked again within 5 s")

    async def _alone(
        self,
        send: Callable[[], Awaitable[ModbusPDU]],
        unit: int,
        what: str,
        pause_s: float,
        count: int | None = None,
    ) -> tuple[int, ...]:
        task = asyncio.ensure_future(self._in_turn(send, unit, what, pause_s, count))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _in_turn(
        self,
        send: Callable[[], Awaitable[ModbusPDU]],
        unit: int,
        what: str,
        pause_s: float,
        count: int | None,
    ) -> tuple[int, ...]:
        async with self._lock:
            await self._be_connected()
            wait_s = self._free_at + pause_s - self.clock()
            if wait_s > 0:
                await self._sleep(wait_s)
            try:
                reply = await send()
            except (ModbusException, OSError, TimeoutError) as error:
                raise self._silence(unit, what, error) from error
            return self._understood(reply, unit, what, count)

    async def _be_connected(self) -> None:
        if self._client.connected:
            return
        if self.clock() < self._connect_at:
            raise DeviceSilent(f"{self._none()}; the next attempt is within {RECONNECT_S:g} s")
        self._connect_at = self.clock() + RECONNECT_S
        try:
            connected = await self._client.connect()
        except (ModbusException, OSError, TimeoutError) as error:
            raise DeviceSilent(f"{self._none()}: {error}") from error
        if not connected:
            raise DeviceSilent(self._none())

    def _none(self) -> str:
        """That there is no connection; of a serial line with what the system says of it."""
        why = "" if isinstance(self.where, TcpAddress) else why_closed(self.where.device)
        return f"no connection to {self.name}{why}"

    def _silence(self, unit: int, what: str, error: Exception) -> DeviceSilent:
        """What a missing answer leads to: quiet on RTU, and rarer questions to a unit on a shared line."""
        if isinstance(error, ConnectionException):
            return DeviceSilent(f"{what}: the connection is gone")
        if self._is_rtu:
            self._free_at = self.clock() + QUIET_S
            self._silences[unit] = self._silences.get(unit, 0) + 1
            if self._silences[unit] >= SILENCES:
                self._ask_at[unit] = self.clock() + BACK_OFF_S
        return DeviceSilent(f"{what}: no answer in time")

    def _understood(self, reply: ModbusPDU, unit: int, what: str, count: int | None) -> tuple[int, ...]:
        self._silences.pop(unit, None)
        self._ask_at.pop(unit, None)
        self._free_at = self.clock() + (gap_s(self.where) if isinstance(self.where, SerialLine) else 0.0)
        if reply.isError():
            code = getattr(reply, "exception_code", 0)
            raise DeviceRefused(f"{what}: {_EXCEPTIONS.get(code, 'error')} (code {code})")
        words = tuple(reply.registers) or tuple(int(bit) for bit in reply.bits[:count])
        if count is not None and len(words) != count:
            if self._is_rtu:
                self._free_at = self.clock() + QUIET_S
            raise DeviceGarbled(f"{what}: {len(words)} registers came, {count} were asked for")
        return words


def _client(where: Where, timeout_s: float) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
    if isinstance(where, TcpAddress):
        return AsyncModbusTcpClient(
            where.host, port=where.port, timeout=timeout_s, retries=0, reconnect_delay=0
        )
    if where.device.startswith(_RTU_TCP):
        host, _, port = where.device.removeprefix(_RTU_TCP).rpartition(":")
        return AsyncModbusTcpClient(
            host, port=int(port), framer=FramerType.RTU, timeout=timeout_s, retries=0, reconnect_delay=0
        )
    return AsyncModbusSerialClient(
        where.device,
        baudrate=where.baud,
        parity=_PARITY[where.parity],
        stopbits=where.stop_bits,
        timeout=timeout_s,
        retries=0,
        reconnect_delay=0,
    )
