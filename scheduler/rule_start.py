"""The plan by rule as a point of the model: a search begins from it, and its plan is never dearer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.by_rule_peak import best_by_rule
from scheduler.deadline import Deadline
from scheduler.evaluate import Outcome
from scheduler.forms import Model
from scheduler.highs import Hint
from scheduler.kept import EPS, Kept
from scheduler.problem import FloatArray
from scheduler.solved import Solved
from scheduler.wish import First

_COMPLETING_S: Final = 5.0
"""Time to find what battery and meter do beside given currents [s]."""
_NOTICED_KWH: Final = 0.01
"""Less is no reason for a plan that costs more."""


def rule_start(model: Model, kept: Kept, deadline: Deadline) -> FloatArray | Hint:
    """The whole point of the plan by rule where it reaches ``kept``, else its on and off alone."""
    decision, columns = best_by_rule(model.problem).decision, model.layout.columns
    on = (decision.current_a > 0).astype(np.float64)
    places = [(r, t) for r, run in enumerate(model.problem.runs) for t in run.slots.tolist()]
    running = np.array([decision.running[place] for place in places], dtype=np.float64)
    form = model.costing(kept).with_bounds(columns.on, on, on)
    form = form.with_bounds(columns.current_a, decision.current_a, decision.current_a)
    form = form.with_bounds(columns.running, running, running)
    answer = highs.solve(form, time_limit_s=min(_COMPLETING_S, deadline.left_s / 2))
    return Hint(columns.on, on) if answer.x is None else answer.x


def not_dearer_than_by_rule(model: Model, best: Solved) -> Solved:
    """``best``, or the plan by rule where that reaches as much for less money, or misses less."""
    assert best.kept is not None
    kept = model.reached(best.outcome, best.kept)

    def misses_less(rule: Outcome) -> bool:
        return bool((model.reached(rule, kept).class_kwh < kept.class_kwh - _NOTICED_KWH).any())

    def promising(rule: Outcome) -> bool:
        misses = model.reached(rule, kept).class_kwh > kept.class_kwh + 2 * EPS
        dearer = rule.cost_eur - rule.peak_eur >= best.outcome.cost_eur and not misses_less(rule)
        return not misses.any() and (not dearer or model.problem.wish.first is not First.NOTHING)

    rule = best_by_rule(model.problem, promising)
    as_good = not rule.violations and model.reached(rule, kept).within(kept)
    if not as_good or (rule.cost_eur >= best.outcome.cost_eur - EPS and not misses_less(rule)):
        return best
    return replace(
        best,
        outcome=rule,
        cost_bound_eur=min(best.cost_bound_eur, rule.cost_eur),
        cost_before_rounding_eur=min(best.cost_before_rounding_eur, rule.cost_eur),
        x=None,
    )
