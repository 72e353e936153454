"""The form of a problem, every rule written straight as matrices.

What the rows say is defined by the functions of the same names in ``rules_*``, the list of which is
``model.RULES``; a test compares both. Pyomo takes more time to state them than HiGHS for the relaxation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scheduler import (
    battery_rows,
    beside_rows,
    by_itself_rows,
    energy_rows,
    first_rows,
    flexible_rows,
    giving_rows,
    meter_rows,
    on_off_rows,
    peak_rows,
    run_rows,
    switch_rows,
    taper_rows,
    wire_rows,
)
from scheduler.model import CALM_RULES
from scheduler.problem import Problem
from scheduler.silent import silent_rules
from scheduler.standard_form import Columns, StandardForm
from scheduler.written import Rows, with_rows
from scheduler.written_columns import written_columns

Writer = Callable[[Problem, Columns], dict[str, Rows]]
"""The rows of one rule, by the name of their constraint."""

WRITERS: Final[tuple[Writer, ...]] = (
    meter_rows.one_direction,
    meter_rows.forced_curtailment,
    wire_rows.circuit_feed_in,
    energy_rows.kept_shortfall,
    on_off_rows.counted_change,
    battery_rows.battery_content,
    battery_rows.battery_one_way,
    by_itself_rows.fills_by_itself,
    by_itself_rows.drains_by_itself,
    beside_rows.draws_while_filling,
    beside_rows.drains_at_least,
    flexible_rows.run_time,
    flexible_rows.least_run,
    peak_rows.peak_rise,
    switch_rows.one_chosen,
    switch_rows.counted_switch,
    switch_rows.switch_budget,
    switch_rows.switch_hold,
    switch_rows.switch_one_way,
    switch_rows.dead_time,
    run_rows.charging_run,
    run_rows.charging_pause,
    run_rows.goes_on_at_first,
    meter_rows.phase_balance,
    meter_rows.phase_direction,
    peak_rows.peak_level,
    peak_rows.peak_while_on,
    beside_rows.peak_beside_battery,
    meter_rows.solar_for_group,
    taper_rows.taken_energy,
    taper_rows.taper,
    giving_rows.give_current,
    giving_rows.draw_or_give,
    giving_rows.car_content,
    first_rows.held_first,
    energy_rows.power_balance,
    wire_rows.circuit_current,
    wire_rows.circuit_power,
    wire_rows.imbalance,
    energy_rows.energy_goal,
    energy_rows.energy_most,
    on_off_rows.one_set,
    on_off_rows.loss_while_drawn,
    on_off_rows.one_of,
    on_off_rows.minimum_current,
    on_off_rows.maximum_current,
    on_off_rows.counted_start,
)
"""One for each rule of the model, and of its name."""

_CALM: Final = frozenset(rule.__name__ for rule in CALM_RULES)


def written_form(problem: Problem, *, with_starts: bool) -> tuple[StandardForm, Columns]:
    """The form of ``problem`` and the positions of its variables; without starts and changes unless asked."""
    form, columns = written_columns(problem, with_starts=with_starts)
    left_out = silent_rules(problem) | (frozenset() if with_starts else _CALM)
    rows: dict[str, Rows] = {}
    for writer in WRITERS:
        if writer.__name__ not in left_out:
            rows |= writer(problem, columns)
    return with_rows(form, rows), columns
