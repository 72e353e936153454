"""The rows of one charger in one slot, written straight as matrices: on and off, and one phase set."""

from __future__ import annotations

import numpy as np

from scheduler.linear import Linear
from scheduler.problem import DrawTable, FloatArray, IntArray, Problem
from scheduler.rules_charging import changeable
from scheduler.standard_form import ABSENT, BoolArray, Columns
from scheduler.written import Rows


def one_of(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.one_of``."""
    return {"one_of": _at_most_one(problem, columns.on, np.ones(len(columns.on)))}


def one_set(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.one_set``."""
    return {"one_set": _at_most_one(problem, columns.current_a, 1 / problem.draw_table.max_a)}


def _at_most_one(problem: Problem, column: IntArray, coefficient: FloatArray) -> Rows:
    """One row for every slot of a charger in which several draws exclude each other."""
    table = problem.draw_table
    place = table.charger * problem.slots + table.slot
    _, number, rivals = np.unique(place, return_inverse=True, return_counts=True)
    crowded = rivals > 1
    row = np.cumsum(crowded) - 1
    mine = crowded[number]
    return Rows(
        row=row[number][mine],
        column=column[mine],
        coefficient=coefficient[mine],
        low=np.full(int(crowded.sum()), -np.inf),
        high=np.ones(int(crowded.sum())),
    )


def minimum_current(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.minimum_current``."""
    low_a = problem.draw_table.min_a
    return {"minimum_current": _pairs(columns.current_a, columns.on, -low_a, 0.0, np.inf)}


def maximum_current(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.maximum_current``."""
    draws = problem.draw_table.loss_kw == 0
    return {"maximum_current": _on_where_drawn(columns, problem.draw_table, draws)}


def loss_while_drawn(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.loss_while_drawn``."""
    draws = problem.draw_table.loss_kw != 0
    return {"loss_while_drawn": _on_where_drawn(columns, problem.draw_table, draws)}


def _on_where_drawn(columns: Columns, table: DrawTable, draws: BoolArray) -> Rows:
    """Rows that turn on those of ``draws`` that have a current."""
    return _pairs(columns.current_a[draws], columns.on[draws], -table.max_a[draws], -np.inf, 0.0)


def counted_start(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.counted_start``."""
    table = problem.draw_table
    before = slot_before(table)
    earlier = np.where(before == ABSENT, ABSENT, columns.on[before])
    was_on = np.zeros(len(before))
    for j in np.flatnonzero(table.slot == 0):
        was_on[j] = float(problem.sessions[table.session[j]].was_on(0, int(table.option[j])))
    rise = Linear.of(columns.start) - Linear.of(columns.on) + Linear.of(earlier) + was_on
    return {"counted_start": rise.at_least(0.0)}


def counted_change(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_charging.counted_change``."""
    draws = np.array(changeable(problem), dtype=np.int64)
    if problem.published_a is None or not len(draws):
        return {}
    told_a = problem.published_a[draws]
    changed, current = Linear.of(columns.changed_a), Linear.of(columns.current_a[draws])
    apart = (changed - current + told_a, changed + current - told_a)
    return {"counted_change": Rows.joined([one.at_least(0.0) for one in apart])}


def slot_before(table: DrawTable) -> IntArray:
    """Position of the same draw a slot earlier, ``ABSENT`` where there is none."""
    slots, options = int(table.slot.max(initial=0)) + 2, int(table.option.max(initial=0)) + 1
    place = (table.session * slots + table.slot + 1) * options + table.option
    order = np.argsort(place, kind="stable")
    at = np.searchsorted(place[order], place - options)
    found: IntArray = order[np.minimum(at, len(order) - 1)] if len(order) else order
    return np.where(place[found] == place - options, found, ABSENT)


def first_draws(table: DrawTable) -> IntArray:
    """Positions of the first option of every session in each of its slots."""
    return np.flatnonzero(table.option == 0)


def stay_of(table: DrawTable) -> IntArray:
    """Of every draw which session and slot it is of, numbered in their order."""
    number: IntArray = np.cumsum(table.option == 0) - 1
    return number


def by_stay(problem: Problem, column: IntArray) -> Linear:
    """Of every session in each of its slots the sum over its options."""
    stay = stay_of(problem.draw_table)
    return Linear.sums(int(stay.max(initial=-1)) + 1, [(stay, column, np.ones(len(stay)))])


def _pairs(first: IntArray, second: IntArray, of_second: FloatArray, low: float, high: float) -> Rows:
    """Rows ``low <= first + of_second second <= high``."""
    n = len(first)
    return Rows(
        row=np.tile(np.arange(n), 2),
        column=np.concatenate([first, second]),
        coefficient=np.concatenate([np.ones(n), of_second]),
        low=np.full(n, low),
        high=np.full(n, high),
    )
