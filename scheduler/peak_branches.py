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
from scheduler.forms import Model
from scheduler.highs import Answer, Hint
from scheduler.kept import Kept
from scheduler.layout import Layout
from scheduler.model import ON_OFF
from scheduler.near_peak import below_rise, near_peak
from scheduler.peak_levels import least_rises_kw
from scheduler.peak_paid import planned_at_peak
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.search import search
from scheduler.standard_form import ABSENT, StandardForm
from scheduler.task import Task

_MOST: Final = 16
"""Branches at most."""
_EPS: Final = 1e-6
_PARTS: Final = (0.2, 0.5)
"""Share of the time that is left for one branch: a hard one keeps others from their turn. Beside a battery
that acts by itself what is not decided soon has to wait.
"""
_MORE_KW: Final = (0.0, 0.4, 0.8, 1.6)
"""What is added to the peak of a first plan where less leads nowhere, try by try."""


@dataclass(frozen=True, slots=True)
class _Branch:
    form: StandardForm
    relaxed: Answer
    rise: IntArray
    """The column of the peak's rise."""
    low_kw: float
    high_kw: float
    """Between what it lies."""


def search_by_peak(task: Task, problem: Problem) -> Answer:
    """As ``search``, but branch by branch of the peak's rise where there are several, and not all is planned
    slot by slot.

    The bound is that of the branch that could still be best.
    """
    layout, deadline = task.layout, task.deadline
    may_hold = layout.peak_by_itself and problem.battery is not None and problem.battery.control == "hold"
    if may_hold:
        task = replace(task, start=_never_held(task, problem))
    branches = [] if layout.slot_by_slot else list(_branches(task.form, problem, layout, deadline))
    if len(branches) < 2 or deadline.over:
        return search(task)
    branches.sort(key=lambda branch: branch.relaxed.bound)
    bounds = np.array([max(task.relaxed.bound, branch.relaxed.bound) for branch in branches])
    best = task.first if may_hold else _begun(task, branches[0])
    for part in _PARTS if layout.peak_by_itself else _PARTS[-1:]:
        best = _swept(task, branches, bounds, best, part)
        if not layout.peak_by_itself or deadline.over or task.near(best, task.aim.asked):
            break
        best = _nearby(task, problem, best)
    infeasible = best.x is None and bool(np.isinf(bounds).all())
    return replace(best, infeasible=infeasible)


def _swept(task: Task, branches: list[_Branch], bounds: FloatArray, best: Answer, part: float) -> Answer:
    """``best``, or what is found in the branches that could hold a better point, and the bound of them all;
    each may take ``part`` of the time that is left, and lifts its own of ``bounds``.

    Beside a battery that acts by itself the first branch that is not decided ends it: the bound is its own.
    """
    form, fine, deadline = task.form, task.aim.fine, task.deadline
    for number, branch in enumerate(branches):
        done = task.near(replace(best, bound=bounds[number]), fine)
        if branch.relaxed.x is None or done or deadline.over:
            continue
        worth = np.inf if best.x is None else form.value(best.x) - fine
        below = _below(branch.form, worth)
        found = search(replace(task, form=below, relaxed=branch.relaxed, deadline=deadline.share(part)))
        bounds[number] = max(bounds[number], worth if found.infeasible else found.bound)
        best = _better(form, best, found)
        decided = found.infeasible or task.near(replace(best, bound=bounds[number]), fine)
        if task.layout.peak_by_itself and not decided:
            break
    return replace(best, bound=float(bounds.min()))


def lifted(model: Model, kept: Kept, relaxed: Answer, deadline: Deadline) -> Answer:
    """The relaxation's answer; beside a battery that acts by itself with the bound of the branch that could
    be best, without which nobody knows what charging costs. Its prices are not of that bound.
    """
    if not model.layout.peak_by_itself:
        return relaxed
    branches = list(_branches(model.costing(kept), model.problem, model.layout, deadline))
    if deadline.over:
        return relaxed
    least = min((branch.relaxed.bound for branch in branches), default=-np.inf)
    return replace(relaxed, bound=max(relaxed.bound, least))


def _never_held(task: Task, problem: Problem) -> FloatArray | Hint | None:
    """The best plan found in half of the time in which the battery is never held, where a branch says more;
    else where the task begins.
    """
    assert problem.battery is not None
    free = replace(problem, battery=replace(problem.battery, control="none"))
    held = task.layout.columns.held[task.layout.columns.held != ABSENT]
    deadline = task.deadline.share(_PARTS[-1])
    found = search_by_peak(replace(task, form=task.form.with_bounds(held, 0.0, 0.0), deadline=deadline), free)
    return task.start if found.x is None else _better(task.form, task.first, found).x


def _begun(task: Task, branch: _Branch) -> Answer:
    """What is known before any branch is searched; beside a battery that acts by itself a first plan."""
    best = replace(task.first, bound=max(task.relaxed.bound, branch.relaxed.bound))
    if not task.layout.peak_by_itself or task.near(best, task.aim.asked):
        return best
    paid_kw = branch.high_kw if np.isfinite(branch.high_kw) else branch.low_kw
    for more_kw in _MORE_KW:
        x = planned_at_peak(task, branch.rise, paid_kw + more_kw, best.bound)
        if x is not None or task.deadline.over:
            return _better(task.form, best, replace(best, x=x))
    return best


def _nearby(task: Task, problem: Problem, best: Answer) -> Answer:
    """``best``, or a better point with peaks near its own."""
    if best.x is None or task.near(best, task.aim.asked):
        return best
    near = near_peak(task.form, problem, task.layout, best.x)
    return task.better(best, near, task.aim.asked, task.deadline.share(_PARTS[-1]))


def _below(form: StandardForm, value: float) -> StandardForm:
    """``form`` with points below ``value`` only: others are not worth looking for."""
    return form if np.isinf(value) else form.with_row("worth_looking_for", form.cost, value - form.offset)


def _better(form: StandardForm, best: Answer, found: Answer) -> Answer:
    """The answer with the better point."""
    if found.x is None or (best.x is not None and form.value(best.x) <= form.value(found.x)):
        return best
    return found


def _branches(form: StandardForm, problem: Problem, layout: Layout, deadline: Deadline) -> Iterator[_Branch]:
    """The branches of the month whose peak the cars can raise most; together they hold every plan, unless the
    time is over before the last.
    """
    if not problem.wish.peak_counts or not problem.peaks:
        return
    rises = [least_rises_kw(problem, peak) for peak in problem.peaks]
    month = int(np.argmax([rise.max(initial=0.0) for rise in rises]))
    column, rise = layout.columns.rise_kw[month], rises[month]
    steps = np.unique(np.round(rise[rise > _EPS], 6))
    if column == ABSENT or not len(steps):
        return
    at = np.array([column])
    marks = [0.0, *np.unique(steps[np.linspace(0, len(steps) - 1, _MOST - 1).round().astype(int)]), np.inf]
    for low, high in pairwise(marks):
        if deadline.over:
            return
        part = below_rise(form, problem, layout, month, high)
        part = part.with_bounds(at, max(0.0, low - 2 * _EPS), high)
        bare = part.relaxed() if layout.by_itself else part.without_rows(ON_OFF)
        answer = highs.solve(bare, time_limit_s=deadline.left_s)
        bound = np.inf if answer.infeasible else answer.bound
        relaxed = Answer(answer.x, bound, answer.infeasible, answer.reduced_costs)
        yield _Branch(part, relaxed, at, low, high)
