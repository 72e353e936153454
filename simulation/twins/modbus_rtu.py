"""A serial bus of Modbus RTU devices on a pseudo terminal, with the time that bytes take on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from simulation.twins.modbus_device import ModbusDevice, Sending, sending
from simulation.twins.modbus_frames import rtu_frame, rtu_length, rtu_question, wire_s
from simulation.twins.pseudo_terminal import PseudoTerminal

ANSWER_S = 0.03
BROADCAST = 0
SILENCE_S = 0.02
"""A frame that is not whole after this silence is dropped [s]; a pseudo terminal has no 3.5 characters."""


class ModbusRtuBus:
    """Devices on one pair of wires; a unit that nobody is stays silent."""

    def __init__(
        self,
        devices: Sequence[ModbusDevice],
        path: Path,
        baud: int,
        bits: int = 10,
        answer_s: float = ANSWER_S,
        speed: float = 1.0,
    ) -> None:
        """``path`` is the serial device's name; ``bits`` of one byte: 10 for 8N1, 11 with parity.

        ``speed``: how much faster than real ones its bytes are on the wire, for a site that runs fast.
        """
        self.answer_s = answer_s
        """From question to answer, the wire not counted [s]."""
        self.misheard = 0
        """Frames that nobody understood: wrong speed, wrong CRC, cut off."""
        self._devices = tuple(devices)
        self._terminal = PseudoTerminal(path, self._heard)
        self._baud, self._bits = baud, bits
        self._wire_baud = baud * speed
        self._buffer = b""
        self._quiet: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._away_until_s: dict[int, float] = {}

    @property
    def path(self) -> Path:
        """What a client opens."""
        return self._terminal.path

    async def start(self) -> None:
        """Be there."""
        self._terminal.plug_in(self._baud)

    async def stop(self) -> None:
        """Be gone."""
        if self._quiet is not None:
            self._quiet.cancel()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))
        self._terminal.unplug()

    def unplug(self) -> None:
        """Pull the adapter: the serial device goes away."""
        self._terminal.unplug()

    def plug_in(self) -> None:
        """Put the adapter back."""
        self._terminal.plug_in(self._baud)

    def _heard(self, data: bytes) -> None:
        self._buffer += data
        if self._quiet is not None:
            self._quiet.cancel()
        while (length := rtu_length(self._buffer)) is not None and len(self._buffer) >= length:
            frame, self._buffer = self._buffer[:length], self._buffer[length:]
            self._begin(frame)
        self._quiet = asyncio.get_running_loop().call_later(SILENCE_S, self._silence)

    def _silence(self) -> None:
        frame, self._buffer = self._buffer, b""
        if frame:
            self._begin(frame)

    def _begin(self, frame: bytes) -> None:
        question = rtu_question(frame)
        if question is None or self._terminal.baud not in {None, self._baud}:
            self.misheard += 1
            return
        self._spawn(self._answer(len(frame), *question))

    async def _answer(self, heard: int, unit: int, question: bytes) -> None:
        async with self._turn:
            await asyncio.sleep(wire_s(heard, self._wire_baud, self._bits) + self.answer_s)
            for device in self._devices:
                if (unit == BROADCAST or device.hears(unit)) and not self._is_away(device):
                    todo = sending(device, unit, question, rtu_frame)
                    if unit != BROADCAST:
                        await self._send(device, todo)

    async def _send(self, device: ModbusDevice, todo: Sending) -> None:
        if todo.away_s is not None:
            self._away_until_s[id(device)] = asyncio.get_running_loop().time() + todo.away_s
        if todo.late_s is not None:
            self._spawn(self._write_later(todo.late_s, todo.data))
            return
        await asyncio.sleep(wire_s(len(todo.data), self._wire_baud, self._bits))
        for piece in [todo.data] if not todo.gap_s else [bytes([byte]) for byte in todo.data]:
            self._terminal.write(piece)
            await asyncio.sleep(todo.gap_s)

    async def _write_later(self, seconds: float, data: bytes) -> None:
        await asyncio.sleep(seconds)
        self._terminal.write(data)

    def _is_away(self, device: ModbusDevice) -> bool:
        return asyncio.get_running_loop().time() < self._away_until_s.get(id(device), 0.0)

    def _spawn(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
