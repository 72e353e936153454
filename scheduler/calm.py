"""The calm stage: fewer starts and phase switches, then earlier energy, for next to no money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.lattice import in_steps, whole_steps
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.search import Layout
from scheduler.standard_form import ABSENT, StandardForm

BATCH_DRAWS: Final = 250
"""Choices that are open at a time; the rest of the plan stays as it is meanwhile."""
_MONEY: Final = 0.05
"""Weight of the whole allowance against one start: a start less is always worth it."""
_EARLY: Final = 1e-4
"""Weight of moving all energy from the end of the horizon to its start: only ties are decided by it."""
STAGE_S: Final = 6.0
"""Time for the whole stage [s]; what is not done by then stays as it is."""
_BATCH_S: Final = (0.5, 2.0)
"""Least and most time for one batch [s]."""
_CLOSE_ENOUGH: Final = 0.05
"""Gap of a batch, in starts."""


def calmed(
    form: StandardForm,
    problem: Problem,
    layout: Layout,
    x: FloatArray,
    *,
    allowance_eur: float,
    deadline: Deadline,
) -> FloatArray:
    """A calmer executable point than ``x`` that costs at most ``allowance_eur`` more, or ``x`` itself.

    Batch by batch, the sessions of one batch are planned anew, in whole steps, while all others hold still.
    """
    priced = form.with_row("calm_allowance", form.cost, float(form.cost @ x) + allowance_eur)
    restless = priced.with_cost(_restlessness(form, problem, layout, allowance_eur))
    stepped, change = whole_steps(restless, layout)
    y = in_steps(layout, _with_starts(problem, layout, x))
    batches = list(_batches(problem))
    limit_s = min(max(STAGE_S / max(len(batches), 1), _BATCH_S[0]), _BATCH_S[1])
    stage = Deadline.after(deadline.clock, min(STAGE_S, deadline.left_s))
    for batch in batches:
        if stage.over:
            break
        free = _columns_of(layout, batch, form.columns)
        part = stepped.around(y, free)
        answer = highs.solve(part, time_limit_s=min(stage.left_s, limit_s), gap=_CLOSE_ENOUGH, start=y[free])
        if answer.x is not None and part.value(answer.x) < part.value(y[free]) - 1e-9:
            y = y.copy()
            y[free] = np.where(part.whole, np.round(answer.x), answer.x)
    calm: FloatArray = change @ y
    return calm


def _restlessness(form: StandardForm, problem: Problem, layout: Layout, allowance_eur: float) -> FloatArray:
    """Objective of the stage: starts, then a little for the money, then energy times lateness."""
    table, columns = layout.table, layout.columns
    weights = form.cost * (_MONEY / allowance_eur)
    weights[columns.start] += 1.0
    hours = np.cumsum(problem.hours) - problem.hours
    lateness = hours[table.slot] / max(float(problem.hours.sum()), 1e-9)
    needs = np.array([max(session.most_kwh, 1e-9) for session in problem.sessions])
    energy = table.mean_kw_per_a * problem.hours[table.slot] / needs[table.session]
    weights[columns.current_a] += _EARLY * lateness * energy
    return weights


def _with_starts(problem: Problem, layout: Layout, x: FloatArray) -> FloatArray:
    """``x`` with ``start`` as its rule demands."""
    on = {draw for draw, value in zip(problem.draws, x[layout.columns.on], strict=True) if value > 0.5}
    known = {(draw.session, draw.slot, draw.option) for draw in on}
    x = x.copy()
    x[layout.columns.start] = [
        float(draw in on and (draw.session, draw.slot - 1, draw.option) not in known)
        for draw in problem.draws
    ]
    return x


def _batches(problem: Problem) -> Iterator[IntArray]:
    """Sessions in groups that stand side by side in time, as draw positions."""
    order = sorted(
        range(len(problem.sessions)),
        key=lambda s: int(problem.sessions[s].slots[0]) if len(problem.sessions[s].slots) else 0,
    )
    session = problem.draw_table.session
    batch: list[IntArray] = []
    for s in order:
        mine = np.flatnonzero(session == s)
        if batch and sum(map(len, batch)) + len(mine) > BATCH_DRAWS:
            yield np.concatenate(batch)
            batch = []
        batch.append(mine)
    if batch:
        yield np.concatenate(batch)


def _columns_of(layout: Layout, draws: IntArray, columns: int) -> IntArray:
    """Columns that are open for a batch: its own draws, and everything that is not a draw's."""
    per_draw = (layout.columns.current_a, layout.columns.on, layout.columns.start)
    is_free = np.ones(columns, dtype=bool)
    for positions in per_draw:
        is_free[positions[positions != ABSENT]] = False
        is_free[positions[draws]] = True
    is_free[layout.columns.missing_kwh] = False
    return np.flatnonzero(is_free)
