"""The first stage a second time: class by class, and inside a class the worst shares as sums over subsets.

The sum of the k worst shares is the largest sum over any k sessions, so its least needs a row for each such
subset and nothing of the planner's own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduler.problem import Problem
from tests.scheduler.second_formulation import Limit, SecondFormulation, Sum

SLACK = 1e-5
"""Room for the last digits of what is kept: both sides keep a limit to 1e-6 [kWh, shares]."""


@dataclass(frozen=True)
class Stage:
    """Sums of missing energies of which the largest is made least, and the least that it can be."""

    sums: list[Sum]
    least: float

    @property
    def limits(self) -> list[Limit]:
        """What later stages keep."""
        return [(one, self.least + SLACK) for one in self.sums]


def sums_in_order(problem: Problem) -> list[list[Sum]]:
    """What is made least, in its order: the weighted sum of a class, its worst share, its worst two, ..."""
    found: list[list[Sum]] = []
    for rank in sorted({car.priority for car in problem.sessions}, reverse=True):
        members = [s for s, car in enumerate(problem.sessions) if car.priority == rank]
        found.append([{s: problem.sessions[s].weight for s in members}])
        asking = [s for s in members if problem.sessions[s].goals[-1].least_kwh > 0]
        share = {s: 1 / problem.sessions[s].goals[-1].asked_kwh for s in asking}
        found += [
            [{s: share[s] for s in some} for some in combinations(asking, k)]
            for k in range(1, len(asking) + 1)
        ]
    return found


def stages_of(problem: Problem, formulation: SecondFormulation) -> list[Stage]:
    """The first stage, solved one sum after the other."""
    found: list[Stage] = []
    for sums in sums_in_order(problem):
        limits = [limit for stage in found for limit in stage.limits]
        found.append(Stage(sums, formulation.least_worst(sums, limits)))
    return found


def stages_reached(problem: Problem, missing_kwh: NDArray[np.float64]) -> list[Stage]:
    """What a plan reached that misses so much."""
    return [
        Stage(sums, max(sum(factor * float(missing_kwh[s]) for s, factor in one.items()) for one in sums))
        for sums in sums_in_order(problem)
    ]


def limits_of(stages: list[Stage]) -> list[Limit]:
    """Everything that is kept."""
    return [limit for stage in stages for limit in stage.limits]
