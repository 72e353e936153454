"""What flows into a session until each of its goals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.problem import FloatArray, IntArray, Problem


@dataclass(frozen=True, slots=True)
class Goals:
    """The goals of all sessions, each of shape (goals,)."""

    owner: IntArray
    """Its session."""
    until: IntArray
    """It counts what flows before this slot."""
    least_kwh: FloatArray

    @classmethod
    def of(cls, problem: Problem) -> Goals:
        """The goals of a problem, by session."""
        goals = [goal for session in problem.sessions for goal in session.goals]
        return cls(
            owner=np.repeat(np.arange(len(problem.sessions)), [len(one.goals) for one in problem.sessions]),
            until=np.array([goal.slots for goal in goals], dtype=np.int64),
            least_kwh=np.array([goal.least_kwh for goal in goals], dtype=np.float64),
        )

    def flowed_kwh(self, problem: Problem, energy_kwh: FloatArray) -> FloatArray:
        """(goals,) what has flowed until each goal, with ``energy_kwh`` in every draw [kWh]."""
        table, width = problem.draw_table, problem.slots + 1
        place, sums = table.session * width + table.slot, np.append(0.0, np.cumsum(energy_kwh))
        first = np.searchsorted(place, self.owner * width)
        flowed: FloatArray = sums[np.searchsorted(place, self.owner * width + self.until)] - sums[first]
        return flowed
