"""Rules of one charger in one slot: off, or one phase set with a current it can be told."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.problem import Problem

Key = tuple[int, int, int]


def keys(problem: Problem) -> list[Key]:
    """Index of every draw: session, slot, option."""
    table = problem.draw_table
    return list(zip(table.session.tolist(), table.slot.tolist(), table.option.tolist(), strict=True))


def _rivals(problem: Problem) -> dict[tuple[int, int], list[Key]]:
    """Draws that exclude each other: the options of one charger in one slot, where there are several."""
    found: dict[tuple[int, int], list[Key]] = defaultdict(list)
    for key in keys(problem):
        found[problem.sessions[key[0]].charger, key[1]].append(key)
    return {place: rivals for place, rivals in found.items() if len(rivals) > 1}


def one_set(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d current_a[d] / max_a[d] <= 1 over the draws d of one charger in one slot"""
    rivals = _rivals(problem)
    m.one_set = pyo.Constraint(
        list(rivals),
        rule=lambda m, c, t: sum(m.current_a[d] * (1 / m.current_a[d].ub) for d in rivals[c, t]) <= 1,
    )


def one_of(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d on[d] <= 1 over the draws d of one charger in one slot"""
    rivals = _rivals(problem)
    m.one_of = pyo.Constraint(list(rivals), rule=lambda m, c, t: sum(m.on[d] for d in rivals[c, t]) <= 1)


def minimum_current(m: pyo.ConcreteModel, problem: Problem) -> None:
    """current_a[d] >= min_a[d] on[d]"""
    low = dict(zip(keys(problem), problem.draw_table.min_a.tolist(), strict=True))
    m.minimum_current = pyo.Constraint(m.draws, rule=lambda m, *d: m.current_a[d] - low[d] * m.on[d] >= 0)


def maximum_current(m: pyo.ConcreteModel, problem: Problem) -> None:
    """current_a[d] <= max_a[d] on[d] over the draws d that lose nothing while they are on"""
    m.maximum_current = _on_where_drawn(problem, loses=False)


def loss_while_drawn(m: pyo.ConcreteModel, problem: Problem) -> None:
    """current_a[d] <= max_a[d] on[d] over the draws d that lose energy while they are on: a current without
    its loss would charge more than it can
    """
    m.loss_while_drawn = _on_where_drawn(problem, loses=True)


def _on_where_drawn(problem: Problem, *, loses: bool) -> pyo.Constraint:
    """Rows current_a <= max_a on over the draws that lose energy while they are on, or over the others."""
    table = problem.draw_table
    mine = np.flatnonzero((table.loss_kw != 0) == loses).tolist()
    every, high = keys(problem), table.max_a.tolist()
    of_draw = {every[j]: high[j] for j in mine}
    return pyo.Constraint(list(of_draw), rule=lambda m, *d: m.current_a[d] - of_draw[d] * m.on[d] <= 0)


def counted_start(m: pyo.ConcreteModel, problem: Problem) -> None:
    """start[s, t, k] >= on[s, t, k] - on[s, t - 1, k]: a start, or a switch to another phase set; what runs
    when the horizon begins was on
    """
    known = set(keys(problem))

    def rise(m: pyo.ConcreteModel, s: int, t: int, k: int) -> object:
        before = m.on[s, t - 1, k] if (s, t - 1, k) in known else int(problem.sessions[s].was_on(t, k))
        return m.start[s, t, k] - m.on[s, t, k] + before >= 0

    m.counted_start = pyo.Constraint(m.draws, rule=rise)


def changeable(problem: Problem) -> list[int]:
    """Positions of the draws that are on by the published plan."""
    if problem.published_a is None:
        return []
    return np.flatnonzero(problem.published_a > 0).tolist()


def counted_change(m: pyo.ConcreteModel, problem: Problem) -> None:
    """changed_a[d] >= current_a[d] - published_a[d] and changed_a[d] >= published_a[d] - current_a[d] over
    the draws d that are on by the published plan, or now; of the others all that is drawn is a change
    """
    if problem.published_a is None:
        return
    told = {keys(problem)[j]: float(problem.published_a[j]) for j in changeable(problem)}

    def apart(m: pyo.ConcreteModel, s: int, t: int, k: int, sign: int) -> object:
        d = (s, t, k)
        return m.changed_a[d] - sign * m.current_a[d] >= -sign * told[d]

    m.counted_change = pyo.Constraint([(*d, sign) for d in told for sign in (1, -1)], rule=apart)
