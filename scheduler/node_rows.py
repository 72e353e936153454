"""Rows that a search finds at its first node, kept for every linear program that follows.

HiGHS lifts its first linear program with cuts: what a draw leaves of a peak while it is half on, what a
battery fills beside it, and much that no rule of the model says. Its searches throw them away one after the
other; here they are found once. They hold for every plan, so that the bound, the walk slot by slot and each
search of a part know them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import highspy
import numpy as np
import scipy.sparse as sp

from scheduler import highs
from scheduler.highs import Answer
from scheduler.layout import Layout
from scheduler.problem import FloatArray
from scheduler.standard_form import ABSENT, BoolArray, StandardForm

NODE_ROWS: Final = "found_at_first_node"
"""Name of the rows that are added."""
_SWITCHES: Final = (
    *("one_chosen", "current_of_chosen", "counted_switch", "switches_used", "switch_budget"),
    *("switch_hold", "switch_one_way", "lost_when_switched", "lost_at_least", "switched_to", "switched_from"),
)
"""Without them the first node takes a third of the time and lifts as much."""
_OFF: Final = (
    *("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost"),
    *("mip_heuristic_run_feasibility_jump", "mip_detect_symmetry"),
)
_TRIES: Final = (0.6, 1.0)
"""Shares of the time, try by try: where it ends inside a linear program, HiGHS tells no cuts."""
_EPS: Final = 1e-7
_BROKEN: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Lifted:
    """A form with the rows of the first node, perhaps none."""

    form: StandardForm
    holds_below: float = np.inf
    """They hold for every plan that costs less: HiGHS leaves out what is no better than a point that it came
    across, which knows nothing of phase switches. No bound from them is worth more.
    """

    def optimum(self, time_limit_s: float) -> Answer:
        """Of the linear program; its bound is proven for every plan."""
        answer = highs.solve(self.form.relaxed(), time_limit_s=time_limit_s)
        return replace(answer, bound=min(answer.bound, self.holds_below))


def with_node_rows(
    form: StandardForm, layout: Layout, start: FloatArray | None, room: float, time_limit_s: float
) -> Lifted:
    """``form`` with those rows that bind at the optimum of its linear program; as it is where none is found,
    or where a plan within ``room`` of that optimum might break one.

    A row that the executable point ``start`` breaks is left out.
    """
    part = _without_switches(form, layout)
    for share in _TRIES:
        rows, below = _found(part, share * time_limit_s)
        if len(rows.low):
            break
    else:
        return Lifted(form)
    if start is not None:
        rows = rows.only(rows.hold_at(start))
    linear = highs.solve(rows.added_to(part).relaxed(), time_limit_s=time_limit_s)
    if linear.row_duals is None or below < linear.bound + room:
        return Lifted(form)
    return Lifted(rows.only(np.abs(linear.row_duals[part.rows :]) > _EPS).added_to(form), below)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows ``low <= matrix x <= high``."""

    matrix: sp.csr_array
    low: FloatArray
    high: FloatArray

    def hold_at(self, x: FloatArray) -> BoolArray:
        """Which of them hold at ``x``."""
        value = self.matrix @ x
        holds: BoolArray = (value >= self.low - _BROKEN) & (value <= self.high + _BROKEN)
        return holds

    def only(self, which: BoolArray) -> _Rows:
        """Some of them."""
        return _Rows(sp.csr_array(self.matrix[which]), self.low[which], self.high[which])

    def added_to(self, form: StandardForm) -> StandardForm:
        """``form`` with these rows."""
        return replace(
            form,
            matrix=sp.csc_array(sp.vstack([form.matrix, self.matrix])),
            row_low=np.append(form.row_low, self.low),
            row_high=np.append(form.row_high, self.high),
            row_rule=np.append(form.row_rule, np.full(len(self.low), NODE_ROWS)),
        )


def _without_switches(form: StandardForm, layout: Layout) -> StandardForm:
    """``form`` where phases are chosen afresh in every slot."""
    chosen = layout.columns.chosen
    whole = form.whole.copy()
    whole[chosen[chosen != ABSENT]] = False
    return replace(form.with_rows_kept(~form.rows_of(_SWITCHES)), whole=whole)


def _found(form: StandardForm, time_limit_s: float) -> tuple[_Rows, float]:
    """The cuts that HiGHS has when the first node ends, or the time does; and the cost of the best point that
    it came across.
    """
    found = [_Rows(sp.csr_array((0, form.columns)), np.zeros(0), np.zeros(0))]

    def take(event: Any) -> None:
        pool = event.data_out
        number, values = int(pool.cutpool_num_cut), np.array(pool.cutpool_value)
        starts = np.append(np.array(pool.cutpool_start)[:number], len(values))
        rows = sp.csr_array((values, np.array(pool.cutpool_index), starts), shape=(number, form.columns))
        found.append(_Rows(rows, np.array(pool.cutpool_lower), np.array(pool.cutpool_upper)))

    solver = highs.loaded(form, time_limit_s)
    for option in _OFF:
        solver.setOptionValue(option, False)
    for name, value in (("mip_max_nodes", 1), ("mip_heuristic_effort", 0.0), ("presolve", "off")):
        solver.setOptionValue(name, value)
    solver.cbMipGetCutPool.subscribe(take)
    if solver.run() == highspy.HighsStatus.kError:
        return found[0], np.inf
    best = highs.answer_of(solver, linear=False).x
    return found[-1], np.inf if best is None else form.value(best)
