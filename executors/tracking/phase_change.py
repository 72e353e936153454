"""Changing phases as a sequence: pause, dead time, switch, read back, resume; given up after some tries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from executors.tracking.arrays import Bools, Floats, Ints

STEADY, PAUSING, DEAD, SWITCHING = 0, 1, 2, 3
"""Stages of the sequence; current flows only in STEADY."""
PAUSE_MOST_S: Final = 30.0
"""A car that still draws so long after the pause is not switched under load [s]: the try has failed."""
DEAD_S: Final = 10.0
"""Between the end of the current and the switch [s]: contactors open, the car's charger lets go."""
SETTLE_S: Final = 10.0
"""Between the switch and the next offer [s]."""
READ_BACK_S: Final = 30.0
"""A switch that is not read back by then has failed [s]."""
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """Memory of the sequences; arrays over chargers, times monotonic."""

    stage: Ints
    since_s: Floats
    """When the stage began."""
    told: Bools
    """Shape (C, 3): the phases that the charger is told."""
    before: Bools
    """Shape (C, 3): what it was told before the sequence."""
    target: Bools
    """Shape (C, 3)."""
    tries: Ints
    used: Ints
    """Switches of this session, tries included: each one moves the contactors under the same car."""
    switched_s: Floats
    """The last switch; -inf before the first."""
    given_up: Bools
    """No more switches in this session."""
    selected: Bools
    """Phases have been selected in this session: told, or drawn on. The first selection is no switch."""

    @property
    def busy(self) -> Bools:
        """In a sequence: no current may be offered."""
        under_way: Bools = self.stage != STEADY
        return under_way


def first_phase_change(phases: Bools) -> PhaseChange:
    """Steady on these phases (C, 3)."""
    count = len(phases)
    zeros = np.zeros(count, dtype=np.int64)
    never = np.full(count, -np.inf)
    no = np.zeros(count, dtype=np.bool_)
    return PhaseChange(zeros, never, phases, phases, phases, zeros, zeros, never, no, no)


def new_sessions(change: PhaseChange, new: Bools) -> PhaseChange:
    """The same with fresh budgets where a new car has come."""
    if not new.any():
        return change
    return replace(
        change,
        used=np.where(new, 0, change.used),
        tries=np.where(new, 0, change.tries),
        switched_s=np.where(new, -np.inf, change.switched_s),
        given_up=change.given_up & ~new,
        selected=change.selected & ~new,
    )


def next_phase_change(
    change: PhaseChange,
    wanted: Bools,
    allowed: Bools,
    left: Ints,
    read_back: Bools,
    draws: Bools,
    mono_s: float,
) -> PhaseChange:
    """One step of every sequence.

    ``wanted`` (C, 3) the phases that the car should have, empty: any; ``allowed``: a sequence may begin;
    ``left``: switches left in this session, each try takes one; ``read_back`` (C, 3) what the charger says
    that it has; ``draws``: current flows, or may flow.
    """
    if (draws & ~change.selected).any():
        change = replace(change, selected=change.selected | draws)
    differs = (wanted != change.told).any(axis=1) & wanted.any(axis=1)
    begins = (change.stage == STEADY) & differs & allowed & ~change.given_up
    if not (begins.any() or change.busy.any()):
        return change
    change = replace(
        change,
        target=np.where(begins[:, None], wanted, change.target),
        before=np.where(begins[:, None], change.told, change.before),
        tries=np.where(begins, 0, change.tries),
    )
    change = _enter(change, begins, PAUSING, mono_s)
    lasted_s = mono_s - change.since_s
    paused = (change.stage == PAUSING) & ~draws
    stuck = (change.stage == PAUSING) & draws & (lasted_s >= PAUSE_MOST_S)
    rested = (change.stage == DEAD) & (lasted_s >= DEAD_S)
    same = (read_back == change.target).all(axis=1)
    done = (change.stage == SWITCHING) & same & (lasted_s >= SETTLE_S)
    refused = (change.stage == SWITCHING) & ~same & (lasted_s >= READ_BACK_S)
    change = _enter(change, paused, DEAD, mono_s)
    change = _switch(change, rested, mono_s)
    change = _enter(change, done, STEADY, mono_s)
    return _failed(change, stuck | refused, left <= 0, mono_s)


def _enter(change: PhaseChange, which: Bools, stage: int, mono_s: float) -> PhaseChange:
    if not which.any():
        return change
    return replace(
        change,
        stage=np.where(which, stage, change.stage),
        since_s=np.where(which, mono_s, change.since_s),
    )


def _switch(change: PhaseChange, which: Bools, mono_s: float) -> PhaseChange:
    """Tells the new phases; counts, but for the first selection of a session."""
    if not which.any():
        return change
    change = _enter(change, which, SWITCHING, mono_s)
    return replace(
        change,
        told=np.where(which[:, None], change.target, change.told),
        used=change.used + (which & change.selected),
        switched_s=np.where(which & change.selected, mono_s, change.switched_s),
        selected=change.selected | which,
    )


def _failed(change: PhaseChange, which: Bools, used_up: Bools, mono_s: float) -> PhaseChange:
    """Tries again, or gives up and goes back to the phases from before."""
    if not which.any():
        return change
    tries = change.tries + which
    over = which & ((tries >= TRIES) | used_up)
    change = _enter(replace(change, tries=tries), which & ~over, PAUSING, mono_s)
    change = _enter(change, over, STEADY, mono_s)
    return replace(
        change,
        told=np.where(over[:, None], change.before, change.told),
        given_up=change.given_up | over,
    )
