"""From a site, its series and its requests to a Plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.errors import SolverError
from domain.inputs import PlanInputs
from domain.plan import Plan, Proof, Status
from domain.site import Site
from scheduler.assemble import assembled, cost_of, shortfall_kwh
from scheduler.deadline import Clock, Deadline
from scheduler.fallback import solved_by_rule
from scheduler.from_site import SiteProblem, problem_of
from scheduler.outlook import with_outlook
from scheduler.problem import Problem
from scheduler.ready_early import early_of
from scheduler.remedies import with_remedies
from scheduler.remedy_trials import Allowance
from scheduler.solved import GOOD_ENOUGH_EUR, PlanOptions, Solved
from scheduler.stages import solve

__all__ = ["PlanOptions", "plan_by_rule", "plan_site"]


def plan_site(
    site: Site,
    inputs: PlanInputs,
    *,
    made_at: datetime,
    clock: Clock,
    options: PlanOptions | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Plan:
    """The plan of ``site`` over the horizon of ``inputs``.

    ``clock`` gives monotonic seconds. The site must not use keys whose rules are not built
    (``scheduler.not_built``). A plan is always returned: by rule, and saying so, where the solver fails.
    """
    options = options or PlanOptions()
    begun = clock()
    told = on_progress or (lambda _: None)
    plan = _planned(site, inputs, made_at, clock, options, told)
    if options.remedies_s <= 0 or plan.proof.status is Status.FALLBACK or not plan.proof.shortfall_kwh:
        return plan
    told("looking for what would help")
    left_s = max(0.0, begun + options.time_limit_s - clock())
    deadline = Deadline.after(clock, min(options.remedies_s, left_s))
    plans = remedy_plans_for(plan) if options.remedy_plans is None else options.remedy_plans
    allowance = Allowance(plans, deadline)

    def again(site: Site, inputs: PlanInputs) -> Plan:
        quick = replace(_QUICKLY, time_limit_s=deadline.left_s)
        return plan_site(site, replace(inputs, scenarios=()), made_at=made_at, clock=clock, options=quick)

    return with_remedies(plan, site, inputs, again, allowance)


def _planned(
    site: Site,
    inputs: PlanInputs,
    made_at: datetime,
    clock: Clock,
    options: PlanOptions,
    told: Callable[[str], None],
) -> Plan:
    """The plan without remedies: with cars ready early where that costs no energy, else without."""
    begun = clock()
    deadline = Deadline.after(clock, options.time_limit_s)
    stated, solved = _with_cars_early(site, inputs, clock, options, told)
    stated, solved, outlook = with_outlook(site, inputs, stated, solved, options, deadline, told)
    notes = [*inputs.notes, *stated.notes]
    if solved.by_rule:
        notes.append(f"planned by rule, because the solver gave nothing: {solved.by_rule}")
    proof = proof_of(stated.problem, solved, options, seconds=clock() - begun)
    plan = assembled(site, inputs, stated, solved.outcome, proof, made_at=made_at, notes=tuple(notes))
    return replace(plan, outlook=outlook)


def _with_cars_early(
    site: Site, inputs: PlanInputs, clock: Clock, options: PlanOptions, told: Callable[[str], None]
) -> tuple[SiteProblem, Solved]:
    """Solved with every car early that may be; then without those that miss energy; then without any.

    The last is taken only where it misses less. Each attempt has half of the time that is left.
    """
    deadline = Deadline.after(clock, options.time_limit_s)
    early = early_of(site, inputs.requests)
    before: tuple[SiteProblem, Solved] | None = None
    before_kwh = math.inf
    while True:
        stated = problem_of(site, inputs, early=early)
        limited = replace(options, time_limit_s=deadline.left_s * (0.5 if early else 1.0))
        solved = _solved(stated.problem, limited, clock, told)
        missing_kwh = _missing_kwh(stated.problem, solved)
        if before is not None and sum(missing_kwh) > before_kwh - _NOTICED_KWH:
            return before
        short = {s for s, kwh in enumerate(missing_kwh) if kwh}
        if not (early and short):
            return stated, solved
        before, before_kwh = (stated, solved), sum(missing_kwh)
        early = early - short if early & short else frozenset()


def _solved(problem: Problem, options: PlanOptions, clock: Clock, told: Callable[[str], None]) -> Solved:
    """What the solver finds, or the plan by rule where it fails."""
    try:
        return solve(problem, options, clock, told)
    except SolverError as error:
        return solved_by_rule(problem, str(error))


def remedy_plans_for(plan: Plan) -> int:
    """So many plans for remedies as are some seconds of work for a plan of this size."""
    return max(_LEAST_PLANS, min(_MOST_PLANS, _COLUMNS // max(plan.proof.columns, 1)))


_COLUMNS: Final = 1_000_000
"""So many columns of all plans for remedies together are some seconds of work."""
_LEAST_PLANS: Final = 20
_MOST_PLANS: Final = 200
_NOTICED_KWH: Final = 0.01
"""Less is no reason to take a car's spare time."""
_QUICKLY: Final = PlanOptions(gap=1.0, fine_gap=1.0, calm_eur=0.0, remedies_s=0.0)
"""Options of a plan whose shortfall alone is looked at."""


def plan_by_rule(site: Site, inputs: PlanInputs, *, made_at: datetime) -> Plan:
    """The plan without a solver: each car in its cheapest slots, one after the other, within every limit."""
    stated = problem_of(site, inputs, early=early_of(site, inputs.requests))
    solved = solved_by_rule(stated.problem, "asked for")
    proof = proof_of(stated.problem, solved, PlanOptions(), seconds=0.0)
    notes = (*inputs.notes, *stated.notes)
    return assembled(site, inputs, stated, solved.outcome, proof, made_at=made_at, notes=notes)


def proof_of(problem: Problem, solved: Solved, options: PlanOptions, *, seconds: float) -> Proof:
    """The certificate of a plan; ``seconds`` is the time that all of it took."""
    cost = cost_of(problem, solved.outcome)
    scale = max(abs(cost.total_eur - cost.without_charging_eur), 1.0)
    gap_eur = solved.outcome.cost_eur - solved.cost_bound_eur
    short_kwh = sum(_missing_kwh(problem, solved))
    before_eur = solved.cost_before_rounding_eur - solved.bound_before_rounding_eur
    return Proof(
        status=_status(solved, good=gap_eur <= max(options.gap * scale, GOOD_ENOUGH_EUR)),
        cost_eur=cost.total_eur,
        bound_eur=cost.total_eur - gap_eur,
        gap=gap_eur / scale,
        gap_before_rounding=max(0.0, before_eur) / scale,
        shortfall_kwh=short_kwh,
        shortfall_bound_kwh=min(solved.shortfall_bound_kwh, short_kwh),
        build_s=solved.build_s,
        solve_s=max(0.0, seconds - solved.build_s),
        rows=solved.rows,
        columns=solved.columns,
        binaries=solved.binaries,
    )


def _missing_kwh(problem: Problem, solved: Solved) -> list[float]:
    """Energy that each session misses [kWh]."""
    return [shortfall_kwh(problem, solved.outcome, s) for s in range(len(problem.sessions))]


def _status(solved: Solved, *, good: bool) -> Status:
    """Optimal where the money meets its bound, and the missing energy of every class its own."""
    if solved.by_rule:
        return Status.FALLBACK
    least = all(one.least for one in solved.classes)
    return Status.OPTIMAL if good and least else Status.FEASIBLE
