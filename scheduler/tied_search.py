"""The search where the slots of a session bind each other: a walk, made better where it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

from scheduler.agreed import made_better
from scheduler.deadline import Deadline
from scheduler.highs import Answer
from scheduler.node_rows import Lifted, with_node_rows
from scheduler.problem import FloatArray
from scheduler.solved import THOROUGH_S
from scheduler.standard_form import StandardForm
from scheduler.task import Task
from scheduler.walks import walked

_FIRST_NODE: Final = 0.2
"""Share of the time that is left for the rows of the first node."""
_FIRST_NODE_S: Final = 4.0
"""Time for them [s]: most of what they lift is there sooner."""
_LIFTED_DRAWS: Final = 1000
"""Up to so many choices they are looked for."""
_GOOD: Final = 0.6
"""Share of the asked gap at which a plan is good enough: whole steps cost the rest."""
_FAR: Final = 4.0
"""Times the asked gap from which on a plan is made anew beside one that is there."""


def searched_tied(task: Task) -> Answer:
    """As ``search`` where the slots of a session bind each other: slot by slot, to an executable point, which
    is made better where it and the linear program of all rows disagree.

    Where that is not near the bound, the rows of on and off and of the ties lift it; where it leads nowhere,
    everything is searched at once for a while.
    """
    lifted, deadline, best = Lifted(task.form), task.deadline, task.first
    if _lifts(task) and not task.layout.in_turn and not task.near(best, task.aim.asked):
        lifted = _with_node_rows(task, best.x)
    every_row = cache(lambda: lifted.optimum(deadline.left_s))
    if best.x is not None:
        best = _agreed(task, best, lifted.form, every_row)
    if best.x is None or _far(task, best):
        found = _walked(task, lifted, every_row)
        best = replace(best, bound=max(best.bound, found.bound))
        if found.x is not None and (best.x is None or task.form.value(found.x) < task.form.value(best.x)):
            best = _agreed(task, replace(best, x=found.x, between=None), lifted.form, every_row)
    if best.x is not None:
        return best
    brief = Deadline.after(deadline.clock, min(deadline.left_s, THOROUGH_S))
    return task.better(best, task.form, task.aim.asked, brief)


def _walked(task: Task, lifted: Lifted, every_row: Callable[[], Answer]) -> Answer:
    """What a walk finds with the rows of the first node, or where that is nothing, without them."""
    if lifted.form is not task.form:
        linear = every_row()
        bound = task.relaxed.bound if linear.x is None else max(task.relaxed.bound, linear.bound)
        known = replace(task, form=lifted.form, relaxed=replace(task.relaxed, bound=bound))
        found = walked(known, every_row)
        if found.x is not None or task.deadline.over:
            return found
    return walked(task, every_row)


def _lifts(task: Task) -> bool:
    """Whether the rows of the first node are found soon, and few enough not to slow what follows."""
    return task.layout.slot_by_slot and len(task.layout.table.slot) <= _LIFTED_DRAWS


def _with_node_rows(task: Task, start: FloatArray | None) -> Lifted:
    """The form with the rows that a search finds at its first node, but those that ``start`` breaks."""
    seconds = min(task.deadline.left_s * _FIRST_NODE, _FIRST_NODE_S)
    return with_node_rows(task.form, task.layout, start, _FAR * task.aim.asked, seconds)


def _agreed(task: Task, best: Answer, form: StandardForm, every_row: Callable[[], Answer]) -> Answer:
    """``best``, made better where it and the linear program of ``form``, which ``every_row`` solves, differ.

    What is searched in turn was so without the rows of the first node, which slow that by much.
    """
    asked = task.aim.asked
    if task.near(best, asked):
        return best
    if _lifts(task) and task.layout.in_turn:
        lifted = _with_node_rows(task, best.x)
        form, linear = lifted.form, lifted.optimum(task.deadline.left_s)
    else:
        linear = every_row()
    if linear.x is None:
        return best
    assert best.x is not None
    bound = max(best.bound, linear.bound)
    good, worth = bound + _GOOD * asked, asked / 4
    x, between = made_better(form, task.layout, best.x, linear.x, good, worth, task.deadline)
    return replace(best, x=x, bound=bound, between=between)


def _far(task: Task, best: Answer) -> bool:
    """Whether the best point found with currents between their steps is far from the bound."""
    between = best.x if best.between is None else best.between
    return between is not None and task.form.value(between) > best.bound + _FAR * task.aim.asked
