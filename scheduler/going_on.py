"""Going on with the last plan: what it comes to, what is proven of it, and whether that is good enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.errors import SolverError
from scheduler.continued import Last, continued
from scheduler.deadline import Deadline
from scheduler.forms import Model
from scheduler.highs import Answer
from scheduler.kept import Kept
from scheduler.lattice import SMALL_DRAWS as SMALL_STEPS
from scheduler.near_bound import searched_around
from scheduler.problem import FloatArray
from scheduler.shortfall import Shortfall
from scheduler.solution import solution
from scheduler.solved import GOOD_ENOUGH_EUR, Aim, Solved

SEARCH: Final = 0.5
"""Share of the time that is left for a search; what comes after it needs time too."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A plan that goes on with the last one."""

    x: FloatArray
    """Its executable point."""
    same: FloatArray
    """The same, or one with the same on and off that knows nothing of steps."""
    near: Answer
    """The best point that is known, ``same`` or better, and what is proven."""


def begun_from(
    model: Model, last: Last, kept: Kept, relaxed: Answer, known: Answer, aim: Aim, deadline: Deadline
) -> Begun | None:
    """What goes on with the last plan; None where nothing does.

    ``known`` is the answer ``relaxed`` of the relaxation, with a bound that may be higher.
    """
    x = continued(model, last, kept, known, aim, deadline)
    if x is None:
        return None
    same, near = searched_around(model.costing(kept), model, relaxed, x, aim, deadline.share(SEARCH))
    return Begun(x, same, near)


def going_on(model: Model, shortfall: Shortfall, begun: Begun, bound: float, aim: Aim) -> Solved | None:
    """The solution that goes on with the last plan; None where a plan made anew would be better.

    ``bound`` is proven, as is that of ``begun``. In a small problem the point with the same on and off has to
    come as near to it as a search would.
    """
    proven = Answer(begun.same, max(bound, begun.near.bound), infeasible=False)
    fine = max(aim.fine, GOOD_ENOUGH_EUR / 2)
    gap = fine if len(model.layout.table.slot) <= SMALL_STEPS else aim.asked
    same_eur, x_eur = model.form.value(begun.same), model.form.value(begun.x)
    if same_eur - proven.bound > gap or x_eur - proven.bound > aim.asked:
        return None
    try:
        best = solution(model, shortfall, proven, proven.bound, begun.x)
    except SolverError:
        return None
    kept = shortfall.kept
    as_good = best.outcome.cost_eur - proven.bound <= aim.asked
    return best if as_good and model.reached(best.outcome, kept).within(kept) else None
