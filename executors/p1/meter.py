"""A utility meter's P1 port, by cable or through a serial server on TCP."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import serial

from domain.errors import DeviceGarbled
from domain.site_devices import SerialLine
from executors.meters.assemble import MeterManner, Sample, assemble
from executors.p1.telegram import Splitter, Telegram, parse
from executors.pushed import LastReading
from executors.readings import MeterReading

RECONNECT_S: Final = 2.0
SILENCE_S: Final = 30.0
"""After so long without a byte the line is opened anew [s]."""
_PARITY: Final = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


def reading_of(
    telegram: Telegram, sampled_s: float, nominal_v: float, *, invert: bool = False
) -> MeterReading:
    """The reading in a telegram."""
    how = MeterManner(nominal_v, invert, whole_amperes=telegram.whole_amperes)
    warnings = () if telegram.checked else ("telegrams of this meter carry no checksum",)
    sample = Sample(sampled_s, telegram.mark, telegram.time, warnings, telegram.peak_at)
    return assemble(telegram.values, how, sample)


class P1Meter:
    """A P1 port; ``run`` is a task of its own, ``read`` gives the last telegram's values.

    ``where`` is a serial line (115200 8N1; DSMR 2 and 3: 9600 7E1, which even parity stands for) or a host
    and port. The sample's time is that of the first byte after the telegram before.
    """

    def __init__(
        self,
        where: SerialLine | tuple[str, int],
        clock: Callable[[], float],
        *,
        nominal_v: float,
        invert: bool = False,
    ) -> None:
        self._where, self._clock = where, clock
        self._nominal_v, self._invert = nominal_v, invert
        name = where.device if isinstance(where, SerialLine) else f"{where[0]}:{where[1]}"
        self._last = LastReading(f"P1 port at {name}", clock)
        self.garbled = 0
        """Telegrams that were damaged."""

    async def read(self) -> MeterReading:
        """The last telegram's values; ``DeviceSilent`` where none came for 15 s."""
        return self._last.get()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, serial.SerialException) as error:
                self._last.trouble = f"{type(error).__name__}: {error}"
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self) -> None:
        splitter, begun_s = Splitter(), None
        async for data in _bytes_of(self._where):
            begun_s = self._clock() if begun_s is None else begun_s
            for telegram in splitter.feed(data):
                self._take(telegram, begun_s)
                begun_s = None
        self._last.trouble = "the other side closed the connection"

    def _take(self, telegram: bytes, begun_s: float | None) -> None:
        sampled_s = self._clock() if begun_s is None else begun_s
        try:
            found = parse(telegram)
        except DeviceGarbled as error:
            self.garbled += 1
            self._last.trouble = str(error)
            return
        self._last.put(reading_of(found, sampled_s, self._nominal_v, invert=self._invert))


async def _bytes_of(where: SerialLine | tuple[str, int]) -> AsyncIterator[bytes]:
    """What comes in, until the other side closes; ``TimeoutError`` where nothing comes for 30 s."""
    if not isinstance(where, SerialLine):
        async with asyncio.timeout(RECONNECT_S):
            reader, writer = await asyncio.open_connection(*where)
        try:
            while data := await _soon(reader.read(4096)):
                yield data
        finally:
            writer.close()
        return
    line = serial.Serial(
        where.device,
        where.baud,
        bytesize=serial.SEVENBITS if where.parity == "even" else serial.EIGHTBITS,
        parity=_PARITY[where.parity],
        stopbits=where.stop_bits,
        timeout=0,
    )
    try:
        while data := await _soon(_ready(line.fileno())):
            yield data
    finally:
        line.close()


async def _soon(coming: Awaitable[bytes]) -> bytes:
    """The next bytes, or ``TimeoutError``. (``wait_for`` of Python 3.11 can swallow a cancellation.)."""
    async with asyncio.timeout(SILENCE_S):
        return await coming


async def _ready(descriptor: int) -> bytes:
    """The next bytes of a serial line."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[bytes] = loop.create_future()

    def take() -> None:
        if not arrived.done():
            try:
                arrived.set_result(os.read(descriptor, 4096))
            except OSError as error:
                arrived.set_exception(error)

    loop.add_reader(descriptor, take)
    try:
        return await arrived
    finally:
        loop.remove_reader(descriptor)
