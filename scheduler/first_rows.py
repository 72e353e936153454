"""The rows of the first slots, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.first_slots import FirstSlots
from scheduler.flexible_rows import run_places
from scheduler.linear import Linear
from scheduler.problem import FloatArray, Problem
from scheduler.standard_form import Columns
from scheduler.written import Rows


def held_first(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_first.held_first``."""
    assert problem.first is not None
    told = told_first(problem, problem.first)
    parts = first_choices(problem, columns, problem.first.slots)
    return {"held_first": Rows.joined([one.equals(value) for one, value in zip(parts, told, strict=True)])}


def first_choices(problem: Problem, columns: Columns, slots: int) -> tuple[Linear, ...]:
    """What is decided in the first ``slots`` slots: currents, what cars give, runs, the battery's power."""
    draws, gives, runs, powers = _places(problem, slots)
    battery = Linear.of(columns.fill_kw[powers]) - Linear.of(columns.drain_kw[powers])
    return (
        Linear.of(columns.current_a[draws]),
        Linear.of(columns.give_a[gives]),
        Linear.of(columns.running[runs]),
        battery,
    )


def told_first(problem: Problem, first: FirstSlots) -> tuple[FloatArray, ...]:
    """What ``first`` tells, in the order of ``first_choices``."""
    draws, gives, runs, powers = _places(problem, first.slots)
    run, slot = run_places(problem)
    running = first.told.running[run[runs], slot[runs]].astype(np.float64)
    return first.told.current_a[draws], first.told.given_a[gives], running, first.told.battery_kw[powers]


def _places(problem: Problem, slots: int) -> tuple[np.ndarray, ...]:
    """Which draws, gives, runs and slots of the battery lie in the first ``slots`` slots."""
    commanded = problem.battery is not None and problem.battery.commanded
    return (
        np.flatnonzero(problem.draw_table.slot < slots),
        np.flatnonzero(problem.gives.slot < slots),
        np.flatnonzero(run_places(problem)[1] < slots),
        np.arange(min(slots, problem.slots) if commanded else 0),
    )
