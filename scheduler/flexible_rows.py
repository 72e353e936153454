"""The rows of the flexible loads, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.linear import Linear
from scheduler.problem import IntArray, Problem
from scheduler.rules_flexible import covered_slots
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Rows


def run_time(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_flexible.run_time``."""
    run, slot = run_places(problem)
    hours = Linear.sums(len(problem.runs), [(run, columns.running, problem.hours[slot])])
    with_slots = np.unique(run)
    need_h, most_h = (
        np.array([getattr(one, part) for one in problem.runs])[with_slots] for part in ("need_h", "most_h")
    )
    return {
        "run_time": hours.only(with_slots).at_least(need_h),
        "run_time_most": hours.only(with_slots).at_most(most_h),
    }


def least_run(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_flexible.least_run``."""
    run, slot = run_places(problem)
    timed = np.flatnonzero(columns.begins != ABSENT)
    begins, running = Linear.of(columns.begins), Linear.of(columns.running)
    side_by_side = np.append(False, (np.diff(run) == 0) & (np.diff(slot) == 1))[: len(run)]
    before = np.where(side_by_side, np.append(ABSENT, columns.running[:-1])[: len(run)], ABSENT)
    covered = [len(covered_slots(problem, int(run[j]), int(slot[j]))) for j in timed]
    start = np.repeat(timed, [max(one - 1, 0) for one in covered])
    later = [j + np.arange(1, n) for j, n in zip(timed, covered, strict=True)]
    held = np.concatenate([np.zeros(0, dtype=np.int64), *later])
    holds = Linear.of(columns.running[held]) - Linear.of(columns.begins[start])
    return {
        "begins_run": (begins - running + Linear.of(before)).only(timed).at_least(0.0),
        "least_run": holds.at_least(0.0),
        "begins_late": begins.only(timed[np.array(covered, dtype=np.int64) == 0]).at_most(0.0),
    }


def run_places(problem: Problem) -> tuple[IntArray, IntArray]:
    """Run and slot of everything that may run."""
    none = np.zeros(0, dtype=np.int64)
    run = np.repeat(np.arange(len(problem.runs)), [len(one.slots) for one in problem.runs])
    return run, np.concatenate([none, *(one.slots for one in problem.runs)])
