"""A plan made better where it and the linear program disagree: what both decide alike is held.

Relaxation induced neighbourhoods (Danna, Rothberg and Le Pape, "Exploring relaxation induced neighborhoods
to improve MIP solutions", 2005). Currents lie between their steps first; with what is then decided they come
on their steps.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.dive import dived
from scheduler.lattice import in_steps, next_to
from scheduler.layout import Layout
from scheduler.node_rows import NODE_ROWS
from scheduler.part_in_steps import PartInSteps
from scheduler.problem import FloatArray, IntArray
from scheduler.smaller import Smaller
from scheduler.standard_form import ABSENT, StandardForm

_ALIKE: Final = 0.01
"""A column whose values in two points are so near to each other is decided alike."""
_ROUNDS: Final = (_ALIKE,) * 4
_FEW_FIRST: Final = (0.5, 0.2, _ALIKE)
"""The same round by round where the linear program is so near to a plan that half a choice tells the way."""
_NODES: Final = 10
"""Nodes of a search: most of its points are found at the first."""
_SEARCH_S: Final = 10.0
"""Time for one search [s]."""
_PART: Final = 0.5
"""Share of the time that is left for one search: what comes after needs time too."""
_NEAR: Final = 1
"""Steps by which currents may first leave the linear program's when they come on their steps."""
_STEPS_S: Final = 2.0
"""Time for one such try [s]."""
_STEPS_NODES: Final = 50


def made_better(
    form: StandardForm,
    layout: Layout,
    x: FloatArray,
    linear_x: FloatArray,
    good: float,
    worth: float,
    deadline: Deadline,
) -> tuple[FloatArray, FloatArray]:
    """``x``, an executable point of ``form``, or a better one; and one with currents between their steps that
    is as good or better. What is worth less than ``worth`` is not looked for, nor what beats ``good``.

    ``linear_x`` is the optimum of the linear program.
    """
    between = better_between(form, x, linear_x, good, worth, deadline)
    stepped = _on_steps(form, layout, between, np.flatnonzero(form.whole), worth, deadline)
    if stepped is None:
        columns = layout.columns
        draws = np.concatenate([columns.on, columns.chosen[columns.chosen != ABSENT], columns.giving])
        stepped = _on_steps(form, layout, between, draws, worth, deadline)
    if stepped is not None and form.value(stepped) < form.value(x):
        x = stepped
    if form.value(x) > form.value(between) + worth:
        x = mixed(form, layout, x, between, worth, deadline)
    return x, between


def better_between(
    form: StandardForm, x: FloatArray, linear_x: FloatArray, good: float, worth: float, deadline: Deadline
) -> FloatArray:
    """The best point found round by round, until it is good or a round is worth little: first among few
    choices, then among all that the linear program leaves open.
    """
    choices = np.flatnonzero(form.whole & (form.low < form.high))
    for near in _FEW_FIRST if form.rows_of((NODE_ROWS,)).any() else _ROUNDS:
        if deadline.over or form.value(x) <= good:
            break
        part = _held(form, _alike(choices, linear_x, x, near), x)
        found = highs.solve(part, time_limit_s=_brief(deadline), gap=worth, start=x, nodes=_NODES).x
        gained = -np.inf if found is None else form.value(x) - form.value(found)
        if found is not None and gained > 0:
            x = found
        if gained < worth and near == _ALIKE:
            break
    return x


def _on_steps(
    form: StandardForm, layout: Layout, x: FloatArray, held: IntArray, worth: float, deadline: Deadline
) -> FloatArray | None:
    """The executable point with the columns ``held`` as they are at ``x``, if one is found."""
    whole = PartInSteps.of(_held(form, held, x), layout)
    part = whole.part
    if not part.possible:
        return None
    y, least = dived(part.form, part.form.whole, deadline.left_s)
    if y is None or part.form.value(y) > least + worth:
        y = _near_linear(part, y, worth, deadline)
    return None if y is None else whole.point(y)


def _near_linear(part: Smaller, y: FloatArray | None, worth: float, deadline: Deadline) -> FloatArray | None:
    """``y``, or a better point: first with steps next to those of the linear program, then with any."""
    form, whole = part.form, np.flatnonzero(part.form.whole)
    linear = highs.solve(form.relaxed(), time_limit_s=deadline.left_s).x
    if linear is None:
        return y
    for tried in (next_to(form, whole, linear[whole], _NEAR), form):
        seconds = min(deadline.left_s, _STEPS_S)
        found = highs.solve(tried, time_limit_s=seconds, gap=worth, start=y, nodes=_STEPS_NODES).x
        if found is not None and (y is None or form.value(found) < form.value(y)):
            y = found
    return y


def mixed(
    form: StandardForm, layout: Layout, x: FloatArray, between: FloatArray, worth: float, deadline: Deadline
) -> FloatArray:
    """``x`` or a better executable point, with all that it and ``between`` decide alike."""
    whole = PartInSteps.of(_held(form, _alike(np.flatnonzero(form.whole), between, x, _ALIKE), x), layout)
    y = in_steps(layout, x)[whole.part.columns]
    found = highs.solve(whole.part.form, time_limit_s=_brief(deadline), gap=worth, start=y, nodes=_NODES).x
    better = x if found is None else whole.point(found)
    return better if form.value(better) < form.value(x) else x


def _alike(columns: IntArray, one: FloatArray, other: FloatArray, near: float) -> IntArray:
    """Those of ``columns`` that two points decide alike."""
    alike: IntArray = columns[np.abs(one[columns] - other[columns]) <= near]
    return alike


def _held(form: StandardForm, columns: IntArray, x: FloatArray) -> StandardForm:
    """``form`` with whole ``columns`` as they are at ``x``."""
    values = np.round(x[columns])
    return form.with_bounds(columns, values, values)


def _brief(deadline: Deadline) -> float:
    """Time for one search [s]."""
    return min(deadline.share(_PART).left_s, _SEARCH_S)
