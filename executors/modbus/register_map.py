"""A meter written down: where each of its values lies, in the form of the map files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from domain.site_devices import SerialLine
from domain.site_model import Name, SiteModel, refusal
from domain.units import OF_DEVICES
from executors.meters.quantities import dimension
from executors.modbus.words import RegisterType, WordOrder, width

Table = Literal["holding", "input"]
"""Read with function code 3 or 4."""

TOP_ADDRESS: Final = 0xFFFF


def _from_hexadecimal(value: Any) -> Any:
    """Makers print addresses both ways; ``0x5B00`` is text for the reader of map files."""
    if isinstance(value, str) and value.lower().startswith("0x"):
        try:
            return int(value, 16)
        except ValueError:
            return value
    return value


Address = Annotated[int, BeforeValidator(_from_hexadecimal), Field(ge=0, le=TOP_ADDRESS)]
"""Counted from 0, as it goes over the wire; 40001 of a manual is mostly 0 here."""
Code = Annotated[int, BeforeValidator(_from_hexadecimal)]


class Register(SiteModel):
    """One value of a device: value = raw x scale x 10^exponent, in ``unit``."""

    address: Address
    """Of its first register; in a SunSpec map counted from the model's id."""
    type: RegisterType
    unit: Annotated[Name, Field(json_schema_extra={"enum": list(OF_DEVICES)})]
    scale: Annotated[float, Field(gt=0)] = 1.0
    table: Table | None = None
    """Where it differs from the rest of the map."""
    exponent_address: Address | None = None
    """Of an int16 that holds the power of ten of this value."""
    invalid: tuple[Code, ...] = ()
    """Raw numbers that stand for "not available", besides those of the map."""

    @property
    def end(self) -> int:
        """First address after the value."""
        return self.address + width(self.type)

    @field_validator("unit")
    @classmethod
    def _unit_is_known(cls, unit: str) -> str:
        if unit not in OF_DEVICES:
            raise refusal("", f"one of {', '.join(OF_DEVICES)} is allowed")
        return unit


class RegisterCheck(SiteModel):
    """A register that must hold one of a few numbers before the device may be trusted."""

    what: Name
    """What it holds, in words."""
    address: Address
    table: Table
    allowed: Annotated[tuple[Code, ...], Field(min_length=1)]
    otherwise: Name
    """What it means when it holds anything else, and what to do."""


class Ratio(SiteModel):
    """Where a device keeps the ratio of its current or voltage transformers."""

    address: Address
    table: Table
    scale: Annotated[float, Field(gt=0)] = 1.0


class Ratios(SiteModel):
    """Ratios that readings must be multiplied with, because the device gives the secondary side."""

    current: Ratio
    voltage: Ratio


class AsShipped(SiteModel):
    """How the maker ships a device; what it is set to now is for the site file to say."""

    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    baud: Annotated[int, Field(ge=300, le=1_000_000)] | None = None
    parity: Literal["none", "even", "odd"] | None = None
    stop_bits: Literal[1, 2] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None

    def serial(self, device: str) -> SerialLine | None:
        """The line as shipped; none where the maker's settings are not known."""
        if self.baud is None or self.parity is None:
            return None
        return SerialLine(device=device, baud=self.baud, parity=self.parity, stop_bits=self.stop_bits or 1)


class RegisterMap(SiteModel):
    """A meter on Modbus: which registers hold what."""

    title: Name
    models: tuple[Name, ...] = ()
    source: Name
    """Whose document or finding this is: without it nobody can check the map."""
    phases: Literal[1, 3] = 3
    table: Table
    word_order: WordOrder
    longest_read: Annotated[int, Field(ge=2, le=125)]
    """Most registers in one request."""
    even_reads: bool = False
    """The device answers only requests for an even number of registers."""
    pause_s: Annotated[float, Field(ge=0, le=2)] = 0.0
    """Silence that the device wants between two requests [s]."""
    currents: Literal["unsigned", "signed"] = "unsigned"
    """``signed`` only where the maker says so; else the sign is that of the phase's power."""
    as_shipped: AsShipped = AsShipped()
    invalid: Mapping[RegisterType, tuple[Code, ...]] = Field(default_factory=dict)
    """Raw numbers that stand for "not available", by type."""
    checks: tuple[RegisterCheck, ...] = ()
    ratios: Ratios | None = None
    sunspec_model: Annotated[int, Field(ge=1, le=65534)] | None = None
    """The map is that of a SunSpec model: its place is found by walking the models."""
    energy_per_phase: bool = False
    """Energies are counted for each phase apart, so that they exceed those of a netting meter."""
    notes: tuple[Name, ...] = ()
    registers: Annotated[Mapping[str, Register], Field(min_length=1)]

    @field_validator("registers")
    @classmethod
    def _names_are_known(cls, registers: Mapping[str, Register]) -> Mapping[str, Register]:
        for name, register in registers.items():
            wanted, given = dimension(name), OF_DEVICES[register.unit][0]
            if wanted is None:
                raise refusal(f"'{name}'", "no such value: see the list of values in docs/devices.md")
            if wanted != given:
                raise refusal(f"'{name}' in {register.unit}", f"a unit of {wanted} is allowed")
        return registers

    @model_validator(mode="after")
    def _reads_are_possible(self) -> Self:
        widest = max(width(register.type) for register in self.registers.values())
        if widest > self.longest_read:
            raise refusal(f"longest_read {self.longest_read}", f"one value takes {widest} registers")
        if self.even_reads and self.longest_read % 2:
            raise refusal(f"longest_read {self.longest_read}", "even, because even_reads is true")
        return self

    def invalid_of(self, register: Register) -> frozenset[int]:
        """Raw numbers that mean "not available" in ``register``."""
        return frozenset((*register.invalid, *self.invalid.get(register.type, ())))
