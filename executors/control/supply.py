"""How much room every row has for offers: at once for cuts, after a hold and with a margin for rises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.control.base_load import BaseLoad
from executors.control.rows import Rows
from executors.control.seam import Bools, Floats, Ints, Readings, Wanted, Wiring
from executors.control.times import SIGNAL_S
from executors.control.why import Why


@dataclass(frozen=True, slots=True)
class Supply:
    """What controlled offers together may take on every row (A + P + 2), in A and kW."""

    cut: Floats
    """Now."""
    curve_binds: Bools
    """Rows in amperes on which the protection allows less than the limit (A)."""
    rows: Rows
    ceilings: Floats
    """Of the signal and of the quarter [kW]."""
    ceiling_on: bool
    """Whether the ceiling on grid draw is in force."""
    stale: bool
    """Whether that is because its signal is stale."""

    @property
    def why(self) -> Ints:
        """Which limit each row stands for (``Why``)."""
        amps = np.where(self.curve_binds, int(Why.CURVE), int(Why.CIRCUIT_FULL))
        kw = np.full(len(self.rows.kw_row), int(Why.POWER_LIMIT))
        return np.concatenate((amps, kw, [int(Why.SECTION_14A), int(Why.QUARTER_BUDGET)]))

    @property
    def most(self) -> Floats:
        """What each row may carry in all."""
        return np.concatenate((self.rows.carried_a, self.rows.carried_kw, self.ceilings))


def supply(wiring: Wiring, rows: Rows, readings: Readings, wanted: Wanted, base: BaseLoad) -> Supply:
    """Room of every row for the offers of this tick."""
    a, p = rows.amp_row, rows.amp_phase
    amps = rows.carried_a - base.cut_a[a, p]
    stands = rows.offers_a - base.uncontrolled_a[a, p]
    curve_binds = stands < amps
    kw = rows.carried_kw - base.cut_kw[rows.kw_row]
    stale = np.isfinite(wiring.ceiling_kw) and readings.ceiling_age_s > SIGNAL_S
    ceiling_on = bool(np.isfinite(wiring.ceiling_kw) and (readings.ceiling_on or stale))
    ceilings = _ceilings(wiring, wanted, float(base.cut_kw[0]), ceiling_on=ceiling_on)
    return Supply(
        cut=np.concatenate((np.minimum(amps, stands), kw, ceilings)),
        curve_binds=curve_binds,
        rows=rows,
        ceilings=ceilings,
        ceiling_on=ceiling_on,
        stale=bool(stale and not readings.ceiling_on),
    )


def _ceilings(wiring: Wiring, wanted: Wanted, base_kw: float, *, ceiling_on: bool) -> Floats:
    """Charging power that the grid operator's signal and the running quarter allow [kW].

    Own surplus comes on top of the signal's ceiling; base load alone above the quarter's mean leaves nothing.
    """
    signal_kw = wiring.ceiling_kw + max(0.0, -base_kw) if ceiling_on else np.inf
    mean_kw = wanted.budget_kwh * 3600.0 / max(wanted.budget_left_s, 1.0)
    return np.array([signal_kw, max(mean_kw, 0.0) - base_kw])


def for_rises(rows: Rows, base: BaseLoad, now: Supply, window: tuple[Floats, Floats]) -> Floats:
    """Room of every row under the highest base load of the window, less the margin (A + P + 2)."""
    a, p = rows.amp_row, rows.amp_phase
    high_a, high_kw = window
    amps, kw = rows.carried_a - high_a[a, p], rows.carried_kw - high_kw[rows.kw_row]
    held = np.concatenate((amps, kw)) - rows.margin
    stands = rows.offers_a - base.uncontrolled_a[a, p]
    held[: len(stands)] = np.minimum(held[: len(stands)], stands)
    lifted_kw = high_kw[0] - base.cut_kw[0]
    return np.concatenate((held, now.cut[-2:] - max(0.0, lifted_kw)))
