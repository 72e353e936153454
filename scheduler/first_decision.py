"""What is told in the first slots: the least missing energy over all cases, then the least mean cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.decided import decision_at
from scheduler.decision import Decision, only_first
from scheduler.forms import Model
from scheduler.kept import Kept, nothing_decided, nothing_missing
from scheduler.problem import FloatArray, Problem
from scheduler.solved import Aim
from scheduler.standard_form import StandardForm
from scheduler.two_stage import Case, TwoStage

_FULL: Final = 0.6
"""Share of the time for first slots after which nothing is missing in any case."""
_HAIR: Final = 1e-5
"""Room for what a stage reached [kWh, kW]."""
_NEAR: Final = 1e-4
"""Gap at which missing energy, and what comes before the money, count as the least [kWh, kW]."""


def first_decision(
    models: Sequence[Model],
    probabilities: Sequence[float],
    kept: Kept,
    slots: int,
    aim: Aim,
    deadline: Deadline,
) -> Decision | None:
    """What is told in the first ``slots`` slots; None where nothing keeps every limit in every case, or
    nothing was found in time.

    ``models`` holds the central case first, which misses no more than ``kept``. Energy comes before money,
    class by class, in the mean of the cases.
    """

    def program(missing: Callable[[Problem], Kept]) -> TwoStage:
        each = [kept, *(missing(model.problem) for model in models[1:])]
        return TwoStage.of([Case(*one) for one in zip(probabilities, models, each, strict=True)], slots)

    full = program(nothing_missing)
    x = _cheapest(full, full.form, aim, deadline.share(_FULL))
    if x is None:
        some = program(nothing_decided)
        x = _cheapest(some, _least_missing(some, deadline), aim, deadline)
    return None if x is None else _told(full, x, slots)


def _cheapest(
    program: TwoStage, form: StandardForm | None, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """The point of ``form`` with the least of what comes before the money, then of the money."""
    if form is None or highs.solve(form.relaxed(), time_limit_s=deadline.left_s).infeasible:
        return None
    form = _least_first(program, form, deadline)
    return None if form is None else highs.solve(form, time_limit_s=deadline.left_s, gap=aim.fine).x


def _least_missing(program: TwoStage, deadline: Deadline) -> StandardForm | None:
    """The program with the least mean of missing energy, the highest class first; None if there is none."""
    form: StandardForm | None = program.form
    problem = program.cases[0].model.problem
    for members in problem.classes:
        parts = []
        for case in program.cases:
            part = np.zeros(case.model.form.columns)
            part[case.model.missing[members]] = problem.weights[members]
            parts.append(part)
        form = None if form is None else _kept_least(form, program.mean_of(parts), deadline.share(0.5))
    return form


def _least_first(program: TwoStage, form: StandardForm, deadline: Deadline) -> StandardForm | None:
    """The same with the least mean of what comes before the money, where anything does."""
    parts = [case.model.first for case in program.cases]
    counted = [part for part in parts if part is not None]
    return _kept_least(form, program.mean_of(counted), deadline.share(0.5)) if counted else form


def _kept_least(form: StandardForm, counted: FloatArray, deadline: Deadline) -> StandardForm | None:
    """``form`` with a row that keeps the least of what is ``counted``; None where no point is found."""
    least = highs.solve(form.with_cost(counted), time_limit_s=deadline.left_s, gap=_NEAR)
    if least.x is None:
        return None
    return form.with_row("kept_in_mean", counted, float(counted @ least.x) + _HAIR)


def _told(program: TwoStage, x: FloatArray, slots: int) -> Decision:
    """What a point tells in the first slots, and nothing after them."""
    model = program.cases[0].model
    decision = decision_at(model.problem, model.layout.columns, program.central(x))
    return only_first(model.problem, decision, slots)
