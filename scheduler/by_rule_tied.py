"""Plans made by rule for sessions with ties: one phase set throughout, one run where runs are timed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.first_runs import pausing, resting
from scheduler.problem import FloatArray, Problem, Session
from scheduler.room import EPS, Room, energy_per_a, on_grid_a


@dataclass(frozen=True, slots=True)
class Block:
    """One run of a session: its option, its first slot by position, and the currents [A] from there on."""

    option: int
    first: int
    current_a: tuple[float, ...]
    kwh: float
    rank: float
    """How good its slots are; less is better."""


def one_option(problem: Problem, s: int, room: Room) -> tuple[int, ...]:
    """The options that a plan by rule uses: all, or the best single one where switches are counted."""
    session = problem.sessions[s]
    if session.switching is None:
        return tuple(range(len(session.options)))
    if session.switching.selected is not None:
        return (session.switching.selected,)
    able: list[float] = []
    for k in range(len(session.options)):
        able.append(_able_kwh(problem, s, k, room))
        if able[-1] >= session.goals[-1].least_kwh:
            break
    return (int(np.argmax(able)),) if able else ()


def _able_kwh(problem: Problem, s: int, k: int, room: Room) -> float:
    """The energy that a session can take by one option, as far as it needs it [kWh]."""
    need, able = problem.sessions[s].goals[-1].least_kwh, 0.0
    for i in range(len(problem.sessions[s].slots)):
        able += _slot_kwh(problem, s, i, k, room)
        if able >= need:
            return need
    return able


def hold_first_runs(problem: Problem, room: Room) -> None:
    """Keep room for the runs that have to go on, at their least current, before anybody is served."""
    for s, session in enumerate(problem.sessions):
        for i in range(len(resting(problem, session))):
            k = _selected(session)
            room.take(s, i, k, session.options[k].min_a)


def _selected(session: Session) -> int:
    """The option of a run that has to go on."""
    assert session.before is not None
    assert session.before.option is not None
    return session.before.option


def serve_in_one_run(problem: Problem, s: int, rank: FloatArray, room: Room) -> None:
    """Give session ``s`` its energy in one run, the one that misses least and then lies in the best slots."""
    session = problem.sessions[s]
    held = len(resting(problem, session))
    for i in range(held):
        room.release(s, i, _selected(session))
    options = (_selected(session),) if held else one_option(problem, s, room)
    found = [block for k in options for block in _blocks(problem, s, k, rank, room)]
    if not found:
        return
    need = session.goals[-1].least_kwh
    best = min(found, key=lambda block: (max(0.0, round(need - block.kwh, 9)), block.rank))
    for offset, current_a in enumerate(best.current_a):
        room.take(s, best.first + offset, best.option, current_a)


def _most_kwh(problem: Problem, s: int, k: int, room: Room) -> FloatArray:
    """The most energy that each slot of a session can take beside everything booked, by one option [kWh]."""
    slots = range(len(problem.sessions[s].slots))
    return np.array([_slot_kwh(problem, s, i, k, room) for i in slots])


def _slot_kwh(problem: Problem, s: int, i: int, k: int, room: Room) -> float:
    """The most energy that one slot of a session can take by one option [kWh]."""
    session = problem.sessions[s]
    option = session.options[k]
    return room.most_a(s, i, k, option.max_a) * energy_per_a(problem, session, i, option)


def _blocks(problem: Problem, s: int, k: int, rank: FloatArray, room: Room) -> list[Block]:
    """Every run with option ``k``: from each slot on, as long as it needs and may last."""
    session, option = problem.sessions[s], problem.sessions[s].options[k]
    most_kwh = _most_kwh(problem, s, k, room)
    per_a = np.array([energy_per_a(problem, session, i, option) for i in range(len(session.slots))])
    hours = problem.hours[session.slots] * session.share
    found = []
    for first in _first_slots(problem, session):
        able_kwh = _tapered(session, k, first, (per_a, most_kwh, hours))
        last = _last_slot(problem, session, first, able_kwh, hours)
        if last is None:
            continue
        part = slice(first, last + 1)
        currents_a = _filled(session, k, per_a[part], able_kwh[part])
        kwh = float(currents_a @ per_a[part])
        if kwh <= session.most_kwh + EPS:
            mean_rank = float(currents_a * per_a[part] @ rank[session.slots[part]]) / max(kwh, EPS)
            found.append(Block(k, first, tuple(currents_a.tolist()), kwh, mean_rank))
    return found


def _tapered(
    session: Session, k: int, first: int, slots: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """The most of each slot [kWh] that a car still takes which takes the most from slot ``first`` on."""
    per_a, most_kwh, hours = slots
    if session.taper is None:
        return most_kwh
    able_kwh, taken_kwh = most_kwh.copy(), 0.0
    for i in range(first, len(hours)):
        most_kw = session.taper.most_kw(taken_kwh, float(hours[i])) / session.at_car
        current_a = on_grid_a(most_kw * float(hours[i] / per_a[i]), session.options[k], session)
        able_kwh[i] = min(able_kwh[i], current_a * per_a[i])
        taken_kwh += float(able_kwh[i]) * session.at_car
    return able_kwh


def _first_slots(problem: Problem, session: Session) -> list[int]:
    """Where the run may begin: at once where one goes on, else after the pause."""
    before, n = session.before, len(session.slots)
    if len(resting(problem, session)):
        return [0]
    if session.goals[-1].least_kwh <= EPS:
        return []
    if before is None or not before.on:
        return list(range(len(pausing(problem, session)), n))
    begins_h = (np.cumsum(problem.hours) - problem.hours)[session.slots]
    return [0, *np.flatnonzero((begins_h > 0) & (begins_h >= session.least_pause_h - EPS)).tolist()]


def _last_slot(
    problem: Problem, session: Session, first: int, most_kwh: FloatArray, hours: FloatArray
) -> int | None:
    """The slot in which a run from ``first`` on has its energy or stops; None where that is too soon."""
    goes_on = first == 0 and session.before is not None and session.before.on
    least_h = session.least_run_h if not goes_on else 0.0
    least_slots = len(resting(problem, session)) if goes_on else 0
    energy, lasted, last = 0.0, 0.0, first - 1
    for i in range(first, len(hours)):
        done = energy >= session.goals[-1].least_kwh - EPS
        if done and lasted >= least_h - EPS and i >= least_slots:
            break
        if most_kwh[i] <= 0:
            break
        energy, lasted, last = energy + most_kwh[i], lasted + hours[i], i
    whole = last == len(hours) - 1 or (lasted >= least_h - EPS and last >= least_slots - 1)
    return last if last >= first and whole else None


def _filled(session: Session, k: int, per_a: FloatArray, most_kwh: FloatArray) -> FloatArray:
    """Currents of a run [A]: the least everywhere, then more from its beginning on until it is enough."""
    option = session.options[k]
    current_a = np.full(len(per_a), option.min_a)
    for i in range(len(per_a)):
        missing = session.goals[-1].least_kwh - float(current_a @ per_a)
        if missing <= EPS:
            break
        steps = np.ceil(missing / per_a[i] / session.step_a - EPS)
        wanted_a = min(option.min_a + float(steps) * session.step_a, float(most_kwh[i] / per_a[i]) + EPS)
        current_a[i] = on_grid_a(wanted_a, option, session)
    return current_a
