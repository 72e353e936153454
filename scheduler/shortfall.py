"""The first stage: the least that must be missing, class by class, and fairly inside each class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.errors import SolverError
from scheduler import highs
from scheduler.by_rule import cheapest_first
from scheduler.continued import Last, relaxed_from
from scheduler.deadline import Deadline
from scheduler.fair_shares import Fair, completed, counts
from scheduler.forms import Model, relaxation
from scheduler.highs import Answer, Hint
from scheduler.kept import EPS, Kept, nothing_decided, nothing_missing
from scheduler.lattice import round_to_steps
from scheduler.likely import cheapest_columns
from scheduler.model import ON_OFF
from scheduler.problem import FloatArray, IntArray
from scheduler.search import search
from scheduler.sifting import sifted
from scheduler.solved import GAP_KWH, Aim
from scheduler.standard_form import StandardForm
from scheduler.task import Task

GAP_SHARE: Final = 1e-4
"""Gap at which a sum of missing shares counts as the least."""
_CLASS_TIME: Final = 0.5
"""Share of the time that is left for the classes; what comes after them needs time too."""
_FAIR_TIME: Final = 0.05
"""Share of the time that is left for one round of fairness."""

_MANY_COLUMNS: Final = 20_000
"""Columns from which on a relaxation is solved from the likely ones on."""
_FIRST: Final = Aim(0.02, 0.002)
"""The aim for what comes before the money [kW, kWh]."""
_FIRST_TIME: Final = 0.3
_FIRST_ROOM: Final = 0.05
"""Share of what comes before the money that the money may add to it at most."""

_STEPS_ROOM: Final = 0.002
"""Share of it that is left to whole steps at least where plans are made slot by slot."""

Least = Callable[[StandardForm, FloatArray | Hint | None, Aim, Deadline], Answer]
"""Finds the least of a form's objective, from a point on."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What must be missing, beyond the tolerances: proven, and found."""

    class_bound_kwh: FloatArray
    """(classes,) weighted energy that is missing in each class at least, at what higher classes reached."""
    kept: Kept
    x: FloatArray | None = None
    """A point that reaches it; none where nothing is missing."""
    relaxed: Answer | None = None
    """What the relaxation says of the money at it, where it was asked already."""

    def bound_kwh(self, model: Model) -> float:
        """No plan that serves the higher classes as well misses less in all [kWh]."""
        heaviest = [model.problem.weights[members].max() for members in model.problem.classes]
        return float(sum(self.class_bound_kwh / np.array(heaviest))) if heaviest else 0.0


def least_shortfall(model: Model, deadline: Deadline, last: Last | None = None) -> Shortfall:
    """The least shortfall, by the relaxation from the last plan on; searched for where there is any."""
    kept = nothing_missing(model.problem)
    form = model.costing(kept).without_rows(ON_OFF)
    answer = None
    if last is not None:
        answer = relaxed_from(model, last, form, deadline)
    elif form.columns > _MANY_COLUMNS:
        answer = sifted(form, cheapest_columns(model, form), deadline.left_s)
    if answer is None:
        answer = highs.solve(form, time_limit_s=deadline.left_s)
    if answer.reduced_costs is not None:
        full = Shortfall(np.zeros(len(model.problem.classes)), kept, relaxed=answer)
        return _with_first_on_off(model, full, deadline)
    if not answer.infeasible:
        raise SolverError("not even the relaxation was solved in time")
    return least_on_off(model, deadline)


def least_on_off(model: Model, deadline: Deadline) -> Shortfall:
    """The least shortfall with minimum currents."""
    rule = cheapest_first(model.problem)
    hint = Hint(model.layout.columns.on, (rule > 0).astype(np.float64))
    return _in_order(model, _by_search(model), hint, deadline)


def _by_search(model: Model) -> Least:
    """Searches on and off, with currents between their bounds."""

    def least(form: StandardForm, x: FloatArray | Hint | None, aim: Aim, time: Deadline) -> Answer:
        return search(Task(form, model.layout, relaxation(form, time), aim, time, start=x))

    return least


def _with_first_on_off(model: Model, full: Shortfall, deadline: Deadline) -> Shortfall:
    """Nothing missing, and the least of what comes before the money; or more missing where it must be."""
    if model.first is None:
        return full
    answer = _by_search(model)(model.first_of(full.kept), None, _FIRST, deadline.share(_FIRST_TIME))
    if answer.infeasible:
        return least_on_off(model, deadline)
    if answer.x is None:
        raise SolverError("no plan was found in time")
    kept = keeping_first(model, full.kept, answer)
    return replace(full, kept=kept, x=model.bare(answer.x), relaxed=None)


def keeping_first(model: Model, kept: Kept, answer: Answer) -> Kept:
    """``kept``, with what comes before the money as it was found, and as far above it as it could lie below:
    no money is spent for what is not known. Where plans are made slot by slot, there is a little more room,
    in which currents find their steps.
    """
    assert model.first is not None
    assert answer.x is not None
    found = float(model.first @ model.bare(answer.x))
    unknown = found - max(answer.bound, 0.0)
    least = _STEPS_ROOM * found if model.layout.slot_by_slot else 0.0
    return replace(kept, first=found + min(max(unknown, least), _FIRST_ROOM * found) + EPS)


def least_on_steps(model: Model, near: FloatArray, deadline: Deadline) -> Shortfall:
    """The least shortfall with executable currents, in the neighbourhood of the point ``near``."""

    def least(form: StandardForm, x: FloatArray | Hint | None, aim: Aim, time: Deadline) -> Answer:
        assert isinstance(x, np.ndarray)
        bound = relaxation(form, time).bound
        return Answer(round_to_steps(form, model.layout, x, bound, aim, time), bound, infeasible=False)

    return _in_order(model, least, near, deadline)


def _in_order(model: Model, least: Least, start: FloatArray | Hint, deadline: Deadline) -> Shortfall:
    """The least of every class, one after the other, and inside each class the fairest.

    Where fairness is not found in time, what was found before it stays.
    """
    classes = model.problem.classes
    bounds, kept, x = np.zeros(len(classes)), nothing_decided(model.problem), start
    for c, members in enumerate(classes):
        aim = Aim(GAP_KWH + _steps_kwh(model, members, x), GAP_KWH)
        time = deadline.share(_CLASS_TIME / len(classes))
        answer = least(model.missing_of(kept, members), _in(kept, x), aim, time)
        if answer.x is None:
            raise SolverError("no plan was found in time")
        x, bounds[c] = model.bare(answer.x), max(answer.bound, 0.0)
        found = float(model.problem.weights[members] @ x[model.missing[members]])
        kept.class_kwh[c] = found + EPS if found > EPS else 0.0
        if found > EPS:
            kept, x = _fairest(model, least, members, kept, x, deadline)
    if model.first is not None:
        start = _in(kept, x)
        answer = least(model.first_of(kept), start, _FIRST, deadline.share(_FIRST_TIME))
        if answer.x is None:
            raise SolverError("no plan was found in time")
        kept, x = keeping_first(model, kept, answer), model.bare(answer.x)
    assert isinstance(x, np.ndarray)
    return Shortfall(bounds, kept, x)


def _fairest(
    model: Model, least: Least, members: IntArray, kept: Kept, x: FloatArray, deadline: Deadline
) -> tuple[Kept, FloatArray]:
    """What is kept and a point, when the worst share of a class is least, then the worst two, and so on."""
    goals = [model.problem.sessions[s].goals[-1] for s in members]
    asking = np.array([goal.least_kwh > EPS for goal in goals], dtype=bool)
    asked = np.array([goal.asked_kwh for goal in goals])[asking]
    columns = model.missing[members[asking]]
    step = max(
        2 * (goal.asked_kwh - goal.least_kwh) / goal.asked_kwh for goal in goals if goal.least_kwh > EPS
    )
    for count in counts(len(columns)) if len(columns) > 1 else []:
        fair, time = Fair(columns, asked, count), deadline.share(_FAIR_TIME)
        start = completed(kept.completed(x), fair)
        try:
            answer = least(model.shares_of(kept, fair), start, Aim(GAP_SHARE + count * step, GAP_SHARE), time)
        except SolverError:
            break
        if answer.x is None:
            break
        x = model.bare(answer.x)
        kept = replace(kept, fair=(*kept.fair, replace(fair, most=fair.value(x) + EPS)))
        if np.count_nonzero(x[columns] > EPS) <= count:
            break
    return kept, x


def _in(kept: Kept, x: FloatArray | Hint) -> FloatArray | Hint:
    """A start in the columns of the form that keeps ``kept``."""
    return x if isinstance(x, Hint) else kept.completed(x)


def _steps_kwh(model: Model, members: IntArray, x: FloatArray | Hint) -> float:
    """What a step of each session of a class that misses energy is worth, weighted [kWh]."""
    if isinstance(x, Hint):
        return 0.0
    goals = [model.problem.sessions[s].goals[-1] for s in members]
    steps = np.array([2 * (goal.asked_kwh - goal.least_kwh) for goal in goals])
    return float(model.problem.weights[members] * (x[model.missing[members]] > EPS) @ steps)
