"""Least runs that go on when the horizon begins, as far as every limit allows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.problem import IntArray, Problem, Session
from scheduler.room import Room, energy_per_a


def with_first_runs(problem: Problem) -> tuple[Problem, list[str]]:
    """``problem`` with the runs that can go on; the notes name those that a limit ends.

    What goes on fits at its least current beside everything else that must be: the problem has a solution.
    """
    if not any(len(resting(problem, session)) for session in problem.sessions):
        return problem, []
    room, sessions, notes = Room(problem), list(problem.sessions), []
    for s, session in enumerate(problem.sessions):
        slots = resting(problem, session)
        if not len(slots) or session.before is None:
            continue
        k = session.before.option
        assert k is not None
        least_a = session.options[k].min_a
        if all(room.most_a(s, i, k, least_a) > 0 for i in range(len(slots))):
            for i in range(len(slots)):
                room.take(s, i, k, least_a)
            kwh = sum(
                least_a * energy_per_a(problem, session, i, session.options[k]) for i in range(len(slots))
            )
            sessions[s] = replace(session, most_kwh=max(session.most_kwh, kwh))
        else:
            notes.append(f"{session.id}: its least run cannot go on, the limits leave no room for it")
            sessions[s] = replace(session, before=replace(session.before, run_rest_h=0.0))
    return replace(problem, sessions=tuple(sessions)), notes


def resting(problem: Problem, session: Session) -> IntArray:
    """The session's first slots, as far as its least run reaches into them."""
    rest_h = session.before.run_rest_h if session.before is not None else 0.0
    return _first(problem, session, rest_h)


def pausing(problem: Problem, session: Session) -> IntArray:
    """The session's first slots, as far as its least pause reaches into them."""
    rest_h = session.before.pause_rest_h if session.before is not None else 0.0
    return _first(problem, session, rest_h)


def _first(problem: Problem, session: Session, rest_h: float) -> IntArray:
    hours = problem.hours[session.slots] * session.share
    first: IntArray = session.slots[np.cumsum(hours) - hours < rest_h - 1e-9]
    return first
