"""Switches, home battery and signal beside the tick: asked and told every two seconds, never waited for."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.errors import DeviceError
from executors.capabilities import BatteryReader, Hold, PowerSet, SignalReader, Switch
from executors.modbus.link import Sleep
from executors.others_wanted import OthersWanted
from executors.readings import BatteryReading, SignalReading, SwitchReading
from executors.signal import ceiling_of
from executors.tick_readings import Signal

PERIOD_S: Final = 2.0
OLD_S: Final = 15.0
"""A battery's reading that is older is missing."""


@dataclass(slots=True)
class OthersHeard:
    """What they said last."""

    switches: dict[str, SwitchReading] = field(default_factory=dict)
    """By flexible load; not there while its switch does not answer."""
    battery: BatteryReading | None = None
    signal: SignalReading | None = None
    trouble: dict[str, str] = field(default_factory=dict)
    """Why a load, ``battery`` or ``signal`` is missing, in words."""
    troubled_s: dict[str, float] = field(default_factory=dict)
    """Since when it is missing [monotonic]."""


class Others:
    """What the plan moves besides chargers, and the signal that holds it down.

    ``run`` is a task. ``wanted`` says what is wanted now; ``clock`` is monotonic [s].
    """

    def __init__(
        self,
        wanted: Callable[[], OthersWanted],
        clock: Callable[[], float],
        *,
        switches: Mapping[str, Switch],
        battery: BatteryReader | None = None,
        signal: SignalReader | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._wanted, self._clock, self._sleep = wanted, clock, sleep
        self.switches, self._battery, self._signal = switches, battery, signal
        self._released = False
        self.heard = OthersHeard()

    async def run(self) -> None:
        """Ask and tell until cancelled; one that is slow keeps none of the others waiting."""
        loops = [self._often(name, self._switch_of(name, switch)) for name, switch in self.switches.items()]
        if self._battery is not None:
            loops.append(self._often("battery", self._battery_of(self._battery)))
        if self._signal is not None:
            loops.append(self._often("signal", self._signal_of(self._signal)))
        await asyncio.gather(*loops)

    def signal(self) -> Signal:
        """The signal for ``Ticking.signal``."""
        on, age_s = ceiling_of(self.heard.signal, self._clock())
        return Signal(on, age_s)

    @property
    def has_signal(self) -> bool:
        """Whether there is a signal to listen to."""
        return self._signal is not None

    @property
    def battery_kw(self) -> float:
        """Power of the battery for tracking, + when it charges; NaN where it is missing or old."""
        last = self._battery_now()
        return math.nan if last is None else last.power_kw

    @property
    def battery_soc(self) -> float | None:
        """State of charge of the battery for a plan, 0..1; none where it is missing or old."""
        last = self._battery_now()
        return None if last is None or math.isnan(last.soc) else last.soc

    def _battery_now(self) -> BatteryReading | None:
        last = self.heard.battery
        return None if last is None or self._clock() - last.sampled_s > OLD_S else last

    async def _often(self, name: str, once: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await once()
            except DeviceError as error:
                self._silent(name, str(error))
            except Exception as error:  # noqa: BLE001 - a fault of one driver must not end the others
                self._silent(name, f"{type(error).__name__} in its driver: {error}")
            else:
                self.heard.trouble.pop(name, None)
                self.heard.troubled_s.pop(name, None)
            await self._sleep(PERIOD_S)

    def _silent(self, name: str, why: str) -> None:
        self.heard.trouble[name] = why
        self.heard.troubled_s.setdefault(name, self._clock())
        self.heard.switches.pop(name, None)

    def _switch_of(self, name: str, switch: Switch) -> Callable[[], Coroutine[Any, Any, None]]:
        async def once() -> None:
            on = self._wanted().on.get(name)
            if on is not None:
                await switch.switch(on=on)
            self.heard.switches[name] = await switch.read()

        return once

    def _battery_of(self, battery: BatteryReader) -> Callable[[], Coroutine[Any, Any, None]]:
        async def once() -> None:
            self.heard.battery = await battery.read()
            await self._tell(battery)

        return once

    async def _tell(self, battery: BatteryReader) -> None:
        wanted = self._wanted()
        if wanted.battery == "power" and isinstance(battery, PowerSet):
            self._released = False
            await battery.set_power(wanted.battery_kw)
        elif wanted.battery == "hold" and isinstance(battery, Hold):
            self._released = False
            await battery.hold()
        elif isinstance(battery, Hold | PowerSet) and not self._released:
            await battery.release()
            self._released = True

    def _signal_of(self, signal: SignalReader) -> Callable[[], Coroutine[Any, Any, None]]:
        async def once() -> None:
            self.heard.signal = await signal.read()

        return once
