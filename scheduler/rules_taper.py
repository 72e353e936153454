"""Rules of the taper: what a car has taken, and the power that it then still takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.problem import Problem
    from scheduler.tapers import TaperLine

_EPS: Final = 1e-9


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """taken_kwh: what a car that may taper has taken at the plug by the end of a slot."""
    m.taper_lines = binding_lines(problem)
    tapering = sorted({s for s, _, _ in m.taper_lines})
    slots = [(s, t) for s in tapering for t in problem.sessions[s].slots.tolist()]
    m.taken_kwh = pyo.Var(slots, bounds=lambda _, *c: (None if problem.sessions[c[0]].giver else 0.0, None))


def binding_lines(problem: Problem) -> dict[tuple[int, int, int], TaperLine]:
    """Session, slot and number of every line of a taper that may bind."""
    found: dict[tuple[int, int, int], TaperLine] = {}
    for s, session in enumerate(problem.sessions):
        if session.taper is None:
            continue
        full_kw = max(one.max_a * one.kw_per_a(problem.voltage_v) for one in session.options) * session.at_car
        taken = np.cumsum(full_kw * problem.hours[session.slots] * session.share)
        for i, t in enumerate(session.slots.tolist()):
            for j, line in enumerate(session.taper.lines):
                if full_kw > line.most_kw - line.kw_per_kwh * taken[i] + _EPS:
                    found[s, t, j] = line
    return found


def undone_at(m: pyo.ConcreteModel, s: int, t: int) -> Any:
    """Drawn energy [kWh] that session ``s`` gives back in slot ``t``."""
    return sum(kwh * m.give_a[g] for kwh, g in m.undone_kwh.get(s, ()) if g[1] == t)


def taken_energy(m: pyo.ConcreteModel, problem: Problem) -> None:
    """taken_kwh[s, t] = taken_kwh[s, t - 1] + hours[t] sum_k mean_kw_per_a[d] at_car[s] current_a[d]
    over the options k, where the car tapers; energy at the plug, dead times not taken off, less what the car
    gives back
    """
    hours = problem.hours.tolist()
    before = {
        (s, u): (s, t) for (s, t), (r, u) in zip(m.taken_kwh, list(m.taken_kwh)[1:], strict=False) if r == s
    }
    drawn = {(s, t): [(kw, d) for kw, d in m.cars_at[t] if d[0] == s] for s, t in m.taken_kwh}

    def taken(m: pyo.ConcreteModel, s: int, t: int) -> object:
        earlier = m.taken_kwh[before[s, t]] if (s, t) in before else 0.0
        at_car = problem.sessions[s].at_car
        drawn_kwh = sum(hours[t] * at_car * kw * m.current_a[d] for kw, d in drawn[s, t])
        return m.taken_kwh[s, t] - earlier - drawn_kwh + at_car * undone_at(m, s, t) == 0

    m.taken_energy = pyo.Constraint(list(m.taken_kwh), rule=taken)


def taper(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_k kw_per_a[d] at_car[s] current_a[d] + kw_per_kwh[l] taken_kwh[s, t] <= most_kw[l]
    over the lines l of the taper of session s: what a slot asks for, the car takes to the slot's end
    """
    per_a = problem.draw_table.kw_per_a.tolist()
    drawn: dict[tuple[int, int], list[tuple[float, tuple[int, int, int]]]] = {key: [] for key in m.taken_kwh}
    for draw, kw in zip(problem.draws, per_a, strict=True):
        if (draw.session, draw.slot) in drawn:
            kw_at_car = kw * problem.sessions[draw.session].at_car
            drawn[draw.session, draw.slot].append((kw_at_car, (draw.session, draw.slot, draw.option)))

    def below(m: pyo.ConcreteModel, s: int, t: int, j: int) -> object:
        line = m.taper_lines[s, t, j]
        power = sum(kw * m.current_a[d] for kw, d in drawn[s, t])
        return power + line.kw_per_kwh * m.taken_kwh[s, t] <= line.most_kw

    m.taper = pyo.Constraint(list(m.taper_lines), rule=below)
