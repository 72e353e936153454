"""A plan that goes on with the last one: what it says is held wherever that still serves its session.

Of a session whose energy is a little off, the slots are held and the currents chosen anew; of one that its
slots no longer serve, or that is new, everything is. The others' currents stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scheduler import highs
from scheduler.deadline import Deadline
from scheduler.forms import Model
from scheduler.goals import Goals
from scheduler.kept import Kept
from scheduler.lattice import in_steps, nearest, whole_steps
from scheduler.model import ON_OFF
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.search import used_draws
from scheduler.sifting import sifted
from scheduler.solved import Aim
from scheduler.standard_form import ABSENT, BoolArray, StandardForm
from scheduler.switched import switched

_EPS: Final = 1e-6
_LEAST_HELD: Final = 0.25
"""Share of the sessions that the last plan must still serve to be of use."""
_MAKE_ROOM: Final = (2, 6, 16)
"""Sessions that may charge at other times than before, so that another one can, try by try."""


@dataclass(frozen=True, slots=True)
class Last:
    """What the last plan says about the draws of a problem."""

    current_a: FloatArray
    """(draws,) [A], 0 where it says nothing."""
    served: BoolArray
    """(sessions,) its currents serve the session as they are."""
    serves: BoolArray
    """(sessions,) the slots in which it charges serve the session, with some currents."""
    told: BoolArray
    """(draws,) whether it says anything."""

    @property
    def on(self) -> BoolArray:
        """(draws,) whether it draws."""
        used: BoolArray = self.current_a > 0
        return used


def last_of(problem: Problem) -> Last | None:
    """What the published plan says; None where there is none, or it says too little to be of use."""
    if problem.published_a is None or not problem.sessions:
        return None
    table = problem.draw_table
    a = np.nan_to_num(problem.published_a)
    a = np.where(a >= table.min_a - table.step_a / 2, np.clip(a, table.min_a, table.max_a), 0.0)
    served = _served(problem, a, a)
    serves = _served(problem, np.where(a > 0, table.max_a, 0.0), np.where(a > 0, table.min_a, 0.0))
    steps = (a - table.min_a) / table.step_a
    odd = (a > 0) & (np.abs(steps - np.round(steps)) > _EPS)
    served[table.session[odd]] = False
    serves |= served
    told = ~np.isnan(problem.published_a)
    return Last(a, served, serves, told) if serves.mean() >= _LEAST_HELD else None


def _served(problem: Problem, most_a: FloatArray, least_a: FloatArray) -> BoolArray:
    """(sessions,) whether every goal is reached with ``most_a``, and ``least_a`` is not too much."""
    table = problem.draw_table
    hours = problem.hours[table.slot]

    def energy(a: FloatArray) -> FloatArray:
        lost_kw = np.where(a > 0, table.loss_kw * table.share, 0.0)
        kwh: FloatArray = (table.mean_kw_per_a * a * table.gain - lost_kw) * hours
        return kwh

    goals, sessions = Goals.of(problem), len(problem.sessions)
    short = goals.flowed_kwh(problem, energy(most_a)) < goals.least_kwh - _EPS
    most_kwh = np.array([session.most_kwh for session in problem.sessions])
    fits = np.bincount(table.session, energy(least_a), sessions) <= most_kwh + _EPS
    found: BoolArray = fits & (np.bincount(goals.owner, short, sessions) == 0)
    return found


def likely_columns(model: Model, last: Last, form: StandardForm) -> BoolArray:
    """The columns that the relaxation is likely to use: all but the draws that the last plan does without."""
    table, columns = model.layout.table, model.layout.columns
    likely = np.ones(form.columns, dtype=bool)
    likely[columns.current_a] = last.on | ~last.serves[table.session]
    likely[columns.on] = table.loss_kw > 0
    return likely


def relaxed_from(model: Model, last: Last, form: StandardForm, deadline: Deadline) -> highs.Answer | None:
    """The optimum of ``form``, a relaxation, from the last plan on; None where that does not lead there."""
    return sifted(form, likely_columns(model, last, form), deadline.left_s)


def continued(
    model: Model, last: Last, kept: Kept, relaxed: highs.Answer, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """An executable point that goes on with the last plan; None where there is none.

    Where the asked gap is not reached so, what needs other currents gets other slots too.
    """
    form, last, good_eur = model.costing(kept), _where_told(model, last, relaxed), relaxed.bound + aim.asked
    x = _gone_on(form, model, last, relaxed, aim, deadline)
    if _within(form, x, good_eur) or np.array_equal(last.serves, last.served):
        return x
    other = _gone_on(form, model, replace(last, serves=last.served), relaxed, aim, deadline)
    return x if other is None or _within(form, x, form.value(other)) else other


def _within(form: StandardForm, x: FloatArray | None, value: float) -> bool:
    """Whether there is a point ``x`` and it costs at most ``value``."""
    return x is not None and form.value(x) <= value


def _where_told(model: Model, last: Last, relaxed: highs.Answer) -> Last:
    """``last``, which does not serve the sessions that the relaxation charges where it says nothing: they may
    stay longer than it knew.
    """
    assert relaxed.x is not None
    table = model.layout.table
    used = relaxed.x[model.layout.columns.current_a] > _EPS
    told = np.bincount(table.session, used & ~last.told, len(last.served)) == 0
    return replace(last, served=last.served & told, serves=last.serves & told)


def _gone_on(
    form: StandardForm, model: Model, last: Last, relaxed: highs.Answer, aim: Aim, deadline: Deadline
) -> FloatArray | None:
    """An executable point where what ``last`` serves stays, and as little else moves as can; None where there
    is none. All currents are chosen anew where only that can reach the asked gap.
    """
    columns, good_eur = model.layout.columns, relaxed.bound + aim.asked
    point = np.zeros(form.columns)
    point[columns.current_a], point[columns.on] = last.current_a, last.on
    held = last.served[model.layout.table.session]
    opened, x = ~last.serves[model.layout.table.session], None
    if opened.any():
        opened, x = _opened(form, model, last, relaxed, aim, deadline)
        if x is None:
            return None
        point[columns.on] = np.where(opened, used_draws(model.layout, x), last.on)
        held = _unmoved(model, last, x)
    stepped, change = whole_steps(form, model.layout)
    steps = in_steps(model.layout, point)[columns.current_a[held]]
    part = stepped.with_bounds(columns.current_a[held], steps, steps)
    y = nearest(part, model.layout, point, relaxed.bound, aim, deadline)
    if held.any() and not _within(stepped, y, good_eur):
        least_eur = _least_eur(form, model, point, deadline) if x is None else form.value(x)
        if least_eur <= good_eur:
            y = nearest(stepped, model.layout, point, relaxed.bound, aim, deadline)
    return None if y is None else np.asarray(change @ y)


def _least_eur(form: StandardForm, model: Model, point: FloatArray, deadline: Deadline) -> float:
    """What ``form`` costs at least with its draws on or off as in ``point``; inf where there is no such."""
    on = model.layout.columns.on
    held = form.relaxed().with_bounds(on, point[on], point[on])
    return highs.solve(held, time_limit_s=deadline.left_s).bound


def _opened(
    form: StandardForm, model: Model, last: Last, relaxed: highs.Answer, aim: Aim, deadline: Deadline
) -> tuple[BoolArray, FloatArray | None]:
    """(draws,) those of the sessions that the last plan no longer serves, and of as few others as leave them
    room enough; and a point where all else is on or off as it was, with its currents where that will do.
    """
    near, order = relaxed.bound + aim.asked - aim.fine, _makes_room(model, last, relaxed)
    unserved = ~last.serves[model.layout.table.session]
    best, best_x, least = unserved, None, np.inf
    for most in _MAKE_ROOM:
        opened, before = unserved | np.isin(model.layout.table.session, order[:most]), least
        for still in (last.on & last.served[model.layout.table.session], np.zeros_like(opened)):
            x = _with_room(form, model, last, opened, still, deadline)
            if x is not None and form.value(x) < least:
                best, best_x, least = opened, x, form.value(x)
            if least <= near:
                return best, best_x
        if len(order) <= most or least == before < np.inf:
            break
    return best, best_x


def _makes_room(model: Model, last: Last, relaxed: highs.Answer) -> IntArray:
    """Sessions that may have to make room for those that the last plan no longer serves, the likeliest first:
    they draw in the same slots and could draw where the relaxation draws more than they do.
    """
    assert relaxed.x is not None
    table, sessions = model.layout.table, len(last.serves)
    drawn_kw = last.current_a * table.mean_kw_per_a
    wanted_kw = relaxed.x[model.layout.columns.current_a] * table.mean_kw_per_a
    more_kw = np.bincount(table.slot, wanted_kw - drawn_kw, model.problem.slots)
    needed = np.isin(table.slot, table.slot[~last.serves[table.session]])
    gives_kw = np.where(needed, drawn_kw, 0.0)
    takes_kw = np.where(last.on, 0.0, np.clip(more_kw[table.slot], 0.0, table.max_a * table.mean_kw_per_a))
    moved_kw = np.minimum(
        np.bincount(table.session, gives_kw, sessions), np.bincount(table.session, takes_kw, sessions)
    )
    order: IntArray = np.argsort(-moved_kw, kind="stable")
    return order[moved_kw[order] > 0]


def _with_room(
    form: StandardForm, model: Model, last: Last, opened: BoolArray, still: BoolArray, deadline: Deadline
) -> FloatArray | None:
    """A point, but for steps, with all but the ``opened`` draws on or off as they were, and of these the
    ``still`` ones with their currents; None where none is found.
    """
    table, columns = model.layout.table, model.layout.columns
    on, counts = last.on & ~opened, opened & (table.loss_kw > 0)
    still = still & on
    low, high = np.where(on, table.min_a, 0.0), np.where(on | opened, table.max_a, 0.0)
    low, high = np.where(still, last.current_a, low), np.where(still, last.current_a, high)
    part = form.without_rows(ON_OFF).with_bounds(columns.current_a, low, high)
    part = part.with_bounds(columns.on, on.astype(np.float64), np.where(on | counts, 1.0, 0.0))
    free = np.flatnonzero(part.high > part.low)
    place = np.full(form.columns, ABSENT)
    place[free] = np.arange(len(free))
    draws = place[columns.current_a[opened]]
    chosen = draws != ABSENT
    left = part.around(part.low, free)
    found = switched(left, draws[chosen], table.min_a[opened][chosen], deadline.left_s)
    if found is None:
        return None
    x = part.low.copy()
    x[free] = found
    return x


def _unmoved(model: Model, last: Last, x: FloatArray) -> BoolArray:
    """(draws,) those of the sessions that the last plan serves, with the same currents at ``x``."""
    table = model.layout.table
    moved = np.abs(x[model.layout.columns.current_a] - last.current_a) > table.step_a / 2
    others = np.bincount(table.session, moved, len(last.served)) > 0
    unmoved: BoolArray = (last.served & ~others)[table.session]
    return unmoved
