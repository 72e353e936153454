"""The plan when the solver gives nothing: by rule, within every limit, with the simplest bound."""

from __future__ import annotations

from scheduler.alone_bound import alone_bound_eur
from scheduler.by_rule_peak import best_by_rule
from scheduler.decision import nothing_charges
from scheduler.evaluate import evaluate
from scheduler.problem import Problem
from scheduler.solved import Solved


def solved_by_rule(problem: Problem, reason: str) -> Solved:
    """The plan by rule, or no charging where even that would break a limit."""
    nothing = evaluate(problem, nothing_charges(problem))
    outcome = best_by_rule(problem)
    if outcome.violations:
        outcome = nothing
    bound = min(alone_bound_eur(problem, float(outcome.missing_kwh.sum())), outcome.cost_eur)
    return Solved(
        outcome=outcome,
        without_charging_eur=nothing.cost_eur,
        cost_bound_eur=bound,
        shortfall_bound_kwh=0.0,
        cost_before_rounding_eur=outcome.cost_eur,
        bound_before_rounding_eur=bound,
        by_rule=reason or "no reason given",
    )
