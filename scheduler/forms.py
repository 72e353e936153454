"""The forms of a compiled problem: one for every stage, each with what the stages before it reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.errors import SolverError
from scheduler import highs
from scheduler.deadline import Clock, Deadline
from scheduler.decided import decision_at
from scheduler.decision import nothing_charges
from scheduler.evaluate import Outcome, evaluate
from scheduler.fair_shares import Fair, lessening, with_fair
from scheduler.highs import Answer
from scheduler.kept import EPS, Kept
from scheduler.layout import Layout
from scheduler.model import CALM_RULES, ON_OFF, RULES, build
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.standard_form import ABSENT, StandardForm, compiled
from scheduler.wish import First
from scheduler.written_rules import written_form

_STARTS: Final = frozenset(rule.__name__ for rule in CALM_RULES)


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled problem: the whole form, its layout, and the time that its building took."""

    problem: Problem
    form: StandardForm
    layout: Layout
    build_s: float
    nothing_eur: float
    """What the site costs when nobody charges."""

    @property
    def missing(self) -> IntArray:
        """Columns of the missing energy."""
        return self.layout.columns.missing_kwh

    @property
    def first(self) -> FloatArray | None:
        """Coefficients of what is made least before the money; none where nothing is."""
        columns, wanted = self.layout.columns, self.problem.wish.first
        if wanted is First.NOTHING:
            return None
        coefficients = np.zeros(self.form.columns)
        if wanted is First.PEAK:
            coefficients[columns.rise_kw[columns.rise_kw != ABSENT]] = 1.0
        else:
            counted = columns.phase_buy_kw if self.problem.per_phase else columns.buy_kw
            coefficients[counted] = np.tile(self.problem.hours, len(counted) // self.problem.slots)
            coefficients[columns.others_sun_kw] = self.problem.hours[columns.others_sun_slots]
        return coefficients

    def first_of(self, kept: Kept) -> StandardForm:
        """The form whose objective is what is made least before the money."""
        assert self.first is not None
        form = self.costing(kept)
        return form.with_cost(np.append(self.first, np.zeros(form.columns - self.form.columns)))

    def costing(self, kept: Kept) -> StandardForm:
        """The form whose objective is money, where what was reached is kept."""
        form = self.form
        if self.first is not None and np.isfinite(kept.first):
            form = form.with_row("kept_first", self.first, kept.first)
        if not self.problem.sessions:
            return form
        form = form.with_row_high("kept_shortfall", kept.class_kwh)
        full = [
            self.missing[s] for s, most in zip(self.problem.classes, kept.class_kwh, strict=True) if not most
        ]
        if full:
            form = form.with_bounds(np.concatenate(full), 0.0, 0.0)
        for fair in kept.fair:
            form = with_fair(form, fair)
        return form

    def missing_of(self, kept: Kept, members: IntArray) -> StandardForm:
        """The form whose objective is the weighted missing energy of some sessions."""
        form = self.costing(kept)
        weights = np.zeros(form.columns)
        weights[self.missing[members]] = self.problem.weights[members]
        return form.with_cost(weights)

    def shares_of(self, kept: Kept, fair: Fair) -> StandardForm:
        """The form whose objective is the sum of the largest missing shares."""
        return lessening(self.costing(kept), fair)

    def reached(self, outcome: Outcome, like: Kept) -> Kept:
        """What a plan reaches, in the terms of ``like``."""
        x = np.zeros(self.form.columns)
        x[self.missing] = outcome.missing_kwh
        weighted = self.problem.weights * outcome.missing_kwh
        sums = np.array([weighted[members].sum() for members in self.problem.classes])
        fair = tuple(replace(one, most=one.value(x) + EPS) for one in like.fair)
        return Kept(np.where(sums > 0, sums + EPS, 0.0), fair, self._first_value(outcome) + EPS)

    def _first_value(self, outcome: Outcome) -> float:
        """What comes before the money, as a plan has it."""
        match self.problem.wish.first:
            case First.PEAK:
                return outcome.rise_kw
            case First.GRID_ENERGY:
                return float(self.problem.hours @ outcome.import_kw)
            case _:
                return np.inf

    def bare(self, x: FloatArray) -> FloatArray:
        """A point without the columns that fair shares add."""
        return x[: self.form.columns]

    def outcome(self, x: FloatArray) -> Outcome:
        """What follows from a point, snapped to the steps that it stands for."""
        return evaluate(self.problem, decision_at(self.problem, self.layout.columns, x))

    def without_starts(self) -> Model:
        """The model as all stages but the calm one see it."""
        return replace(self, form=replace(self.form.without_rows(_STARTS), whole=self.form.whole))


def model_of(problem: Problem, clock: Clock, *, with_starts: bool) -> Model:
    """Write the form of the problem."""
    begun = clock()
    form, columns = written_form(problem, with_starts=with_starts)
    return Model(problem, form, Layout.of(problem, columns), clock() - begun, _nothing_eur(problem))


def _nothing_eur(problem: Problem) -> float:
    return evaluate(problem, nothing_charges(problem)).cost_eur


def stated_model_of(problem: Problem, clock: Clock) -> Model:
    """The same without starts, every row as its rule states it: for who reads rows by their place."""
    from pyomo.common.gc_manager import PauseGC

    begun = clock()
    with PauseGC():
        form, columns = compiled(build(problem, [rule for rule in RULES if rule.__name__ not in _STARTS]))
    return Model(problem, form, Layout.of(problem, columns), clock() - begun, _nothing_eur(problem))


def relaxation(form: StandardForm, deadline: Deadline) -> Answer:
    """The optimum of ``form`` without what speaks of on and off; SolverError where none is proven."""
    relaxed = highs.solve(form.without_rows(ON_OFF), time_limit_s=deadline.left_s)
    if relaxed.reduced_costs is None:
        raise SolverError("the relaxation has no proven answer")
    return relaxed
