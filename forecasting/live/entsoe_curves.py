"""ENTSO-E's way to write a curve: periods of equal steps in which what repeats may be left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from domain.units import eur_per_kwh_from_mwh
from forecasting.intervals import Intervals
from forecasting.live.json_answers import stamp_s, words
from forecasting.live.xml_tree import children, text_at

STEPS_S: Final = {"PT15M": 900, "PT30M": 1800, "PT60M": 3600, "PT1H": 3600}
_CELL_S: Final = 900
MOST_POSITIONS: Final = 100_000
"""Of one document; a year of quarters is a third of it."""
_MOST_EUR_PER_MWH: Final = 1e6


@dataclass(frozen=True, slots=True)
class Curve:
    """Prices [EUR/kWh] at equal steps from ``start_s``; NaN is missing."""

    start_s: int
    step_s: int
    prices: Sequence[float]


def curves(series: Iterable[Element]) -> list[Curve]:
    """The curves of all periods of the time series, in their order.

    Curve type A03 leaves out positions equal to the one before, the last ones too, inside a period. In any
    other type a position that is left out is missing.
    """
    found: list[Curve] = []
    for one in series:
        repeats = text_at(one, "curveType") == "A03"
        for period in children(one, "Period"):
            found.append(_curve(period, repeats, MOST_POSITIONS - sum(len(curve.prices) for curve in found)))
    return found


def merged(found: Iterable[Curve]) -> Intervals:
    """All curves as one: the finer step wins where two overlap, the later curve among equals."""
    cells: dict[int, tuple[int, int, float]] = {}
    for curve in sorted(found, key=lambda curve: -curve.step_s):
        for position, price in enumerate(curve.prices):
            start_s = curve.start_s + position * curve.step_s
            if not math.isnan(price):
                slot = (start_s, curve.step_s, price)
                cells.update(dict.fromkeys(range(start_s, start_s + curve.step_s, _CELL_S), slot))
    runs = [list(run) for _, run in groupby(sorted(cells), key=lambda cell: cells[cell])]
    return Intervals(
        np.array([run[0] for run in runs], dtype=np.int64),
        np.array([run[-1] + _CELL_S for run in runs], dtype=np.int64),
        np.array([cells[run[0]][2] for run in runs], dtype=np.float64),
    )


def _curve(period: Element, repeats: bool, most: int) -> Curve:
    start_s, end_s = (stamp_s(text_at(period, "timeInterval", edge)) for edge in ("start", "end"))
    resolution = text_at(period, "resolution")
    if resolution not in STEPS_S:
        raise ValueError(f"steps of {words(resolution)!r}; known are {', '.join(STEPS_S)}")
    step_s = STEPS_S[resolution]
    count, rest = divmod(end_s - start_s, step_s)
    if rest or count < 1 or start_s % _CELL_S:
        raise ValueError(f"a period of {(end_s - start_s) / 60:g} min in steps of {resolution}")
    if count > most:
        raise ValueError(f"more than {MOST_POSITIONS} positions")
    points = _points(period, count)
    if not repeats:
        return Curve(start_s, step_s, [points.get(position, math.nan) for position in range(1, count + 1)])
    if 1 not in points:
        raise ValueError("a period of type A03 without its first position")
    prices: list[float] = []
    for position in range(1, count + 1):
        prices.append(points[position] if position in points else prices[-1])
    return Curve(start_s, step_s, prices)


def _points(period: Element, count: int) -> dict[int, float]:
    """Prices [EUR/kWh] by position, counted from 1."""
    found: dict[int, float] = {}
    for point in children(period, "Point"):
        position = int(text_at(point, "position"))
        price = float(text_at(point, "price.amount"))
        if not 1 <= position <= count:
            raise ValueError(f"position {position} in a period that has {count}")
        if position in found:
            raise ValueError(f"position {position} twice in a period")
        if not abs(price) <= _MOST_EUR_PER_MWH:
            raise ValueError(f"{price} is no price")
        found[position] = eur_per_kwh_from_mwh(price)
    return found
