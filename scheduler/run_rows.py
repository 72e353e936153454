"""The rows against flapping, written straight as matrices: least runs and pauses of cars."""

from __future__ import annotations

import numpy as np

from scheduler.first_runs import pausing, resting
from scheduler.linear import Linear
from scheduler.on_off_rows import by_stay, first_draws, slot_before
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_runs import reaches
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Rows


def charging_run(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_runs.charging_run``."""
    timed = np.flatnonzero(columns.goes_on != ABSENT)
    on = by_stay(problem, columns.on)
    begins = Linear.of(columns.goes_on) - on + _on_before(problem, columns)
    reached, sums = _reached(problem, columns.goes_on, "least_run_h")
    return {
        "begins_charging": begins.only(timed).at_least(0.0),
        "charging_run": (on - sums).only(reached).at_least(0.0),
    }


def charging_pause(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_runs.charging_pause``."""
    timed = np.flatnonzero(columns.stops != ABSENT)
    on = by_stay(problem, columns.on)
    ends = Linear.of(columns.stops) - _on_before(problem, columns) + on
    reached, sums = _reached(problem, columns.stops, "least_pause_h")
    return {
        "ends_charging": ends.only(timed).at_least(0.0),
        "charging_pause": (on + sums).only(reached).at_most(1.0),
    }


def goes_on_at_first(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_runs.goes_on_at_first``."""
    table = problem.draw_table
    first = first_draws(table)
    place = table.session[first] * problem.slots + table.slot[first]
    runs, pauses = (
        np.array(
            [s * problem.slots + t for s, one in enumerate(problem.sessions) for t in at_first(problem, one)],
            dtype=np.int64,
        )
        for at_first in (resting, pausing)
    )
    on = by_stay(problem, columns.on)
    return {
        "runs_at_first": on.only(np.searchsorted(place, runs)).at_least(1.0),
        "pauses_at_first": on.only(np.searchsorted(place, pauses)).at_most(0.0),
    }


def _on_before(problem: Problem, columns: Columns) -> Linear:
    """Of every session in each of its slots whether it was on a slot earlier, or when the horizon began."""
    table = problem.draw_table
    first, before = first_draws(table), slot_before(table)
    on = by_stay(problem, np.where(before == ABSENT, ABSENT, columns.on[before]))
    was_on = np.array([one.before is not None and one.before.on for one in problem.sessions], dtype=bool)
    known: FloatArray = (was_on[table.session[first]] & (table.slot[first] == 0)).astype(np.float64)
    return on + known


def _reached(problem: Problem, column: IntArray, which: str) -> tuple[IntArray, Linear]:
    """The stays that the least time of an earlier one reaches, and the sums of ``column`` over these."""
    owner = problem.draw_table.session[first_draws(problem.draw_table)]
    earlier, later = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for s in np.unique(owner[column != ABSENT]).tolist():
        start = int(np.searchsorted(owner, s))
        ranges = reaches(problem, problem.sessions[s], getattr(problem.sessions[s], which))
        counts = [len(one) for one in ranges]
        earlier.append(start + np.repeat(np.arange(len(ranges)), counts))
        later += [start + np.arange(one.start, one.stop) for one in ranges]
    row, of_column = np.concatenate(later), column[np.concatenate(earlier)]
    return np.unique(row), Linear.sums(len(column), [(row, of_column, np.ones(len(row)))])
