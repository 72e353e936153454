"""The stages of a plan: least shortfall, then least money, then calm, and executable currents after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.errors import SolverError
from scheduler.alone_bound import alone_bound_eur
from scheduler.calm import calmed
from scheduler.continued import Last, last_of
from scheduler.deadline import Clock, Deadline
from scheduler.evaluate import Outcome
from scheduler.fallback import solved_by_rule
from scheduler.forms import Model, model_of, relaxation
from scheduler.going_on import SEARCH, Begun, begun_from, going_on
from scheduler.highs import Answer, Hint
from scheduler.kept import EPS, Kept, nothing_missing
from scheduler.lattice import round_to_steps
from scheduler.near_bound import search_near_bound
from scheduler.peak_branches import lifted, search_by_peak
from scheduler.problem import FloatArray, Problem
from scheduler.rule_start import not_dearer_than_by_rule, rule_start
from scheduler.search import SMALL_DRAWS
from scheduler.shortfall import Shortfall, least_on_off, least_on_steps, least_shortfall
from scheduler.solution import solution
from scheduler.solved import Aim, PlanOptions, Solved
from scheduler.step_floor import step_floor
from scheduler.steps_by_itself import steps_by_itself
from scheduler.task import Task

_LEAST_CALM_EUR: Final = 1e-4
_GRACE_S: Final = 0.5
"""Time for the search that a certificate needs, even where no time is left [s]."""

_BEFORE_CALM: Final = 0.9
"""Share of the time that is left for the money; a plan that is not calmed at all flaps."""
_HAIRS: Final = (0.0, 1e-5, 1e-4)
"""Room for what rounds of rounding left over, try by try [kWh, shares]."""

Progress = Callable[[str], None]


def solve(problem: Problem, options: PlanOptions, clock: Clock, progress: Progress) -> Solved:
    """Solve all stages; where the solver gives nothing in time, the plan is made by rule and says so."""
    deadline = Deadline.after(clock, options.time_limit_s)
    whole = model_of(problem, clock, with_starts=options.calm_eur != 0)
    model = whole.without_starts()
    progress("relaxing")
    shortfall_bound_kwh = 0.0
    try:
        last = last_of(problem)
        shortfall = least_shortfall(model, deadline, last)
        shortfall_bound_kwh = shortfall.bound_kwh(model)
        first = deadline if options.calm_eur == 0 else deadline.share(_BEFORE_CALM)
        best = _cheapest(model, shortfall, last, options, first, progress)
    except SolverError as error:
        return _by_rule(model, shortfall_bound_kwh, deadline, str(error))
    calm_eur = _calm_eur(options, best)
    if calm_eur > 0 and best.x is not None and not deadline.over:
        progress("calming")
        best = replace(best, outcome=_calmer(whole, best, calm_eur, deadline))
    return best


def _cheapest(
    model: Model,
    shortfall: Shortfall,
    last: Last | None,
    options: PlanOptions,
    deadline: Deadline,
    progress: Progress,
) -> Solved:
    """The cheapest executable plan at the least shortfall."""
    shortfall, relaxed = _relaxed(model, shortfall, deadline)
    known = lifted(model, shortfall.kept, relaxed, deadline)
    scale_eur = max(abs(known.bound - model.nothing_eur), 1.0)
    aim = Aim.for_money(options, scale_eur)
    begun = None
    if last is not None and shortfall.x is None:
        progress("going on with the last plan")
        begun = begun_from(model, last, shortfall.kept, relaxed, known, aim, deadline)
        if begun is not None and (best := going_on(model, shortfall, begun, known.bound, aim)) is not None:
            return best
    progress("searching")
    shortfall, relaxed, found = _searched(model, shortfall, relaxed, aim, deadline, begun)
    if begun is not None and (best := going_on(model, shortfall, begun, found.bound, aim)) is not None:
        return best
    progress("rounding to executable currents")
    floor = max(found.bound, step_floor(model.costing(shortfall.kept), model.layout, relaxed))
    best = _rounded(model, shortfall, found, floor, aim, deadline)
    near = best.outcome.cost_eur - floor <= aim.fine
    going = last is not None and best.outcome.cost_eur - best.cost_bound_eur <= aim.asked
    return best if near or going else not_dearer_than_by_rule(model, best)


def _searched(
    model: Model, shortfall: Shortfall, relaxed: Answer, aim: Aim, deadline: Deadline, begun: Begun | None
) -> tuple[Shortfall, Answer, Answer]:
    """The shortfall, what is known of its relaxation, and the least cost that a search finds."""
    near = None if begun is None else begun.near
    found = _found(model, shortfall, relaxed, aim, deadline.share(SEARCH), near)
    if found.infeasible or (found.x is None and model.layout.slot_by_slot):
        shortfall = least_on_off(model, deadline)
        found = relaxed = _found_again(model, shortfall, aim, deadline.share(SEARCH))
    if begun is not None and (found.x is None or model.form.value(begun.same) < model.form.value(found.x)):
        found = replace(found, x=begun.same)
    if found.x is None:
        raise SolverError("no plan was found in time")
    return shortfall, relaxed, found


def _relaxed(model: Model, shortfall: Shortfall, deadline: Deadline) -> tuple[Shortfall, Answer]:
    """The relaxation's answer at a shortfall, which gets a hair of room where its many rounds left none."""
    if shortfall.relaxed is not None:
        return shortfall, shortfall.relaxed
    for hair in _HAIRS:
        kept = shortfall.kept.loosened(hair) if hair else shortfall.kept
        try:
            return replace(shortfall, kept=kept), relaxation(model.costing(kept), deadline)
        except SolverError:
            continue
    raise SolverError("the relaxation has no proven answer")


def _found(
    model: Model,
    shortfall: Shortfall,
    relaxed: Answer,
    aim: Aim,
    deadline: Deadline,
    near: Answer | None = None,
) -> Answer:
    """The least cost at a shortfall, from the relaxation's answer on; a point without added columns.

    ``near`` is what a search near the bound has found already, in large problems a point alone.
    """
    kept = shortfall.kept
    form = model.costing(kept)
    start: FloatArray | Hint | None = None
    small = len(model.layout.table.slot) <= SMALL_DRAWS and not model.layout.slot_by_slot
    if shortfall.x is not None:
        start = kept.completed(shortfall.x)
    elif small:
        if near is None:
            near = search_near_bound(form, model, relaxed, aim, deadline.share(SEARCH))
        if near.x is not None and form.value(near.x) - near.bound <= aim.fine:
            return near
        relaxed = replace(relaxed, bound=near.bound)
        start = rule_start(model, kept, deadline) if near.x is None else near.x
    elif near is not None and (model.layout.tied or model.problem.peaks):
        start = near.x
    found = search_by_peak(Task(form, model.layout, relaxed, aim, deadline, start), model.problem)
    x = shortfall.x if found.x is None else model.bare(found.x)
    return replace(found, x=x)


def _found_again(model: Model, shortfall: Shortfall, aim: Aim, deadline: Deadline) -> Answer:
    """The search for the least cost, where more is missing than was thought."""
    relaxed = relaxation(model.costing(shortfall.kept), deadline)
    return _found(model, shortfall, relaxed, aim, deadline)


def _bound_again(model: Model, least: Shortfall, aim: Aim, deadline: Deadline) -> float:
    """The bound where more is missing than was thought; without time for a better one the simplest."""
    try:
        return _found_again(model, least, aim, deadline).bound
    except SolverError:
        assert least.x is not None
        return alone_bound_eur(model.problem, float(least.x[model.missing].sum()))


def _by_rule(model: Model, shortfall_bound_kwh: float, deadline: Deadline, reason: str) -> Solved:
    """The plan by rule, with the relaxation's bound where there is time for it."""
    solved = solved_by_rule(model.problem, reason)
    kept = model.reached(solved.outcome, nothing_missing(model.problem))
    try:
        bound = relaxation(model.costing(kept), deadline.at_least(_GRACE_S)).bound
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


def _rounded(
    model: Model, shortfall: Shortfall, found: Answer, floor: float, aim: Aim, deadline: Deadline
) -> Solved:
    """The executable plan nearest to ``found``; with a little more missing where the steps force it.

    No plan in whole steps costs less than ``floor``.
    """
    assert found.x is not None
    bound, kept = found.bound, shortfall.kept
    x = _on_steps(model, kept, found.x, floor, aim.above(floor - bound), deadline)
    if x is None:
        least = least_on_steps(model, found.x, deadline)
        assert least.x is not None
        kept = least.kept
        bound = _bound_again(model, least, aim, deadline.at_least(_GRACE_S))
        x = _on_steps(model, kept, least.x, bound, aim, deadline)
        x = least.x if x is None else x
    return solution(model, replace(shortfall, kept=kept), found, bound, x)


def _on_steps(
    model: Model, kept: Kept, x: FloatArray, bound: float, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """The cheapest executable point found near ``x``, without added columns; None if there is none."""
    form, layout, point = model.costing(kept), model.layout, kept.completed(x)
    stepped = None
    if layout.peak_by_itself:
        stepped = steps_by_itself(model.problem, form, layout, point, bound, aim, deadline)
    if stepped is None:
        stepped = round_to_steps(form, layout, point, bound, aim, deadline)
    return None if stepped is None else model.bare(stepped)


def _calmer(model: Model, best: Solved, calm_eur: float, deadline: Deadline) -> Outcome:
    """A calmer plan than ``best`` that costs at most ``calm_eur`` more, or ``best`` itself."""
    assert best.x is not None
    assert best.kept is not None
    kept = model.reached(best.outcome, best.kept)
    form, x = model.costing(kept), kept.completed(best.x)
    point = calmed(form, model.problem, model.layout, x, allowance_eur=calm_eur, deadline=deadline)
    outcome = model.outcome(model.bare(point))
    acceptable = (
        not outcome.violations
        and outcome.cost_eur <= best.outcome.cost_eur + calm_eur + EPS
        and model.reached(outcome, kept).within(kept)
        and outcome.starts <= best.outcome.starts
    )
    return outcome if acceptable else best.outcome
