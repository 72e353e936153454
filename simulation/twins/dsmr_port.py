"""The P1 port of a utility meter: it speaks by itself, over TCP behind a gateway or on a serial line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

from simulation.twins.dsmr_telegram import MeterKind, telegram
from simulation.twins.faults import NOISE, Fault, FaultBox, FaultKind
from simulation.twins.listener import OnAPort
from simulation.twins.modbus_tcp import trickle
from simulation.twins.pseudo_terminal import PseudoTerminal
from simulation.twins.sampled import Sampled

BAUD = 115_200
POLL_S = 0.02


class P1Voice:
    """What the meter says, telegram by telegram."""

    def __init__(self, meter: Sampled, kind: MeterKind, zone: ZoneInfo) -> None:
        self.faults = FaultBox()
        self.meter = meter
        self._kind = kind
        self._zone = zone

    async def next(self, after: int | None) -> int:
        """Wait for a sample other than ``after``; its number. A frozen meter repeats its telegram."""
        while self.meter.sample == after and not self.meter.frozen:  # noqa: ASYNC110  # a clock has no event
            await asyncio.sleep(POLL_S)
        if self.meter.frozen:
            await asyncio.sleep(self.meter.period_s)
        return self.meter.sample

    def telegram(self) -> tuple[bytes, Fault | None]:
        """The telegram of now as the next fault leaves it, and that fault."""
        data = telegram(self.meter.read(), self._kind, self._zone).encode("ascii")
        fault = self.faults.take()
        if fault is None:
            return data, None
        return _spoilt(data, fault), fault


class P1OverTcp(OnAPort):
    """The port behind a gateway: every client gets every telegram."""

    def __init__(self, voice: P1Voice) -> None:
        self.voice = voice
        super().__init__(self._serve)

    async def _serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sample: int | None = None
        while not writer.is_closing():
            sample = await self.voice.next(sample)
            data, fault = self.voice.telegram()
            if fault is not None and fault.kind in {FaultKind.CLOSED, FaultKind.REBOOT}:
                if fault.kind is FaultKind.REBOOT:
                    self.away(fault.seconds)
                return
            await asyncio.sleep(_late_s(fault))
            await trickle(data, _gap_s(fault), writer)


class P1OnSerial:
    """The port by cable."""

    def __init__(self, voice: P1Voice, path: Path) -> None:
        self.voice = voice
        self._terminal = PseudoTerminal(path, lambda _: None)
        self._task: asyncio.Task[None] | None = None

    @property
    def path(self) -> Path:
        """What a client opens."""
        return self._terminal.path

    async def start(self) -> None:
        """Begin to speak."""
        self._terminal.plug_in(BAUD)
        self._task = asyncio.ensure_future(self._speak())

    async def stop(self) -> None:
        """Be gone."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._terminal.unplug()

    async def _speak(self) -> None:
        sample: int | None = None
        while True:
            sample = await self.voice.next(sample)
            data, fault = self.voice.telegram()
            await asyncio.sleep(_late_s(fault))
            gap_s = _gap_s(fault)
            for piece in [data] if not gap_s else [bytes([byte]) for byte in data]:
                self._terminal.write(piece)
                await asyncio.sleep(gap_s)


def _late_s(fault: Fault | None) -> float:
    return fault.seconds if fault is not None and fault.kind is FaultKind.LATE else 0.0


def _gap_s(fault: Fault | None) -> float:
    return (fault.seconds or 0.001) if fault is not None and fault.kind is FaultKind.BYTE_BY_BYTE else 0.0


def _spoilt(data: bytes, fault: Fault) -> bytes:
    """A telegram after a fault of the wire."""
    if fault.kind in {FaultKind.LATE, FaultKind.BYTE_BY_BYTE}:
        return data
    if fault.kind is FaultKind.TRUNCATED:
        return data[: len(data) // 2]
    if fault.kind is FaultKind.GARBAGE:
        return NOISE * 8
    if fault.kind in {FaultKind.EXCEPTION, FaultKind.WRONG_UNIT}:
        return data.replace(b"kW", b"kV", 1)
    return b""
