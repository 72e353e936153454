"""A look at switches, home battery and signal: they are asked, and nothing is told to them."""

from __future__ import annotations

from typing import Final

from domain.errors import DeviceError
from executors.readings import BatteryReading, SignalReading, SwitchReading
from service.run.clocks import Clocks
from service.run.wired_site import Wired

WITHIN_S: Final = 6.0
"""A broker is connected to, and says what it keeps, within this [s]."""
_PAUSE_S: Final = 0.5


class LookedAt:
    """What they said; why one is missing is in ``trouble``, by load, ``battery`` or ``signal``."""

    def __init__(self, wired: Wired, clocks: Clocks) -> None:
        self.switches, self.battery, self.signal = wired.switches, wired.battery, wired.signal
        self.switch_readings: dict[str, SwitchReading] = {}
        self.battery_reading: BatteryReading | None = None
        self.signal_reading: SignalReading | None = None
        self.trouble: dict[str, str] = {}
        self._clocks = clocks

    async def look(self) -> None:
        """Ask everything, again until all have answered or their time is over."""
        until_s = self._clocks.mono_s() + WITHIN_S
        while True:
            await self._ask()
            if not self._waits() or self._clocks.mono_s() >= until_s:
                return
            await self._clocks.sleep(_PAUSE_S)

    def _waits(self) -> bool:
        unknown = [name for name, one in self.switch_readings.items() if one.on is None]
        return bool(self.trouble or unknown)

    async def _ask(self) -> None:
        self.trouble.clear()
        for name, switch in self.switches.items():
            try:
                self.switch_readings[name] = await switch.read()
            except DeviceError as error:
                self._missing(name, error)
        if self.battery is not None:
            try:
                self.battery_reading = await self.battery.read()
            except DeviceError as error:
                self._missing("battery", error)
        if self.signal is not None:
            try:
                self.signal_reading = await self.signal.read()
            except DeviceError as error:
                self._missing("signal", error)

    def _missing(self, name: str, error: DeviceError) -> None:
        self.trouble[name] = str(error)
        self.switch_readings.pop(name, None)
