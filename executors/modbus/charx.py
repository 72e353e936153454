"""Driver of one charging point of a CHARX SEC."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from domain.errors import DeviceError, DeviceRefused, WrongDevice
from executors.capabilities import FedBy, GroupLimit, Told, WatchdogState
from executors.meters.start_up import Finding
from executors.modbus import charx_words as words
from executors.modbus.charx_alarms import limit_alarms, setup_alarms, watchdog_alarms
from executors.modbus.charx_words import PointControl, PointSetup, PointStatus
from executors.modbus.link import ModbusLink
from executors.modbus.told import Order, is_due, looked_at, told_again
from executors.readings import Alarm, ChargerReading

SETUP_S: Final = 60.0
"""How often a point's configuration is read again [s]."""
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class PointStart:
    """What was found when a charging point was spoken to for the first time."""

    setup: PointSetup
    control: PointControl
    findings: tuple[Finding, ...]


class CharxPoint:
    """One charging point. It is told whole amperes, downwards: 0 or 6 to 80."""

    def __init__(self, link: ModbusLink, connector: int, unit: int = 1) -> None:
        if not 1 <= connector <= words.MOST_POINTS:
            raise ValueError(f"connector {connector}: 1 to {words.MOST_POINTS} are possible")
        self.link, self.unit, self.connector = link, unit, connector
        self.group: GroupLimit | None = None
        """What limits it together with others, where it is bound to a load circuit."""
        self._base = connector * words.POINT_SIZE
        self._first: PointSetup | None = None
        self._setup_at = -math.inf
        self._setup_alarms: tuple[Alarm, ...] = ()
        self._order: Order | None = None
        self._armed: tuple[int, int] | None = None
        self._fed_at = -math.inf
        self._seen_a = 0.0

    @property
    def fed_by(self) -> FedBy:
        """Its watchdog hears writes of X306 and X307 only."""
        return FedBy.WRITE

    @property
    def _least_a(self) -> int:
        return words.LEAST_A if self._first is None else max(words.LEAST_A, self._first.min_a)

    @property
    def told_a(self) -> float:
        """What the point was told last, whether it answered or not; NaN before the first order."""
        return math.nan if self._order is None else float(self._order.value)

    async def start(self) -> PointStart:
        """Look at the point before the first order. ``WrongDevice`` where there is none."""
        setup = words.setup_of(await self._read(words.SETUP))
        if not setup.uid:
            raise WrongDevice(f"no charging point at connector {self.connector} of {self.link.name}")
        control = words.control_of(await self._read(words.CONTROL))
        self._first, self._setup_at = setup, self.link.clock() + SETUP_S
        return PointStart(setup, control, _findings(setup))

    async def read(self) -> ChargerReading:
        """One sample, with a look at what the point holds."""
        now_s = self.link.clock()
        status = words.status_of(await self._read(words.STATUS))
        control = words.control_of(await self._read(words.CONTROL))
        if now_s >= self._setup_at and self._first is not None:
            now = words.setup_of(await self._read(words.SETUP))
            self._setup_alarms = setup_alarms(self._first, now)
            self._setup_at = now_s + SETUP_S
        alarms = (*self._looked(control, now_s), *self._setup_alarms)
        return _reading(now_s, status, self._held_a(control), alarms)

    async def read_status(self) -> PointStatus:
        """All that the point measures and signals."""
        return words.status_of(await self._read(words.STATUS))

    async def offer(self, limit_a: float) -> Told:
        """Offer at most ``limit_a`` [A], whole amperes downwards; below its least the point pauses."""
        amps = min(math.floor(limit_a + _ROUNDING), words.MOST_A)
        amps = amps if amps >= self._least_a else 0
        now_s = self.link.clock()
        order = self._order
        if order is not None and not is_due(order, amps, self._seen_a, now_s):
            return Told(min(float(order.value), float(amps)), written=False)
        self._order = told_again(order, amps, now_s)
        try:
            await self._tell(amps)
        except DeviceError:  # it may have arrived all the same: the next order is written at once
            self._order = replace(self._order, at_s=-math.inf)
            raise
        return Told(float(amps), written=True)

    async def pause(self) -> Told:
        """Offer nothing."""
        return await self.offer(0.0)

    async def arm(self, fallback_a: float, after_s: float) -> WatchdogState:
        """Set X306 and X307 and read them back; 0 or 6 to 80 A, 1 to 65534 s, whole and downwards."""
        amps, seconds = math.floor(fallback_a), math.floor(after_s)
        if not (amps == 0 or words.LEAST_A <= amps <= words.MOST_A) or not 1 <= seconds < words.NO_WATCHDOG:
            raise DeviceRefused(f"a watchdog of {fallback_a:g} A after {after_s:g} s cannot be set")
        await self.link.write(self.unit, self._base + words.FALLBACK, [amps, seconds])
        held = words.control_of(await self._read(words.CONTROL))
        self._armed, self._fed_at = (amps, seconds), self.link.clock()
        proven = (held.fallback_a, held.after_s) == (amps, seconds)
        doubt = "" if amps else "whether a fallback of 0 A stops the car is not documented: test it"
        return WatchdogState(float(held.fallback_a), float(held.after_s), proven, doubt)

    async def feed(self) -> bool:
        """Write the watchdog's settings again, at the latest after a third of its time."""
        if self._armed is None:
            raise DeviceRefused("the watchdog was not armed")
        now_s = self.link.clock()
        if now_s - self._fed_at < self._armed[1] / 3 - 1:
            return False
        await self.link.write(self.unit, self._base + words.FALLBACK, list(self._armed))
        self._fed_at = now_s
        return True

    async def _tell(self, amps: int) -> None:
        """Write a limit as the release mode wants it.

        Released by Modbus, X300 pauses and X301 rests at its least. Else X300 does nothing and 0 in X301
        pauses. Values between 0 and 6 are never written.
        """
        if self._first is not None and self._first.by_modbus:
            values = [int(amps > 0), amps or words.LEAST_A]
            await self.link.write(self.unit, self._base + words.RELEASE, values)
        else:
            await self.link.write(self.unit, self._base + words.LIMIT, [amps], as_block=True)

    def _held_a(self, control: PointControl) -> int:
        """The limit that the point holds [A]; 0 while it is not released."""
        by_modbus = self._first is not None and self._first.by_modbus
        return 0 if by_modbus and not control.released else control.limit_a

    def _looked(self, control: PointControl, now_s: float) -> tuple[Alarm, ...]:
        """Compare what was told with what is held, and remember it for the next order."""
        self._seen_a = float(self._held_a(control))
        alarms: tuple[Alarm, ...] = ()
        if self._order is not None:
            self._order, look = looked_at(self._order, self._held_a(control), now_s)
            alarms = limit_alarms(self._order, look, control)
        if self._armed is not None:
            alarms += watchdog_alarms(*self._armed, control)
        return alarms

    async def _read(self, block: tuple[int, int]) -> tuple[int, ...]:
        address, count = block
        return await self.link.read(self.unit, "holding", self._base + address, count)


def _findings(setup: PointSetup) -> tuple[Finding, ...]:
    found = []
    if not setup.by_modbus:
        mode = words.RELEASE_MODES.get(setup.release_mode, str(setup.release_mode))
        text = f"released {mode}: only the limit (X301) works, and 0 in it pauses; by Modbus is better"
        found.append(Finding("release_mode", text, refuses=False))
    if not setup.has_meter:
        text = "no meter in this point: what the car draws is not known, its offer counts"
        found.append(Finding("no_meter", text, refuses=False))
    if setup.min_a > words.LEAST_A:
        found.append(Finding("min_current", f"configured for at least {setup.min_a} A", refuses=False))
    return tuple(found)


def _reading(now_s: float, status: PointStatus, held_a: int, alarms: tuple[Alarm, ...]) -> ChargerReading:
    failures = tuple(Alarm("device_error", text) for text in status.errors)
    return ChargerReading(
        sampled_s=now_s,
        state=status.state,
        current_a=status.current_a,
        voltage_v=status.voltage_v,
        power_kw=status.power_kw,
        offered_a=float(status.offered_a),
        limit_a=float(held_a),
        session_kwh=status.session_kwh,
        total_kwh=status.total_kwh,
        alarms=(*alarms, *failures),
    )
