"""Surplus that a group keeps for itself and other cars take all the same."""

from __future__ import annotations

import numpy as np

from scheduler.decision import BoolArray
from scheduler.problem import FloatArray, Problem


def others(problem: Problem) -> BoolArray:
    """Which draws are of cars that the surplus is not there for, shape (draws,)."""
    left_out = np.array([not session.own_sun for session in problem.sessions], dtype=bool)
    found: BoolArray = left_out[problem.draw_table.session] if len(left_out) else np.zeros(0, dtype=bool)
    return found


def sunny(problem: Problem) -> BoolArray:
    """Slots with a surplus, on a phase where the meter counts each by itself; shape (slots,)."""
    found: BoolArray = problem.surplus_kw > 0
    if problem.per_phase:
        found = found | (problem.circuits[0].base_a < 0).any(axis=0)
    return found


def price_eur_per_kwh(problem: Problem) -> FloatArray:
    """What a kWh of such surplus costs beyond the sale that it replaces: buying price less selling price."""
    price: FloatArray = np.maximum(problem.buy_eur_per_kwh - problem.export_value_eur_per_kwh, 0.0)
    return price


def others_sun_kw(problem: Problem, draw_kw: FloatArray, import_kw: FloatArray) -> FloatArray:
    """Mean power of the other cars that the import does not cover, shape (slots,) [kW].

    ``draw_kw`` is the mean power of every draw, ``import_kw`` what the meter counts.
    """
    drawn = np.zeros(problem.slots)
    mine = others(problem)
    np.add.at(drawn, problem.draw_table.slot[mine], draw_kw[mine])
    return np.where(sunny(problem), np.maximum(drawn - import_kw, 0.0), 0.0)
