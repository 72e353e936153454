"""What devices can do, one Protocol each: ask for the ability, never for the brand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from executors.meters.start_up import Finding
from executors.readings import BatteryReading, ChargerReading, MeterReading, SignalReading, SwitchReading


class FedBy(StrEnum):
    """Which frames tell a device's watchdog that we live."""

    WRITE = "write"
    """Only writes: reading does not keep it quiet."""
    ANY_FRAME = "any_frame"
    """Reads too, so that they pass the tick's gate as well; what is not known counts as this."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a charger was told by an order, after the device's own steps and pace."""

    limit_a: float
    """What it holds now as far as we know: not above what was asked for."""
    written: bool
    """Whether a frame was sent; False where it already held this, or a rise came too soon after the last."""


@dataclass(frozen=True, slots=True)
class WatchdogState:
    """A watchdog as the device holds it, read back after it was set."""

    fallback_a: float
    after_s: float
    proven: bool
    """Whether the device took exactly what it was told."""
    doubt: str = ""
    """What is not known about it, in words."""


@dataclass(frozen=True, slots=True)
class Switched:
    """What an order to a switch came to."""

    confirmed: bool
    """Whether the switch itself said that it is so."""
    written: bool
    """Whether a message was sent."""


@dataclass(frozen=True, slots=True)
class BatteryTold:
    """What an order to a home battery came to."""

    power_kw: float
    """What it was told, + when charging, within its limits; NaN where it behaves by itself."""
    confirmed: bool
    """Whether the register held it when it was read back."""
    written: bool
    """Whether a frame was sent."""


class Started(Protocol):
    """What was found when a device was spoken to for the first time."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What makes it hard to believe or to use."""
        ...


@runtime_checkable
class Starts(Protocol):
    """A device that wants to be looked at before its first reading or order."""

    async def start(self) -> Started:
        """Find and check the device; ``WrongDevice`` where it is another one, else a ``DeviceError``."""
        ...


@runtime_checkable
class MeterReader(Protocol):
    """A meter."""

    async def read(self) -> MeterReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        ...


@runtime_checkable
class PowerReading(Protocol):
    """A charger that says what its car does."""

    async def read(self) -> ChargerReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        ...


@runtime_checkable
class CurrentLimit(Protocol):
    """A charger that takes a limit."""

    async def offer(self, limit_a: float) -> Told:
        """Offer at most ``limit_a`` [A] per phase, rounded down to what the device takes; 0 pauses."""
        ...


@runtime_checkable
class Pause(Protocol):
    """A charger that can stop without ending the session."""

    async def pause(self) -> Told:
        """Offer nothing; ``CurrentLimit.offer`` goes on."""
        ...


@runtime_checkable
class PhaseSwitch(Protocol):
    """A charger that changes between its first terminal and all of them."""

    async def use_phases(self, count: int) -> None:
        """Begin to use 1 or 3 phases; the limit is 0 until that is done."""
        ...


@runtime_checkable
class PhaseChoice(Protocol):
    """A charger that puts the car on any of its terminals."""

    async def use_terminals(self, terminals: tuple[int, ...]) -> None:
        """Begin to use these terminals (ascending, from 0); the limit is 0 until that is done."""
        ...


@runtime_checkable
class Watchdog(Protocol):
    """A charger that falls back by itself when it hears nothing."""

    @property
    def fed_by(self) -> FedBy:
        """Which frames keep it quiet."""
        ...

    async def arm(self, fallback_a: float, after_s: float) -> WatchdogState:
        """Set the fallback current [A] and the silence [s] after which it holds, and read both back."""
        ...

    async def feed(self) -> bool:
        """Say that we live; called by a healthy tick only. True where a frame was sent."""
        ...


@runtime_checkable
class GroupLimit(Protocol):
    """A station that limits all of its points with one frame."""

    async def group_limit(self) -> float:
        """What it holds now [A]; infinite where it has no limit."""
        ...

    async def offer_group(self, limit_a: float) -> Told:
        """Offer at most ``limit_a`` [A] to all points together."""
        ...

    async def release_group(self) -> None:
        """Take the limit of the group away: every point's own holds."""
        ...


@runtime_checkable
class Switch(Protocol):
    """The switch of a flexible load."""

    async def read(self) -> SwitchReading:
        """What it does; a ``DeviceError`` where nobody can say."""
        ...

    async def switch(self, *, on: bool) -> Switched:
        """Have it on or off: called in every tick, it sends only when that is of use."""
        ...


@runtime_checkable
class SignalReader(Protocol):
    """Where the grid operator's signal comes in."""

    async def read(self) -> SignalReading:
        """The signal; a ``DeviceError`` where it is missing, which counts as on when it lasts."""
        ...


@runtime_checkable
class BatteryReader(Protocol):
    """A home battery that says what it does."""

    async def read(self) -> BatteryReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        ...


@runtime_checkable
class Hold(Protocol):
    """A home battery that can be kept from draining."""

    async def hold(self) -> BatteryTold:
        """Let it fill but not drain; called in every tick."""
        ...

    async def release(self) -> None:
        """Let it behave by itself again."""
        ...


@runtime_checkable
class PowerSet(Protocol):
    """A home battery that follows a power."""

    async def set_power(self, power_kw: float) -> BatteryTold:
        """Have it charge (+) or discharge with ``power_kw``; called in every tick."""
        ...

    async def release(self) -> None:
        """Let it behave by itself again."""
        ...
