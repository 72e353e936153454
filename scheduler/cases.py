"""The central problem of a site, and the same as it may come otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.inputs import PlanInputs
from domain.site import Site
from scheduler.devices import Run
from scheduler.from_site import problem_of
from scheduler.problem import Problem

CENTRAL: Final = "as expected"
_EPS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Cases:
    """All courses of solar and load, the central one first."""

    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    problems: tuple[Problem, ...]

    @property
    def central(self) -> Problem:
        """The one that is planned."""
        return self.problems[0]

    @property
    def others(self) -> tuple[Problem, ...]:
        """All but the central one."""
        return self.problems[1:]


def cases_of(site: Site, inputs: PlanInputs, central: Problem) -> Cases:
    """The cases of ``inputs``, of which ``central`` is the problem of the central series.

    Cars ask for the same in all of them, flexible loads for what the case has room for; each case has its own
    limits, widened to what its load and solar alone take.
    """
    named = inputs.scenarios
    rest = 1.0 - sum(one.probability for one in named)
    if rest < -_EPS:
        raise ValueError(f"scenarios of probability {1 - rest:g} together: at most 1 is allowed")
    others = []
    for one in named:
        case = replace(inputs, solar_kw=one.solar_kw, load_kw=one.load_kw, scenarios=())
        stated = problem_of(site, case).problem
        runs = _runs_of(central.runs, stated.runs)
        others.append(replace(stated, sessions=central.sessions, runs=runs, published_a=None))
    return Cases(
        (CENTRAL, *(one.name for one in named)),
        (max(rest, 0.0), *(one.probability for one in named)),
        (central, *others),
    )


def _runs_of(central: tuple[Run, ...], found: tuple[Run, ...]) -> tuple[Run, ...]:
    """The runs of the central case, each no longer than the limits of another case leave room for."""
    room = {(run.load, int(run.slots[0])): run for run in found}
    return tuple(_no_longer(run, room.get((run.load, int(run.slots[0])))) for run in central)


def _no_longer(run: Run, found: Run | None) -> Run:
    """``run`` as far as it is ``found``; all of it may be left out where it is not."""
    if found is None:
        return replace(run, need_h=0.0, least_at_a_time_h=0.0, usual=np.zeros(0, dtype=np.int64))
    at_a_time_h = min(run.least_at_a_time_h, found.least_at_a_time_h)
    return replace(
        run, need_h=min(run.need_h, found.need_h), least_at_a_time_h=at_a_time_h, usual=found.usual
    )
