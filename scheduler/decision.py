"""Everything that is decided for a horizon; all else follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.problem import FloatArray, Problem

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decision:
    """Currents of the cars, runs of the flexible loads, and what the battery is told."""

    current_a: FloatArray
    """(draws,) current per phase of every draw, 0 where it is off [A]."""
    running: BoolArray
    """(runs, slots): where each run is on."""
    battery_kw: FloatArray
    """(slots,) power that a commanded battery follows, + when charging; else 0 [kW]."""
    held: BoolArray
    """(slots,): where a battery that can be held may not drain."""
    given_a: FloatArray
    """(gives,) current per phase that every choice to give gives, 0 where it gives nothing [A]."""


def only_charging(problem: Problem, current_a: FloatArray) -> Decision:
    """The decision with these currents when everything else does what it does without a plan."""
    return Decision(
        current_a=current_a,
        running=usual_running(problem),
        battery_kw=np.zeros(problem.slots),
        held=np.zeros(problem.slots, dtype=bool),
        given_a=np.zeros(len(problem.gives.keys)),
    )


def nothing_charges(problem: Problem) -> Decision:
    """The decision of a plan that charges nobody."""
    return only_charging(problem, np.zeros(len(problem.draw_table.slot)))


def only_first(problem: Problem, decision: Decision, slots: int) -> Decision:
    """A decision without what comes after the first ``slots`` slots."""
    early = np.arange(problem.slots) < slots
    return Decision(
        current_a=np.where(early[problem.draw_table.slot], decision.current_a, 0.0),
        running=decision.running & early,
        battery_kw=np.where(early, decision.battery_kw, 0.0),
        held=decision.held & early,
        given_a=np.where(early[problem.gives.slot], decision.given_a, 0.0),
    )


def usual_running(problem: Problem) -> BoolArray:
    """Where the runs are on without a plan, shape (runs, slots)."""
    running = np.zeros((len(problem.runs), problem.slots), dtype=bool)
    for r, run in enumerate(problem.runs):
        running[r, run.usual] = True
    return running
