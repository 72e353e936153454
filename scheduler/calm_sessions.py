"""Calm by sessions: each charges in fewer runs, as long as what that costs is worth it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.batches import open_columns
from scheduler.calm_runs import OFF, Choices, coarse_currents, quietest
from scheduler.deadline import Deadline
from scheduler.layout import Layout
from scheduler.model import ON_OFF
from scheduler.problem import FloatArray, IntArray, Problem, Session
from scheduler.standard_form import StandardForm

_WORTH: Final = (64.0, 16.0, 4.0, 1.0)
"""Parts of the allowance that one start less may cost, pass by pass: 1/64 of it, then more."""
_EARLY: Final = 1e-3
"""Weight of all energy of a session a horizon later, against one start."""
_NO_WIRE: Final = ON_OFF | {
    *("power_balance", "energy_goal", "energy_most", "kept_shortfall", "one_set", "loss_while_drawn")
}
_OVER: Final = 2
"""Units of energy that a proposal may be above what is needed."""
_COARSE: Final = 1.5
"""Steps from which on two currents side by side are coarse."""
_PIECE_S: Final = 1.0
_LEAST_GAIN: Final = 1e-8
"""Less calm than this is not worth a change, in starts."""
_ENLARGED: Final = 1e4


@dataclass(frozen=True, slots=True)
class Stage:
    """What stays the same while sessions are planned anew, one after the other."""

    problem: Problem
    layout: Layout
    stepped: StandardForm
    """The calm stage's form in steps."""
    change: sp.csc_array
    wires: sp.csr_array
    """Rows of the form of plain currents that hold back a current, for draws of current alone."""
    wire_high: FloatArray
    wire_matrix: sp.csr_array
    allowance_eur: float


def stage_of(
    problem: Problem,
    layout: Layout,
    form: StandardForm,
    in_steps: tuple[StandardForm, sp.csc_array],
    allowance_eur: float,
) -> Stage:
    """The stage of a form of plain currents and the same in steps."""
    rows = ~form.rows_of(_NO_WIRE)
    rows &= np.isfinite(form.row_high) & ~np.isfinite(form.row_low)
    matrix = sp.csr_array(form.matrix[rows])
    return Stage(
        problem=problem,
        layout=layout,
        stepped=in_steps[0],
        change=in_steps[1],
        wires=sp.csr_array(matrix[:, layout.columns.current_a]),
        wire_high=form.row_high[rows],
        wire_matrix=matrix,
        allowance_eur=allowance_eur,
    )


def quieter(stage: Stage, y: FloatArray, deadline: Deadline) -> FloatArray:
    """A point at least as calm as ``y``: every session anew, for little money first and then for more."""
    for worth in _WORTH:
        for s in range(len(stage.problem.sessions)):
            if deadline.over:
                return y
            y = _anew(stage, y, s, worth / stage.allowance_eur, deadline)
    return y


def earlier(stage: Stage, y: FloatArray, deadline: Deadline) -> FloatArray:
    """A point as calm as ``y`` whose energy comes earlier where it costs no more."""
    columns = stage.layout.columns
    for s in range(len(stage.problem.sessions)):
        if deadline.over:
            return y
        mine = np.flatnonzero(stage.layout.table.session == s)
        if _starts(stage, y, mine) <= 1.5:
            y = _anew(stage, y, s, _WORTH[-1] / stage.allowance_eur, deadline, least_starts=0.5)
        y = _improved(stage, y, mine, np.round(y[columns.on[mine]]), deadline)
    return y


def _anew(
    stage: Stage, y: FloatArray, s: int, starts_per_eur: float, deadline: Deadline, least_starts: float = 1.5
) -> FloatArray:
    """``y`` with session ``s`` in fewer or earlier runs, where the model allows them and they are calmer."""
    table, columns = stage.layout.table, stage.layout.columns
    mine = np.flatnonzero(table.session == s)
    if _starts(stage, y, mine) <= least_starts or table.tied[mine].any():
        return y
    choices, steps = _choices(stage, stage.change @ y, s, mine, starts_per_eur)
    found = quietest(choices)
    if found is None:
        return y
    sets = len(stage.problem.sessions[s].options)
    on = (found[steps][:, np.newaxis] == np.arange(sets)).astype(np.float64).ravel()
    if (on == np.round(y[columns.on[mine]])).all():
        return y
    return _improved(stage, y, mine, on, deadline)


def _starts(stage: Stage, y: FloatArray, mine: IntArray) -> float:
    """How often the draws ``mine`` start."""
    return float(y[stage.layout.columns.start[mine]].sum())


def _improved(stage: Stage, y: FloatArray, mine: IntArray, on: FloatArray, deadline: Deadline) -> FloatArray:
    """``y`` with the draws ``mine`` on or off as said and the best currents for that, where that is calmer.

    The objective is enlarged, so that the solver sees what earlier energy is worth.
    """
    free = open_columns(stage.layout, mine, stage.stepped.columns)
    held = stage.stepped.with_bounds(stage.layout.columns.on[mine], on, on)
    part = held.with_cost(held.cost * _ENLARGED).around(y, free)
    answer = highs.solve(part, time_limit_s=min(_PIECE_S, deadline.left_s), gap=_LEAST_GAIN * _ENLARGED)
    if answer.x is None:
        return y
    better = y.copy()
    better[free] = np.where(part.whole, np.round(answer.x), answer.x)
    calmer = stage.stepped.value(better) < stage.stepped.value(y) - _LEAST_GAIN
    return better if calmer else y


def _choices(
    stage: Stage, x: FloatArray, s: int, mine: IntArray, starts_per_eur: float
) -> tuple[Choices, IntArray]:
    """What session ``s`` can do beside all others, and the step of each of its slots."""
    problem, table, columns = stage.problem, stage.layout.table, stage.layout.columns
    session = problem.sessions[s]
    sets, slots = len(session.options), session.slots
    steps = np.arange(len(slots)) + np.cumsum(np.append(0, np.diff(slots) > 1))
    amps = [coarse_currents(option.min_a, option.max_a, session.step_a) for option in session.options]
    per_a, hours = table.mean_kw_per_a[mine].reshape(-1, sets), problem.hours[slots]
    current_a = x[columns.current_a[mine]].reshape(-1, sets)
    most_a = _most_a(stage, x, mine).reshape(-1, sets)
    own_kw = (per_a * current_a).sum(axis=1)
    beside_kw = x[columns.buy_kw[slots]] - x[columns.sell_kw[slots]] - own_kw
    unit_kwh = max(min(_unit_kw(table.kw_per_a[mine[k]], amps[k]) for k in range(sets)) * hours.min(), 1e-6)
    shape = (int(steps[-1]) + 1, sets, max(map(len, amps)))
    units, restless = np.zeros(shape, dtype=np.int64), np.full(shape, np.inf)
    late = (np.cumsum(problem.hours) - problem.hours)[slots] / problem.hours.sum()
    for k in range(sets):
        kw = per_a[:, k, np.newaxis] * amps[k]
        kwh = kw * hours[:, np.newaxis]
        eur = _money_eur(problem, slots, beside_kw, kw)
        weight = starts_per_eur * eur + _EARLY * late[:, np.newaxis] * kwh / max(session.most_kwh, 1e-9)
        units[steps, k, : len(amps[k])] = (kwh / unit_kwh + 1e-6).astype(np.int64)
        fits = amps[k] <= most_a[:, k, np.newaxis] + 1e-6
        restless[steps, k, : len(amps[k])] = np.where(fits, weight, np.inf)
    need = _need(stage, s, own_kw * hours, steps, unit_kwh)
    most = _most(session, int(need[-1]), amps, unit_kwh)
    return Choices(units, restless, need, most, _running(problem, s)), steps


def _unit_kw(kw_per_a: float, amps: FloatArray) -> float:
    """Power between two coarse currents, or of the only one [kW]."""
    return float(kw_per_a * (amps[1] - amps[0] if len(amps) > 1 else amps[0]))


def _money_eur(problem: Problem, slots: IntArray, beside_kw: FloatArray, kw: FloatArray) -> FloatArray:
    """What ``kw`` more cost in each slot beside what is bought (+) or sold there [EUR]."""
    buy, sell = problem.buy_eur_per_kwh[slots], problem.export_value_eur_per_kwh[slots]

    def of(flow: FloatArray) -> FloatArray:
        cost: FloatArray = buy * np.maximum(flow.T, 0.0) - sell * np.maximum(-flow.T, 0.0)
        return (problem.hours[slots] * cost).T

    return of(beside_kw[:, np.newaxis] + kw) - of(beside_kw[:, np.newaxis])


def _most_a(stage: Stage, x: FloatArray, mine: IntArray) -> FloatArray:
    """What the rows leave each draw of a session when it draws nothing else [A]."""
    without = x.copy()
    without[stage.layout.columns.current_a[mine]] = 0.0
    room = stage.wire_high - stage.wire_matrix @ without
    part = sp.coo_array(stage.wires[:, mine])
    most = stage.layout.table.max_a[mine].copy()
    pushes = part.data > 0
    np.minimum.at(most, part.col[pushes], room[part.row[pushes]] / part.data[pushes])
    return most


def _need(stage: Stage, s: int, now_kwh: FloatArray, steps: IntArray, unit_kwh: float) -> IntArray:
    """Units that a session must have by the end of each step: its goals, or what it has now of them."""
    session = stage.problem.sessions[s]
    need = np.zeros(int(steps[-1]) + 1, dtype=np.int64)
    for goal in session.goals:
        before = session.slots < goal.slots
        if before.any():
            kwh = min(goal.least_kwh, float(now_kwh[before].sum()))
            need[steps[before][-1] :] = np.maximum(
                need[steps[before][-1] :], int(np.ceil(kwh / unit_kwh - 1e-6))
            )
    return need


def _most(session: Session, need: int, amps: list[FloatArray], unit_kwh: float) -> int:
    """Units that a session may have: what it may, or a little above its need where currents are coarse."""
    coarse = any(len(one) > 1 and one[1] - one[0] > _COARSE * session.step_a for one in amps)
    return need + _OVER if coarse else max(need, min(need + _OVER, int(session.most_kwh / unit_kwh + 1e-6)))


def _running(problem: Problem, s: int) -> int:
    """The phase set that runs when the horizon begins."""
    session = problem.sessions[s]
    sets = range(len(session.options))
    first = int(session.slots[0])
    return next((k for k in sets if session.was_on(first, k)), OFF)
