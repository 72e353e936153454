"""The best of some plans by rule: in the cheapest hours, and below ceilings that spare the month's peak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from scheduler.by_rule import cheapest_first
from scheduler.decision import only_charging
from scheduler.evaluate import Outcome, evaluate
from scheduler.problem import FloatArray, Problem
from scheduler.wish import First

_HALVINGS: Final = 4
"""Ceilings that are tried: each halves what lies between one that holds and one that does not."""
_EPS: Final = 1e-6


def best_by_rule(problem: Problem, promising: Callable[[Outcome], bool] = lambda _: True) -> Outcome:
    """The cheapest plan by rule among those that miss least; its limits hold unless it says otherwise.

    Ceilings are tried where the plan without one is ``promising``: under a ceiling a car misses no less, and
    what it takes costs less only by the peak.
    """
    plain = _by_rule(problem, problem)
    rise_kw = max((peak.rise_kw(plain.import_kw) for peak in problem.peaks), default=0.0)
    if rise_kw <= _EPS or not (problem.wish.peak_counts or problem.wish.first is First.PEAK):
        return plain
    if not promising(plain):
        return plain
    best, low_kw, high_kw = plain, 0.0, rise_kw
    for _ in range(_HALVINGS):
        middle_kw = (low_kw + high_kw) / 2
        lower = _by_rule(problem, _below(problem, middle_kw))
        better = not lower.violations and _rank(problem, lower) < _rank(problem, best)
        best = lower if better else best
        low_kw, high_kw = (low_kw, middle_kw) if better else (middle_kw, high_kw)
    return best


def _by_rule(problem: Problem, limited: Problem) -> Outcome:
    """What follows in ``problem`` from the plan by rule of the same cars under other limits."""
    return evaluate(problem, only_charging(problem, cheapest_first(limited)))


def _rank(problem: Problem, outcome: Outcome) -> tuple[float, ...]:
    """What is less for a better plan: what the classes miss, what comes before the money, the money."""
    weighted = problem.weights * outcome.missing_kwh
    missed = [round(float(weighted[members].sum()), 6) for members in problem.classes]
    match problem.wish.first:
        case First.PEAK:
            first = outcome.rise_kw
        case First.GRID_ENERGY:
            first = float(problem.hours @ outcome.import_kw)
        case _:
            first = 0.0
    return (*missed, round(first, 6), outcome.cost_eur)


def _below(problem: Problem, rise_kw: float) -> Problem:
    """``problem`` where no month's peak rises by more than ``rise_kw``, but for what has to be."""
    grid, *others = problem.circuits
    ceiling_kw: FloatArray = np.full(problem.slots, np.inf)
    for peak in problem.peaks:
        for window in peak.windows:
            ceiling_kw[window.slots] = np.minimum(ceiling_kw[window.slots], peak.paid_kw + rise_kw)
    if grid.limit_kw is not None:
        ceiling_kw = np.minimum(ceiling_kw, grid.limit_kw)
    return replace(problem, circuits=(replace(grid, limit_kw=ceiling_kw), *others))
