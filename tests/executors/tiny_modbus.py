"""A Modbus server for tests whose every byte and every delay is in the test's hand.

Written from the specification (Modbus Application Protocol V1.1b3) and without any Modbus library, so that
it agrees with the client by the standard only.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Words = dict[int, int]


def crc(frame: bytes) -> bytes:
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


@dataclass
class Device:
    """Registers of one unit; ``on_write`` sees each write and may return an exception code."""

    holding: Words = field(default_factory=dict)
    input: Words = field(default_factory=dict)
    coils: Words = field(default_factory=dict)
    discrete: Words = field(default_factory=dict)
    on_write: Callable[[int, list[int]], int | None] = lambda _address, _values: None
    delay_s: Callable[[int, int], float] = lambda _function, _address: 0.0
    requests: list[tuple[int, int, int]] = field(default_factory=list)
    """Function, address, and count or first value of each request, in order."""

    def answer(self, pdu: bytes) -> bytes:
        function, address, number = struct.unpack(">BHH", pdu[:5])
        self.requests.append((function, address, number))
        if function in {1, 2}:
            bits = self.coils if function == 1 else self.discrete
            return bytes((function, 1, bits[address])) if address in bits else bytes((function | 0x80, 2))
        if function in {3, 4}:
            table = self.holding if function == 3 else self.input
            if any(a not in table for a in range(address, address + number)):
                return bytes((function | 0x80, 2))
            words = [table[a] for a in range(address, address + number)]
            return bytes((function, 2 * number)) + struct.pack(f">{number}H", *words)
        if function not in {6, 16}:
            return bytes((function | 0x80, 1))
        values = [number] if function == 6 else list(struct.unpack(f">{number}H", pdu[6 : 6 + 2 * number]))
        code = 2 if any(address + i not in self.holding for i in range(len(values))) else None
        code = code or self.on_write(address, values)
        if code:
            return bytes((function | 0x80, code))
        self.holding.update({address + i: value for i, value in enumerate(values)})
        return pdu[:5]


@dataclass
class Server:
    """A running server: where it listens, and how many clients it had."""

    port: int = 0
    clients: int = 0


class Connection:
    """One client of a server: frames in, frames out, each answer in its own time."""

    def __init__(self, units: dict[int, Device], *, rtu: bool, writer: asyncio.StreamWriter) -> None:
        self.units, self.rtu, self.writer = units, rtu, writer
        self.tasks: set[asyncio.Task[None]] = set()

    async def one(self, reader: asyncio.StreamReader) -> None:
        head = b"" if self.rtu else await reader.readexactly(6)
        unit = (await reader.readexactly(1))[0]
        pdu = await reader.readexactly(5)
        if pdu[0] == 16:
            pdu += await reader.readexactly(1)
            pdu += await reader.readexactly(pdu[5])
        if self.rtu:
            assert await reader.readexactly(2) == crc(bytes((unit,)) + pdu)
        device = self.units.get(unit)
        if device is None:
            return
        body = bytes((unit,)) + device.answer(pdu)
        frame = body + crc(body) if self.rtu else head[:4] + struct.pack(">H", len(body)) + body
        delay_s = device.delay_s(pdu[0], struct.unpack(">H", pdu[1:3])[0])
        task = asyncio.create_task(self.send(frame, delay_s))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def send(self, frame: bytes, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        with suppress(ConnectionError):
            self.writer.write(frame)
            await self.writer.drain()


@asynccontextmanager
async def serve(units: dict[int, Device], *, rtu: bool = False, port: int = 0) -> AsyncIterator[Server]:
    """A server on loopback; ``rtu`` puts RTU frames on TCP, as a transparent gateway does."""
    state = Server()
    open_ones: list[Connection] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.clients += 1
        connection = Connection(units, rtu=rtu, writer=writer)
        open_ones.append(connection)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await connection.one(reader)
        writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", port)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for connection in open_ones:
            connection.writer.close()
            for task in connection.tasks:
                task.cancel()
        await asyncio.sleep(0)
