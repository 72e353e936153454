"""Rules of the capacity peak: every clock window's mean import against the month's peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from scheduler.peak_levels import peak_levels
from scheduler.rules_metering import imported
from scheduler.rules_power import most_bought_kw

if TYPE_CHECKING:
    from scheduler.problem import Problem


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """rise_kw per calendar month; reached per level of its peak."""
    m.rise_kw = pyo.Var(range(len(problem.peaks)), bounds=(0.0, None))
    m.peak_levels = peak_levels(problem)
    m.reached = pyo.Var(range(len(m.peak_levels)), within=pyo.Binary)


def peak_rise(m: pyo.ConcreteModel, problem: Problem) -> None:
    """(known_kwh[w] + sum_t overlap_h[w, t] imported_kw[t]) / hours[w] <= paid_kw[k] + rise_kw[k]
    over the clock windows w of every month k that could be above what is paid for
    """
    most_kw = most_bought_kw(problem)
    index = [
        (k, w)
        for k, peak in enumerate(problem.peaks)
        for w, window in enumerate(peak.windows)
        if problem.per_phase or window.mean_kw(most_kw) > peak.paid_kw
    ]

    def below(m: pyo.ConcreteModel, k: int, w: int) -> object:
        peak, window = problem.peaks[k], problem.peaks[k].windows[w]
        parts = zip(window.slots.tolist(), (window.overlap_h / window.hours).tolist(), strict=True)
        known_kw = window.known_kwh / window.hours
        return sum(part * imported(m, t) for t, part in parts) - m.rise_kw[k] <= peak.paid_kw - known_kw

    m.peak_rise = pyo.Constraint(index, rule=below)


def peak_level(m: pyo.ConcreteModel, _: Problem) -> None:
    """on[d] <= reached[l] for the draws d of level l, and rise_kw[k] >= level_rise_kw[l] reached[l]
    where even a draw at its minimum, with all that a battery can give, is above what month k has paid for
    """
    places = [(level, i) for level, one in enumerate(m.peak_levels) for i in range(len(one.draws))]
    m.peak_level = pyo.Constraint(
        places, rule=lambda m, level, i: m.on[m.peak_levels[level].draws[i]] - m.reached[level] <= 0
    )

    def rises(m: pyo.ConcreteModel, level: int) -> object:
        one = m.peak_levels[level]
        return m.rise_kw[one.month] - one.rise_kw * m.reached[level] >= 0

    m.level_rise = pyo.Constraint(range(len(m.peak_levels)), rule=rises)


def cost(m: pyo.ConcreteModel, problem: Problem) -> object:
    """sum_k eur_per_kw[k] rise_kw[k] over the months k [EUR]; 0 where the modes do not count it"""
    if not problem.wish.peak_counts:
        return 0.0
    return sum(peak.eur_per_kw * m.rise_kw[k] for k, peak in enumerate(problem.peaks))
