"""TeltoCharge EVC2: where its values lie, and what its numbers mean.

Teltonika Energy wiki, "Dynamic Load Balancing EVC2", external control: 45 registers from 0 on, numbers of
several registers with the least significant word first. Currents and temperature come times 10, energies in
hundredths of a kWh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from executors.control.seam import CarState
from executors.modbus.words import number, whole
from executors.readings import PerPhase

_T = TypeVar("_T")

IDENTITY: Final = 9
IS_TELTOCHARGE: Final = 21571
"""``TC``."""
LIVE: Final = (0, 21)
"""Measured, state, limits, orders and watchdog: all that is compared in every cycle."""
REST: Final = (21, 24)

AMP_LIMIT: Final = 12
PHASES_TO_USE: Final = 14
AMPS_TO_USE: Final = 15
SESSION: Final = 16
AUTHORIZE: Final = 17
LOCK: Final = 18
TIMEOUT: Final = 19
FAILSAFE: Final = 20
REBOOT: Final = 21

LEAST_A: Final = 6
MOST_A: Final = 32
LONGEST_S: Final = 600

TERMINALS: Final[Mapping[int, tuple[int, ...]]] = {
    0: (0,),
    1: (1,),
    2: (2,),
    3: (0, 1),
    4: (0, 2),
    5: (1, 2),
    6: (0, 1, 2),
    7: (),
}
"""Of registers 13 and 14."""
CODE_OF: Final[Mapping[tuple[int, ...], int]] = {terminals: code for code, terminals in TERMINALS.items()}

STATES: Final[tuple[tuple[str, str, CarState], ...]] = (
    ("C", "charging", CarState.CHARGING),
    ("B1", "authorised, waiting for the car", CarState.WAITING),
    ("B2", "charged before, too little power now", CarState.WAITING),
    ("B3", "not charged yet, too little power", CarState.WAITING),
    ("D1", "stopped by the car", CarState.WAITING),
    ("D2", "not authorised", CarState.WAITING),
    ("D3", "simplified pilot or ventilation: not allowed", CarState.WAITING),
    ("A", "no car", CarState.NONE),
    ("F", "error", CarState.FAULT),
    ("E", "unknown", CarState.UNKNOWN),
)
"""Of register 6: letter, words, and what the executor makes of it."""

POINT_STATES: Final = (
    "no car",
    "waiting for permission",
    "authorised",
    "charging",
    "paused",
    "done",
    "stopped by the user",
    "error",
    "reserved",
    "other",
)
"""Of register 27."""
IEC_STATES: Final = ("A", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F")
"""Of register 33."""
WARNINGS: Final = (
    "cover is open",
    "hot",
    "car draws more than it may",
    "car asks for ventilation",
    "clock was lost",
    "simplified pilot refused",
    "simplified pilot seen",
    "charging without ventilation refused",
    "PEN clamp is not calibrated",
    "card reader failed",
    "PEN fault was seen",
)
"""By bit of register 34."""
ERRORS: Final = (
    "supply voltage out of range",
    "output voltage out of range",
    "residual current sensor failed its test",
    "diode in the car or control pilot failed",
    "overcurrent",
    "too hot",
    "PEN fault",
    "proximity pilot failed",
    "residual current",
    "lock failed",
    "internal error",
)
"""By bit of register 35."""
LIMIT_CAUSES: Final = (
    "hardware",
    "power from the grid",
    "the user's setting",
    "cable",
    "simplified pilot",
    "default of the charger",
    "load balancing",
    "heat",
)
"""Of register 36."""
POWER_CLASSES_KW: Final = (7.4, 11.0, 22.0)
"""Of register 37."""


@dataclass(frozen=True, slots=True)
class Live:
    """Registers 0 to 20 in units."""

    voltage_v: PerPhase
    current_a: PerPhase
    pilot: str
    state_words: str
    state: CarState
    state_s: int
    identity: int
    three_phase: bool
    can_change_phases: bool
    amp_limit_a: int
    connected: tuple[int, ...] | None
    """Terminals in use; none for a code that the table does not have."""
    to_use: int
    """Code of register 14."""
    amps_to_use: int
    session: int
    authorize: int
    lock: int
    timeout_s: int
    failsafe_a: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Registers 21 to 44 in units."""

    reboot: int
    needs_authorization: bool
    product: int
    serial: int
    firmware: int
    point_state: str
    grid_limit_a: int
    user_limit_a: int
    locked: bool
    temperature_c: float
    ocpp_connected: bool
    iec_state: str
    warnings: tuple[str, ...]
    errors: tuple[str, ...]
    limit_cause: str
    power_class_kw: float
    power_kw: float
    session_kwh: float
    session_s: int
    total_kwh: float


def live_of(words: Sequence[int]) -> Live:
    """Registers 0..20 in units and words."""

    def signed(at: int, scale: float = 1.0) -> float:
        return number(words[at : at + 1], "int16") * scale

    pilot, state_words, state = _at(STATES, words[6], (f"{words[6]}", "unknown", CarState.UNKNOWN))
    return Live(
        voltage_v=(signed(0), signed(1), signed(2)),
        current_a=(signed(3, 0.1), signed(4, 0.1), signed(5, 0.1)),
        pilot=pilot,
        state_words=state_words,
        state=state,
        state_s=whole(words[7:9], "little"),
        identity=words[IDENTITY],
        three_phase=bool(words[10]),
        can_change_phases=bool(words[11]),
        amp_limit_a=words[AMP_LIMIT],
        connected=TERMINALS.get(words[13]),
        to_use=words[PHASES_TO_USE],
        amps_to_use=words[AMPS_TO_USE],
        session=words[SESSION],
        authorize=words[AUTHORIZE],
        lock=words[LOCK],
        timeout_s=words[TIMEOUT],
        failsafe_a=words[FAILSAFE],
    )


def rest_of(words: Sequence[int]) -> Rest:
    """Registers 21..44 in units and words."""
    at = {21 + i: word for i, word in enumerate(words)}
    return Rest(
        reboot=at[REBOOT],
        needs_authorization=bool(at[22]),
        product=at[23],
        serial=whole((at[24], at[25]), "little"),
        firmware=at[26],
        point_state=_at(POINT_STATES, at[27], f"state {at[27]}"),
        grid_limit_a=at[28],
        user_limit_a=at[29],
        locked=bool(at[30]),
        temperature_c=number((at[31],), "int16") / 10,
        ocpp_connected=bool(at[32]),
        iec_state=_at(IEC_STATES, at[33], f"state {at[33]}"),
        warnings=_bits(WARNINGS, at[34], "warning"),
        errors=_bits(ERRORS, at[35], "error"),
        limit_cause=_at(LIMIT_CAUSES, at[36], f"cause {at[36]}"),
        power_class_kw=_at(POWER_CLASSES_KW, at[37], float("nan")),
        power_kw=at[38] / 1000,
        session_kwh=at[39] / 100,
        session_s=at[40],
        total_kwh=whole((at[41], at[42], at[43], at[44]), "little") / 100,
    )


def _at(table: Sequence[_T], index: int, otherwise: _T) -> _T:
    return table[index] if 0 <= index < len(table) else otherwise


def _bits(table: Sequence[str], word: int, kind: str) -> tuple[str, ...]:
    return tuple(_at(table, bit, f"{kind} bit {bit}") for bit in range(16) if word >> bit & 1)
