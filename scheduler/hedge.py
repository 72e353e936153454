"""First slots that are good for every case of solar and load: decided together, held in the central plan.

The plan of the central series is made first. It stays where nothing better is known for all cases together,
where what is good for all would make it miss more energy, and where no time is left; the last two are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.errors import SolverError
from domain.scenarios import CaseOutlook
from scheduler.cases import Cases
from scheduler.deadline import Deadline
from scheduler.decision import Decision, only_first
from scheduler.evaluate import Outcome, broken_in_cases
from scheduler.first_decision import first_decision
from scheduler.first_slots import FirstSlots, first_count
from scheduler.forms import Model, model_of
from scheduler.in_mean import Outcomes, better, outlooks
from scheduler.kept import Kept
from scheduler.problem import Problem
from scheduler.solved import GAP_KWH, Aim, PlanOptions, Solved
from scheduler.stages import solve
from scheduler.violations_first import nothing_told, same_first

_DECIDING: Final = 0.4
_HOLDING: Final = 0.5
_CASE: Final = 0.25
"""Shares of the time that is left: for the first slots, for the plan with them held, for one case."""
_WORTH: Final = 0.25
"""Share of the asked gap that the mean cost must gain where no limit and no energy is at stake."""

_NO_TIME: Final = "there was no time to decide it for all cases"
_NOTHING: Final = (
    "nothing was found that keeps every limit in all cases and misses no more energy as expected"
)


@dataclass(frozen=True, slots=True)
class Hedged:
    """The plan that is taken, and how it stands to all cases."""

    problem: Problem
    """The central one, with the first slots held where they are not its own choice."""
    solved: Solved
    good_for_all: bool
    cases: tuple[CaseOutlook, ...]
    """The central one first; none where the plan is made by rule."""
    why_not: str = ""
    """Why the first slots are decided for the central case alone, where that is not best for all."""
    broken: tuple[tuple[int, str], ...] = ()
    """Slot and words of the limits that are then broken in some case."""


@dataclass(frozen=True, slots=True)
class Hedging:
    """The cases, the plan for the central one alone, and how long there is to find a better one for all."""

    cases: Cases
    models: tuple[Model, ...]
    plain: Solved
    options: PlanOptions
    deadline: Deadline

    @classmethod
    def of(cls, cases: Cases, plain: Solved, options: PlanOptions, deadline: Deadline) -> Hedging:
        """State every case."""
        models = tuple(model_of(one, deadline.clock, with_starts=False) for one in cases.problems)
        return cls(cases, models, plain, options, deadline)

    def made(self) -> Hedged:
        """The better one of both plans for all cases."""
        own = self._first(self.plain.outcome.decision)
        broken = broken_in_cases(own, self.plain.outcome.decision)
        central, plain = self.cases.central, self.plain
        held, why_not = self._for_all(own)
        if held is None:
            cases = () if plain.by_rule else outlooks(self.cases, self._outcomes(own, plain))
            return Hedged(central, plain, not broken, cases, why_not, broken)
        problem, solved = held
        assert problem.first is not None
        mine = self._outcomes(problem.first, solved)
        if not broken:
            theirs = self._outcomes(own, plain)
            worth_eur = _WORTH * Aim.for_money(self.options, plain.scale_eur).asked
            if not better(self.cases, self.models, mine, theirs, worth_eur):
                return Hedged(central, plain, good_for_all=True, cases=outlooks(self.cases, theirs))
        return Hedged(problem, solved, good_for_all=True, cases=outlooks(self.cases, mine))

    def _for_all(self, own: FirstSlots) -> tuple[tuple[Problem, Solved] | None, str]:
        """The central problem with first slots that are good for all, and its plan; none, and why, where
        there is no such plan, or it has the first slots of the ``own`` one.
        """
        if self.plain.by_rule:
            return None, "the plan is made by rule"
        time = self.deadline.share(_DECIDING)
        decision = self._decided(own, time)
        if decision is None:
            return None, _NO_TIME if time.over else _NOTHING
        held = replace(self.cases.central, first=self._first(decision))
        assert held.first is not None
        if same_first(held, own, held.first):
            return None, ""
        again = self._solved(held, self.options, _HOLDING)
        if again is None:
            return None, "no plan was found that goes on from what is good for all"
        if not self._misses_no_more(again.outcome):
            return None, "what is good for all would make more energy missing as expected"
        return (held, again), ""

    def _first(self, decision: Decision) -> FirstSlots:
        """The first slots of a decision."""
        slots = first_count(self.cases.central.hours)
        return FirstSlots(slots, only_first(self.cases.central, decision, slots), self.cases.others)

    def _decided(self, own: FirstSlots, time: Deadline) -> Decision | None:
        """What is told in the first slots, good for all cases; None where nothing was found in time."""
        if nothing_told(self.cases.central, own):
            return own.told
        if time.over:
            return None
        aim = Aim.for_money(self.options, self.plain.scale_eur)
        slots = first_count(self.cases.central.hours)
        try:
            return first_decision(self.models, self.cases.probabilities, self._kept(), slots, aim, time)
        except SolverError:
            return None

    def _kept(self) -> Kept:
        """The missing energy of the central plan, which stays as it is."""
        assert self.plain.kept is not None
        return replace(self.models[0].reached(self.plain.outcome, self.plain.kept), first=np.inf)

    def _misses_no_more(self, outcome: Outcome) -> bool:
        kept = self._kept()
        return self.models[0].reached(outcome, kept).within(kept.loosened(GAP_KWH))

    def _solved(self, problem: Problem, options: PlanOptions, share: float) -> Solved | None:
        """What the solver finds in a share of the time that is left; None where that is nothing."""
        if self.deadline.over:
            return None
        limited = replace(options, time_limit_s=self.deadline.left_s * share)
        try:
            found = solve(problem, limited, self.deadline.clock, lambda _: None)
        except SolverError:
            return None
        return None if found.by_rule else found

    def _outcomes(self, first: FirstSlots, central: Solved) -> Outcomes:
        """What every case comes to after these first slots, with the rest planned for it."""
        options, bare = replace(self.options, calm_eur=0.0), replace(first, cases=())
        others = [self._solved(replace(one, first=bare), options, _CASE) for one in self.cases.others]
        return (central.outcome, *(None if one is None else one.outcome for one in others))
