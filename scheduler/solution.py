"""The solution at an executable point, with its certificate."""

from __future__ import annotations

import numpy as np

from domain.errors import SolverError
from scheduler.evaluate import Outcome
from scheduler.forms import Model
from scheduler.highs import Answer
from scheduler.problem import FloatArray, Problem
from scheduler.shortfall import Shortfall
from scheduler.solved import ClassShortfall, Solved


def solution(model: Model, shortfall: Shortfall, found: Answer, bound: float, x: FloatArray) -> Solved:
    """The solution at the executable point ``x``; SolverError where it breaks a limit."""
    assert found.x is not None
    before = found.x if found.between is None else found.between
    outcome = model.outcome(x)
    if outcome.violations:
        raise SolverError(f"the solver's plan breaks a limit: {outcome.violations[0]}")
    return Solved(
        outcome=outcome,
        without_charging_eur=model.nothing_eur,
        cost_bound_eur=min(bound, outcome.cost_eur),
        shortfall_bound_kwh=shortfall.bound_kwh(model),
        classes=_classes(model.problem, shortfall, outcome),
        cost_before_rounding_eur=model.form.value(model.bare(before)),
        bound_before_rounding_eur=found.bound,
        build_s=model.build_s,
        rows=model.form.rows,
        columns=model.form.columns,
        binaries=int(model.form.whole.sum()),
        x=x,
        kept=shortfall.kept,
    )


def _classes(problem: Problem, shortfall: Shortfall, outcome: Outcome) -> tuple[ClassShortfall, ...]:
    """What every class misses, weighted, and what it must miss."""
    weighted = problem.weights * outcome.missing_kwh
    step_kwh = np.array([2 * (s.goals[-1].asked_kwh - s.goals[-1].least_kwh) for s in problem.sessions])
    steps = problem.weights * np.where(outcome.missing_kwh > 0, step_kwh, 0.0)
    return tuple(
        ClassShortfall(float(weighted[members].sum()), float(bound), float(steps[members].sum()))
        for members, bound in zip(problem.classes, shortfall.class_bound_kwh, strict=True)
    )
