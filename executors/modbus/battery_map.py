"""A home battery written down: where its values lie, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from domain.site_model import Name, SiteModel, refusal
from domain.units import OF_DEVICES
from executors.modbus.map_file import parse_as
from executors.modbus.register_map import Address, AsShipped, Code, Register, RegisterCheck, Table
from executors.modbus.words import WRITABLE, RegisterType, WordOrder, encoded, width

QUANTITIES: Final[Mapping[str, str]] = {"power": "kW", "charge": "kW", "discharge": "kW", "soc": "1"}
"""Values of a battery with their unit inside Chargewright: ``power`` is + when it charges; ``charge`` and
``discharge`` are two unsigned halves of it."""


class Setting(SiteModel):
    """A register that is written with fixed numbers."""

    address: Address
    type: RegisterType = "uint16"
    on: int
    """Raw number that makes it so."""
    off: int
    """Raw number that undoes it."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for raw in (self.on, self.off):
            try:
                encoded(raw, self.type)
            except ValueError as error:
                raise refusal(str(error), "numbers that the register can hold", "on", "off") from error
        return self


class PowerSetting(SiteModel):
    """The register that takes the power: raw = power / (scale x unit), + when it charges."""

    address: Address
    type: RegisterType
    unit: Literal["W", "kW"]
    scale: Annotated[float, Field(gt=0)] = 1.0
    invert: bool = False
    """The device takes discharging as positive."""

    @field_validator("type")
    @classmethod
    def _can_be_written(cls, kind: RegisterType) -> RegisterType:
        if kind not in WRITABLE:
            raise refusal("", f"one of {', '.join(WRITABLE)} is allowed")
        return kind


class Writes(SiteModel):
    """How a battery is told."""

    enable: Setting | None = None
    """Remote control, where the device wants it switched on before anything else counts."""
    power: PowerSetting | None = None
    hold: Setting | None = None
    """``on`` keeps it from draining."""
    as_block: bool = False
    """Written with function 16 also where it is one register."""
    reverts_after_s: Annotated[float, Field(gt=0, le=86_400)] | Literal["never"]
    """The device goes back to its own behaviour when it hears nothing for so long [s]. ``never``: what it was
    told last stays if we die."""


class BatteryMap(SiteModel):
    """A home battery on Modbus."""

    title: Name
    source: Name
    """Whose document or finding this is: without it nobody can check the map."""
    table: Table
    word_order: WordOrder
    longest_read: Annotated[int, Field(ge=2, le=125)]
    pause_s: Annotated[float, Field(ge=0, le=2)] = 0.0
    invert: bool = False
    """The device shows discharging as positive ``power``."""
    as_shipped: AsShipped = AsShipped()
    invalid: Mapping[RegisterType, tuple[Code, ...]] = Field(default_factory=dict)
    checks: tuple[RegisterCheck, ...] = ()
    registers: Mapping[str, Register]
    write: Writes | None = None

    @field_validator("registers")
    @classmethod
    def _says_power_and_soc(cls, registers: Mapping[str, Register]) -> Mapping[str, Register]:
        for name, register in registers.items():
            wanted, given = QUANTITIES.get(name), OF_DEVICES[register.unit][0]
            if wanted is None:
                raise refusal(f"'{name}'", f"no such value: {', '.join(QUANTITIES)} are known")
            if wanted != given:
                raise refusal(f"'{name}' in {register.unit}", f"a unit of {wanted} is allowed")
        if "soc" not in registers or not ("power" in registers or {"charge", "discharge"} <= set(registers)):
            raise refusal("", "soc is needed, and power or charge with discharge")
        return registers

    @model_validator(mode="after")
    def _reads_are_possible(self) -> Self:
        widest = max(width(register.type) for register in self.registers.values())
        if widest > self.longest_read:
            raise refusal(f"longest_read {self.longest_read}", f"one value takes {widest} registers")
        return self

    def lacks(self, control: str) -> str:
        """What this map lacks for ``battery.control``, in words; empty where it lacks nothing."""
        writes = self.write
        if control == "full" and (writes is None or writes.power is None):
            return "control: full needs write.power: the register that takes the power"
        if control == "hold" and (writes is None or writes.hold is None):
            return "control: hold needs write.hold: the register that keeps it from draining"
        return ""


_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "as_shipped": AsShipped,
    "checks": RegisterCheck,
    "registers": Register,
    "write": Writes,
    "enable": Setting,
    "hold": Setting,
}


def parse_battery_map(text: str, source: str) -> BatteryMap:
    """The map of a battery that a file holds; ``InputError`` with every fault."""
    return parse_as(BatteryMap, _PARTS, text, source)
