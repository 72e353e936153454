"""How much room every row has for offers: at once for cuts, after a hold and with a margin for rises."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.base_load import BaseLoad
from executors.control.pacing import going_on_kw, quarter_ceiling_kw
from executors.control.quick import nothing
from executors.control.rows import Rows, rows_of
from executors.control.seam import Bools, Floats, Ints, Readings, Wanted, Wiring
from executors.control.times import SIGNAL_S
from executors.control.why import Why

_NEGLIGIBLE = 1e-6


class Supply(NamedTuple):
    """What controlled offers together may take on every row (A + P + 2), in A and kW."""

    cut: Floats
    """Now."""
    beside: Floats
    """What base load leaves of the limits (A + P)."""
    stands: Floats
    """What the protections allow (A + P)."""
    rows: Rows
    ceilings: Floats
    """Of the grid operator's signal, own surplus on top of it, and of the running quarter [kW]."""
    ceiling_on: bool
    """Whether the ceiling on grid draw is in force."""
    stale: bool
    """Whether that is because its signal is stale."""

    @property
    def above_alone(self) -> Bools:
        """Rows in amperes that base load alone holds above their limit (A)."""
        return self.beside[: len(self.rows.amp_row)] < -_NEGLIGIBLE

    @property
    def why(self) -> Ints:
        """Which limit each row stands for (``Why``)."""
        amps, curve = len(self.rows.amp_row), self.stands < self.beside
        by_limit = np.where(curve[:amps], int(Why.CURVE), int(Why.CIRCUIT_FULL))
        kw = np.full(len(self.rows.kw_row), int(Why.POWER_LIMIT))
        return np.concatenate((by_limit, kw, [int(Why.SECTION_14A), int(Why.QUARTER_BUDGET)]))

    @property
    def most(self) -> Floats:
        """What each row may carry in all."""
        return np.concatenate((self.rows.carried, self.ceilings))


def supply(
    wiring: Wiring,
    readings: Readings,
    wanted: Wanted,
    base: BaseLoad,
    command_a: Floats,
    kw_per_a: Floats,
) -> Supply:
    """Room of every row for the offers of this tick.

    Who charges (``command_a``, at ``kw_per_a``) is kept on where the quarter allows it.
    """
    rows = rows_of(wiring)
    beside = rows.carried - base.cut.take(rows.load)
    stands = _stands(rows, base)
    ruled = wiring.ceiling_kw < np.inf
    stale = ruled and readings.ceiling_age_s > SIGNAL_S
    ceiling_on = ruled and (readings.ceiling_on or stale)
    minimum_kw = going_on_kw(wanted, wiring.min_a, command_a, kw_per_a)
    base_kw = float(base.cut[0, 3])
    signal_kw = wiring.ceiling_kw + max(0.0, -base_kw) if ceiling_on else np.inf
    ceilings = np.array([signal_kw, quarter_ceiling_kw(wanted, base_kw, minimum_kw)])
    return Supply(
        cut=np.concatenate((np.minimum(beside, stands), ceilings)),
        beside=beside,
        stands=stands,
        rows=rows,
        ceilings=ceilings,
        ceiling_on=ceiling_on,
        stale=stale and not readings.ceiling_on,
    )


def _stands(rows: Rows, base: BaseLoad) -> Floats:
    """What the protections allow beside what chargers beyond control may take (A + P)."""
    outside_a = base.below.outside
    if outside_a is nothing(*outside_a.shape):
        return rows.stands
    stands, amps = rows.stands.copy(), len(rows.amp_row)
    stands[:amps] -= outside_a[rows.amp_row, rows.amp_phase]
    return stands


def for_rises(rows: Rows, base: BaseLoad, now: Supply, highest: Floats) -> Floats:
    """Room of every row under the highest base load of the window (K, 4), less the margin (A + P + 2)."""
    held = np.minimum(rows.for_rises - highest.take(rows.load), now.stands)
    lifted_kw = float(highest[0, 3] - base.cut[0, 3])
    return np.concatenate((held, now.cut[-2:] - max(0.0, lifted_kw)))
