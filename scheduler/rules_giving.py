"""Rules of the cars that give energy back: how much, never beside drawing, and what stays in the battery."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scheduler.pyomo_later import pyo
from scheduler.rules_energy import energy_terms

if TYPE_CHECKING:
    from scheduler.giving import Giver
    from scheduler.problem import Problem
    from scheduler.rules_charging import Key


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """give_a and giving, per slot and phase set with which a car may give; car_kwh, what its battery holds at
    the end of a slot.
    """
    table = problem.gives
    m.gives = list(table.keys)
    high = dict(zip(m.gives, table.max_a.tolist(), strict=True))
    m.give_a = pyo.Var(m.gives, bounds=lambda _, *g: (0.0, high[g]))
    m.giving = pyo.Var(m.gives, within=pyo.Binary)
    m.given_at = defaultdict(list)
    for key, per_a, feed in zip(m.gives, table.kw_per_a.tolist(), table.feeds, strict=True):
        m.given_at[key[1]].append((per_a, feed, key))
    found, hours = givers(problem), problem.hours.tolist()
    m.undone_kwh = {
        s: [
            (one.undone_per_kwh * hours[t] * per_a, g)
            for t, choices in m.given_at.items()
            for per_a, _, g in choices
            if g[0] == s
        ]
        for s, one in found.items()
    }
    contents = [(s, t) for s in found for t in problem.sessions[s].slots.tolist()]
    m.car_kwh = pyo.Var(contents, bounds=lambda _, *c: (lowest_kwh(found[c[0]]), found[c[0]].most_kwh))


def givers(problem: Problem) -> dict[int, Giver]:
    """The givers by session."""
    return {s: one.giver for s, one in enumerate(problem.sessions) if one.giver is not None}


def lowest_kwh(giver: Giver) -> float:
    """What the battery never falls below: its least, or what it comes with [kWh]."""
    return min(giver.start_kwh, giver.least_kwh)


def given(m: pyo.ConcreteModel, t: int) -> Any:
    """Power that cars give in slot ``t`` [kW]."""
    return sum(per_a * m.give_a[key] for per_a, _, key in m.given_at[t]) if t in m.given_at else 0.0


def give_current(m: pyo.ConcreteModel, problem: Problem) -> None:
    """min_a[g] giving[g] <= give_a[g] <= max_a[g] giving[g] over the choices g = (s, t, k) to give"""
    table = problem.gives
    low = dict(zip(m.gives, table.min_a.tolist(), strict=True))
    high = dict(zip(m.gives, table.max_a.tolist(), strict=True))
    m.give_least = pyo.Constraint(m.gives, rule=lambda m, *g: m.give_a[g] - low[g] * m.giving[g] >= 0)
    m.give_current = pyo.Constraint(m.gives, rule=lambda m, *g: m.give_a[g] - high[g] * m.giving[g] <= 0)


def draw_or_give(m: pyo.ConcreteModel, problem: Problem) -> None:
    """sum_d on[d] + sum_g giving[g] <= 1 over the draws d and the choices g to give of one charger in one
    slot, and in the relaxation sum_d current_a[d] / max_a[d] + sum_g giving[g] <= 1
    """
    gives: dict[tuple[int, int], list[Key]] = defaultdict(list)
    for s, t, k in m.gives:
        gives[problem.sessions[s].charger, t].append((s, t, k))
    draws: dict[tuple[int, int], list[Key]] = {place: [] for place in gives}
    for draw in problem.draws:
        place = (problem.sessions[draw.session].charger, draw.slot)
        if place in draws:
            draws[place].append((draw.session, draw.slot, draw.option))

    def giving(m: pyo.ConcreteModel, c: int, t: int) -> Any:
        return sum(m.giving[g] for g in gives[c, t])

    m.draw_or_give = pyo.Constraint(
        list(gives), rule=lambda m, c, t: sum(m.on[d] for d in draws[c, t]) + giving(m, c, t) <= 1
    )
    m.draw_or_give_share = pyo.Constraint(
        list(gives),
        rule=lambda m, c, t: (
            sum(m.current_a[d] * (1 / m.current_a[d].ub) for d in draws[c, t]) + giving(m, c, t) <= 1
        ),
    )


def car_content(m: pyo.ConcreteModel, problem: Problem) -> None:
    """car_kwh[s, t] = car_kwh[s, t - 1] + stored_per_kwh drawn_kwh[s, t] - emptied_per_kwh given_kwh[s, t]
    and car_kwh[s, t] >= least_kwh[s] giving[g] where a car comes with less than it may give down to
    """
    found, terms, hours = givers(problem), energy_terms(problem), problem.hours.tolist()
    contents = list(m.car_kwh)
    before = {b: a for a, b in pairwise(contents) if a[0] == b[0]}

    def content(m: pyo.ConcreteModel, s: int, t: int) -> object:
        giver = found[s]
        earlier = m.car_kwh[before[s, t]] if (s, t) in before else giver.start_kwh
        drawn = sum(kwh * m.current_a[d] for kwh, d in terms[s] if d[1] == t)
        out: Any = sum(hours[t] * per_a * m.give_a[g] for per_a, _, g in m.given_at[t] if g[0] == s)
        flow = giver.stored_per_kwh * drawn - giver.emptied_per_kwh * out
        return m.car_kwh[s, t] - earlier - flow == 0

    m.car_content = pyo.Constraint(contents, rule=content)
    low = [g for g in m.gives if lowest_kwh(found[g[0]]) < found[g[0]].least_kwh]

    def above(m: pyo.ConcreteModel, s: int, t: int, k: int) -> object:
        lowest, least = lowest_kwh(found[s]), found[s].least_kwh
        return m.car_kwh[s, t] - (least - lowest) * m.giving[s, t, k] >= lowest

    m.gives_above_least = pyo.Constraint(low, rule=above)


def cost(m: pyo.ConcreteModel, problem: Problem) -> Any:
    """sum_g wear_eur_per_kwh[s] hours[t] kw_per_a[g] give_a[g]: what giving wears of cars' batteries [EUR]"""
    found, hours = givers(problem), problem.hours.tolist()
    return sum(
        found[g[0]].wear_eur_per_kwh * hours[t] * per_a * m.give_a[g]
        for t, choices in m.given_at.items()
        for per_a, _, g in choices
    )
