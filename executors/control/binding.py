"""What held each charger below what was wanted, as codes with numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.ladder import Stage
from executors.control.rows import Rows
from executors.control.seam import Binding, Bools, Floats, Ints
from executors.control.seen import Seen
from executors.control.supply import Supply
from executors.control.why import Why

_NEGLIGIBLE = 1e-6
_BY_STAGE = np.array([Why.AS_WANTED, Why.METER_HELD, Why.METER_FAILSAFE, Why.METER_STOP])


class Course(NamedTuple):
    """How the offers came about in this tick, step by step (C)."""

    wanted_a: Floats
    usable_a: Floats
    """Wanted, less what the car does not take."""
    cut_by: Ints
    """Row that cut it; -1: none."""
    unbalanced: Bools
    aims_a: Floats
    """Its fair offer."""
    told_a: Floats
    stage: Ints
    hot: Bools
    """Below a protection that is still warm."""
    waits: Bools
    """Below a row with a cut on its way."""


class Ground(NamedTuple):
    """What a binding is made from, besides the course of the offers."""

    rows: Rows
    supply: Supply
    weights: Floats
    rises: Floats
    """Room that rises had, per row."""
    disobeys: Bools
    lost_s: Floats


def ground_of(seen: Seen, rises: Floats) -> Ground:
    """The little of a tick that its binding needs later."""
    cars = seen.chargers
    return Ground(seen.rows, seen.supply, seen.weights, rises, cars.disobeys, cars.lost_s)


class Asked:
    """A binding that is worked out when somebody asks for it, and once."""

    __slots__ = ("_binding", "_ground", "_way")

    def __init__(self, ground: Ground, way: Course) -> None:
        self._ground, self._way = ground, way
        self._binding: Binding | None = None

    def __call__(self) -> Binding:
        """The last thing that held each charger down."""
        if self._binding is None:
            self._binding = binding_of(self._ground, self._way)
        return self._binding


def binding_of(ground: Ground, way: Course) -> Binding:
    """The last thing that held each charger down."""
    rows, supply, weights, rises = ground.rows, ground.supply, ground.weights, ground.rises
    why = supply.why
    count = len(way.told_a)
    lower = way.told_a < way.wanted_a - _NEGLIGIBLE
    row = np.full(count, -1)
    code = np.full(count, int(Why.AS_WANTED))
    if lower.any():
        tight = _tightest(weights, rises, way.aims_a)
        code = np.where(lower, _code_of_hold(way, why, tight), code)
        at_limit = lower & (way.aims_a < way.usable_a - _NEGLIGIBLE) & (tight >= 0)
        row = np.where(at_limit, tight, row)
        was_cut = lower & (way.cut_by >= 0)
        row = np.where(was_cut, way.cut_by, row)
        code = np.where(was_cut, why[way.cut_by], code)
        code = np.where(lower & way.unbalanced, Why.IMBALANCE, code)
        code = np.where(lower & (way.stage > Stage.FRESH), _BY_STAGE[way.stage], code)
        code = np.where(lower & ground.disobeys, Why.DISOBEYS, code)
        code = np.where(lower & np.isfinite(ground.lost_s), Why.LINK_LOST, code)
    about = row >= 0
    most = np.where(about, supply.most[row], np.nan)
    others = weights @ way.told_a
    own = weights[row, np.arange(count)] * way.told_a
    with np.errstate(invalid="ignore"):
        used = np.where(about, (supply.most - supply.cut + others)[row] - own, np.nan)
    return Binding(
        code=code,
        row=np.where(about, rows.row[row], np.where(code == Why.IMBALANCE, 0, -1)),
        phase=np.where(about, rows.phase[row], -1),
        used=used,
        limit=most,
    )


def _tightest(weights: Floats, rises: Floats, aims_a: Floats) -> Ints:
    """The row that leaves each charger the least; -1 where none is above it (C)."""
    slack = rises - weights @ aims_a
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(weights > 0, slack[:, np.newaxis] / weights, np.inf)
    tight = left.argmin(axis=0)
    return np.where(np.isfinite(left.min(axis=0)), tight, -1)


def _code_of_hold(way: Course, why: Ints, tight: Ints) -> Ints:
    """Why a charger that nothing cut is not higher (C)."""
    code = np.full(len(tight), int(Why.HOLD))
    code = np.where(way.waits, Why.WAITS_FOR_DROP, code)
    code = np.where(way.hot, Why.HOT, code)
    short = way.aims_a < way.usable_a - _NEGLIGIBLE
    code = np.where(short, np.where(tight >= 0, why[tight], Why.ROTATION), code)
    others_on = (way.aims_a > 0).any()
    code = np.where(short & (way.aims_a <= 0) & others_on, Why.ROTATION, code)
    as_usable = (way.told_a >= way.usable_a - _NEGLIGIBLE) & (way.usable_a < way.wanted_a - _NEGLIGIBLE)
    return np.where(as_usable, Why.UNUSED_OFFER, code)
