"""A search near the relaxation's bound: the choices that cost more than the plan may are left out.

What a draw costs more than the bound when it is on, or off, is at least what its reduced cost says. A plan
that is found within the distance is so proven to be as good as any, in a fraction of the whole form.
"""

from __future__ import annotations

from dataclasses import replace
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
    form: StandardForm,
    model: Model,
    relaxed: Answer,
    aim: Aim,
    deadline: Deadline,
    start: FloatArray | None = None,
) -> Answer:
    """The best point found near the bound of ``relaxed``, and what is proven with it; ``start`` where none is
    better, and perhaps no point.

    ``relaxed`` is the answer of the relaxation of ``form``, and ``start`` a point of ``form``.
    """
    best, layout, far = Answer(start, relaxed.bound, infeasible=False), model.layout, _FINE * aim.fine
    if not _single_draws(form, model, relaxed) or _within(form, best, aim.fine):
        return best
    if not _within(form, best, far):
        best = _far_from(form, model, relaxed, best, aim, deadline)
    if best.x is None or deadline.over or _within(form, best, aim.fine):
        return best
    worth = form.value(best.x)
    part = within(form, layout, relaxed, worth - relaxed.bound + _EPS)
    return _searched(form, part, best, worth, aim, deadline)


def _within(form: StandardForm, best: Answer, gap: float) -> bool:
    """Whether there is a point within ``gap`` of the bound."""
    return best.x is not None and form.value(best.x) - best.bound <= gap


def _far_from(
    form: StandardForm, model: Model, relaxed: Answer, best: Answer, aim: Aim, deadline: Deadline
) -> Answer:
    """``best``, or the better point of a search where the first distance leaves little to choose, else of few
    draws.
    """
    far = _FINE * aim.fine
    part = within(form, model.layout, relaxed, far)
    if highs.few_whole(part):
        return _searched(form, part, best, relaxed.bound + far, aim, deadline)
    near = highs.solve(
        narrow_part(form, model.layout, relaxed),
        time_limit_s=deadline.left_s,
        gap=aim.fine / 2,
        target=relaxed.bound + aim.fine,
    )
    if near.x is None or (best.x is not None and form.value(best.x) <= form.value(near.x)):
        return best
    return replace(best, x=near.x)


def _with_any_currents(form: StandardForm, model: Model, x: FloatArray, deadline: Deadline) -> FloatArray:
    """The best point with what is on and off as in ``x``, whose currents may lie between their steps."""
    on = model.layout.columns.on
    held = form.with_bounds(on, np.round(x[on]), np.round(x[on]))
    answer = highs.solve(held, time_limit_s=deadline.left_s, start=x)
    return x if answer.x is None or form.value(answer.x) > form.value(x) else answer.x


def searched_around(
    form: StandardForm, model: Model, relaxed: Answer, x: FloatArray, aim: Aim, deadline: Deadline
) -> tuple[FloatArray, Answer]:
    """``x``, or where steps take it far in a small problem the best point with the same on and off; and what
    ``search_near_bound`` finds and proves from there, in large problems nothing.

    From where steps alone hardly take a point, one with the same on and off would be of no use either.
    """
    if len(model.layout.table.slot) > SMALL_DRAWS or model.layout.slot_by_slot:
        return x, Answer(x, relaxed.bound, infeasible=False)
    far = _FINE * aim.fine
    if far < form.value(x) - relaxed.bound <= far + aim.asked and _single_draws(form, model, relaxed):
        x = _with_any_currents(form, model, x, deadline)
    return x, search_near_bound(form, model, relaxed, aim, deadline, x)


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
        start=best.x if best.x is not None and form.value(best.x) <= worth else None,
    )
    bound = max(best.bound, min(worth, answer.bound))
    if answer.x is None or (best.x is not None and form.value(best.x) <= form.value(answer.x)):
        return Answer(best.x, bound, infeasible=False)
    return Answer(answer.x, bound, infeasible=False)
