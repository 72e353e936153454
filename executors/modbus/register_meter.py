"""Any meter that a register map describes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import DeviceRefused, WrongDevice
from domain.units import from_device
from executors.meters.assemble import MeterManner, Sample, assemble
from executors.meters.quantities import live
from executors.meters.start_up import Finding, findings
from executors.modbus.blocks import Block, Cell, blocks
from executors.modbus.cells import EXPONENT, cells_of, power_of_ten
from executors.modbus.link import ModbusLink
from executors.modbus.register_map import Ratio, RegisterMap
from executors.modbus.sunspec import model_address
from executors.modbus.timetable import Work
from executors.readings import MeterReading

SLOW_S: Final = 30.0
"""How often energies and the like are read [s]."""
_TOTALS: Final = frozenset({"power_total", "power_import_total", "power_export_total"})


@dataclass(frozen=True, slots=True)
class MeterStart:
    """What was found when a meter was spoken to for the first time."""

    reading: MeterReading
    findings: tuple[Finding, ...]
    current_ratio: float = 1.0
    voltage_ratio: float = 1.0


class RegisterMeter:
    """A meter on Modbus that is read as its map says.

    ``start`` comes first: it checks the device and learns transformer ratios. ``read`` gives currents,
    voltages and powers every time, energies every 30 s; what was not read is missing, never repeated.
    """

    def __init__(
        self,
        link: ModbusLink,
        unit: int,
        layout: RegisterMap,
        *,
        nominal_v: float,
        invert: bool = False,
    ) -> None:
        self.link = link
        self.unit = unit
        self.layout = layout
        self.manner = MeterManner(
            nominal_v, invert, layout.phases, signed_currents=layout.currents == "signed"
        )
        self.live_blocks, self.slow_blocks = plan_blocks(layout, distinct=link.is_rtu)
        self._base = 0
        self._ratios = (1.0, 1.0)
        self._slow_at = -math.inf

    @property
    def work(self) -> Work:
        """What this meter asks of its line in every cycle."""
        return Work.of(self.live_blocks, self.layout.pause_s)

    async def start(self) -> MeterStart:
        """Find and check the device, and read everything once.

        Raises ``WrongDevice`` where the device is in a mode that cannot be used or is another one, and any
        ``DeviceError`` of the link.
        """
        if self.layout.sunspec_model is not None:
            self._base = await model_address(self.link, self.unit, self.layout.sunspec_model)
        for check in self.layout.checks:
            words = await self.link.read(self.unit, check.table, check.address, 1, self.layout.pause_s)
            if words[0] not in check.allowed:
                raise WrongDevice(f"{self.layout.title}: {check.what} is {words[0]}: {check.otherwise}")
        if self.layout.ratios is not None:
            ratios = self.layout.ratios
            self._ratios = await self._ratio(ratios.current), await self._ratio(ratios.voltage)
        self._slow_at = -math.inf
        reading = await self.read()
        found = findings(reading, self.manner.nominal_v, self.layout.phases)
        return MeterStart(reading, tuple(found), *self._ratios)

    async def read(self) -> MeterReading:
        """One sample. Raises a ``DeviceError`` where a live value cannot be had."""
        sampled_s = self.link.clock()
        values = await self._values(self.live_blocks)
        warnings: list[str] = []
        if sampled_s >= self._slow_at:
            try:
                values |= await self._values(self.slow_blocks)
            except DeviceRefused as error:  # an older model without some of them: what is live still counts
                warnings.append(str(error))
            self._slow_at = sampled_s + SLOW_S
        mark = values.get("timestamp", math.nan)
        telegram = "" if math.isnan(mark) else f"{mark:.0f}"
        return assemble(values, self.manner, Sample(sampled_s, telegram, warnings=tuple(warnings)))

    async def _ratio(self, ratio: Ratio) -> float:
        words = await self.link.read(self.unit, ratio.table, ratio.address, 1, self.layout.pause_s)
        found = words[0] * ratio.scale
        if not 1 <= found <= 10_000:
            raise WrongDevice(f"{self.layout.title}: a transformer ratio of {found:g}: set it on the meter")
        return found

    async def _values(self, asked: tuple[Block, ...]) -> dict[str, float]:
        raw: dict[str, float] = {}
        for block in asked:
            words = await self.link.read(
                self.unit,
                "input" if block.table == "input" else "holding",
                block.address + self._base,
                block.count,
                self.layout.pause_s,
            )
            raw |= {cell.name: cell.value(block, words, self.layout.word_order) for cell in block.cells}
        return {
            name: from_device(value * self._factor(name, raw), self.layout.registers[name].unit)
            for name, value in raw.items()
            if not name.startswith(EXPONENT)
        }

    def _factor(self, name: str, raw: Mapping[str, float]) -> float:
        """What a raw number is multiplied with besides its scale: its exponent and transformer ratios."""
        current, voltage = self._ratios
        factor = 1.0
        if name.startswith(("current", "power_l", "power_t", "power_i", "power_e", "energy")):
            factor *= current
        if name.startswith(("voltage", "power_l", "power_t", "power_i", "power_e", "energy")):
            factor *= voltage
        return factor * power_of_ten(self.layout.registers[name], raw)


def plan_blocks(layout: RegisterMap, *, distinct: bool) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Blocks of every cycle, and those of every 30 s; totals go with the first where they cost nothing."""
    names = frozenset(layout.registers)
    first = live(names)

    def made(chosen: frozenset[str]) -> tuple[Block, ...]:
        cells = [cell for name in chosen for cell in _cells(name, layout)]
        return blocks(cells, layout.longest_read, even=layout.even_reads, distinct=distinct)

    with_totals = first | (names & _TOTALS)
    if len(made(with_totals)) <= len(made(first)):
        first = with_totals
    return made(first), made(names - first)


def _cells(name: str, layout: RegisterMap) -> list[Cell]:
    register = layout.registers[name]
    return cells_of(name, register, register.table or layout.table, layout.invalid_of(register))
