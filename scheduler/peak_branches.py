"""The search where a capacity tariff counts: branch by branch of how far the month's peak rises.

The peak is one number, and it decides at once about all draws whose minimum alone would lift it further. In
a branch these are off, so that its relaxation is nearly as tight as without a peak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.layout import Layout
from scheduler.model import ON_OFF
from scheduler.peak_levels import least_rises_kw
from scheduler.problem import Problem
from scheduler.search import search
from scheduler.standard_form import ABSENT, StandardForm
from scheduler.task import Task

_MOST: Final = 16
"""Branches at most."""
_EPS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Branch:
    form: StandardForm
    relaxed: Answer


def search_by_peak(task: Task, problem: Problem) -> Answer:
    """As ``search``, but branch by branch of the peak's rise where there are several, and not all is planned
    slot by slot.

    The bound is that of the branch that could still be best.
    """
    form, layout, fine, deadline = task.form, task.layout, task.aim.fine, task.deadline
    branches = [] if layout.slot_by_slot else list(_branches(form, problem, layout, deadline))
    if len(branches) < 2 or deadline.over:
        return search(task)
    branches.sort(key=lambda branch: branch.relaxed.bound)
    best, bounds = task.first, []
    for branch in branches:
        bound = max(task.relaxed.bound, branch.relaxed.bound)
        done = best.x is not None and form.value(best.x) - bound <= fine
        if branch.relaxed.x is not None and not (done or deadline.over):
            worth = np.inf if best.x is None else form.value(best.x) - fine
            found = search(replace(task, form=_below(branch.form, worth), relaxed=branch.relaxed))
            bound = max(bound, worth if found.infeasible else found.bound)
            best = _better(form, best, found)
        bounds.append(bound)
    infeasible = best.x is None and bool(np.isinf(bounds).all())
    return Answer(best.x, float(min(bounds)), infeasible=infeasible)


def _below(form: StandardForm, value: float) -> StandardForm:
    """``form`` with points below ``value`` only: others are not worth looking for."""
    return form if np.isinf(value) else form.with_row("worth_looking_for", form.cost, value - form.offset)


def _better(form: StandardForm, best: Answer, found: Answer) -> Answer:
    """The answer with the better point."""
    if found.x is None or (best.x is not None and form.value(best.x) <= form.value(found.x)):
        return best
    return found


def _branches(form: StandardForm, problem: Problem, layout: Layout, deadline: Deadline) -> Iterator[_Branch]:
    """The branches of the month whose peak the cars can raise most; together they hold every plan."""
    if not problem.wish.peak_counts or not problem.peaks:
        return
    rises = [least_rises_kw(problem, peak) for peak in problem.peaks]
    month = int(np.argmax([rise.max(initial=0.0) for rise in rises]))
    column, rise = layout.columns.rise_kw[month], rises[month]
    steps = np.unique(np.round(rise[rise > _EPS], 6))
    if column == ABSENT or not len(steps):
        return
    marks = [0.0, *np.unique(steps[np.linspace(0, len(steps) - 1, _MOST - 1).round().astype(int)]), np.inf]
    for low, high in pairwise(marks):
        off = np.flatnonzero(rise > high + 2 * _EPS)
        part = form.with_bounds(np.array([column]), max(0.0, low - 2 * _EPS), high)
        part = part.with_bounds(layout.columns.on[off], 0.0, 0.0).with_bounds(
            layout.columns.current_a[off], 0.0, 0.0
        )
        answer = highs.solve(part.without_rows(ON_OFF), time_limit_s=deadline.left_s)
        bound = np.inf if answer.infeasible else answer.bound
        yield _Branch(part, Answer(answer.x, bound, answer.infeasible, answer.reduced_costs))
