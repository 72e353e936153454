"""The rules whose rows are written straight as matrices, and the form with them.

They are nearly all of the model's rows, and Pyomo takes most of its time for them. What they say is
defined by the functions of the same names in ``rules_*``; a test compares both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from scheduler import energy_rows, on_off_rows, wire_rows
from scheduler.problem import Problem
from scheduler.rules_power import most_sold_kw
from scheduler.standard_form import Columns, StandardForm
from scheduler.written import Rows, with_columns, with_rows

ON_OFF_WRITTEN: Final[dict[str, Callable[[Problem, Columns], Rows]]] = {
    "one_of": on_off_rows.one_of,
    "minimum_current": on_off_rows.minimum_current,
    "maximum_current": on_off_rows.maximum_current,
    "counted_start": on_off_rows.counted_start,
}
"""By the name of the rule: those that speak of on and off."""

WRITTEN: Final[dict[str, Callable[[Problem, Columns], Rows]]] = {
    "power_balance": energy_rows.power_balance,
    "circuit_current": wire_rows.circuit_current,
    "circuit_power": wire_rows.circuit_power,
    "imbalance": wire_rows.imbalance,
    "energy_goal": energy_rows.energy_goal,
    "energy_most": energy_rows.energy_most,
    "one_set": on_off_rows.one_set,
    "loss_while_drawn": on_off_rows.loss_while_drawn,
    **ON_OFF_WRITTEN,
}
"""By the name of the rule: all."""

_WITH_DEAD_TIME: Final = frozenset({"power_balance", "energy_goal"})
"""Rules that a dead time changes; with one, they are stated."""
_WITH_GIVING: Final = frozenset(WRITTEN) - frozenset(ON_OFF_WRITTEN) - {"one_set", "loss_while_drawn"}
"""Rules that cars change which give energy back; with one, they are stated."""


def written_for(problem: Problem, *, with_starts: bool) -> tuple[str, ...]:
    """The rules whose rows are written for ``problem``."""
    dead = any(s.switching is not None and s.switching.dead_h > 0 for s in problem.sessions)
    left_out = (_WITH_DEAD_TIME if dead else frozenset()) | (
        _WITH_GIVING if problem.gives.keys else frozenset()
    )
    left_out |= frozenset() if with_starts else {"counted_start"}
    return tuple(name for name in WRITTEN if name not in left_out)


def with_written(
    form: StandardForm, columns: Columns, problem: Problem, *, with_starts: bool
) -> tuple[StandardForm, Columns]:
    """``form`` with the columns that it lacks and the written rows need, and with these rows."""
    form, current = with_columns(form, columns.current_a, problem.draw_table.max_a)
    form, on = with_columns(form, columns.on, 1.0, whole=True)
    form, buy = with_columns(form, columns.buy_kw, float("inf"))
    form, sell = with_columns(form, columns.sell_kw, most_sold_kw(problem))
    columns = replace(columns, current_a=current, on=on, buy_kw=buy, sell_kw=sell)
    if with_starts:
        form, start = with_columns(form, columns.start, 1.0)
        columns = replace(columns, start=start)
    names = written_for(problem, with_starts=with_starts)
    return with_rows(form, {name: WRITTEN[name](problem, columns) for name in names}), columns
