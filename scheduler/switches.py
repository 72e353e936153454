"""The phase switches that a plan's currents mean, and what each costs; written apart from the model's rules.

A switch happens as early as it may after the last slot on the old phases: in a pause it costs nothing, in a
slot that charges it takes the dead time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scheduler.problem import FloatArray, Problem, Session
from scheduler.ties import Switching

_EPS = 1e-9


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of a session; slots and options by their position in it."""

    before: int
    """The option it leaves."""
    after: int
    """The option it goes to."""
    needed: int
    """The first slot that charges with the new one."""
    at: int | None
    """The slot in which it happens; None where no slot allows it in time."""


def switches(problem: Problem, session: Session, chosen: list[int | None]) -> Iterator[Switch]:
    """The switches of a session with a budget; ``chosen`` is its option in each of its slots, or off."""
    switching = session.switching
    assert switching is not None
    begin_h, length_h = _times_h(problem, session)
    selected, free_from, ready_h = switching.selected, 0, switching.rest_h
    for i, k in enumerate(chosen):
        if k is None:
            continue
        if selected is not None and k != selected:
            at = _first_possible(switching, begin_h, length_h, range(free_from, i + 1), ready_h)
            yield Switch(selected, k, i, at)
            ready_h = begin_h[i if at is None else at] + switching.hold_h
        selected, free_from = k, i + 1


def _first_possible(
    switching: Switching, begin_h: list[float], length_h: list[float], slots: range, ready_h: float
) -> int | None:
    """The first of some slots that is after the hold and longer than the dead time."""
    for i in slots:
        if begin_h[i] >= ready_h - _EPS and length_h[i] > switching.dead_h + _EPS:
            return i
    return None


def _times_h(problem: Problem, session: Session) -> tuple[list[float], list[float]]:
    """Begin and length of every slot of the session [h]."""
    begin_h = (np.cumsum(problem.hours) - problem.hours)[session.slots]
    return begin_h.tolist(), (problem.hours[session.slots] * session.share).tolist()


def chosen_options(problem: Problem, s: int, current_a: FloatArray) -> list[int | None]:
    """The option with which session ``s`` charges in each of its slots; None where it is off."""
    table, session = problem.draw_table, problem.sessions[s]
    chosen: list[int | None] = [None] * len(session.slots)
    for j in np.flatnonzero((table.session == s) & (current_a > 0)):
        chosen[int(np.searchsorted(session.slots, table.slot[j]))] = int(table.option[j])
    return chosen


def lost_share(problem: Problem, current_a: FloatArray) -> FloatArray:
    """(draws,) share of its energy that each draw loses to the dead time of a switch."""
    table = problem.draw_table
    lost = np.zeros(len(current_a))
    for s, session in enumerate(problem.sessions):
        if session.switching is None or session.switching.dead_h <= 0:
            continue
        _, length_h = _times_h(problem, session)
        for switch in switches(problem, session, chosen_options(problem, s, current_a)):
            if switch.at == switch.needed:
                t = session.slots[switch.needed]
                hit = (table.session == s) & (table.slot == t) & (table.option == switch.after)
                lost[hit] = switch_share(session.switching, length_h[switch.needed])
    return lost


def switch_share(switching: Switching, length_h: float) -> float:
    """Share of a slot that a switch at its beginning takes."""
    return min(switching.dead_h / length_h, 1.0)
