"""Rules of the capacity peak: every clock window's mean import against the month's peak."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scheduler.peak_levels import is_one_slot, peak_levels
from scheduler.pyomo_later import pyo
from scheduler.rules_dead_time import mean_a
from scheduler.rules_giving import given
from scheduler.rules_metering import imported
from scheduler.rules_power import most_bought_kw

if TYPE_CHECKING:
    from scheduler.problem import Problem

_EPS: Final = 1e-6


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """rise_kw per calendar month; reached per level of its peak."""
    m.rise_kw = pyo.Var(range(len(problem.peaks)), bounds=(0.0, None))
    m.peak_levels = peak_levels(problem)
    m.reached = pyo.Var(range(len(m.peak_levels)), within=pyo.Binary)


def peak_rise(m: pyo.ConcreteModel, problem: Problem) -> None:
    """(known_kwh[w] + sum_t overlap_h[w, t] imported_kw[t]) / hours[w] <= paid_kw[k] + rise_kw[k]
    over the clock windows w of every month k that could be above what is paid for
    """

    def below(m: pyo.ConcreteModel, k: int, w: int) -> object:
        peak, window = problem.peaks[k], problem.peaks[k].windows[w]
        parts = zip(window.slots.tolist(), (window.overlap_h / window.hours).tolist(), strict=True)
        known_kw = window.known_kwh / window.hours
        return sum(part * imported(m, t) for t, part in parts) - m.rise_kw[k] <= peak.paid_kw - known_kw

    m.peak_rise = pyo.Constraint(rising_windows(problem), rule=below)


def rising_windows(problem: Problem) -> list[tuple[int, int]]:
    """Month and number of the clock windows that could be above what is paid for."""
    most_kw = most_bought_kw(problem)
    return [
        (k, w)
        for k, peak in enumerate(problem.peaks)
        for w, window in enumerate(peak.windows)
        if problem.per_phase or window.mean_kw(most_kw) > peak.paid_kw
    ]


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


def peak_while_on(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d (mean_kw_per_a[d] mean_a[d] - min(free_kw[k, t], most_kw[d]) on[d])
    <= rise_kw[k] + drain_kw[t] + given_kw[t]
    over the draws d of one charger in a slot t that is a clock window of month k, and the same of each
    flexible load. free_kw is what the month has paid for and solar less load, where that is above 0 and below
    the most that they draw: half a draw has half of it, one that draws less leaves none of it to others, and
    what is off raises no peak
    """
    free_kw = free_import_kw(problem)
    users = users_at(m, problem, [t for _, t in free_kw])
    index = [
        (k, t, n)
        for (k, t), free in free_kw.items()
        for n, (most_kw, _, _) in enumerate(users[t])
        if _EPS < free < most_kw - _EPS
    ]

    def below(m: pyo.ConcreteModel, k: int, t: int, n: int) -> object:
        _, drawn_kw, ways = users[t][n]
        beside: Any = m.rise_kw[k] + (m.drain_kw[t] if problem.battery is not None else 0.0)
        beside += given(m, t) if t in m.given_at else 0.0
        may = sum(min(free_kw[k, t], way_kw) * on for way_kw, on in ways)
        return drawn_kw - may - beside <= 0

    m.peak_while_on = pyo.Constraint(index, rule=below)


def free_import_kw(problem: Problem) -> dict[tuple[int, int], float]:
    """Import that a month has paid for, and solar less load, in slots that are clock windows [kW]; none where
    the modes do not count the peak.
    """
    surplus_kw = problem.surplus_kw.tolist()
    return {(k, t): problem.peaks[k].paid_kw + surplus_kw[t] for k, t in one_slot_windows(problem)}


def one_slot_windows(problem: Problem) -> list[tuple[int, int]]:
    """Month and slot of the clock windows that are one slot; none where the modes do not count the peak."""
    return [
        (k, int(window.slots[0]))
        for k, peak in enumerate(problem.peaks if problem.wish.peak_counts else ())
        for window in peak.windows
        if is_one_slot(problem, window.slots, window.hours)
    ]


def users_at(
    m: pyo.ConcreteModel, problem: Problem, slots: Iterable[int]
) -> dict[int, list[tuple[float, Any, Any]]]:
    """For each of ``slots``, of every charger and flexible load: the most that it draws, what it draws [kW],
    and of each way to be on the most that it draws so and whether it is.
    """
    table, mean, known = problem.draw_table, mean_a(m), set(slots)
    per_a, places = table.mean_kw_per_a, table.charger * problem.slots + table.slot
    most_of_draw = (per_a * table.max_a).tolist()
    mine_at: dict[int, list[int]] = defaultdict(list)
    for j in np.flatnonzero(np.isin(table.slot, list(known))).tolist():
        mine_at[int(places[j])].append(j)
    found: dict[int, list[tuple[float, Any, Any]]] = defaultdict(list)
    for place, mine in sorted(mine_at.items()):
        draws = [m.draws[j] for j in mine]
        drawn_kw = sum(float(per_a[j]) * mean[d] for j, d in zip(mine, draws, strict=True))
        ways = [(most_of_draw[j], m.on[d]) for j, d in zip(mine, draws, strict=True)]
        found[place % problem.slots].append((max(kw for kw, _ in ways), drawn_kw, ways))
    for r, t in m.running:
        if t in known:
            power_kw = problem.runs[r].power_kw
            found[t].append((power_kw, power_kw * m.running[r, t], [(power_kw, m.running[r, t])]))
    return found


def cost(m: pyo.ConcreteModel, problem: Problem) -> object:
    """sum_k eur_per_kw[k] rise_kw[k] over the months k [EUR]; 0 where the modes do not count it"""
    if not problem.wish.peak_counts:
        return 0.0
    return sum(peak.eur_per_kw * m.rise_kw[k] for k, peak in enumerate(problem.peaks))
