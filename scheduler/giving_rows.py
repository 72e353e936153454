"""The rows of cars that give energy back, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.linear import Linear
from scheduler.on_off_rows import first_draws
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_giving import givers, lowest_kwh
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Rows, Terms


def give_current(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_giving.give_current``."""
    gives, give, giving = problem.gives, Linear.of(columns.give_a), Linear.of(columns.giving)
    return {
        "give_least": (give - giving.times(gives.min_a)).at_least(0.0),
        "give_current": (give - giving.times(gives.max_a)).at_most(0.0),
    }


def draw_or_give(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_giving.draw_or_give``."""
    table, gives = problem.draw_table, problem.gives
    place, row = np.unique(gives.charger * problem.slots + gives.slot, return_inverse=True)
    drawn = table.charger * problem.slots + table.slot
    draws = np.flatnonzero(np.isin(drawn, place))
    of_draw = np.searchsorted(place, drawn[draws])
    giving: Terms = (row, columns.giving, np.ones(len(row)))
    on: Terms = (of_draw, columns.on[draws], np.ones(len(draws)))
    share: Terms = (of_draw, columns.current_a[draws], 1 / table.max_a[draws])
    return {
        "draw_or_give": Linear.sums(len(place), [on, giving]).at_most(1.0),
        "draw_or_give_share": Linear.sums(len(place), [share, giving]).at_most(1.0),
    }


def car_content(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_giving.car_content``."""
    found, gives, table = givers(problem), problem.gives, problem.draw_table
    session, slot = content_places(problem)
    place = session * problem.slots + slot
    of_session = {
        name: np.array([getattr(found[s], name) if s in found else 0.0 for s in range(len(problem.sessions))])
        for name in ("start_kwh", "least_kwh", "stored_per_kwh", "emptied_per_kwh")
    }
    draws = np.flatnonzero(np.isin(table.session, list(found)))
    stored = (table.mean_kw_per_a * problem.hours[table.slot] * table.gain)[draws]
    stored *= of_session["stored_per_kwh"][table.session[draws]]
    emptied = gives.kw_per_a * problem.hours[gives.slot] * of_session["emptied_per_kwh"][gives.session]
    of_draw = np.searchsorted(place, table.session[draws] * problem.slots + table.slot[draws])
    of_give = np.searchsorted(place, gives.session * problem.slots + gives.slot)
    flow = Linear.sums(
        len(place), [(of_draw, columns.current_a[draws], stored), (of_give, columns.give_a, -emptied)]
    )
    begins = np.append(True, np.diff(session) != 0)[: len(session)]
    earlier = np.where(begins, ABSENT, np.append(ABSENT, columns.car_kwh[:-1])[: len(session)])
    start = np.where(begins, of_session["start_kwh"][session], 0.0)
    content = Linear.of(columns.car_kwh) - Linear.of(earlier) - flow
    lowest = np.array([lowest_kwh(found[s]) for s in gives.session.tolist()])
    range_kwh = of_session["least_kwh"][gives.session] - lowest
    above = Linear.of(columns.car_kwh[of_give]) - Linear.of(columns.giving).times(range_kwh)
    return {
        "car_content": content.equals(start),
        "gives_above_least": above.at_least(lowest).chosen(np.flatnonzero(range_kwh > 0)),
    }


def content_places(problem: Problem) -> tuple[IntArray, IntArray]:
    """Session and slot of every slot of the sessions whose car gives."""
    found = givers(problem)
    none: list[IntArray] = [np.zeros(0, dtype=np.int64)]
    slots = [problem.sessions[s].slots for s in found]
    session = np.repeat(np.array(list(found), dtype=np.int64), [len(one) for one in slots])
    return session, np.concatenate(none + slots)


def undone_kwh_per_a(problem: Problem) -> FloatArray:
    """Drawn energy [kWh] that one ampere of each choice to give gives back."""
    found, gives = givers(problem), problem.gives
    undone = np.array([found[s].undone_per_kwh for s in gives.session.tolist()], dtype=np.float64)
    kwh: FloatArray = undone * problem.hours[gives.slot] * gives.kw_per_a
    return kwh


def undone_terms(problem: Problem, columns: Columns) -> list[Terms]:
    """By session and slot with draws the drawn energy that a car gives back [kWh]."""
    table, gives = problem.draw_table, problem.gives
    first = first_draws(table)
    place = table.session[first] * problem.slots + table.slot[first]
    stay = np.searchsorted(place, gives.session * problem.slots + gives.slot)
    return [(stay, columns.give_a, undone_kwh_per_a(problem))]
