"""Executable currents: every current is its option's minimum plus whole steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.batches import improved
from scheduler.deadline import Deadline
from scheduler.dive import dived
from scheduler.filled import filled, lacking
from scheduler.layout import Layout
from scheduler.problem import FloatArray, IntArray
from scheduler.smaller import Smaller, smaller
from scheduler.solved import THOROUGH_S, Aim
from scheduler.standard_form import ABSENT, StandardForm

SMALL_DRAWS: Final = 420
"""Up to so many choices, on and off is searched together with the steps."""
_EPS: Final = 1e-6
NEAR_S: Final = 2.0
"""Time for a wider neighbourhood once there is a point [s]."""
_MANY_STEPS: Final = 300
"""Up to so many whole columns nothing is held that its linear program makes whole."""
_WITHOUT_POINT: Final = 0.25
"""Share of the time that is left while there is no point: what comes after it needs time too."""
_WINDOWS: Final = (0, 1)
"""Steps by which a current may leave its neighbours on the grid, try by try."""


def whole_steps(form: StandardForm, layout: Layout) -> tuple[StandardForm, sp.csc_array]:
    """``form`` in steps: current_a[d] = min_a[d] on[d] + step_a[d] steps[d], with whole steps; give_a too.

    Returns the form, whose columns of current_a now count steps, and the change back.
    """
    table, gives, columns = layout.table, layout.gives, layout.columns
    n = form.columns
    scale = np.ones(n)
    scale[columns.current_a] = table.step_a
    scale[columns.give_a] = gives.step_a
    low_a, amps = np.append(table.min_a, gives.min_a), np.append(columns.current_a, columns.give_a)
    turned_on = np.append(columns.on, columns.giving)
    change = sp.csc_array(sp.diags_array(scale) + sp.coo_array((low_a, (amps, turned_on)), shape=(n, n)))
    stepped = form.transformed(change)
    range_a = np.append(table.max_a - table.min_a, gives.max_a - gives.min_a)
    most = np.floor(range_a / np.append(table.step_a, gives.step_a) + _EPS)
    stepped = stepped.with_bounds(amps, 0.0, most)
    whole = stepped.whole.copy()
    whole[amps] = True
    return replace(stepped, whole=whole), change


def in_steps(layout: Layout, x: FloatArray) -> FloatArray:
    """The point ``x`` in the variables of ``whole_steps``; its steps are whole where ``x`` is executable."""
    table, columns = layout.table, layout.columns
    y = x.copy()
    on = np.round(x[columns.on])
    steps = (x[columns.current_a] - table.min_a * on) / table.step_a
    y[columns.on], y[columns.current_a] = on, np.where(on > 0, steps, 0.0)
    giving = np.round(x[columns.giving])
    steps = (x[columns.give_a] - layout.gives.min_a * giving) / layout.gives.step_a
    y[columns.giving], y[columns.give_a] = giving, np.where(giving > 0, steps, 0.0)
    return y


def is_on_steps(layout: Layout, x: FloatArray) -> bool:
    """Whether all currents of the point ``x`` can be told to their chargers."""
    y, columns = in_steps(layout, x), layout.columns
    steps = np.append(y[columns.current_a], y[columns.give_a])
    return bool(np.all(np.abs(steps - np.round(steps)) <= _EPS * 10))


def round_to_steps(
    form: StandardForm, layout: Layout, x: FloatArray, bound: float, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """An executable point near ``x`` and as near to ``bound`` as the aim wants; None if there is none.

    First the steps next to ``x`` alone; then, as far as the aim wants it, everything at once in small
    problems, batch by batch in large ones, and at last everything with the time that is left.
    """
    stepped, change = whole_steps(form, layout)
    if layout.slot_by_slot and is_on_steps(layout, x):
        return x
    y = nearest(stepped, layout, x, bound, aim, deadline)
    if y is None and len(layout.table.slot) > SMALL_DRAWS:
        y = _filled(stepped, layout, x, bound, aim, deadline)
    done = False
    if len(layout.table.slot) <= SMALL_DRAWS:
        if not _reached(stepped, y, bound + aim.fine):
            brief = Deadline.after(deadline.clock, min(deadline.left_s, THOROUGH_S))
            y, done = _full(stepped, y, bound, aim, brief)
    elif y is not None:
        y = _by_batches(stepped, layout, y, bound, aim, deadline)
    if not (done or deadline.over or _reached(stepped, y, bound + aim.asked)):
        brief = Deadline.after(deadline.clock, min(deadline.share(_WITHOUT_POINT).left_s, THOROUGH_S))
        y, _ = _full(stepped, y, bound, aim, brief if y is None else deadline)
    return None if y is None else np.asarray(change @ y)


def _filled(
    stepped: StandardForm, layout: Layout, x: FloatArray, bound: float, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """A point where whole steps do not fit on and off as in ``x``; None where none was found."""
    form = lacking(stepped, layout)
    if form is None:
        return None
    y = nearest(form, layout, x, bound, aim, deadline.share(_WITHOUT_POINT))
    return None if y is None else filled(form, layout, y, deadline.share(_WITHOUT_POINT))


def _by_batches(
    stepped: StandardForm, layout: Layout, y: FloatArray, bound: float, aim: Aim, deadline: Deadline
) -> FloatArray:
    """``y`` improved pass by pass, until it is as good as asked or a pass is not worth its time."""
    while not (deadline.over or _reached(stepped, y, bound + aim.asked)):
        better = improved(stepped, layout, y, gap=aim.fine / 10, deadline=deadline)
        gained = stepped.value(y) - stepped.value(better)
        y = better
        if gained < aim.fine / 10:
            break
    return y


def _reached(stepped: StandardForm, y: FloatArray | None, value: float) -> bool:
    """Whether ``y`` is as good as ``value``."""
    return y is not None and stepped.value(y) <= value


def nearest(
    stepped: StandardForm, layout: Layout, x: FloatArray, bound: float, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """The best point with on and off as in ``x``, first near what a linear program says, until it is as good
    as asked.
    """
    columns = layout.columns
    y = in_steps(layout, x)
    on, steps = y[columns.on], columns.current_a
    held = stepped.with_bounds(columns.on, on, on)
    held = held.with_bounds(steps, stepped.low[steps] * on, stepped.high[steps] * on)
    part = smaller(held)
    dives = part.possible and _few(part.form) and not highs.searched_to_the_end(part.form)
    best = None
    if dives:
        amps = np.append(columns.current_a, columns.give_a)
        best, least = dived(part.form, np.isin(part.columns, amps), deadline.left_s)
        if best is not None and part.form.value(best) <= max(bound, least) + aim.fine / 2:
            return snapped(part.whole(best), stepped)
    for near in _neighbourhoods(part, layout, deadline) if part.possible else ():
        answer = highs.solve(
            near,
            time_limit_s=min(deadline.left_s, THOROUGH_S if best is None else NEAR_S),
            gap=aim.fine / 2,
            target=bound + aim.fine / 2,
            start=best,
        )
        if answer.x is not None and (best is None or near.value(answer.x) < near.value(best)):
            best = answer.x
        if deadline.over or (best is not None and near.value(best) <= bound + aim.asked):
            break
    return None if best is None else snapped(part.whole(best), stepped)


def _few(form: StandardForm) -> bool:
    """Whether there are few whole columns to choose."""
    return int(np.count_nonzero(form.whole)) <= _MANY_STEPS


def _full(
    stepped: StandardForm, y: FloatArray | None, bound: float, aim: Aim, deadline: Deadline
) -> tuple[FloatArray | None, bool]:
    """The best point found with everything open, from ``y`` on, and whether no better one exists."""
    answer = highs.solve(
        stepped, time_limit_s=deadline.left_s, gap=aim.fine / 2, target=bound + aim.fine, start=y
    )
    if answer.x is not None and (y is None or stepped.value(answer.x) < stepped.value(y)):
        y = snapped(answer.x, stepped)
    return y, y is not None and _reached(stepped, y, answer.bound + aim.fine)


def snapped(y: FloatArray, form: StandardForm) -> FloatArray:
    """``y`` with its whole variables exactly whole."""
    snapped: FloatArray = np.where(form.whole, np.round(y), y)
    return snapped


def _neighbourhoods(part: Smaller, layout: Layout, deadline: Deadline) -> Iterator[StandardForm]:
    """The form of ``part``, where it has many whole columns first near the optimum of its linear program.

    First only sessions that this leaves with a broken step are open, then every step next to its value.
    """
    form = part.form
    if not _few(form):
        relaxed = highs.solve(form.relaxed(), time_limit_s=deadline.left_s)
        if relaxed.x is None:
            return
        whole = np.flatnonzero(form.whole)
        value, low, high = relaxed.x[whole], form.low[whole], form.high[whole]
        down, up = np.floor(value + _EPS), np.ceil(value - _EPS)
        owner = np.full(len(part.held), ABSENT)
        owner[layout.columns.current_a] = layout.table.session
        owner = owner[part.columns][whole]
        is_open = (down < up) | (np.isin(owner, owner[down < up]) & (owner != ABSENT))
        yield form.with_bounds(whole, np.where(is_open, low, down), np.where(is_open, high, up))
        for window in _WINDOWS:
            yield next_to(form, whole, value, window)
    yield form


def next_to(form: StandardForm, whole: IntArray, value: FloatArray, window: int) -> StandardForm:
    """``form`` with ``whole`` columns on the whole numbers beside ``value``, or ``window`` from these."""
    low, high = form.low[whole], form.high[whole]
    down, up = np.floor(value + _EPS), np.ceil(value - _EPS)
    return form.with_bounds(whole, np.clip(down - window, low, high), np.clip(up + window, low, high))
