"""On or off: relax, fix what the relaxation has decided, solve the rest, and prove the gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.layout import Layout
from scheduler.narrowed import narrowed
from scheduler.problem import FloatArray
from scheduler.solved import THOROUGH_S, Aim
from scheduler.standard_form import BoolArray, StandardForm
from scheduler.task import Task
from scheduler.tied_search import searched_tied

SMALL_DRAWS: Final = 600
"""Up to so many choices, nothing is fixed: the full search is quick and exact."""
_FEW_DRAWS: Final = 150
"""From so many choices on, a plan is made slot by slot first where the slots of a session bind each other."""
_NEAR: Final = (2, 6)
"""Cheapest unused slots per session that a restricted search may use, try by try."""
_FEW_UNDECIDED: Final = 40
"""Up to so many undecided draws, other sessions than theirs have little to do with them."""
_EPS_A: Final = 1e-6


def search(task: Task) -> Answer:
    """Best point of the task's form found, and the best bound proven for it.

    Restricted searches go for the fine gap; everything at once is searched in small problems, and where the
    asked gap is not reached.
    """
    layout = task.layout
    if task.relaxed.x is None:
        return task.relaxed
    if not layout.tied or len(layout.table.slot) <= _FEW_DRAWS:
        return _searched(task)
    found = searched_tied(task)
    if layout.slot_by_slot or task.near(found, task.aim.fine):
        return found
    return _searched(task if found.x is None else replace(task, start=found.x))


def _searched(task: Task) -> Answer:
    """As ``search``, by searches of parts and of everything."""
    form, aim, deadline = task.form, task.aim, task.deadline
    small = len(task.layout.table.slot) <= SMALL_DRAWS
    best = narrow = Answer(None, task.relaxed.bound, infeasible=False)
    if not small:
        best = _part_by_part(task)
    elif not deadline.over:
        best = narrow = _narrowly(task, best)
    if small and not (deadline.over or task.near(best, aim.fine)):
        brief = Deadline.after(deadline.clock, min(deadline.left_s, THOROUGH_S))
        best = task.better(best, form, aim.fine, brief)
    if not (best.infeasible or deadline.over or task.near(best, aim.asked)):
        best = task.better(best, form, aim.asked, deadline)
    return _worth_it(form, narrow, best, aim)


def _part_by_part(task: Task) -> Answer:
    """The best point of restricted searches, until one is near enough."""
    form, layout, relaxed = task.form, task.layout, task.relaxed
    best = Answer(None, relaxed.bound, infeasible=False)
    for whole in _parts(form, layout, relaxed):
        part = whole
        if best.x is not None:
            part = within(part, layout, relaxed, form.value(best.x) - relaxed.bound)
        best = task.better(best, part, task.aim.fine, task.deadline)
        if task.near(best, task.aim.fine) or task.deadline.over:
            break
    return best


def _narrowly(task: Task, best: Answer) -> Answer:
    """``best``, or what is found with few phase sets where there are many of them."""
    assert task.relaxed.x is not None
    part = narrowed(task.form, task.layout.table, task.layout.columns, task.relaxed.x)
    if part is None:
        return best
    brief = Deadline.after(task.deadline.clock, min(task.deadline.left_s / 2, THOROUGH_S))
    return task.better(best, part, task.aim.fine, brief)


def _worth_it(form: StandardForm, narrow: Answer, wide: Answer, aim: Aim) -> Answer:
    """``wide``, with the point of few phase sets where the others are worth next to nothing."""
    if narrow.x is None or wide.x is None or form.value(narrow.x) - form.value(wide.x) > aim.asked / 4:
        return wide
    return replace(wide, x=narrow.x)


def _parts(form: StandardForm, layout: Layout, relaxed: Answer) -> Iterator[StandardForm]:
    """``form`` with less and less fixed: all on or off as it is used, then few draws to choose, then more.

    With many cars the first is a linear program and nearly always good enough.
    """
    assert relaxed.x is not None
    used = used_draws(layout, relaxed.x).astype(np.float64)
    yield form.with_bounds(layout.columns.on, used, used)
    undecided = _undecided(layout, relaxed)
    if np.count_nonzero(undecided) <= _FEW_UNDECIDED:
        yield narrow_part(form, layout, relaxed)
    for few in _NEAR:
        yield _fixed(form, layout, relaxed.x, undecided | _cheapest_unused(layout, relaxed, few))


def within(form: StandardForm, layout: Layout, relaxed: Answer, distance: float) -> StandardForm:
    """``form`` where each draw is off, or on, that would cost more than ``distance`` otherwise.

    ``relaxed`` is the answer of the relaxation. Bounds may cross: then no point is within the distance.
    """
    assert relaxed.x is not None
    assert relaxed.reduced_costs is not None
    table, columns = layout.table, layout.columns
    cost, used_a = relaxed.reduced_costs[columns.current_a], _current_a(layout, relaxed.x)
    off = (used_a <= _EPS_A) & (cost * table.min_a > distance)
    on = (used_a >= table.max_a - _EPS_A) & (-cost * table.max_a > distance)
    turned_off, drawn_off, turned_on = columns.on[off], columns.current_a[off], columns.on[on]
    part = form.with_bounds(turned_off, form.low[turned_off], 0.0)
    part = part.with_bounds(drawn_off, form.low[drawn_off], 0.0)
    return part.with_bounds(turned_on, 1.0, form.high[turned_on])


def narrow_part(form: StandardForm, layout: Layout, relaxed: Answer) -> StandardForm:
    """``form`` with few draws to choose: those that are undecided, and a few more of the same sessions."""
    assert relaxed.x is not None
    undecided = _undecided(layout, relaxed)
    session = layout.table.session
    near = _cheapest_unused(layout, relaxed, _NEAR[0]) & np.isin(session, session[undecided])
    return _fixed(form, layout, relaxed.x, undecided | near)


def used_draws(layout: Layout, x: FloatArray) -> BoolArray:
    """Draws that are used at all; of several in one slot of a charger, the one that is used most."""
    table, current_a = layout.table, _current_a(layout, x)
    place = table.charger * (int(table.slot.max(initial=0)) + 1) + table.slot
    order = np.lexsort((-current_a / table.max_a, place))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(place[order]) > 0
    used = np.zeros(len(order), dtype=bool)
    used[order[first]] = True
    used &= current_a > _EPS_A
    return used


def _current_a(layout: Layout, x: FloatArray) -> FloatArray:
    """Current of every draw [A]."""
    current_a: FloatArray = x[layout.columns.current_a]
    return current_a


def _undecided(layout: Layout, relaxed: Answer) -> BoolArray:
    """Draws that the relaxation uses below their minimum, or beside another one of the same slot; those that
    what happens in other slots binds.
    """
    assert relaxed.x is not None
    table, current_a = layout.table, _current_a(layout, relaxed.x)
    used = current_a > _EPS_A
    below = used & (current_a < table.min_a - _EPS_A)
    place = table.charger * (int(table.slot.max(initial=0)) + 1) + table.slot
    crowd = np.bincount(place, weights=used)[place] > 1
    undecided: BoolArray = below | crowd | table.tied
    return undecided


def _cheapest_unused(layout: Layout, relaxed: Answer, few: int) -> BoolArray:
    """The ``few`` unused draws of every session that cost least per kWh more than what it uses."""
    assert relaxed.x is not None
    assert relaxed.reduced_costs is not None
    table = layout.table
    extra = relaxed.reduced_costs[layout.columns.current_a] / table.mean_kw_per_a
    chosen = np.zeros(len(table.slot), dtype=bool)
    unused = np.flatnonzero(_current_a(layout, relaxed.x) <= _EPS_A)
    order = unused[np.lexsort((extra[unused], table.session[unused]))]
    sessions = table.session[order]
    first = np.searchsorted(sessions, sessions)
    chosen[order[np.arange(len(order)) - first < few]] = True
    return chosen


def _fixed(form: StandardForm, layout: Layout, x: FloatArray, free: BoolArray) -> StandardForm:
    """``form`` with every draw that is not ``free`` on or off as it is in ``x``."""
    on = (_current_a(layout, x) >= layout.table.min_a - _EPS_A).astype(np.float64)
    held = ~free
    return form.with_bounds(layout.columns.on[held], on[held], on[held])
