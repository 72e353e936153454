"""Fewer phase sets to choose from: of several with as many phases, a session keeps the one it uses most.

A charger that puts a car on any phase has sets that differ in little but the phase. What they could be worth
is looked for last; that the search goes from one to the other and back costs most of its time.
"""

from __future__ import annotations

import numpy as np

from scheduler.layout import Layout
from scheduler.problem import DrawTable, FloatArray
from scheduler.standard_form import ABSENT, BoolArray, Columns, StandardForm


def narrowed(
    form: StandardForm, table: DrawTable, columns: Columns, relaxed: FloatArray
) -> StandardForm | None:
    """``form`` with one phase set of each number of phases per session; None where there are no more."""
    off = _others(table, relaxed[columns.current_a])
    if not off.any():
        return None
    part = form.with_bounds(columns.on[off], 0.0, 0.0)
    part = part.with_bounds(columns.current_a[off], 0.0, 0.0)
    chosen = columns.chosen[off]
    return part.with_bounds(chosen[chosen != ABSENT], 0.0, 0.0)


def _others(table: DrawTable, current_a: FloatArray) -> BoolArray:
    """Draws of the sets that give way: those of which the relaxation uses less than of one as wide."""
    options = int(table.option.max(initial=0)) + 1
    sets = table.session * options + table.option
    used = np.bincount(sets, weights=current_a, minlength=int(sets.max(initial=-1)) + 1)
    width = table.phases.sum(axis=1)
    others: BoolArray = np.zeros(len(sets), dtype=bool)
    for session in np.unique(table.session[table.option > 0]).tolist():
        mine = table.session == session
        for phases in np.unique(width[mine]).tolist():
            alike = np.unique(sets[mine & (width == phases)])
            best = alike[np.argmax(used[alike])]
            others |= mine & (width == phases) & (sets != best)
    return others


def without_switches(
    form: StandardForm, layout: Layout, relaxed: FloatArray, *, narrow: bool = False
) -> StandardForm:
    """``form`` where every session with a budget of phase switches stays on the set that is selected, else on
    the one that it uses most, or that it uses most of the narrowest.
    """
    table, columns = layout.table, layout.columns
    drawn_kw, width = relaxed[columns.current_a] * table.mean_kw_per_a, table.phases.sum(axis=1)
    for s in np.unique(table.session[columns.chosen != ABSENT]).tolist():
        mine, kept = table.session == s, layout.selected[s]
        if kept is None:
            able = mine & (width == width[mine].min()) if narrow else mine
            kept = int(table.option[able][0])
            used_kw = np.bincount(table.option[able], drawn_kw[able])
            kept = int(np.argmax(used_kw)) if used_kw.any() else kept
        others = mine & (table.option != kept)
        for positions in (columns.current_a, columns.on, columns.chosen):
            form = form.with_bounds(positions[others], 0.0, 0.0)
        form = form.with_bounds(columns.chosen[mine & ~others], 1.0, 1.0)
    return form
