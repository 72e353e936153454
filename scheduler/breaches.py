"""What load and solar alone already break: it becomes the limit of that slot, and is reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.phases import PHASES
from domain.plan import Breach
from scheduler.problem import Circuit, FloatArray

_EPS: Final = 1e-9


def widened(
    circuit: Circuit, allowed_a: FloatArray, forced_kw: FloatArray, breaches: list[Breach]
) -> Circuit:
    """``circuit`` with its currents' limit at least what flows without charging, in both directions.

    ``allowed_a`` (3, slots): what it carries [A]; charging has less where some is kept free.
    """
    alone_a = circuit.base_a + circuit.relief_a_per_kw * forced_kw
    for p, phase in enumerate(PHASES):
        over = np.abs(alone_a[p]) > allowed_a[p] + _EPS
        if over.any():
            worst = alone_a[p][np.argmax(np.where(over, np.abs(alone_a[p]), -1.0))]
            breaches.append(_breach("current", circuit.id, phase, over, allowed_a[p].min(), worst, "A"))
    return replace(
        circuit,
        limit_a=np.maximum(circuit.limit_a, alone_a),
        feed_limit_a=np.maximum(circuit.feed_limit_a, -alone_a),
    )


def widened_power(
    circuit: Circuit, allowed_kw: float | None, forced_kw: FloatArray, breaches: list[Breach]
) -> Circuit:
    """The same for its power limit; ``allowed_kw`` may be taken."""
    if circuit.limit_kw is None or allowed_kw is None:
        return circuit
    alone_kw = circuit.base_kw + circuit.relief_kw_per_kw * forced_kw
    over = alone_kw > allowed_kw + _EPS
    if over.any():
        breaches.append(_breach("power", circuit.id, None, over, allowed_kw, alone_kw.max(), "kW"))
    return replace(circuit, limit_kw=np.maximum(circuit.limit_kw, alone_kw))


def widened_imbalance(
    grid: Circuit, forced_kw: FloatArray, limit_a: float, breaches: list[Breach]
) -> FloatArray:
    """The imbalance limit of every slot [A], at least what load and solar alone take."""
    alone_a = grid.base_a + grid.relief_a_per_kw * forced_kw
    spread = alone_a.max(axis=0) - alone_a.min(axis=0)
    over = spread > limit_a + _EPS
    if over.any():
        breaches.append(_breach("imbalance", grid.id, None, over, limit_a, spread.max(), "A"))
    most: FloatArray = np.maximum(spread, limit_a)
    return most


def _breach(
    kind: str, circuit: str, phase: str | None, over: NDArray[np.bool_], limit: float, worst: float, unit: str
) -> Breach:
    """A breach in the slots where ``over`` is true."""
    slots = tuple(np.flatnonzero(over).tolist())
    return Breach(kind, circuit, phase, slots, float(limit), float(worst), unit)
