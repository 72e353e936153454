"""A Modbus server on TCP for one device or several units, with an own frame layer.

The protocol library's own server mixes transactions up when an answer is late, so it cannot show what late
answers do to a client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from simulation.twins.listener import OnAPort
from simulation.twins.modbus_device import NOTHING, ModbusDevice, Sending, sending
from simulation.twins.modbus_frames import MBAP_BYTES, mbap, tcp_frame
from simulation.twins.modbus_pdu import exception

GATEWAY_TARGET_SILENT = 11
ANSWER_S = 0.03


class ModbusTcpServer(OnAPort):
    """Answers one question at a time, whoever asks, after ``answer_s`` seconds."""

    def __init__(self, devices: Sequence[ModbusDevice], answer_s: float = ANSWER_S) -> None:
        self.answer_s = answer_s
        """From question to answer [s]."""
        self._devices = tuple(devices)
        self._turn = asyncio.Lock()
        super().__init__(self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (head := mbap(await reader.readexactly(MBAP_BYTES))) is not None:
            question = await reader.readexactly(head.length)
            async with self._turn:
                await asyncio.sleep(self.answer_s)
                todo = self._answer(head.transaction, head.unit, question)
                if not await self._send(todo, writer):
                    return

    def _answer(self, transaction: int, unit: int, question: bytes) -> Sending:
        def framed(answering_unit: int, pdu: bytes) -> bytes:
            return tcp_frame(transaction, answering_unit, pdu)

        for device in self._devices:
            if device.hears(unit):
                return sending(device, unit, question, framed)
        return Sending(framed(unit, exception(question, GATEWAY_TARGET_SILENT)))

    async def _send(self, todo: Sending, writer: asyncio.StreamWriter) -> bool:
        """Send an answer; whether the connection stays."""
        if todo.late_s is not None:
            self._listener.apart(_later(todo.late_s, todo.data, writer))
        elif todo != NOTHING:
            await trickle(todo.data, todo.gap_s, writer)
        if todo.away_s is not None:
            self.away(todo.away_s)
        return not todo.hang_up


async def trickle(data: bytes, gap_s: float, writer: asyncio.StreamWriter) -> None:
    """Write bytes at once, or with a gap between two of them [s]."""
    for piece in [data] if not gap_s else [bytes([byte]) for byte in data]:
        writer.write(piece)
        await writer.drain()
        if gap_s:
            await asyncio.sleep(gap_s)


async def _later(seconds: float, data: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(seconds)
    if not writer.is_closing():
        writer.write(data)
        await writer.drain()
