"""What a decision breaks of the first slots: what is told there, and limits in every case that may come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.decision import Decision
from scheduler.first_rows import told_first
from scheduler.first_slots import FirstSlots
from scheduler.problem import Problem

_EPS: Final = 1e-5


def broken_first(problem: Problem, decision: Decision) -> Iterator[str]:
    """Choices of the first slots that are not as they are told [A, kW]."""
    first = problem.first
    if first is None:
        return
    names = ("a current", "what a car gives", "a flexible load", "the battery's power")
    wanted, found = told_first(problem, first), told_first(problem, replace(first, told=decision))
    for name, told, done in zip(names, wanted, found, strict=True):
        if np.any(np.abs(told - done) > _EPS):
            yield f"{name} in the first {first.slots} slots is not as it is told"


def same_first(problem: Problem, one: FirstSlots, other: FirstSlots) -> bool:
    """Whether two tell the same."""
    pairs = zip(told_first(problem, one), told_first(problem, other), strict=True)
    return all(bool(np.all(np.abs(mine - theirs) <= _EPS)) for mine, theirs in pairs)


def nothing_told(problem: Problem, first: FirstSlots) -> bool:
    """Whether there is nothing to decide in the first slots."""
    return not any(len(part) for part in told_first(problem, first))
