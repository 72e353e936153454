"""Every limit as a row of one table: amperes per phase first, then kW, then the two ceilings on grid draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from executors.control.curve import Band, current_by_points_a, current_for_a
from executors.control.seam import Bools, Floats, Ints, Wiring
from executors.control.times import (
    FRESH_PERIODS,
    FRESH_S,
    IMPLAUSIBLE,
    LAG_S,
    REACTION_S,
    RISE_MARGIN,
    RISE_MARGIN_A,
    RISE_PERIODS,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What does not change: which rows limit anything, and what each may carry."""

    amp_row: Ints
    amp_phase: Ints
    """Circuit and phase of each row in amperes (A)."""
    grid_rows: int
    """How many of them are the grid's: they come first."""
    kw_row: Ints
    """Circuit of each row in kW (P)."""
    load: Ints
    """Where the load of each of both is among the three phases and the power of all circuits (A + P)."""
    below: Floats
    """1 where a charger hangs below a circuit (K, C)."""
    amp_below: Floats
    """1 where a charger hangs below (A, C)."""
    kw_per_a: Floats
    """(P, C) [kW/A]."""
    carried: Floats
    """Limit, never above the non-tripping current, in A and kW (A + P)."""
    stands: Floats
    """Highest sum of offers that the protection stands, with the highest base load, until cars react;
    inf in kW (A + P).
    """
    for_rises: Floats
    """What a row may carry after a rise: a margin stays free (A + P)."""
    row: Ints
    """Circuit of every row, both ceilings included; the ceilings are the grid's (A + P + 2)."""
    phase: Ints
    """Phase of every row; -1 for kW (A + P + 2)."""
    metered: Bools
    """(K,)."""
    unmetered: Bools
    """The rows without a meter, beside phases and power (K, 4)."""
    old_s: Floats
    """Age of a sample on which nothing rises (K,)."""
    settles_s: Floats
    """How long after charging stood still a sample shows it for certain (K,)."""
    failsafe_a: Floats
    """Failsafe, 0 where there is none (C,)."""
    static: Floats
    """Base load to reckon with where there is no meter, in A and kW (K, 4)."""
    kw_per_phase: Floats
    """Power of one ampere on each phase (3,) [kW/A]."""
    true_power: Floats
    """Least power factor below each row (K,)."""
    reactive: bool
    """Whether any is below 1."""
    alike_a: Floats
    """By how much an offer read back may differ from the one told (C,)."""
    first_fallen_s: float
    """Shortest watchdog [s]."""
    implausible_a: Floats
    """What no sample may show (K, 3)."""
    fresh_for_s: Floats
    """How long a sample of the row's meter is fresh (K,)."""
    three_phase: bool
    """Whether the grid has all three phases."""
    counted: Bools
    """Phases that a meter must show (K, 3)."""
    holds_a: Floats
    """What never trips the protection (K, 3)."""
    pointed: bool
    """Whether any protection is a curve of points."""

    def weights(self, uses: Bools) -> Floats:
        """How much one ampere of each charger counts on every row (A + P + 2, C)."""
        on = uses.astype(np.float64)
        amps = self.amp_below * on.T[self.amp_phase]
        per_kw = self.kw_per_a * on.sum(axis=1)
        return np.concatenate((amps, per_kw, per_kw[-1:], per_kw[-1:]))


@lru_cache(maxsize=16)
def _weights(wiring: Wiring, uses: bytes) -> Floats:
    phases = np.frombuffer(uses, dtype=np.bool_).reshape(-1, 3)
    weights = rows_of(wiring).weights(phases)
    weights.flags.writeable = False
    return weights


def weights_of(wiring: Wiring, uses: Bools) -> Floats:
    """The weights of ``Rows.weights``; the phases in use seldom change, so they are made once."""
    return _weights(wiring, uses.tobytes())


@lru_cache(maxsize=16)
def _below_any(wiring: Wiring, rows: bytes) -> Bools:
    below = np.asarray(wiring.below[np.frombuffer(rows, dtype=np.bool_)].any(axis=0))
    below.flags.writeable = False
    return below


def below_any(wiring: Wiring, rows: Bools) -> Bools:
    """Chargers below any of these rows (C,); the rows concerned seldom change."""
    return _below_any(wiring, rows.tobytes())


@lru_cache(maxsize=16)
def rows_of(wiring: Wiring) -> Rows:
    """The rows of a wiring, computed once; the grid's kW row is the last one of its kind."""
    finite = np.isfinite(wiring.limit_a) & wiring.grid_phases
    amp_row, amp_phase = np.nonzero(finite)
    kw_row = np.array([*(k for k in np.flatnonzero(np.isfinite(wiring.limit_kw)) if k), 0], dtype=np.int64)
    holds_a = wiring.rating_a * wiring.hold_multiple[:, np.newaxis]
    carried_a = np.minimum(wiring.limit_a, holds_a)[amp_row, amp_phase]
    carried_kw = wiring.limit_kw[kw_row]
    finite_kw = np.where(np.isfinite(carried_kw), carried_kw, 0.0)
    margin = np.concatenate((np.maximum(RISE_MARGIN_A, RISE_MARGIN * carried_a), RISE_MARGIN * finite_kw))
    metered, carried = wiring.metered, np.concatenate((carried_a, carried_kw))
    rows = np.concatenate((amp_row, kw_row))
    period_s = np.nan_to_num(wiring.meter_period_s, nan=1.0)
    return Rows(
        amp_row=amp_row,
        amp_phase=amp_phase,
        grid_rows=int(np.count_nonzero(amp_row == 0)),
        kw_row=kw_row,
        load=4 * rows + np.concatenate((amp_phase, np.full(len(kw_row), 3))),
        below=wiring.below.astype(np.float64),
        amp_below=wiring.below[amp_row].astype(np.float64),
        kw_per_a=wiring.kw_per_a[kw_row],
        carried=carried,
        stands=np.concatenate((stands_a(wiring)[amp_row, amp_phase], np.full(len(kw_row), np.inf))),
        for_rises=carried - np.where(metered[rows], margin, 0.0),
        row=np.concatenate((rows, [0, 0])),
        phase=np.concatenate((amp_phase, np.full(len(kw_row) + 2, -1))),
        metered=metered,
        unmetered=np.tile(~metered[:, np.newaxis], 4),
        old_s=RISE_PERIODS * period_s,
        settles_s=2 * period_s + LAG_S,
        failsafe_a=np.nan_to_num(wiring.failsafe_a, nan=0.0),
        static=with_kw(wiring, np.nan_to_num(wiring.base_max_a, nan=0.0)[:, np.newaxis] + np.zeros(3)),
        kw_per_phase=np.full(3, wiring.voltage_v / 1000),
        true_power=_true_power(wiring),
        reactive=bool((_true_power(wiring) < 1).any()),
        alike_a=wiring.step_a / 2 + 0.05,
        first_fallen_s=float(wiring.failsafe_after_s.min()),
        implausible_a=np.minimum(IMPLAUSIBLE * wiring.limit_a, np.finfo(np.float64).max),
        fresh_for_s=np.fmax(FRESH_S, FRESH_PERIODS * wiring.meter_period_s),
        three_phase=bool(wiring.grid_phases.all()),
        counted=metered[:, np.newaxis] & wiring.grid_phases,
        holds_a=holds_a,
        pointed=any(wiring.curves),
    )


def with_kw(wiring: Wiring, load_a: Floats) -> Floats:
    """A load per phase (K, 3) [A] with its power on the grid's phases beside it (K, 4) [A, kW]."""
    kw = (load_a * wiring.grid_phases).sum(axis=1) * (wiring.voltage_v / 1000)
    return np.column_stack((load_a, kw))


def _true_power(wiring: Wiring) -> Floats:
    """Least share of V x I that is power, over the chargers below each row (K,)."""
    share = np.where(wiring.below, wiring.kw_per_a / (wiring.voltage_v / 1000), 1.0)
    return np.asarray(np.minimum(share.min(axis=1), 1.0))


def stands_a(wiring: Wiring) -> Floats:
    """Current that the protection stands for the reaction time, less the highest base load (K, 3) [A]."""
    period_s = np.nan_to_num(wiring.meter_period_s, nan=1.0)
    stands_a = np.full(wiring.rating_a.shape, np.inf)
    for k, points in enumerate(wiring.curves):
        duration_s = REACTION_S + float(period_s[k]) + 1.0
        band = Band(float(wiring.hold_multiple[k]), float(wiring.trip_k_s[k]))
        for p in range(3):
            rating_a = float(wiring.rating_a[k, p])
            by_points_a = current_by_points_a(duration_s, points) if points else np.inf
            stands_a[k, p] = by_points_a if points else current_for_a(duration_s, rating_a, band)
    return np.maximum(stands_a - np.nan_to_num(wiring.base_max_a, nan=0.0)[:, np.newaxis], 0.0)
