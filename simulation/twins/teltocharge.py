"""The 45 registers of a TeltoCharge EVC2 on its RS-485 port.

Facts: Teltonika's wiki page "Dynamic Load Balancing EVC2", table "Modbus register map".
It does not say which function reads them: ``read_by`` is 3 or 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from simulation.twins.faults import FaultBox
from simulation.twins.modbus_pdu import WRITE_MANY, WRITE_ONE, Tables, answer
from simulation.twins.physics import CarState
from simulation.twins.register_table import Register, RegisterTable
from simulation.twins.teltocharge_point import NO_PHASE, PHASES_BY_CODE, EvcPoint
from simulation.twins.words import NumberType, number_words, width

IDENTITY = 21571
"""The letters TC."""
WORD = 1 << 16


@dataclass(frozen=True, slots=True)
class NamePlate:
    """What does not change."""

    product_code: int = 1234
    serial_number: int = 123456789
    firmware: int = 11200


class Teltocharge:
    """The charger as a Modbus unit; any valid frame to it feeds its watchdog."""

    def __init__(self, point: EvcPoint, unit: int, read_by: int = 3, plate: NamePlate | None = None) -> None:
        self.point = point
        self.faults = FaultBox()
        self._unit = unit
        self._reboot_wanted = False
        self._plate = plate or NamePlate()
        table = RegisterTable([*self._measured(), *self._commands(), *self._fixed(), *self._session()])
        self._tables = Tables({read_by: table}, {WRITE_ONE: table, WRITE_MANY: table})

    def hears(self, unit: int) -> bool:
        """Whether a question is meant for it."""
        return unit == self._unit

    def answer(self, question: bytes) -> bytes:
        """What it answers."""
        self.point.tick()
        self.point.heard()
        self.point.tick()
        reply = answer(question, self._tables)
        if self._reboot_wanted:
            self.reboot()
        self.point.tick()
        return reply

    def tick(self) -> None:
        """Let watchdog and car go on to now."""
        self.point.tick()

    def reboot(self) -> None:
        """Begin as after power came back."""
        self._reboot_wanted = False
        self.point.restart()

    def _measured(self) -> list[Register]:
        point = self.point

        def volts(k: int) -> Callable[[], float]:
            return lambda: _or_zero(point.seen.voltage_v[k])

        def tenths_of_amps(k: int) -> Callable[[], float]:
            return lambda: 10 * _or_zero(point.seen.current_a[k])

        return [
            *(_register(k, "int16", volts(k)) for k in range(3)),
            *(_register(3 + k, "int16", tenths_of_amps(k)) for k in range(3)),
            _register(6, "uint16", lambda: point.state),
            _register(7, "uint32", lambda: point.state_s),
            _register(13, "uint16", self._phases_connected),
            _register(31, "int16", lambda: 350),
            _register(38, "uint16", lambda: sum(map(_or_zero, point.seen.power_w))),
        ]

    def _commands(self) -> list[Register]:
        point = self.point
        amps = frozenset({0, *range(6, 33)})

        def sets(name: str) -> Callable[[int], None]:
            return lambda word: setattr(point, name, word)

        def authorize(word: int) -> None:
            point.authorized = point.authorized or bool(word)

        def want_reboot(word: int) -> None:
            self._reboot_wanted = bool(word)

        return [
            _command(14, lambda: point.phase_code, point.use_phases, self._usable_phases()),
            _command(15, lambda: point.amps_a, sets("amps_a"), amps),
            _command(16, lambda: point.session_request, point.ask_session, frozenset(range(3))),
            _command(17, lambda: point.authorized, authorize, frozenset(range(2))),
            _command(18, lambda: point.lock_mode, sets("lock_mode"), frozenset(range(3))),
            _command(19, lambda: point.timeout_s, sets("timeout_s"), frozenset(range(601))),
            _command(20, lambda: point.failsafe_a, sets("failsafe_a"), amps),
            _command(21, lambda: 0, want_reboot, frozenset(range(2))),
        ]

    def _fixed(self) -> list[Register]:
        s = self.point.settings
        values = {
            9: IDENTITY,
            10: int(s.three_phases),
            11: int(s.phase_change),
            12: s.amp_limit_a,
            22: int(s.needs_authorization),
            23: self._plate.product_code,
            26: self._plate.firmware,
            28: s.grid_max_a,
            29: s.user_max_a,
            32: 0,
            37: 0 if not s.three_phases else 1 if s.amp_limit_a <= 16 else 2,
        }
        serial = self._plate.serial_number
        constant = [_register(address, "uint16", _always(value)) for address, value in values.items()]
        return [*constant, _register(24, "uint32", lambda: serial)]

    def _session(self) -> list[Register]:
        point = self.point
        return [
            _register(27, "uint16", self._charge_point_state),
            _register(30, "uint16", lambda: point.lock_mode == 1 or point.seen.car is not CarState.AWAY),
            _register(33, "uint16", self._iec_state),
            _register(34, "uint16", lambda: point.warnings),
            _register(35, "uint16", lambda: point.errors),
            _register(36, "uint16", lambda: point.cause.value),
            _register(39, "uint16", lambda: round(100 * point.seen.session_kwh) % WORD),
            _register(40, "uint16", lambda: min(WORD - 1, point.seen.connected_s)),
            _register(41, "uint64", lambda: 100 * point.seen.total_kwh),
        ]

    def _usable_phases(self) -> frozenset[int]:
        settings = self.point.settings
        if not settings.three_phases:
            return frozenset({0, NO_PHASE})
        return frozenset(PHASES_BY_CODE) if settings.phase_change else frozenset({6, NO_PHASE})

    def _phases_connected(self) -> int:
        return self.point.phase_code if self.point.offer_a else NO_PHASE

    def _charge_point_state(self) -> int:
        """Register 27, table b."""
        if self.point.stopped:
            return 6
        return {7: 0, 5: 1, 1: 2, 3: 2, 0: 3, 2: 4, 4: 5, 8: 7}[self.point.state]

    def _iec_state(self) -> int:
        """Register 33, table c; 1: no PWM, 2: PWM."""
        point = self.point
        if point.errors or point.seen.car is CarState.FAULT:
            return 8
        if point.seen.car is CarState.AWAY:
            return 0
        first = 1 if point.seen.car is CarState.WAITS else 3
        return first + bool(point.offer_a)


def _register(address: int, kind: NumberType, value: Callable[[], float]) -> Register:
    return Register(address, lambda: number_words(value(), kind, "low first"), width(kind))


def _command(
    address: int, value: Callable[[], float], write: Callable[[int], None], allowed: frozenset[int]
) -> Register:
    return Register(address, lambda: number_words(value(), "uint16"), 1, write, allowed.__contains__)


def _always(value: int) -> Callable[[], float]:
    return lambda: value


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value
