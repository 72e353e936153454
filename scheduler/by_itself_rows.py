"""The rows of a battery that acts by itself, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.battery_reach import reach
from scheduler.linear import Linear
from scheduler.mean_rows import consumed
from scheduler.problem import Problem
from scheduler.rules_battery import ROOM_KWH
from scheduler.standard_form import ABSENT, BoolArray, Columns
from scheduler.written import Rows


def fills_by_itself(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_battery.fills_by_itself``."""
    battery = problem.battery
    assert battery is not None
    ends = reach(problem)
    least, most = ends.least_left_kw, ends.most_left_kw
    fill, fills, at_most = map(Linear.of, (columns.fill_kw, columns.fills, columns.fill_at_most))
    left, full = _left(problem, columns), fills - Linear.of(columns.fill_takes_all) - at_most
    not_taken = full.times(most) + at_most.times(np.maximum(most - battery.charge_kw, 0.0))
    full_kwh = full.times(battery.most_kwh - ends.least_kwh)
    filling = (columns.fill_takes_all != ABSENT) & (most > 0)
    never_full = ends.most_kwh < battery.most_kwh - ROOM_KWH
    return _by_slot(
        "fills_by_itself",
        (most <= 0, fills.at_most(0.0)),
        (filling, (left - fills.times(most)).at_most(0.0)),
        (filling, (fill - left - fills.times(least)).at_most(-least)),
        (filling, (fill - left + not_taken).at_least(0.0)),
        (filling, (fill - at_most.times(battery.charge_kw)).at_least(0.0)),
        (filling & never_full, full.equals(0.0)),
        (filling & ~never_full, full.at_least(0.0)),
        (
            filling & ~never_full,
            (Linear.of(columns.content_kwh) - full_kwh).at_least(ends.least_kwh - ROOM_KWH),
        ),
    )


def drains_by_itself(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_battery.drains_by_itself``."""
    battery = problem.battery
    assert battery is not None
    ends = reach(problem)
    least, most = ends.least_left_kw, np.maximum(ends.most_left_kw, 0.0)
    drain, fills, at_most = map(Linear.of, (columns.drain_kw, columns.fills, columns.drain_at_most))
    held_at = np.full(problem.slots, ABSENT)
    held_at[columns.held_slots] = columns.held
    left, held = _left(problem, columns), Linear.of(held_at)
    empty = -fills - held - Linear.of(columns.drain_gives_all) - at_most + 1.0
    not_given = (empty + held).times(-least) + at_most.times(np.maximum(-least - battery.discharge_kw, 0.0))
    never = (least >= 0) & (ends.most_left_kw > 0)
    draining = (columns.drain_gives_all != ABSENT) & ~never
    never_empty = ends.least_kwh > battery.least_kwh + ROOM_KWH
    empty_kwh = empty.times(ends.most_kwh - battery.least_kwh)
    idle = (fills + held).times(ends.drain_kw)
    return _by_slot(
        "drains_by_itself",
        (never, fills.at_least(1.0)),
        (~never, (left + fills.times(least)).at_least(least)),
        (draining, (drain + left - fills.times(most)).at_most(0.0)),
        (draining, (drain + left + not_given).at_least(0.0)),
        (draining, (drain - at_most.times(battery.discharge_kw)).at_least(0.0)),
        (draining & (held_at != ABSENT), (drain + idle).at_most(ends.drain_kw)),
        (draining & never_empty, empty.equals(0.0)),
        (draining & ~never_empty, empty.at_least(0.0)),
        (
            draining & ~never_empty,
            (Linear.of(columns.content_kwh) + empty_kwh).at_most(ends.most_kwh + ROOM_KWH),
        ),
    )


def _by_slot(name: str, *parts: tuple[BoolArray, Rows]) -> dict[str, Rows]:
    """The rows of each part in the slots that it speaks of, those of one slot side by side."""
    slots = [np.flatnonzero(here) for here, _ in parts]
    rows = Rows.joined([rows.chosen(mine) for (_, rows), mine in zip(parts, slots, strict=True)])
    return {name: rows.chosen(np.argsort(np.concatenate(slots), kind="stable"))}


def _left(problem: Problem, columns: Columns) -> Linear:
    """What solar leaves over in each slot after everything that consumes [kW]."""
    return -Linear.sums(problem.slots, consumed(problem, columns)) + problem.surplus_kw
