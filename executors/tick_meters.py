"""A meter as the tick deals with it: found and checked first, then asked once a tick, believed or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from domain.errors import DeviceError, WrongDevice
from executors.capabilities import MeterReader, Starts
from executors.meters.start_up import Finding
from executors.readings import MeterReading

WRONG_AGAIN_S: Final = 30.0
"""When a device that turned out to be another one is looked at again [s]."""


class MeterHand:
    """One meter. It never raises: what goes wrong is ``trouble``, and the last sample grows old."""

    def __init__(self, name: str, device: MeterReader, clock: Callable[[], float]) -> None:
        self.name, self.device = name, device
        self.reading: MeterReading | None = None
        self.trouble = "not asked yet"
        self.findings: tuple[Finding, ...] = ()
        self.answers = False
        """Whether the last question was answered."""
        self._clock = clock
        self._started = not isinstance(device, Starts)
        self._not_before_s = -1e9
        self._task: asyncio.Task[None] | None = None

    @property
    def refused(self) -> bool:
        """Whether it must not be used for protection."""
        return any(finding.refuses for finding in self.findings)

    def ask(self) -> asyncio.Task[None] | None:
        """The question of this tick, or the one that is still open; none while it rests."""
        if self._task is not None and not self._task.done():
            return self._task
        if self._clock() < self._not_before_s:
            return None
        self._task = asyncio.ensure_future(self._ask())
        return self._task

    async def _ask(self) -> None:
        try:
            await (self._read() if self._started else self._start())
        except WrongDevice as error:
            self._silent(str(error))
            self._started = not isinstance(self.device, Starts)
            self._not_before_s = self._clock() + WRONG_AGAIN_S
        except DeviceError as error:
            self._silent(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of the driver must not end the loop of all others
            self._silent(f"{type(error).__name__} in its driver: {error}")

    async def _read(self) -> None:
        reading = await self.device.read()
        self.answers = True
        if not self.refused:
            self.reading, self.trouble = reading, ""

    async def _start(self) -> None:
        assert isinstance(self.device, Starts)
        self.findings = (await self.device.start()).findings
        self._started = True
        if self.refused:
            self.trouble = "; ".join(finding.words for finding in self.findings if finding.refuses)
            self._started = False
            self._not_before_s = self._clock() + WRONG_AGAIN_S
            return
        await self._read()

    def _silent(self, why: str) -> None:
        self.answers, self.trouble = False, why

    async def stop(self) -> None:
        """Ask nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
