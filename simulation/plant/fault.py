"""Faults on command: what goes wrong, at which device, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf


class FaultKind(StrEnum):
    """Everything that can go wrong in the plant."""

    METER_LOST = "meter_lost"
    """It does not answer."""
    METER_FROZEN = "meter_frozen"
    """It answers with the last values and, where it has one, the last time stamp."""
    METER_DELAYED = "meter_delayed"
    """Its values are ``amount`` seconds old (10)."""
    METER_SIGN_FLIPPED = "meter_sign_flipped"
    METER_PHASE_MISSING = "meter_phase_missing"
    """Phase number ``amount`` (0: L1) has no value."""
    METER_PHASES_SWAPPED = "meter_phases_swapped"
    """L1 reads L2, L2 reads L3, L3 reads L1."""
    METER_GARBAGE = "meter_garbage"
    """Values that cannot be."""
    CHARGER_LOST = "charger_lost"
    """No link to it; it works on."""
    CHARGER_REBOOT = "charger_reboot"
    """At the start of the fault; how long it takes is the device's."""
    CHARGER_DEAF = "charger_deaf"
    """Confirms what it is told, does not do it, and measures truly."""
    CHARGER_LYING = "charger_lying"
    """The same, and its measurement claims that it does."""
    CHARGER_SLOW = "charger_slow"
    """Writes take effect ``amount`` seconds later than usual (8), and readings are as old."""
    CLOCK_STEP = "clock_step"
    """The wall clock is off by ``amount`` seconds (3600)."""
    CONTROL_HUNG = "control_hung"
    """Nobody calls the control; whoever runs it asks ``Plant.control_runs``."""


DEFAULT_AMOUNT: dict[FaultKind, float] = {
    FaultKind.METER_DELAYED: 10.0,
    FaultKind.CHARGER_SLOW: 8.0,
    FaultKind.CLOCK_STEP: 3600.0,
}


@dataclass(frozen=True, slots=True)
class PlantFault:
    """One fault, in seconds since the start of the plant; ``until_s`` is its first second without it."""

    kind: FaultKind
    from_s: int
    until_s: float = inf
    device: str = ""
    """Meter or charger; empty for the clock and the control."""
    amount: float | None = None

    def __post_init__(self) -> None:
        if self.until_s <= self.from_s:
            raise ValueError(f"fault {self.kind} ends at {self.until_s} s, begins at {self.from_s} s")

    @property
    def size(self) -> float:
        """The amount, or what is usual for its kind."""
        return DEFAULT_AMOUNT.get(self.kind, 0.0) if self.amount is None else self.amount


class FaultClock:
    """Which faults are on; changes are rare, so that most seconds cost one comparison."""

    def __init__(self, faults: Iterable[PlantFault]) -> None:
        self._faults = tuple(faults)
        self.active: tuple[PlantFault, ...] = ()
        self._next_s: float = -inf

    def advance(self, now_s: float) -> tuple[tuple[PlantFault, ...], tuple[PlantFault, ...]] | None:
        """Faults that begin and that end at ``now_s``; nothing where all stays as it was."""
        if now_s < self._next_s:
            return None
        before = self.active
        self.active = tuple(fault for fault in self._faults if fault.from_s <= now_s < fault.until_s)
        changes = [edge for fault in self._faults for edge in (fault.from_s, fault.until_s) if edge > now_s]
        self._next_s = min(changes, default=inf)
        begun = tuple(fault for fault in self.active if fault not in before)
        return begun, tuple(fault for fault in before if fault not in self.active)

    def on(self, kind: FaultKind, device: str = "") -> PlantFault | None:
        """The fault of this kind that is on at a device, if any."""
        return next((one for one in self.active if one.kind is kind and one.device == device), None)
