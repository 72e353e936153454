"""The rows of the phase switches, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.linear import Linear
from scheduler.on_off_rows import by_stay, first_draws, slot_before, stay_of
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_switching import begins_h, closed_slots, switching_sessions
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Rows, Terms

_EPS = 1e-9


def one_chosen(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_switching.one_chosen``."""
    table = problem.draw_table
    draws = np.flatnonzero(columns.chosen != ABSENT)
    stays = np.unique(stay_of(table)[draws])
    current, chosen = Linear.of(columns.current_a[draws]), Linear.of(columns.chosen[draws])
    return {
        "one_chosen": by_stay(problem, columns.chosen).only(stays).equals(1.0),
        "current_of_chosen": (current - chosen.times(table.max_a[draws])).at_most(0.0),
    }


def counted_switch(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_switching.counted_switch``."""
    table = problem.draw_table
    draws = np.flatnonzero(columns.switched != ABSENT)
    chosen, switched = Linear.of(columns.chosen), Linear.of(columns.switched)
    column, known = _selected_before(problem, columns)
    rises = switched - chosen + Linear.of(column) + known
    first = first_draws(table)
    before = slot_before(table)[first]
    earlier = np.where(before == ABSENT, ABSENT, columns.used[stay_of(table)[before]])
    so_far = Linear.of(columns.used) - by_stay(problem, columns.switched) - Linear.of(earlier)
    counted = np.flatnonzero(columns.used != ABSENT)
    return {
        "counted_switch": rises.only(draws).at_least(0.0),
        "switches_used": so_far.only(counted).equals(0.0),
    }


def switch_budget(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_switching.switch_budget``."""
    table = problem.draw_table
    passing = np.zeros(len(table.slot), dtype=bool)
    left = np.zeros(len(problem.sessions))
    for s, _, switching in switching_sessions(problem):
        if switching.left is not None:
            passing |= (table.session == s) & ~np.isin(table.option, switching.ends_on)
            left[s] = switching.left
    of_passing = np.where(passing, columns.chosen, ABSENT)
    stays = np.unique(stay_of(table)[passing])
    used = Linear.of(columns.used) + by_stay(problem, of_passing)
    return {"switch_budget": used.only(stays).at_most(left[table.session[first_draws(table)][stays]])}


def switch_hold(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_switching.switch_hold``."""
    table = problem.draw_table
    first = first_draws(table)
    owner = table.session[first]
    able = columns.switched[first] != ABSENT
    rows, stays, most = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for s, session, switching in switching_sessions(problem):
        mine = np.flatnonzero(owner == s)
        begins, closed = begins_h(problem, session), closed_slots(problem, session, switching)
        near = np.tri(len(mine), dtype=bool) & (begins > begins[:, np.newaxis] - switching.hold_h + _EPS)
        near &= able[mine]
        near = np.where(closed[:, np.newaxis], np.eye(len(mine), dtype=bool), near)
        bound = np.flatnonzero(able[mine] & (closed | (near.sum(axis=1) > 1)))
        row, other = np.nonzero(near[bound])
        rows.append(row + sum(map(len, most)))
        stays.append(mine[other])
        most.append(np.where(closed[bound], 0.0, 1.0))
    row, stay, high = np.concatenate(rows), np.concatenate(stays), np.concatenate(most)
    return {"switch_hold": Linear.sums(len(high), _options_of(problem, columns, row, stay)).at_most(high)}


def _options_of(problem: Problem, columns: Columns, row: IntArray, stay: IntArray) -> list[Terms]:
    """In each row what is switched to in a stay, whatever the option."""
    table = problem.draw_table
    first = first_draws(table)
    width = np.diff(np.append(first, len(table.slot)))[stay]
    place = np.arange(int(width.sum())) - np.repeat(np.cumsum(width) - width, width)
    draws = np.repeat(first[stay], width) + place
    return [(np.repeat(row, width), columns.switched[draws], np.ones(len(draws)))]


def switch_one_way(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_switching.switch_one_way``."""
    table = problem.draw_table
    row, other = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    bound = np.zeros(len(table.slot), dtype=bool)
    for s, session, switching in switching_sessions(problem):
        if not switching.one_way:
            continue
        mine = table.session == s
        bound |= mine & (columns.switched != ABSENT)
        widths = [len(option.phases) for option in session.options]
        for k, width in enumerate(widths):
            for j in [k, *(j for j, wider in enumerate(widths) if wider > width)]:
                row.append(np.flatnonzero(mine & (table.option == k)))
                other.append(np.flatnonzero(mine & (table.option == j)))
    rows, others = np.concatenate(row), np.concatenate(other)
    column, known = _selected_before(problem, columns)
    earlier = Linear.sums(len(bound), [(rows, column[others], np.ones(len(rows)))])
    earlier = earlier + np.bincount(rows, known[others], len(bound)).astype(np.float64)
    narrower = (Linear.of(columns.chosen) - earlier).only(np.flatnonzero(bound))
    return {"switch_one_way": narrower.at_most(0.0)}


def dead_time(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_dead_time.dead_time``."""
    draws = np.flatnonzero(columns.lost_a != ABSENT)
    max_a = problem.draw_table.max_a[draws]
    lost, current = Linear.of(columns.lost_a[draws]), Linear.of(columns.current_a[draws])
    switched, chosen = Linear.of(columns.switched[draws]), Linear.of(columns.chosen[draws])
    column, known = _selected_before(problem, columns)
    column, known = column[draws], known[draws]
    was = np.flatnonzero((column != ABSENT) | (known > 0))
    return {
        "lost_of_current": (lost - current).at_most(0.0),
        "lost_when_switched": (lost - switched.times(max_a)).at_most(0.0),
        "lost_at_least": (lost - current - switched.times(max_a)).at_least(-max_a),
        "switched_to": (switched - chosen).at_most(0.0),
        "switched_from": (switched + Linear.of(column) + known).only(was).at_most(1.0),
    }


def _selected_before(problem: Problem, columns: Columns) -> tuple[IntArray, FloatArray]:
    """Of every draw whether its option was selected a slot earlier: the column that says so, or, where there
    is none, 1 for what was selected when the horizon began.
    """
    table = problem.draw_table
    before = slot_before(table)
    selected = np.full(len(problem.sessions), ABSENT)
    for s, _, switching in switching_sessions(problem):
        selected[s] = ABSENT if switching.selected is None else switching.selected
    column = np.where(before == ABSENT, ABSENT, columns.chosen[before])
    known = (column == ABSENT) & (table.option == selected[table.session])
    return column, known.astype(np.float64)
