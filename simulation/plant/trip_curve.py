"""How long fuses and breakers bear an overload: the lower edge of what each standard allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.site_grid import Protection

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TripCurve:
    """Points of current [A] and the time after which the protection may trip [s], by rising current.

    Below the first point it never trips; between points both go straight on logarithmic paper.
    """

    current_a: tuple[float, ...]
    time_s: tuple[float, ...]

    def seconds(self, current_a: FloatArray) -> FloatArray:
        """Time to the trip from cold at constant currents [s]; inf where it never comes."""
        magnitude = np.abs(current_a)
        logs = np.interp(
            np.log(np.maximum(magnitude, 1e-9)), np.log(self.current_a), np.log(np.array(self.time_s))
        )
        return np.where(magnitude <= self.current_a[0], inf, np.exp(logs))


NO_CURVE: Final = TripCurve((1e12,), (1e12,))
"""Where there is no protection."""

_SHAPES: Final[Mapping[str, tuple[tuple[float, float], ...]]] = {
    # IEC 60898-1 table 7: none within 1 h at 1.13, not before 1 s at 2.55; B trips at once from 3 on.
    # The points between are earlier than makers draw.
    "mcb": ((1.13, 3600.0), (1.45, 60.0), (2.0, 10.0), (2.55, 1.0), (3.0, 0.1)),
    # IEC 60269-1: none within the conventional time at 1.25; gates at 10 s and 0.1 s, smallest of 16 to 63 A.
    "gg": ((1.25, 3600.0), (1.6, 120.0), (2.0, 10.0), (5.0, 0.1)),
    # Selective main breaker, characteristic E: 1.05 borne, 1.2 trips within 2 h; short delay from 5 on.
    "sls_e": ((1.05, 7200.0), (1.2, 600.0), (1.5, 60.0), (2.0, 15.0), (5.0, 0.1)),
    # UL 489: 100 % borne, 135 % trips within an hour or two, 200 % within minutes.
    "ul": ((1.0, 7200.0), (1.35, 60.0), (2.0, 10.0), (5.0, 0.1)),
}
"""Multiples of the rating and seconds, by the name in ``protection.type``."""


def curve_of(protection: Protection | None, limit_a: float) -> TripCurve:
    """The curve of a protection; the strictest one at the limit where none is given."""
    if protection is not None and protection.points:
        points = sorted((point.current_a, point.time_s) for point in protection.points)
        return TripCurve(*_columns(points))
    rating_a = limit_a if protection is None else protection.rating_a
    kind = None if protection is None else protection.type
    shape = _strictest() if kind is None else _SHAPES[kind]
    return TripCurve(*_columns([(multiple * rating_a, time_s) for multiple, time_s in shape]))


def _strictest() -> tuple[tuple[float, float], ...]:
    """At every multiple the shortest time of all shapes."""
    curves = [TripCurve(*_columns(list(shape))) for shape in _SHAPES.values()]
    multiples = sorted({multiple for shape in _SHAPES.values() for multiple, _ in shape})
    shortest = np.min([curve.seconds(np.array(multiples) + 1e-9) for curve in curves], axis=0)
    return tuple(zip(multiples, shortest.tolist(), strict=True))


def _columns(points: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(current for current, _ in points), tuple(time_s for _, time_s in points)
