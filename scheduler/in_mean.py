"""What plans for every case come to in the mean, and what is said of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from domain.scenarios import CaseOutlook
from scheduler.assemble import shortfall_kwh
from scheduler.cases import Cases
from scheduler.evaluate import Outcome
from scheduler.forms import Model
from scheduler.kept import nothing_missing
from scheduler.problem import FloatArray, Problem
from scheduler.solved import GAP_KWH

Outcomes = Sequence[Outcome | None]
"""What every case comes to; None where no plan was found for it."""
_FIRST_WORTH: Final = 0.02
"""Less of what comes before the money is not noticed [kW, kWh]."""


def better(cases: Cases, models: Sequence[Model], mine: Outcomes, theirs: Outcomes, worth_eur: float) -> bool:
    """Whether ``mine`` is better in the mean: less missing, the highest class first, then less of what comes
    before the money, then ``worth_eur`` less money.
    """
    with np.errstate(invalid="ignore"):  # nothing is known of either: neither is better
        gained = _mean(cases, models, theirs) - _mean(cases, models, mine)
    worth = np.array([*[GAP_KWH] * (len(gained) - 2), _FIRST_WORTH, worth_eur])
    noticed = np.flatnonzero(np.abs(gained) > worth)
    return bool(len(noticed)) and bool(gained[noticed[0]] > 0)


def _mean(cases: Cases, models: Sequence[Model], outcomes: Outcomes) -> FloatArray:
    """Mean of missing energy by class [kWh], of what comes before the money, and of the money [EUR]."""
    found = np.zeros(len(cases.central.classes) + 2)
    for probability, model, outcome in zip(cases.probabilities, models, outcomes, strict=True):
        if outcome is None:
            return np.full(len(found), np.inf)
        reached = model.reached(outcome, nothing_missing(model.problem))
        first = reached.first if np.isfinite(reached.first) else 0.0
        found += probability * np.array([*reached.class_kwh, first, outcome.cost_eur])
    return found


def outlooks(cases: Cases, outcomes: Outcomes) -> tuple[CaseOutlook, ...]:
    """What is said of every case."""
    each = zip(cases.names, cases.probabilities, cases.problems, outcomes, strict=True)
    return tuple(_outlook(*one) for one in each)


def _outlook(name: str, probability: float, problem: Problem, outcome: Outcome | None) -> CaseOutlook:
    if outcome is None:
        return CaseOutlook(name, probability, np.inf, np.inf)
    missing_kwh = sum(shortfall_kwh(problem, outcome, s) for s in range(len(problem.sessions)))
    return CaseOutlook(name, probability, less_stored_eur(outcome), missing_kwh)


def less_stored_eur(outcome: Outcome) -> float:
    """Money of the site less the worth of what a battery holds more at the end [EUR]."""
    return outcome.money_eur - outcome.stored_eur
