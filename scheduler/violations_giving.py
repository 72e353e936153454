"""What a decision breaks where cars give energy back, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler.decision import Decision
from scheduler.giving import FloatArray, Giver, given_by_session_kwh, given_kw
from scheduler.problem import Problem

_TOLERANCE: Final = 1e-5


def broken_giving(problem: Problem, decision: Decision) -> Iterator[str]:
    """Currents that cannot be given, giving beside drawing, and batteries too empty or too full."""
    if not problem.gives.keys:
        return
    yield from _broken_currents(problem, decision.given_a)
    yield from _both_ways(problem, decision)
    out_kwh = given_by_session_kwh(problem, given_kw(problem, decision))
    in_kwh = _drawn_kwh(problem, decision.current_a)
    for s, session in enumerate(problem.sessions):
        if session.giver is not None:
            yield from _broken_content(session.id, session.giver, in_kwh[s], out_kwh[s])


def _broken_currents(problem: Problem, given_a: FloatArray) -> Iterator[str]:
    table = problem.gives
    steps = (given_a - table.min_a) / table.step_a
    off_grid = np.abs(steps - np.round(steps)) * table.step_a > _TOLERANCE
    outside = (given_a < table.min_a - _TOLERANCE) | (given_a > table.max_a + _TOLERANCE)
    for j in np.flatnonzero(((given_a > _TOLERANCE) & (off_grid | outside)) | (given_a < 0)):
        session = problem.sessions[table.session[j]].id
        yield f"{session} is told to give {given_a[j]:.3f} A in slot {table.slot[j]}, which cannot be"


def _both_ways(problem: Problem, decision: Decision) -> Iterator[str]:
    draws, gives = problem.draw_table, problem.gives
    draw, give = decision.current_a > _TOLERANCE, decision.given_a > _TOLERANCE
    place = np.concatenate(
        [
            (draws.charger * problem.slots + draws.slot)[draw],
            (gives.charger * problem.slots + gives.slot)[give],
        ]
    )
    given = np.unique((gives.charger * problem.slots + gives.slot)[give])
    for double in given[np.bincount(place, minlength=1)[given] > 1]:
        yield f"charger {double // problem.slots} draws and gives in slot {double % problem.slots}"


def _drawn_kwh(problem: Problem, current_a: FloatArray) -> FloatArray:
    """(sessions, slots) energy that each car draws [kWh]."""
    table, found = problem.draw_table, np.zeros((len(problem.sessions), problem.slots))
    energy = table.mean_kw_per_a * current_a * problem.hours[table.slot]
    np.add.at(found, (table.session, table.slot), energy)
    return found


def _broken_content(name: str, giver: Giver, in_kwh: FloatArray, out_kwh: FloatArray) -> Iterator[str]:
    content = giver.start_kwh + np.cumsum(giver.stored_per_kwh * in_kwh - giver.emptied_per_kwh * out_kwh)
    low = (out_kwh > 0) & (content < giver.least_kwh - _TOLERANCE)
    for t in np.flatnonzero(low | (content > giver.most_kwh + _TOLERANCE)):
        yield f"the battery of {name} holds {content[t]:.3f} kWh after slot {t}"
