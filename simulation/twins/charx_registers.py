"""The registers of one CHARX charging point, as offsets from a thousand times its number.

Facts: Phoenix Contact, UM EN CHARX SEC, Rev. 08, appendix B3, pages 167 to 174.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from simulation.twins.charx_point import CharxPoint
from simulation.twins.register_table import Register
from simulation.twins.words import NumberType, number_words, text_words, width

MILLI = 1000
WH_PER_KWH = 1000
METER_EM357 = 2
UNKNOWN_CURRENT = -1


def point_registers(base: int, point: CharxPoint) -> list[Register]:
    """Every register of a point whose block begins at ``base``."""
    return [*_settings(base, point), *_measured(base, point), *_session(base, point), *_control(base, point)]


def number(
    address: int, kind: NumberType, value: Callable[[], float], write: Callable[[int], None] | None = None
) -> Register:
    """A register whose value is a number."""
    return Register(address, lambda: number_words(value(), kind), width(kind), write)


def text(address: int, words: int, value: Callable[[], str]) -> Register:
    """A register whose value is ASCII text."""
    return Register(address, lambda: text_words(value(), words), words)


def _fixed(address: int, value: int) -> Register:
    return number(address, "uint16", lambda: value)


def _settings(base: int, point: CharxPoint) -> list[Register]:
    s = point.settings
    numbers = {
        100: 1,
        101: s.max_current_a,
        102: s.min_current_a,
        103: 1,
        104: 60,
        105: 70,
        106: s.max_current_a,
        107: s.min_current_a,
        108: 0,
        109: 0,
        110: 0,
        111: 1,
        112: METER_EM357,
        119: 1,
        120: int(s.release_mode),
    }
    return [
        *(_fixed(base + offset, value) for offset, value in numbers.items()),
        text(base + 113, 3, lambda: s.uid),
        text(base + 116, 3, lambda: "SRV001"),
        text(base + 121, 3, lambda: ""),
    ]


def _measured(base: int, point: CharxPoint) -> list[Register]:
    def volts(k: int) -> Callable[[], float]:
        return lambda: MILLI * _or_zero(point.seen.voltage_v[k])

    def amps(k: int) -> Callable[[], float]:
        return lambda: (
            MILLI * _or_zero(point.seen.current_a[k]) if point.settings.phases_known else UNKNOWN_CURRENT
        )

    def watts() -> float:
        return MILLI * sum(map(_or_zero, point.seen.power_w))

    def volt_amperes() -> float:
        pairs = zip(point.seen.voltage_v, point.seen.current_a, strict=True)
        return MILLI * sum(_or_zero(v) * _or_zero(a) for v, a in pairs)

    return [
        *(number(base + 232 + 2 * k, "int32", volts(k)) for k in range(3)),
        *(number(base + 238 + 2 * k, "int32", amps(k)) for k in range(3)),
        number(base + 244, "int32", watts),
        number(base + 246, "int32", lambda: 0),
        number(base + 248, "int32", volt_amperes),
        number(base + 250, "int64", lambda: WH_PER_KWH * point.seen.total_kwh),
        number(base + 254, "int64", lambda: 0),
        number(base + 258, "int64", lambda: WH_PER_KWH * point.seen.total_kwh),
    ]


def _session(base: int, point: CharxPoint) -> list[Register]:
    return [
        number(base + 262, "uint32", lambda: 0),
        _fixed(base + 264, 0),
        text(base + 265, 10, lambda: ""),
        text(base + 275, 10, lambda: ""),
        number(base + 285, "uint32", lambda: point.seen.connected_s),
        number(base + 287, "uint32", lambda: point.seen.charging_s),
        number(base + 289, "int64", lambda: WH_PER_KWH * point.seen.session_kwh),
        number(base + 293, "uint32", lambda: 0),
        _fixed(base + 295, 0),
        number(base + 296, "uint16", lambda: duty_percent(point.offer_a)),
        number(base + 297, "uint16", lambda: point.offer_a),
        number(base + 298, "uint16", lambda: point.settings.cable_a),
        text(base + 299, 1, lambda: point.status),
    ]


def _control(base: int, point: CharxPoint) -> list[Register]:
    def sets(name: str) -> Callable[[int], None]:
        return lambda word: setattr(point, name, word)

    def switches(name: str) -> Callable[[int], None]:
        return lambda word: setattr(point, name, bool(word))

    def nothing(_: int) -> None:
        """Accepted without effect."""

    return [
        number(base + 300, "uint16", lambda: point.released, switches("released")),
        number(base + 301, "uint16", lambda: point.limit_a, point.set_limit),
        number(base + 302, "uint16", lambda: point.outputs, sets("outputs")),
        number(base + 303, "uint16", lambda: point.locked, switches("locked")),
        number(base + 304, "uint16", lambda: point.available, switches("available")),
        number(base + 305, "uint16", lambda: 0, nothing),
        number(base + 306, "uint16", lambda: point.fallback_a, sets("fallback_a")),
        number(base + 307, "uint16", lambda: point.timeout_s, point.set_timeout),
        number(base + 308, "uint16", lambda: 0, nothing),
    ]


def duty_percent(amps: float) -> float:
    """Duty of the pilot signal for an offer [%]; IEC 61851-1, table A.7."""
    if amps < 6:
        return 0
    return amps / 0.6 if amps <= 51 else amps / 2.5 + 64


def _or_zero(value: float) -> float:
    """The controller has no code for a phase that is not there: it measures nothing."""
    return 0.0 if math.isnan(value) else value
