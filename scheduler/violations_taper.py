"""Where currents ask more of a car than its taper lets it take, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler.decision import Decision
from scheduler.giving import given_by_session_kwh, given_kw
from scheduler.problem import FloatArray, Problem

_TOLERANCE: Final = 1e-5


def broken_tapers(problem: Problem, decision: Decision) -> Iterator[str]:
    """Every slot of a tapering car in which it cannot take what it is offered to the slot's end."""
    if not any(session.taper for session in problem.sessions):
        return
    for s, session in enumerate(problem.sessions):
        if session.taper is None:
            continue
        over_kw = session.taper.over_kw(*plug_powers(problem, s, decision))
        for i in np.flatnonzero(over_kw > _TOLERANCE):
            yield f"{session.id} is asked {over_kw[i]:.3f} kW above its taper in slot {session.slots[i]}"


def plug_powers(problem: Problem, s: int, decision: Decision) -> tuple[FloatArray, FloatArray]:
    """Power at the plug while the car is there [kW], and energy taken there [kWh], by slot of session ``s``;
    dead times are not taken off, but what the car gives back is.
    """
    table, session, current_a = problem.draw_table, problem.sessions[s], decision.current_a
    mine = table.session == s
    at = np.searchsorted(session.slots, table.slot[mine])
    power_kw, energy_kwh = np.zeros(len(session.slots)), np.zeros(len(session.slots))
    np.add.at(power_kw, at, (table.kw_per_a * table.at_car * current_a)[mine])
    hours = table.share * problem.hours[table.slot]
    np.add.at(energy_kwh, at, (table.kw_per_a * table.at_car * current_a * hours)[mine])
    if session.giver is not None:
        given_kwh = given_by_session_kwh(problem, given_kw(problem, decision))[s][session.slots]
        energy_kwh -= session.giver.undone_per_kwh * session.at_car * given_kwh
    return power_kw, energy_kwh
