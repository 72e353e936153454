"""On or off: relax, fix what the relaxation has decided, solve the rest, and prove the gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.problem import DrawTable, FloatArray
from scheduler.standard_form import BoolArray, Columns, StandardForm

SMALL_DRAWS: Final = 600
"""Up to so many choices, nothing is fixed: the full search is quick and exact."""
_NEAR: Final = (2, 6)
"""Cheapest unused slots per session that a restricted search may use, try by try."""
_EPS_A: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Layout:
    """The draws of a problem and where their variables stand."""

    table: DrawTable
    columns: Columns


def search(
    form: StandardForm,
    layout: Layout,
    relaxed: Answer,
    *,
    gap: float,
    deadline: Deadline,
    start: FloatArray | None = None,
) -> Answer:
    """Best point of ``form`` found, and the best bound proven for it.

    ``relaxed`` is the answer of the relaxation with the same objective; ``gap`` is absolute.
    """
    best, bound = None, relaxed.bound
    if relaxed.x is None:
        return relaxed
    for free in _tries(layout, relaxed):
        if best is not None and (form.value(best) - bound <= gap or deadline.over):
            break
        answer = highs.solve(
            _fixed(form, layout, relaxed.x, free),
            time_limit_s=deadline.left_s,
            gap=gap / 2,
            target=bound + gap,
            start=start if best is None else best,
        )
        if free.all():
            bound = max(bound, answer.bound)
            if answer.infeasible and best is None:
                return answer
        if answer.x is not None and (best is None or form.value(answer.x) < form.value(best)):
            best = answer.x
    return Answer(best, bound, infeasible=False)


def _tries(layout: Layout, relaxed: Answer) -> Iterator[BoolArray]:
    """Which draws are left to choose, from few to all."""
    table = layout.table
    everything = np.ones(len(table.slot), dtype=bool)
    if len(everything) > SMALL_DRAWS:
        undecided = _undecided(layout, relaxed)
        for near in _NEAR:
            yield undecided | _cheapest_unused(layout, relaxed, near)
    yield everything


def _current_a(layout: Layout, x: FloatArray) -> FloatArray:
    """Current of every draw [A]."""
    current_a: FloatArray = x[layout.columns.current_a]
    return current_a


def _undecided(layout: Layout, relaxed: Answer) -> BoolArray:
    """Draws that the relaxation uses below their minimum, or beside another one of the same slot."""
    assert relaxed.x is not None
    table, current_a = layout.table, _current_a(layout, relaxed.x)
    used = current_a > _EPS_A
    below = used & (current_a < table.min_a - _EPS_A)
    place = table.charger * (int(table.slot.max(initial=0)) + 1) + table.slot
    crowd = np.bincount(place, weights=used)[place] > 1
    undecided: BoolArray = below | crowd
    return undecided


def _cheapest_unused(layout: Layout, relaxed: Answer, near: int) -> BoolArray:
    """The ``near`` unused draws of every session that cost least per kWh more than what it uses."""
    assert relaxed.x is not None
    assert relaxed.reduced_costs is not None
    table = layout.table
    extra = relaxed.reduced_costs[layout.columns.current_a] / table.mean_kw_per_a
    chosen = np.zeros(len(table.slot), dtype=bool)
    unused = np.flatnonzero(_current_a(layout, relaxed.x) <= _EPS_A)
    order = unused[np.lexsort((extra[unused], table.session[unused]))]
    sessions = table.session[order]
    first = np.searchsorted(sessions, sessions)
    chosen[order[np.arange(len(order)) - first < near]] = True
    return chosen


def _fixed(form: StandardForm, layout: Layout, x: FloatArray, free: BoolArray) -> StandardForm:
    """``form`` with every draw that is not ``free`` on or off as it is in ``x``."""
    if free.all():
        return form
    on = (_current_a(layout, x) >= layout.table.min_a - _EPS_A).astype(np.float64)
    held = ~free
    return form.with_bounds(layout.columns.on[held], on[held], on[held])
