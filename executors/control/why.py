"""The reasons of the executor as codes with numbers; sentences are made of them when somebody reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType


class Why(IntEnum):
    """Why a charger is told what it is told: below 100 the safety layer's words, from 100 on tracking's."""

    AS_WANTED = 0
    """Safety changed nothing: the reason is that of the layer above."""
    CIRCUIT_FULL = 1
    """A phase of a circuit has no more room."""
    POWER_LIMIT = 2
    """The circuit's limit in kW."""
    IMBALANCE = 3
    CURVE = 4
    """More could trip the protection before the car has reacted."""
    SECTION_14A = 5
    """The ceiling on grid draw while the grid operator's signal is on, or stale."""
    QUARTER_BUDGET = 6
    """What is left of the running quarter's energy."""
    WAITS_FOR_DROP = 7
    """Another charger's cut is not confirmed yet."""
    HOLD = 8
    """There is room, but not for long enough yet."""
    ROTATION = 9
    """Another car's turn: not all fit at their minimum."""
    METER_HELD = 10
    """Blind: the last command, with shrinking headroom."""
    METER_FAILSAFE = 11
    METER_STOP = 12
    LINK_LOST = 13
    DISOBEYS = 14
    STEP = 15
    """Rounded down to what the charger can be told."""
    UNUSED_OFFER = 16
    """The car takes less than it was offered, and others need it."""
    HOT = 17
    """The protection is still warm from an excess."""

    PLAN = 100
    PLAN_CARRIED = 101
    """The plan's energy, with what earlier slots missed or took too much."""
    NO_PLAN = 102
    PLAN_TOO_OLD = 103
    DEFAULT_REQUEST = 104
    SURPLUS = 105
    HEADROOM = 106
    CAR_LIMIT = 107
    CAR_FULL = 108
    CAR_SLEEPS = 109
    WAKE_UP = 110
    NO_CAR = 111
    PHASE_SWITCH = 112
    SWITCH_BUDGET_USED = 113
    SWITCH_GIVEN_UP = 114
    BOOST = 115
    PAUSED = 116
    MANUAL_LIMIT = 117
    DEADLINE_IN_DANGER = 118
    DEADLINE_IMPOSSIBLE = 119
    BATTERY_FIRST = 120
    NOT_REQUESTED = 121
    ENERGY_DONE = 122


class Told(IntEnum):
    """What happened that somebody should know; each is told once, when it begins and when it ends."""

    DISOBEYS = 1
    """Did not come down within 15 s of a cut."""
    OBEYS_AGAIN = 2
    FOREIGN_CHANGE = 3
    """A setpoint was changed behind our back."""
    LINK_LOST = 4
    LINK_BACK = 5
    METER_LOST = 6
    METER_BACK = 7
    METER_FROZEN = 8
    """A confirmed change of 3 A or more was not seen."""
    SIGN_FLIPPED = 9
    PHASES_SWAPPED = 10
    METER_TRUSTED_AGAIN = 11
    CEILING_ON = 12
    CEILING_OFF = 13
    CEILING_STALE = 14
    ABOVE_LIMIT_WITHOUT_CHARGING = 15
    """Base load alone is above the limit; charging adds nothing."""
    ABOVE_LIMIT_ENDS = 16
    PROTECTION_HOT = 17
    PROTECTION_COOL = 18

    DEADLINE_IMPOSSIBLE = 101
    """Energy will be missing at the departure even at full power from now on."""
    DEADLINE_POSSIBLE_AGAIN = 102
    DEADLINE_IN_DANGER = 103
    """Only full power from now on still makes the departure."""
    DEADLINE_CALM_AGAIN = 104
    NOT_TAKING = 105
    """A car was offered current and woken up several times, and draws none."""
    TAKES_AGAIN = 106
    SWITCH_GIVEN_UP = 107
    """A charger did not change its phases after several tries."""
    SWITCH_POSSIBLE_AGAIN = 108


NO_NUMBERS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code, its numbers by nomenclature's words, and the circuit and phase it is about."""

    code: Why
    numbers: Mapping[str, float] = field(default_factory=lambda: NO_NUMBERS)
    circuit: str = ""
    """Id of the circuit, cabinet or group; empty where it is about none."""
    phase: str = ""
    """L1, L2 or L3; empty where it is about none."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell: what, about which charger or circuit, when, and its numbers."""

    what: Told
    subject: str
    """Id of a charger, or of a circuit."""
    at_s: float
    """Monotonic time [s]."""
    numbers: Mapping[str, float] = field(default_factory=lambda: NO_NUMBERS)
