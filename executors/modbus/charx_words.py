"""CHARX SEC: where its values lie, and what its numbers mean.

Phoenix Contact, user manual of the CHARX SEC, appendix B3 (register list) and B1 (errors). A charging point
has 1000 addresses; those here are counted from its first one. All are holding registers, most significant
word first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from executors.control.seam import CarState
from executors.modbus.words import number, text, whole
from executors.readings import PerPhase

POINT_SIZE: Final = 1000
MOST_POINTS: Final = 48

GLOBAL: Final = (100, 14)
"""Name and software version."""
GROUP: Final = (147, 21)
"""Counts, power and currents of the group, up to its limit at 167."""
GROUP_LIMIT: Final = 167
NO_GROUP_LIMIT: Final = 65535

SETUP: Final = (100, 21)
STATUS: Final = (232, 68)
CONTROL: Final = (300, 8)
"""Release, limit, outputs, lock, availability, unlock, fallback current and time."""
RELEASE: Final = 300
LIMIT: Final = 301
FALLBACK: Final = 306

NO_WATCHDOG: Final = 65535
LEAST_A: Final = 6
MOST_A: Final = 80

MODBUS_RELEASE: Final = 5
RELEASE_MODES: Final[Mapping[int, str]] = {
    0: "by dashboard",
    1: "by card list",
    2: "by external input",
    3: "always",
    4: "by OCPP",
    MODBUS_RELEASE: "by Modbus",
}
NO_METER: Final = frozenset({0, 65535})

ERRORS: Final[Mapping[int, str]] = {
    0: "too hot",
    1: "current lowered because of heat",
    3: "wrong configuration",
    4: "paused by load management",
    5: "actions of an event are not clear",
    6: "card reader failed",
    16: "cable of 13 or 20 A refused",
    17: "cable of 13 A refused",
    18: "proximity pilot failed",
    19: "control pilot failed",
    20: "the car reports an error (F)",
    21: "plug cannot be locked",
    22: "plug cannot be unlocked",
    23: "state of the lock is not known",
    24: "car draws more than it may",
    25: "no answer from its meter",
    26: "car asks for ventilation (D)",
    27: "contactor failed",
    28: "diode in the car is missing",
    29: "power supply failed",
    30: "residual current tripped",
    31: "residual current sensor failed",
}
"""By bit of X293, counted from 0."""

_STATES: Final[Mapping[str, CarState]] = {
    "A": CarState.NONE,
    "B": CarState.WAITING,
    "C": CarState.CHARGING,
    "D": CarState.CHARGING,
    "E": CarState.FAULT,
    "F": CarState.FAULT,
}


@dataclass(frozen=True, slots=True)
class PointSetup:
    """How a charging point is configured."""

    max_a: int
    min_a: int
    has_meter: bool
    uid: str
    release_mode: int

    @property
    def by_modbus(self) -> bool:
        """Whether the point is released by Modbus, so that X300 and X304 do anything."""
        return self.release_mode == MODBUS_RELEASE


@dataclass(frozen=True, slots=True)
class PointStatus:
    """What a charging point measures and signals. Unknown is NaN."""

    voltage_v: PerPhase
    current_a: PerPhase
    power_kw: float
    reactive_kvar: float
    apparent_kva: float
    total_kwh: float
    connected_s: int
    charging_s: int
    session_kwh: float
    card: str
    errors: tuple[str, ...]
    offered_a: int
    """What the pilot signals; not what the car draws."""
    cable_a: int
    state: CarState
    pilot: str
    """State of the pilot as the device writes it: A1, C2, ..."""


@dataclass(frozen=True, slots=True)
class PointControl:
    """What a charging point was told, by whomever."""

    released: bool
    limit_a: int
    available: bool
    fallback_a: int
    after_s: int


def setup_of(words: Sequence[int]) -> PointSetup:
    """X100..X120 in words."""
    return PointSetup(
        max_a=words[1],
        min_a=words[2],
        has_meter=words[12] not in NO_METER,
        uid=text(words[13:16]),
        release_mode=words[20],
    )


def status_of(words: Sequence[int]) -> PointStatus:
    """X232..X299 in units."""
    first = STATUS[0]

    def milli(address: int, *codes: int) -> float:
        return number(words[address - first : address - first + 2], "int32", invalid=codes) / 1000

    def kwh(address: int) -> float:
        return number(words[address - first : address - first + 4], "int64") / 1000

    errors = whole(words[293 - first : 295 - first])
    pilot = text(words[299 - first :])
    return PointStatus(
        voltage_v=(milli(232), milli(234), milli(236)),
        current_a=(milli(238, -1), milli(240, -1), milli(242, -1)),
        power_kw=milli(244) / 1000,
        reactive_kvar=milli(246) / 1000,
        apparent_kva=milli(248) / 1000,
        total_kwh=kwh(250),
        connected_s=whole(words[285 - first : 287 - first]),
        charging_s=whole(words[287 - first : 289 - first]),
        session_kwh=kwh(289),
        card=text(words[275 - first : 285 - first]),
        errors=tuple(ERRORS.get(bit, f"error bit {bit}") for bit in range(32) if errors >> bit & 1),
        offered_a=words[297 - first],
        cable_a=words[298 - first],
        state=_STATES.get(pilot[:1], CarState.UNKNOWN),
        pilot=pilot,
    )


def control_of(words: Sequence[int]) -> PointControl:
    """X300..X307 in words."""
    return PointControl(bool(words[0]), words[1], bool(words[4]), words[6], words[7])


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """What the whole group does."""

    with_error: int
    without_car: int
    with_car: int
    charging: int
    power_kw: float
    current_a: PerPhase
    """NaN where the order of phases is not configured."""
    limit_a: float
    """Limit of the internal load management; infinite where it has none."""


def group_of(words: Sequence[int]) -> GroupStatus:
    """147..167 in units."""

    def current_a(at: int) -> float:
        return number(words[at : at + 2], "int32", invalid=(-1,)) / 1000

    limit = words[20]
    return GroupStatus(
        with_error=words[0],
        without_car=words[2],
        with_car=words[3],
        charging=words[4],
        power_kw=number(words[5:7], "int32") / 1e6,
        current_a=(current_a(11), current_a(13), current_a(15)),
        limit_a=math.inf if limit == NO_GROUP_LIMIT else float(limit),
    )
