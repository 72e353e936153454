"""A charger as the tick deals with it: found and armed first, then told, fed and looked at."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from domain.errors import DeviceError, WrongDevice
from domain.site_chargers import Failsafe
from executors.capabilities import (
    CurrentLimit,
    FedBy,
    PhaseChoice,
    PhaseSwitch,
    PowerReading,
    Starts,
    Told,
    Watchdog,
    WatchdogState,
)
from executors.meters.start_up import Finding
from executors.readings import ChargerReading

AGAIN_S: Final = 5.0
"""When a charger that could not be started or armed is tried again [s]."""
WRONG_AGAIN_S: Final = 30.0
_CHANGED: Final = "watchdog_changed"
_REBOOTS_AFTER: Final = 3
"""So many answers that did not come may have been a reboot."""


class Point(CurrentLimit, PowerReading, Protocol):
    """The least that a charger can do to be controlled."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a charger is told in a tick."""

    limit_a: float
    terminals: tuple[int, ...]
    """Terminals to energise, ascending from 0."""


class ChargerHand:
    """One charger. It never raises: what goes wrong is ``trouble``, and answers count as missed."""

    def __init__(
        self, name: str, device: Point, failsafe: Failsafe | None, terminals: int, clock: Callable[[], float]
    ) -> None:
        self.name, self.device, self.failsafe = name, device, failsafe
        self.reading: ChargerReading | None = None
        self.missed = 0
        """Answers that failed to come since the last one."""
        self.trouble = "not asked yet"
        self.findings: tuple[Finding, ...] = ()
        self.watchdog: WatchdogState | None = None
        self.fed_s = -math.inf
        self.told: Told | None = None
        self.heard_s = -math.inf
        """When it last heard a new current [monotonic]."""
        self._clock = clock
        self._terminals: tuple[int, ...] = tuple(range(terminals))
        self._every = self._terminals
        self._found = not isinstance(device, Starts)
        self._armed = failsafe is None or not isinstance(device, Watchdog)
        self._not_before_s = -math.inf

    @property
    def ready(self) -> bool:
        """Whether it was found and its watchdog is as the site file says; before, nothing is told."""
        return self._found and self._armed

    @property
    def any_frame(self) -> bool:
        """Whether reads feed its watchdog too."""
        return isinstance(self.device, Watchdog) and self.device.fed_by is FedBy.ANY_FRAME

    @property
    def told_a(self) -> float:
        """What it was told last [A]; NaN before."""
        return math.nan if self.told is None else self.told.limit_a

    async def look(self) -> None:
        """One sample; before the first one the charger is found, checked and armed."""
        if self._clock() < self._not_before_s:
            return
        await self._guarded(self._look())

    async def tell(self, order: Order) -> bool:
        """Tell it phases and current. True where it was heard."""
        return await self._guarded(self._tell(order))

    async def feed(self) -> bool:
        """Say that we live. True where that went well."""
        return await self._guarded(self._feed())

    async def lower(self) -> None:
        """Tell it its failsafe where it was told more, and nothing else; before we leave."""
        if self.ready and self.failsafe is not None and self.told_a > self.failsafe.current_a:
            await self._guarded(self._tell(Order(self.failsafe.current_a, self._terminals)))

    async def _look(self) -> None:
        if not self._found:
            assert isinstance(self.device, Starts)
            self.findings = (await self.device.start()).findings
            self._found = True
        if not self._armed:
            await self._arm()
        self.reading = await self.device.read()
        if self.missed >= _REBOOTS_AFTER:
            self._terminals = ()  # it may have forgotten them: they are told again
        self.missed, self.trouble = 0, ""
        if any(alarm.code == _CHANGED for alarm in self.reading.alarms) and self.failsafe is not None:
            await self._arm()

    async def _arm(self) -> None:
        assert isinstance(self.device, Watchdog)
        assert self.failsafe is not None
        self.watchdog = await self.device.arm(self.failsafe.current_a, self.failsafe.after_s)
        self.fed_s = self._clock()
        self._armed = self.watchdog.proven
        if not self._armed:
            held = f"{self.watchdog.fallback_a:g} A after {self.watchdog.after_s:g} s"
            asked = f"{self.failsafe.current_a:g} A after {self.failsafe.after_s:g} s"
            raise DeviceError(f"its watchdog holds {held} and not {asked}: nothing is told to it")

    async def _tell(self, order: Order) -> None:
        device = self.device
        if order.terminals and order.terminals != self._terminals:
            if isinstance(device, PhaseChoice):
                await device.use_terminals(order.terminals)
            elif isinstance(device, PhaseSwitch):
                await device.use_phases(1 if len(order.terminals) == 1 else len(self._every))
            self._terminals = order.terminals
        self.told = await device.offer(order.limit_a)
        if self.told.written:
            self.heard_s = self._clock()

    async def _feed(self) -> None:
        device = self.device
        if isinstance(device, PhaseChoice | PhaseSwitch) and self.told is not None:
            await device.offer(self.told.limit_a)  # a change of phases goes on with every offer
        if isinstance(device, Watchdog) and self.watchdog is not None:
            await device.feed()
            self.fed_s = self._clock()

    async def _guarded(self, work: Awaitable[None]) -> bool:
        try:
            await work
        except WrongDevice as error:
            self._found = not isinstance(self.device, Starts)
            self._failed(str(error), WRONG_AGAIN_S)
        except DeviceError as error:
            self._failed(str(error), 0.0 if self.ready else AGAIN_S)
        except Exception as error:  # noqa: BLE001 - a fault of the driver must not end the loop of all others
            self._failed(f"{type(error).__name__} in its driver: {error}", AGAIN_S)
        else:
            return True
        return False

    def _failed(self, why: str, rest_s: float) -> None:
        self.missed += 1
        self.trouble = why
        if rest_s:
            self._not_before_s = self._clock() + rest_s
