"""A home battery on Modbus that its map describes: read, kept from draining, or given a power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from domain.errors import DeviceError, WrongDevice
from domain.site_energy import Battery
from domain.units import from_device
from executors.capabilities import BatteryTold
from executors.modbus.battery_map import BatteryMap, PowerSetting, Setting
from executors.modbus.blocks import blocks
from executors.modbus.cells import EXPONENT, cells_of, power_of_ten
from executors.modbus.link import ModbusLink
from executors.modbus.register_map import Table
from executors.modbus.words import encoded, width
from executors.readings import BatteryReading

RENEW_S: Final = 60.0
"""An order is written again after this where the device never reverts; else after a third of its time."""
RETRY_S: Final = 10.0
"""An order that the register does not show is written again after this, and not in every tick."""
SOC_S: Final = 60.0
"""A state of charge that is older is missing."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is written: a register and its words."""

    address: int
    words: tuple[int, ...]


def power_order(power_kw: float, how: PowerSetting, order: str) -> Order:
    """The words of a power [kW], + when charging, rounded towards 0."""
    unit_kw = from_device(1.0, how.unit) * how.scale
    raw = round(power_kw / unit_kw * (-1 if how.invert else 1), 6)
    if how.type != "float32":
        raw = math.trunc(raw)
    return Order(how.address, encoded(raw, how.type, "little" if order == "little" else "big"))


def allowed_kw(power_kw: float, soc: float, battery: Battery) -> float:
    """The part of a power [kW] that the site file allows at this state of charge; 0 where that is missing."""
    if math.isnan(soc) or math.isnan(power_kw):
        return 0.0
    most_kw = battery.charge_kw if soc < battery.soc.max else 0.0
    least_kw = -battery.discharge_kw if soc > battery.soc.min else 0.0
    return min(max(power_kw, least_kw), most_kw)


class ReadBattery:
    """A battery that is only read."""

    def __init__(self, link: ModbusLink, unit: int, layout: BatteryMap, battery: Battery) -> None:
        self.link, self.unit, self.layout, self.battery = link, unit, layout, battery
        cells = [
            cell
            for name, register in layout.registers.items()
            for cell in cells_of(
                name,
                register,
                register.table or layout.table,
                frozenset((*register.invalid, *layout.invalid.get(register.type, ()))),
            )
        ]
        self._blocks = blocks(cells, layout.longest_read, distinct=link.is_rtu)
        self._checked = False
        self._held: Order | None = None
        self._held_at = -math.inf
        self._confirmed = False
        self.last: BatteryReading | None = None
        """The last reading."""

    async def read(self) -> BatteryReading:
        """One sample; a ``DeviceError`` where it cannot be had: ``WrongDevice`` for another device."""
        await self._check()
        asked_s, layout = self.link.clock(), self.layout
        raw: dict[str, float] = {}
        for block in self._blocks:
            table: Table = "input" if block.table == "input" else "holding"
            words = await self.link.read(self.unit, table, block.address, block.count, layout.pause_s)
            raw |= {cell.name: cell.value(block, words, layout.word_order) for cell in block.cells}
        values = {
            name: from_device(value * power_of_ten(layout.registers[name], raw), layout.registers[name].unit)
            for name, value in raw.items()
            if not name.startswith(EXPONENT)
        }
        self.last = BatteryReading(asked_s, self._power_kw(values), _share(values["soc"]))
        return self.last

    def _power_kw(self, values: dict[str, float]) -> float:
        if "power" in values:
            return -values["power"] if self.layout.invert else values["power"]
        return values["charge"] - values["discharge"]

    async def _check(self) -> None:
        if self._checked:
            return
        for check in self.layout.checks:
            words = await self.link.read(self.unit, check.table, check.address, 1, self.layout.pause_s)
            if words[0] not in check.allowed:
                raise WrongDevice(f"{self.layout.title}: {check.what} is {words[0]}: {check.otherwise}")
        self._checked = True

    async def _tell(self, wanted: Order) -> tuple[bool, bool]:
        """Write ``wanted`` where it is new or due again, and read it back: (confirmed, written)."""
        pause_s = self._renew_s() if self._confirmed else RETRY_S
        if wanted == self._held and self.link.clock() - self._held_at < pause_s:
            return self._confirmed, False
        await self._set(self.layout.write.enable if self.layout.write else None, on=True)
        self._held = None
        await self._write(wanted)
        found = await self.link.read(
            self.unit, "holding", wanted.address, len(wanted.words), self.layout.pause_s
        )
        self._held, self._held_at, self._confirmed = wanted, self.link.clock(), found == wanted.words
        return self._confirmed, True

    async def _set(self, setting: Setting | None, *, on: bool) -> None:
        if setting is not None:
            await self._write(self._order(setting, on=on))

    def _order(self, setting: Setting, *, on: bool) -> Order:
        raw = setting.on if on else setting.off
        return Order(setting.address, encoded(raw, setting.type, self.layout.word_order))

    async def _write(self, order: Order) -> None:
        as_block = self.layout.write is not None and self.layout.write.as_block
        await self.link.write(self.unit, order.address, order.words, self.layout.pause_s, as_block=as_block)

    def _renew_s(self) -> float:
        reverts_s = self.layout.write.reverts_after_s if self.layout.write else "never"
        return RENEW_S if reverts_s == "never" else min(RENEW_S, reverts_s / 3.0)


class HeldBattery(ReadBattery):
    """A battery that can be kept from draining."""

    async def hold(self) -> BatteryTold:
        """Let it fill but not drain; a ``DeviceError`` where it cannot be told."""
        writes = self.layout.write
        assert writes is not None
        assert writes.hold is not None
        confirmed, written = await self._tell(self._order(writes.hold, on=True))
        return BatteryTold(math.nan, confirmed, written)

    async def release(self) -> None:
        """Let it behave by itself again; a ``DeviceError`` where it cannot be told."""
        writes = self.layout.write
        assert writes is not None
        self._held = None
        await self._set(writes.hold, on=False)
        await self._set(writes.enable, on=False)


class SetBattery(ReadBattery):
    """A battery that follows a power."""

    async def set_power(self, power_kw: float) -> BatteryTold:
        """Have it charge (+) or discharge, within the site file's powers and states of charge.

        What is told is 0 while the state of charge is missing. A ``DeviceError`` where it cannot be told.
        """
        writes = self.layout.write
        assert writes is not None
        assert writes.power is not None
        soc = math.nan
        if self.last is not None and self.link.clock() - self.last.sampled_s <= SOC_S:
            soc = self.last.soc
        told_kw = allowed_kw(power_kw, soc, self.battery)
        order = power_order(told_kw, writes.power, self.layout.word_order)
        confirmed, written = await self._tell(order)
        return BatteryTold(told_kw, confirmed, written)

    async def release(self) -> None:
        """Tell 0 kW and let it behave by itself again; a ``DeviceError`` where it cannot be told."""
        writes = self.layout.write
        assert writes is not None
        assert writes.power is not None
        self._held = None
        await self._write(Order(writes.power.address, (0,) * width(writes.power.type)))
        await self._set(writes.enable, on=False)


BatteryDevice = ReadBattery | HeldBattery | SetBattery


async def released(device: BatteryDevice) -> None:
    """Let a battery behave by itself when we go away; one that does not answer reverts as its map says."""
    if isinstance(device, HeldBattery | SetBattery):
        try:
            await device.release()
        except DeviceError:
            return


def _share(soc: float) -> float:
    """A state of charge, 0..1; what is outside is no value."""
    return soc if 0.0 <= soc <= 1.0 else math.nan
