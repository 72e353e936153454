"""The stages of a plan: least shortfall, then least money, then calm, and executable currents after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.errors import SolverError
from scheduler import highs
from scheduler.by_rule import cheapest_first
from scheduler.calm import calmed
from scheduler.deadline import Clock, Deadline
from scheduler.decided import decision_at
from scheduler.decision import nothing_charges
from scheduler.evaluate import Outcome, evaluate
from scheduler.fallback import solved_by_rule
from scheduler.highs import Answer, Hint
from scheduler.lattice import round_to_steps
from scheduler.model import CALM_RULES, ON_OFF, RULES, build
from scheduler.problem import FloatArray, Problem
from scheduler.search import Layout, search
from scheduler.solved import FOR_MISSING, Aim, PlanOptions, Solved
from scheduler.standard_form import StandardForm, compiled

_STARTS: Final = frozenset(rule.__name__ for rule in CALM_RULES)
_EPS: Final = 1e-6
_LEAST_CALM_EUR: Final = 1e-4
_SEARCH: Final = 0.5
"""Share of the time that is left for a search; what comes after it needs time too."""
_GRACE_S: Final = 5.0
"""Time for the search that a certificate needs, even where no time is left [s]."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Model:
    """A compiled problem: the whole form, its layout, and the time that its building took."""

    problem: Problem
    form: StandardForm
    layout: Layout
    build_s: float

    def costing(self, kept_kwh: float) -> StandardForm:
        """The form whose objective is money, with at most ``kept_kwh`` missing in all."""
        form = self.form.with_row_high("kept_shortfall", kept_kwh)
        return form if kept_kwh else form.with_bounds(self.layout.columns.missing_kwh, 0.0, 0.0)

    def missing(self) -> StandardForm:
        """The form whose objective is the missing energy."""
        weights = np.zeros(self.form.columns)
        weights[self.layout.columns.missing_kwh] = 1.0
        return self.form.with_cost(weights)

    @staticmethod
    def relaxed(form: StandardForm) -> StandardForm:
        """``form`` without what speaks of on and off."""
        return form.without_rows(ON_OFF)


def solve(problem: Problem, options: PlanOptions, clock: Clock, progress: Progress) -> Solved:
    """Solve all stages; where the solver gives nothing in time, the plan is made by rule and says so."""
    deadline = Deadline.after(clock, options.time_limit_s)
    whole = _compiled(problem, clock, with_starts=options.calm_eur != 0)
    model = _without_starts(whole)
    progress("relaxing")
    shortfall_bound_kwh = 0.0
    try:
        missing = _least_missing(model, deadline)
        shortfall_bound_kwh = missing.bound_kwh
        best = _cheapest(model, missing, options, deadline, progress)
    except SolverError as error:
        return _by_rule(model, shortfall_bound_kwh, deadline, str(error))
    calm_eur = _calm_eur(options, best)
    if calm_eur > 0 and not deadline.over:
        progress("calming")
        best = replace(best, outcome=_calmer(whole, best, calm_eur, deadline))
    return best


def _cheapest(
    model: _Model, missing: _Missing, options: PlanOptions, deadline: Deadline, progress: Progress
) -> Solved:
    """The cheapest executable plan at the least shortfall."""
    relaxed = _relaxed_cost(model, missing.kept_kwh, deadline)
    scale_eur = max(
        abs(relaxed.bound - evaluate(model.problem, nothing_charges(model.problem)).cost_eur), 1.0
    )
    aim = Aim.for_money(options, scale_eur)
    progress("searching")
    form, brief = model.costing(missing.kept_kwh), deadline.share(_SEARCH)
    found = search(form, model.layout, relaxed, aim, brief, start=missing.x)
    if found.infeasible:
        missing = _least_missing_on_off(model, missing, deadline)
        found = _found_again(model, missing, aim, deadline.share(_SEARCH))
    if found.x is None:
        found = replace(found, x=missing.x)
    if found.x is None:
        raise SolverError("no plan was found in time")
    progress("rounding to executable currents")
    return _rounded(model, missing, found, aim, deadline)


def _by_rule(model: _Model, shortfall_bound_kwh: float, deadline: Deadline, reason: str) -> Solved:
    """The plan by rule, with the relaxation's bound where there is time for it."""
    solved = solved_by_rule(model.problem, reason)
    reached_kwh = float(solved.outcome.missing_kwh.sum())
    try:
        bound = _relaxed_cost(model, reached_kwh + _EPS, deadline.at_least(_GRACE_S)).bound
    except SolverError:
        bound = solved.cost_bound_eur
    bound = min(max(bound, solved.cost_bound_eur), solved.outcome.cost_eur)
    return replace(
        solved,
        cost_bound_eur=bound,
        bound_before_rounding_eur=bound,
        shortfall_bound_kwh=shortfall_bound_kwh,
        build_s=model.build_s,
        rows=model.form.rows,
        columns=model.form.columns,
        binaries=int(model.form.whole.sum()),
    )


def _calm_eur(options: PlanOptions, best: Solved) -> float:
    """What calm may cost [EUR]: as asked, or a little that does not take a plan from its asked gap."""
    if options.calm_eur is not None:
        return options.calm_eur
    scale_eur, aim = best.scale_eur, Aim.for_money(options, best.scale_eur)
    little_eur = max(0.01, 0.002 * scale_eur)
    left_eur = aim.asked - (best.outcome.cost_eur - best.cost_bound_eur)
    return min(little_eur, max(left_eur, _LEAST_CALM_EUR)) if left_eur >= 0 else little_eur


def _compiled(problem: Problem, clock: Clock, *, with_starts: bool) -> _Model:
    """Build and compile the model."""
    begun = clock()
    rules = RULES if with_starts else [rule for rule in RULES if rule not in CALM_RULES]
    form, columns = compiled(build(problem, rules))
    return _Model(problem, form, Layout(problem.draw_table, columns), clock() - begun)


def _without_starts(model: _Model) -> _Model:
    """The model as all stages but the calm one see it."""
    form = replace(model.form.without_rows(_STARTS), whole=model.form.whole)
    return replace(model, form=form)


@dataclass(frozen=True, slots=True)
class _Missing:
    """What must be missing [kWh], beyond the tolerances: proven, and found."""

    bound_kwh: float
    kept_kwh: float
    """Least found; 0 where nothing is missing, else a hair above it."""
    x: FloatArray | None = None


def _least_missing(model: _Model, deadline: Deadline) -> _Missing:
    """The least missing energy that the relaxation allows; searched for where there is any."""
    full = model.relaxed(model.costing(0.0))
    answer = highs.solve(full.with_cost(np.zeros(full.columns)), time_limit_s=deadline.left_s)
    if answer.x is not None:
        return _Missing(0.0, 0.0)
    if not answer.infeasible:
        raise SolverError("not even the relaxation was solved in time")
    return _least_missing_on_off(model, _Missing(0.0, 0.0), deadline)


def _least_missing_on_off(model: _Model, known: _Missing, deadline: Deadline) -> _Missing:
    """The least missing energy with minimum currents."""
    form = model.missing()
    relaxed = _relaxation(model.relaxed(form), deadline)
    rule = cheapest_first(model.problem)
    hint = Hint(model.layout.columns.on, (rule > 0).astype(np.float64))
    least = search(form, model.layout, relaxed, FOR_MISSING, deadline.share(_SEARCH), start=hint)
    if least.x is None:
        raise SolverError("no plan was found in time")
    return _Missing(max(known.bound_kwh, least.bound), form.value(least.x) + _EPS, least.x)


def _relaxed_cost(model: _Model, kept_kwh: float, deadline: Deadline) -> Answer:
    """The relaxation's least cost at a shortfall."""
    return _relaxation(model.relaxed(model.costing(kept_kwh)), deadline)


def _relaxation(form: StandardForm, deadline: Deadline) -> Answer:
    """The optimum of a linear program; a point that is not proven bounds nothing."""
    relaxed = highs.solve(form, time_limit_s=deadline.left_s)
    if relaxed.reduced_costs is None:
        raise SolverError("the relaxation has no proven answer")
    return relaxed


def _found_again(model: _Model, missing: _Missing, aim: Aim, deadline: Deadline) -> Answer:
    """The search for the least cost, where more is missing than the relaxation said."""
    relaxed = _relaxed_cost(model, missing.kept_kwh, deadline)
    form = model.costing(missing.kept_kwh)
    found = search(form, model.layout, relaxed, aim, deadline, start=missing.x)
    return found if found.x is not None else replace(found, x=missing.x)


def _rounded(model: _Model, missing: _Missing, found: Answer, aim: Aim, deadline: Deadline) -> Solved:
    """The executable plan nearest to ``found``; with a little more missing where the steps force it."""
    assert found.x is not None
    bound = found.bound
    x = round_to_steps(model.costing(missing.kept_kwh), model.layout, found.x, bound, aim, deadline)
    if x is None:
        least = _least_on_steps(model, missing, found.x, deadline)
        kept = _Missing(missing.bound_kwh, model.missing().value(least) + _EPS, least)
        bound = _found_again(model, kept, aim, deadline.at_least(_GRACE_S)).bound
        x = round_to_steps(model.costing(kept.kept_kwh), model.layout, least, bound, aim, deadline)
        x = least if x is None else x
    outcome = _evaluated(model, x)
    if outcome.violations:
        raise SolverError(f"the solver's plan breaks a limit: {outcome.violations[0]}")
    return Solved(
        outcome=outcome,
        without_charging_eur=evaluate(model.problem, nothing_charges(model.problem)).cost_eur,
        cost_bound_eur=min(bound, outcome.cost_eur),
        shortfall_bound_kwh=missing.bound_kwh,
        cost_before_rounding_eur=model.form.value(found.x),
        bound_before_rounding_eur=found.bound,
        build_s=model.build_s,
        rows=model.form.rows,
        columns=model.form.columns,
        binaries=int(model.form.whole.sum()),
        x=x,
    )


def _least_on_steps(model: _Model, missing: _Missing, x: FloatArray, deadline: Deadline) -> FloatArray:
    """An executable point near ``x`` with as little missing as the steps allow."""
    least = round_to_steps(model.missing(), model.layout, x, missing.bound_kwh, FOR_MISSING, deadline)
    if least is None:
        raise SolverError("no executable currents were found in time")
    return least


def _evaluated(model: _Model, x: FloatArray) -> Outcome:
    """What follows from a point, snapped to the steps that it stands for."""
    return evaluate(model.problem, decision_at(model.problem, model.layout.columns, x))


def _calmer(model: _Model, best: Solved, calm_eur: float, deadline: Deadline) -> Outcome:
    """A calmer plan than ``best`` that costs at most ``calm_eur`` more, or ``best`` itself."""
    assert best.x is not None
    kept_kwh = float(best.outcome.missing_kwh.sum())
    form = model.costing(kept_kwh + _EPS if kept_kwh else 0.0)
    point = calmed(form, model.problem, model.layout, best.x, allowance_eur=calm_eur, deadline=deadline)
    outcome = _evaluated(model, point)
    acceptable = (
        not outcome.violations
        and outcome.cost_eur <= best.outcome.cost_eur + calm_eur + _EPS
        and outcome.missing_kwh.sum() <= kept_kwh + _EPS
        and outcome.starts <= best.outcome.starts
    )
    return outcome if acceptable else best.outcome
