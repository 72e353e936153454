"""The rows of cars that taper, written straight as matrices."""

from __future__ import annotations

import numpy as np

from scheduler.giving_rows import undone_terms
from scheduler.linear import Linear
from scheduler.on_off_rows import first_draws, stay_of
from scheduler.problem import Problem
from scheduler.rules_taper import binding_lines
from scheduler.standard_form import ABSENT, Columns
from scheduler.written import Rows


def taken_energy(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_taper.taken_energy``."""
    table = problem.draw_table
    stay, first = stay_of(table), first_draws(table)
    known = np.flatnonzero(columns.taken_kwh != ABSENT)
    taken = Linear.of(columns.taken_kwh[known])
    same = np.append(False, np.diff(table.session[first[known]]) == 0)[: len(known)]
    earlier = np.where(same, np.append(ABSENT, columns.taken_kwh[known][:-1])[: len(known)], ABSENT)
    kwh_per_a = problem.hours[table.slot] * table.at_car * table.mean_kw_per_a
    drawn = Linear.sums(len(first), [(stay, columns.current_a, kwh_per_a)]).only(known)
    back = Linear.sums(len(first), undone_terms(problem, columns)).times(table.at_car[first]).only(known)
    return {"taken_energy": (taken - Linear.of(earlier) - drawn + back).equals(0.0)}


def taper(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_taper.taper``."""
    table, lines = problem.draw_table, binding_lines(problem)
    first = first_draws(table)
    drawn_kw = Linear.sums(len(first), [(stay_of(table), columns.current_a, table.kw_per_a * table.at_car)])
    place = table.session[first] * problem.slots + table.slot[first]
    found = [(s * problem.slots + t, j, line) for (s, t, j), line in lines.items()]
    parts = []
    for number in sorted({j for _, j, _ in found}):
        mine = [(at, line) for at, j, line in found if j == number]
        stays = np.searchsorted(place, [at for at, _ in mine])
        per_kwh = np.array([line.kw_per_kwh for _, line in mine])
        taken = Linear.of(columns.taken_kwh[stays]).times(per_kwh)
        most_kw = np.array([line.most_kw for _, line in mine])
        parts.append((drawn_kw.only(stays) + taken).at_most(most_kw))
    return {"taper": Rows.joined(parts)} if parts else {}
