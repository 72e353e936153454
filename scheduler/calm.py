"""The calm stage: fewer starts and switches, little change, then earlier energy, for next to no money."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.batches import BATCH_DRAWS, improved
from scheduler.calm_sessions import earlier, quieter, stage_of
from scheduler.deadline import Deadline
from scheduler.lattice import in_steps, whole_steps
from scheduler.layout import Layout
from scheduler.problem import FloatArray, Problem
from scheduler.rules_charging import changeable
from scheduler.standard_form import ABSENT, StandardForm

STAGE_S: Final = 6.0
"""Time for the whole stage [s]; what is not done by then stays as it is."""
_MONEY: Final = 0.05
"""Weight of the whole allowance against one start: a start less is always worth it."""
_CHANGE: Final = 0.1
"""Weight of changing as much of the published plan as a session needs, against one start."""
_EARLY: Final = 1e-4
"""Weight of moving all energy from the end of the horizon to its start: only ties are decided by it."""
_CLOSE_ENOUGH: Final = 0.05
"""Gap of a batch, in starts."""
_CLOSE_TO_PUBLISHED: Final = 0.002
"""The same where there is a published plan."""
_FEW_DRAWS: Final = 80
"""Up to so many choices everything is searched at once too."""
_TO_THE_LAST: Final = 2e-5
"""The same in problems of one batch: fine enough for what earlier energy counts."""


def calmed(
    form: StandardForm,
    problem: Problem,
    layout: Layout,
    x: FloatArray,
    *,
    allowance_eur: float,
    deadline: Deadline,
) -> FloatArray:
    """A calmer executable point than ``x`` that costs at most ``allowance_eur`` more, or ``x`` itself."""
    priced = form.with_row("calm_allowance", form.cost, float(form.cost @ x) + allowance_eur)
    restless = priced.with_cost(_restlessness(form, problem, layout, allowance_eur))
    stepped, change = whole_steps(restless, layout)
    y = in_steps(layout, _with_starts(problem, layout, x))
    stage = Deadline.after(deadline.clock, min(STAGE_S, deadline.left_s))
    parts = stage_of(problem, layout, restless, (stepped, change), allowance_eur)
    if problem.published_a is None:
        y = quieter(parts, y, stage)
    if problem.published_a is not None or layout.table.tied.any() or len(problem.draws) <= _FEW_DRAWS:
        y = improved(
            _with_used_sets(stepped, problem, layout, y), layout, y, gap=_gap(problem), deadline=stage
        )
    if problem.published_a is None:
        y = earlier(parts, y, stage)
    calm: FloatArray = change @ y
    return calm


def _with_used_sets(stepped: StandardForm, problem: Problem, layout: Layout, y: FloatArray) -> StandardForm:
    """``stepped`` without the phase sets that no session uses, selects or is published with."""
    table, columns = layout.table, layout.columns
    options = int(table.option.max(initial=0)) + 1
    sets = table.session * options + table.option
    selected = (columns.chosen != ABSENT) & (y[columns.chosen] > 0.5)
    published = np.zeros(len(sets)) if problem.published_a is None else problem.published_a
    off = ~np.isin(sets, sets[(y[columns.on] > 0.5) | selected | ~(published == 0)])
    idle = np.concatenate([columns.on[off], columns.current_a[off], columns.chosen[off]])
    return stepped.with_bounds(idle[idle != ABSENT], 0.0, 0.0)


def _gap(problem: Problem) -> float:
    """Gap at which a batch is calm enough, in starts."""
    if len(problem.draws) <= BATCH_DRAWS:
        return _TO_THE_LAST
    return _CLOSE_ENOUGH if problem.published_a is None else _CLOSE_TO_PUBLISHED


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
    if problem.published_a is not None:
        rests = problem.published_a == 0
        weights[columns.current_a[rests]] += _CHANGE * energy[rests]
        weights[columns.changed_a] += _CHANGE * energy[changeable(problem)]
    return weights


def _with_starts(problem: Problem, layout: Layout, x: FloatArray) -> FloatArray:
    """``x`` with ``start`` as its rule demands."""
    on = {draw for draw, value in zip(problem.draws, x[layout.columns.on], strict=True) if value > 0.5}
    known = {(draw.session, draw.slot, draw.option) for draw in on}
    x = x.copy()
    x[layout.columns.start] = [
        float(
            draw in on
            and (draw.session, draw.slot - 1, draw.option) not in known
            and not problem.sessions[draw.session].was_on(draw.slot, draw.option)
        )
        for draw in problem.draws
    ]
    if problem.published_a is not None:
        told = changeable(problem)
        x[layout.columns.changed_a] = np.abs(x[layout.columns.current_a[told]] - problem.published_a[told])
    return x
