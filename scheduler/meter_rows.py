"""The rows of the meter, written straight as matrices: one direction, each phase, and what is cut off."""

from __future__ import annotations

import numpy as np

from domain.units import kw_per_a
from scheduler.linear import Linear
from scheduler.mean_rows import mean_drawn
from scheduler.others_sun import others
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_circuit import GRID
from scheduler.rules_metering import most_phase_kw, phase_weight
from scheduler.rules_power import most_bought_kw, most_sold_kw
from scheduler.standard_form import ABSENT, Columns
from scheduler.wire_rows import beside
from scheduler.written import Rows, Terms


def one_direction(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_power.one_direction``."""
    here = np.flatnonzero(columns.buying != ABSENT)
    buying, sold = Linear.of(columns.buying), most_sold_kw(problem)
    buys = Linear.of(columns.buy_kw) - buying.times(most_bought_kw(problem))
    sells = Linear.of(columns.sell_kw) + buying.times(sold)
    return {
        "buys_only": buys.only(here).at_most(0.0),
        "sells_only": sells.only(here).at_most(sold[here]),
    }


def forced_curtailment(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_power.forced_curtailment``."""
    slots = np.flatnonzero(problem.forced_kw > 0)
    limit_kw = problem.export_limit_kw or 0.0
    bought = most_bought_kw(problem)[slots]
    cut, cutting = Linear.of(columns.curtailed_kw), Linear.of(columns.cutting)
    buy, sell = Linear.of(columns.buy_kw[slots]), Linear.of(columns.sell_kw[slots])
    return {
        "cut_when_cutting": (cut - cutting.times(problem.forced_kw[slots])).at_most(0.0),
        "cut_at_the_limit": (sell - cutting.times(limit_kw)).at_least(0.0),
        "cut_without_buying": (buy + cutting.times(bought)).at_most(bought),
    }


def phase_balance(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_metering.phase_balance``."""
    if not problem.per_phase:
        return {}
    table, grid, n = problem.draw_table, problem.circuits[GRID], problem.slots
    per_a = table.mean_kw_per_a / np.maximum(table.phases.sum(axis=1), 1)
    terms: list[Terms] = []
    for p in range(3):
        draws = np.flatnonzero(table.phases[:, p])
        weight = phase_weight(problem, p)
        relief = grid.relief_a_per_kw[p] * kw_per_a(problem.voltage_v, 1)
        here = [
            *mean_drawn(problem, columns, table.slot[draws], draws, per_a[draws]),
            *beside(problem, columns, weight, GRID, relief, leant=False),
        ]
        terms += [(row + p * n, column, value) for row, column, value in here]
    registers = Linear.of(columns.phase_buy_kw) - Linear.of(columns.phase_sell_kw)
    base_kw = (grid.base_a * kw_per_a(problem.voltage_v, 1)).ravel()
    return {"phase_balance": (registers - Linear.sums(3 * n, terms)).equals(base_kw)}


def phase_direction(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_metering.phase_direction``."""
    if not problem.per_phase:
        return {}
    here = np.flatnonzero(columns.phase_buying != ABSENT)
    most, buying = most_phase_kw(problem).ravel()[here], Linear.of(columns.phase_buying[here])
    buy, sell = Linear.of(columns.phase_buy_kw[here]), Linear.of(columns.phase_sell_kw[here])
    return {
        "phase_buys_only": (buy - buying.times(most)).at_most(0.0),
        "phase_sells_only": (sell + buying.times(most)).at_most(most),
    }


def solar_for_group(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_sun.solar_for_group``."""
    table, draws, slots = problem.draw_table, np.flatnonzero(others(problem)), columns.others_sun_slots
    cars = mean_drawn(problem, columns, table.slot[draws], draws, table.mean_kw_per_a[draws])
    covered = Linear.sums(problem.slots, cars).only(slots)
    each = np.arange(len(slots))
    bought = Linear.sums(len(slots), imported(problem, columns, each, slots, np.ones(len(slots))))
    return {"solar_for_group": (Linear.of(columns.others_sun_kw) + bought - covered).at_least(0.0)}


def imported(
    problem: Problem, columns: Columns, row: IntArray, slot: IntArray, part: FloatArray
) -> list[Terms]:
    """Terms ``part`` of what the import register counts in some slots [kW], each in its row."""
    if not problem.per_phase:
        return [(row, columns.buy_kw[slot], part)]
    return [(row, columns.phase_buy_kw[slot + p * problem.slots], part) for p in range(3)]
