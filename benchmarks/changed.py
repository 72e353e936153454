"""A problem planned before: a slot later, or with other departures, with what the last plan said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from scheduler.evaluate import Outcome
from scheduler.problem import Circuit, FloatArray, Goal, Problem, Session
from scheduler.storage import content_kwh

Place = tuple[str, int, int]


def departed(problem: Problem, outcome: Outcome, position: int, earlier: int) -> Problem:
    """``problem`` where the session at ``position`` leaves some slots earlier, or later where that is
    negative, after the plan ``outcome``.
    """
    session = problem.sessions[position]
    last = replace(session.goals[-1], slots=session.goals[-1].slots - earlier)
    goals = tuple(goal for goal in session.goals[:-1] if goal.slots < last.slots)
    stays = np.arange(int(session.slots[0]), last.slots)
    share = np.ones(len(stays))
    share[: len(session.share)] = session.share[: len(stays)]
    changed = replace(session, slots=stays, share=share, goals=(*goals, last))
    sessions = [changed if s == position else other for s, other in enumerate(problem.sessions)]
    return _with_last(replace(problem, sessions=tuple(sessions)), problem, outcome, 0)


def a_slot_later(problem: Problem, outcome: Outcome) -> Problem:
    """``problem`` after its first slot has gone by as the plan ``outcome`` says."""
    table = problem.draw_table
    first = np.where(table.slot == 0, outcome.draw_kw * table.gain * problem.hours[0], 0.0)
    had_kwh = np.bincount(table.session, first, len(problem.sessions))
    sessions = [_later(s, float(kwh)) for s, kwh in zip(problem.sessions, had_kwh, strict=True)]
    battery = problem.battery
    if battery is not None:
        battery = replace(battery, start_kwh=float(content_kwh(problem, outcome.battery_kw)[0]))
    limit_a = problem.imbalance_limit_a
    after = Problem(
        voltage_v=problem.voltage_v,
        hours=problem.hours[1:],
        buy_eur_per_kwh=problem.buy_eur_per_kwh[1:],
        sell_eur_per_kwh=problem.sell_eur_per_kwh[1:],
        load_kw=problem.load_kw[1:],
        solar_kw=problem.solar_kw[1:],
        circuits=tuple(map(_later_circuit, problem.circuits)),
        sessions=tuple(one for one in sessions if len(one.slots) and one.goals),
        imbalance_limit_a=None if limit_a is None else limit_a[1:],
        battery=battery,
    )
    return _with_last(after, problem, outcome, 1)


def _later(session: Session, had_kwh: float) -> Session:
    stays = session.slots > 0
    goals = (
        Goal(goal.slots - 1, max(goal.asked_kwh - had_kwh, 0.0), max(goal.least_kwh - had_kwh, 0.0))
        for goal in session.goals
        if goal.slots > 1
    )
    return replace(
        session,
        slots=session.slots[stays] - 1,
        share=session.share[stays],
        goals=tuple(goals),
        most_kwh=max(session.most_kwh - had_kwh, 0.0),
    )


def _later_circuit(circuit: Circuit) -> Circuit:
    return replace(
        circuit,
        base_a=circuit.base_a[:, 1:],
        relief_a_per_kw=circuit.relief_a_per_kw[:, 1:],
        limit_a=circuit.limit_a[:, 1:],
        feed_limit_a=circuit.feed_limit_a[:, 1:],
        base_kw=circuit.base_kw[1:],
        relief_kw_per_kw=circuit.relief_kw_per_kw[1:],
        limit_kw=None if circuit.limit_kw is None else circuit.limit_kw[1:],
    )


def _with_last(problem: Problem, before: Problem, outcome: Outcome, gone: int) -> Problem:
    """``problem`` that knows what the plan ``outcome`` of ``before`` says, ``gone`` slots earlier."""
    told: dict[Place, float] = dict(zip(_places(before, gone), outcome.current_a.tolist(), strict=True))
    known: FloatArray = np.array([told.get(place, np.nan) for place in _places(problem, 0)])
    return replace(problem, published_a=known)


def _places(problem: Problem, gone: int) -> Iterable[Place]:
    for draw in problem.draws:
        yield problem.sessions[draw.session].id, draw.slot - gone, draw.option
