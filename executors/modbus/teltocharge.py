"""Driver of a TeltoCharge EVC2 that is a secondary on Modbus RTU.

Any frame feeds its watchdog as far as is known, so that every method here sends only when it is called.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from domain.errors import DeviceError, DeviceRefused, WrongDevice
from executors.capabilities import FedBy, Told, WatchdogState
from executors.control.seam import CarState
from executors.meters.start_up import Finding
from executors.modbus import teltocharge_words as words
from executors.modbus.link import UNKNOWN_FUNCTION, ModbusLink
from executors.modbus.phase_change import PhaseChange, Step, rested, stopped, switched
from executors.modbus.register_map import Table
from executors.modbus.teltocharge_alarms import change_alarms, live_alarms, rest_alarms
from executors.modbus.teltocharge_words import Live, Rest, live_of, rest_of
from executors.modbus.timetable import Work
from executors.modbus.told import Look, Order, is_due, looked_at, told_again
from executors.readings import Alarm, ChargerReading

REST_EVERY_S: Final = 10.0
"""How often warnings, errors and energies are read [s]."""
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class TeltoStart:
    """What was found when the charger was spoken to for the first time."""

    live: Live
    rest: Rest
    findings: tuple[Finding, ...]


class TeltoCharge:
    """One EVC2. It is told whole amperes, downwards: 0 or 6 to 32."""

    def __init__(self, link: ModbusLink, unit: int) -> None:
        self.link, self.unit = link, unit
        self._table: Table = "holding"
        self._as_block = False
        self._live: Live | None = None
        self._rest: Rest | None = None
        self._rest_at = -math.inf
        self._orders: dict[int, Order] = {}
        self._armed: tuple[int, int] | None = None
        self._change: PhaseChange | None = None

    @property
    def fed_by(self) -> FedBy:
        """Nothing says that only writes count."""
        return FedBy.ANY_FRAME

    @property
    def work(self) -> Work:
        """What this charger asks of its line in every cycle."""
        return Work(reads=(words.LIVE[1],), writes=1)

    @property
    def change(self) -> PhaseChange | None:
        """The change of phases under way, or the last one."""
        return self._change

    async def start(self) -> TeltoStart:
        """Find the charger and learn which functions it answers. ``WrongDevice`` where it is none."""
        self._table = await self._probe()
        live = live_of(await self._read(words.LIVE))
        rest = rest_of(await self._read(words.REST))
        self._live = live
        return TeltoStart(live, rest, _findings(live, rest))

    async def read(self) -> ChargerReading:
        """One sample, with a look at what the charger holds."""
        now_s = self.link.clock()
        live = live_of(await self._read(words.LIVE))
        if live.identity != words.IS_TELTOCHARGE:
            raise WrongDevice(f"unit {self.unit} on {self.link.name} is no TeltoCharge any more")
        before, self._live = self._live or live, live
        alarms = (*live_alarms(before, live, self._looks(live, now_s)), *change_alarms(self._change, live))
        power_kw = math.nan
        if now_s >= self._rest_at or self._rest is None or live.state is not before.state:
            self._rest = rest_of(await self._read(words.REST))
            self._rest_at = now_s + REST_EVERY_S
            power_kw = self._rest.power_kw
        return _reading(now_s, live, self._rest, power_kw, (*alarms, *rest_alarms(self._rest)))

    async def offer(self, limit_a: float) -> Told:
        """Offer at most ``limit_a`` [A], whole amperes downwards; below 6 A nothing is offered.

        A change of phases under way goes on with this call, and holds the offer at 0 until it is done.
        """
        ceiling = words.MOST_A if self._live is None else min(words.MOST_A, self._live.amp_limit_a)
        amps = min(math.floor(limit_a + _ROUNDING), ceiling)
        amps = amps if amps >= words.LEAST_A else 0
        if self._change is not None and self._change.holds:
            amps = 0
        held_a = 0 if self._live is None else self._live.amps_to_use
        written = await self._set(words.AMPS_TO_USE, amps, held_a)
        if self._change is not None and self._change.holds:
            written = await self._go_on(self._change) or written
        return Told(float(min(amps, self._orders[words.AMPS_TO_USE].value)), written)

    async def pause(self) -> Told:
        """Offer nothing; the session goes on (register 16 would end it)."""
        return await self.offer(0.0)

    async def use_terminals(self, terminals: tuple[int, ...]) -> None:
        """Begin to use these terminals: offers are 0 until the car has stopped and the phases are switched.

        ``DeviceRefused`` where the charger cannot change phases.
        """
        if terminals not in words.CODE_OF:
            raise DeviceRefused(f"terminals {terminals}: 0, 1 and 2 are possible, ascending")
        if self._live is not None and words.CODE_OF[terminals] == self._live.to_use:
            return
        if self._live is not None and not self._live.can_change_phases:
            raise DeviceRefused("this charger cannot change phases (register 11)")
        self._change = PhaseChange(terminals, self.link.clock())

    async def arm(self, fallback_a: float, after_s: float) -> WatchdogState:
        """Set registers 19 and 20 and read them back; 0 or 6 to 32 A, 1 to 600 s, whole and downwards."""
        amps, seconds = math.floor(fallback_a), math.floor(after_s)
        if not (amps == 0 or words.LEAST_A <= amps <= words.MOST_A) or not 1 <= seconds <= words.LONGEST_S:
            raise DeviceRefused(f"a watchdog of {fallback_a:g} A after {after_s:g} s cannot be set")
        await self._write(words.TIMEOUT, seconds)
        await self._write(words.FAILSAFE, amps)
        live = live_of(await self._read(words.LIVE))
        now_s = self.link.clock()
        self._orders[words.TIMEOUT] = Order(seconds, now_s)
        self._orders[words.FAILSAFE] = Order(amps, now_s)
        proven = (live.timeout_s, live.failsafe_a) == (seconds, amps)
        doubt = "its page says both that charging stops and that this current stays: reckon with either"
        return WatchdogState(float(live.failsafe_a), float(live.timeout_s), proven, doubt)

    async def feed(self) -> bool:
        """Nothing: the reads and writes of a healthy tick are what it hears."""
        return False

    async def _probe(self) -> Table:
        """The table in which register 9 says that this is a TeltoCharge: function 3, else 4."""
        tables: tuple[Table, ...] = ("holding", "input")
        found = []
        for table in tables:
            try:
                value = (await self.link.read(self.unit, table, words.IDENTITY, 1))[0]
            except DeviceRefused as error:
                found.append(str(error))
                continue
            if value == words.IS_TELTOCHARGE:
                return table
            found.append(f"register 9 holds {value}")
        raise WrongDevice(f"unit {self.unit} on {self.link.name} is no TeltoCharge: {'; '.join(found)}")

    async def _go_on(self, change: PhaseChange) -> bool:
        """Take the next step of a change of phases. True where a frame was sent."""
        now_s, live = self.link.clock(), self._live
        if change.step is Step.STOPPING and live is not None:
            drawn_a = max(live.current_a)
            charging = live.state is CarState.CHARGING
            change = stopped(change, charging=charging, drawn_a=drawn_a, now_s=now_s)
        sent = False
        if change.step is Step.SWITCHING:
            sent = await self._switch(words.CODE_OF[change.terminals])
            change = switched(change, now_s)
        self._change = rested(change, now_s)
        return sent

    async def _switch(self, code: int) -> bool:
        """Write the phases to use. True where a frame was sent."""
        self._orders.pop(words.PHASES_TO_USE, None)
        return await self._set(words.PHASES_TO_USE, code, code)

    async def _set(self, register: int, value: int, held: int) -> bool:
        """Write a register where it is not known to hold ``value``. True where a frame was sent."""
        now_s, order = self.link.clock(), self._orders.get(register)
        if not is_due(order, value, held, now_s):
            return False
        self._orders[register] = told_again(order, value, now_s)
        try:
            await self._write(register, value)
        except DeviceError:  # it may have arrived all the same: the next order is written at once
            self._orders[register] = replace(self._orders[register], at_s=-math.inf)
            raise
        return True

    def _looks(self, live: Live, now_s: float) -> dict[int, tuple[Order, Look]]:
        """What a read-back shows of every register that was told something."""
        held = {
            words.PHASES_TO_USE: live.to_use,
            words.AMPS_TO_USE: live.amps_to_use,
            words.TIMEOUT: live.timeout_s,
            words.FAILSAFE: live.failsafe_a,
        }
        looks = {
            register: looked_at(order, held[register], now_s) for register, order in self._orders.items()
        }
        self._orders = {at: order for at, (order, _) in looks.items()}
        return looks

    async def _read(self, block: tuple[int, int]) -> tuple[int, ...]:
        address, count = block
        return await self.link.read(self.unit, self._table, address, count)

    async def _write(self, register: int, value: int) -> None:
        """Write one register with function 6, or 16 where the charger does not know 6."""
        try:
            await self.link.write(self.unit, register, [value], as_block=self._as_block)
        except DeviceRefused as error:
            if self._as_block or UNKNOWN_FUNCTION not in str(error):
                raise
            self._as_block = True
            await self.link.write(self.unit, register, [value], as_block=True)


def _findings(live: Live, rest: Rest) -> tuple[Finding, ...]:
    found = []
    if live.amp_limit_a == 0:
        found.append(Finding("amp_limit", "register 12 allows 0 A: set the limit in its app", refuses=False))
    if not live.can_change_phases:
        text = "it cannot change phases as it is installed (register 11)"
        found.append(Finding("phases_fixed", text, refuses=False))
    if rest.needs_authorization:
        found.append(Finding("authorization", "it waits for permission before it charges", refuses=False))
    found.extend(Finding("device_error", text, refuses=False) for text in rest.errors)
    return tuple(found)


def _reading(
    now_s: float, live: Live, rest: Rest, power_kw: float, alarms: tuple[Alarm, ...]
) -> ChargerReading:
    """One sample; counters and complaints are those of ``rest``, read up to ``REST_EVERY_S`` ago."""
    return ChargerReading(
        sampled_s=now_s,
        state=live.state,
        current_a=live.current_a,
        voltage_v=live.voltage_v,
        power_kw=power_kw,
        limit_a=float(live.amps_to_use),
        terminals=live.connected,
        session_kwh=rest.session_kwh,
        total_kwh=rest.total_kwh,
        alarms=alarms,
    )
