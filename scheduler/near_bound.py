"""A search near the relaxation's bound: the choices that cost more than the plan may are left out.

What a draw costs more than the bound when it is on, or off, is at least what its reduced cost says. A plan
that is found within the distance is so proven to be as good as any, in a fraction of the whole form.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.forms import Model
from scheduler.highs import Answer
from scheduler.narrowed import narrowed
from scheduler.problem import FloatArray
from scheduler.search import SMALL_DRAWS, narrow_part, within
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm

_FINE: Final = 2.0
"""First distance that is tried, in fine gaps."""
_EPS: Final = 1e-6


def search_near_bound(
    form: StandardForm, model: Model, relaxed: Answer, aim: Aim, deadline: Deadline
) -> Answer:
    """The best point found near the bound of ``relaxed``, and what is proven with it; perhaps no point.

    ``relaxed`` is the answer of the relaxation of ``form``.
    """
    best, layout = Answer(None, relaxed.bound, infeasible=False), model.layout
    if not _single_draws(form, model, relaxed):
        return best
    part = within(form, layout, relaxed, _FINE * aim.fine)
    if highs.few_whole(part):
        best = _searched(form, part, best, relaxed.bound + _FINE * aim.fine, aim, deadline)
    else:
        near = highs.solve(
            narrow_part(form, layout, relaxed),
            time_limit_s=deadline.left_s,
            gap=aim.fine / 2,
            target=relaxed.bound + aim.fine,
        )
        best = Answer(near.x, relaxed.bound, infeasible=False)
    if best.x is None or deadline.over or form.value(best.x) - best.bound <= aim.fine:
        return best
    worth = form.value(best.x)
    part = within(form, layout, relaxed, worth - relaxed.bound + _EPS)
    return _searched(form, part, best, worth, aim, deadline)


def proven_bound(
    form: StandardForm, model: Model, relaxed: Answer, x: FloatArray, aim: Aim, deadline: Deadline
) -> Answer:
    """The bound that is proven for the point ``x`` of ``form``, in large problems that of ``relaxed``; with
    ``x``, or where steps take it far, the best point with the same on and off and any currents.

    Where a point turns up that is better by far, no more is proven: ``x`` will not do.
    """
    worth, small = form.value(x), len(model.layout.table.slot) <= SMALL_DRAWS
    far = _FINE * aim.fine
    if worth - relaxed.bound <= aim.fine or not (small and _single_draws(form, model, relaxed)):
        return Answer(x, relaxed.bound, infeasible=False)
    if worth - relaxed.bound > far:
        x = _with_any_currents(form, model, x, deadline)
        worth = form.value(x)
    part = within(form, model.layout, relaxed, worth - relaxed.bound + _EPS)
    answer = highs.solve(part, time_limit_s=deadline.left_s, gap=aim.fine / 2, target=worth - far, start=x)
    return Answer(x, max(relaxed.bound, min(worth, answer.bound)), infeasible=False)


def _with_any_currents(form: StandardForm, model: Model, x: FloatArray, deadline: Deadline) -> FloatArray:
    """The best point with what is on and off as in ``x``."""
    on = model.layout.columns.on
    held = form.with_bounds(on, np.round(x[on]), np.round(x[on]))
    answer = highs.solve(held, time_limit_s=deadline.left_s, start=x)
    return x if answer.x is None or form.value(answer.x) > form.value(x) else answer.x


def _single_draws(form: StandardForm, model: Model, relaxed: Answer) -> bool:
    """Whether nothing but the on and off of single draws lies between the relaxation and a plan."""
    table, problem = model.layout.table, model.problem
    peak = problem.wish.peak_counts and problem.peaks
    if relaxed.x is None or relaxed.reduced_costs is None or peak or table.tied.any():
        return False
    return narrowed(form, table, model.layout.columns, relaxed.x) is None


def _searched(
    form: StandardForm, part: StandardForm, best: Answer, worth: float, aim: Aim, deadline: Deadline
) -> Answer:
    """``best``, or what is found in ``part``, which holds every point that is better than ``worth``."""
    answer = highs.solve(
        part,
        time_limit_s=deadline.left_s,
        gap=aim.fine / 2,
        target=best.bound + aim.fine,
        start=best.x,
    )
    bound = max(best.bound, min(worth, answer.bound))
    if answer.x is None or (best.x is not None and form.value(best.x) <= form.value(answer.x)):
        return Answer(best.x, bound, infeasible=False)
    return Answer(answer.x, bound, infeasible=False)
