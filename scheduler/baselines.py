"""What the same day costs without optimising: each car in its cheapest hours, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from domain.inputs import PlanInputs
from domain.plan import Plan, Status
from domain.site import Site
from scheduler.assemble import shortfall_kwh
from scheduler.by_rule import charge_at_once, cheapest_first
from scheduler.decision import nothing_charges, only_charging
from scheduler.evaluate import evaluate
from scheduler.from_site import problem_of
from scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class Baseline:
    """Money and missing energy of another way to charge."""

    cost_eur: float
    """Of the whole site, less the worth of what a home battery holds more at the end [EUR]."""
    shortfall_kwh: float
    """Energy asked for and not delivered, of requests that miss more than their tolerance."""


def baselines_of(plan: Plan, site: Site, inputs: PlanInputs) -> tuple[float, Baseline]:
    """Money of the whole site when every car charges at once [EUR], and the plan by rule.

    A plan that was itself made by rule is not made a second time.
    """
    problem = problem_of(site, inputs).problem
    if plan.proof.status is Status.FALLBACK:
        own = Baseline(plan.cost.total_eur - plan.cost.stored_eur, plan.proof.shortfall_kwh)
        return at_once_eur(problem), own
    return at_once_eur(problem), by_rule_of(problem)


def at_once_eur(problem: Problem) -> float:
    """Money of the whole site when every car charges on arrival, as fast as the limits allow [EUR]."""
    at_once = evaluate(problem, only_charging(problem, charge_at_once(problem)))
    return at_once.cost_eur - at_once.preference_eur


def by_rule(site: Site, inputs: PlanInputs) -> Baseline:
    """The plan by rule of ``site``: it keeps every limit and proves nothing."""
    return by_rule_of(problem_of(site, inputs).problem)


def by_rule_of(problem: Problem) -> Baseline:
    """The plan by rule of ``problem``, which looks at no peak; no charging where it would break a limit."""
    outcome = evaluate(problem, only_charging(problem, cheapest_first(problem)))
    if outcome.violations:
        outcome = evaluate(problem, nothing_charges(problem))
    missing_kwh = sum(shortfall_kwh(problem, outcome, s) for s in range(len(problem.sessions)))
    return Baseline(outcome.cost_eur - outcome.preference_eur, missing_kwh)
