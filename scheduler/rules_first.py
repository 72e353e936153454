"""The rule of the first slots: what is good for every case of solar and load is not chosen again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.first_slots import FirstSlots
    from scheduler.problem import Problem

Term = tuple[tuple[str, int, int, int], Any, float]
"""Name, choice, and what is told of it."""


def held_first(m: pyo.ConcreteModel, problem: Problem) -> None:
    """current_a[d] = told_a[d], give_a[g] = told_a[g], running[r, t] = told[r, t] and, of a battery that
    follows a power, fill_kw[t] - drain_kw[t] = told_kw[t], all in the slots t that come first
    """
    first = problem.first
    terms = [] if first is None else [*_cars(m, first), *_devices(m, problem, first)]
    rows = {name: choice == told for name, choice, told in terms}
    m.held_first = pyo.Constraint(list(rows), rule=lambda _, *name: rows[name])


def _cars(m: pyo.ConcreteModel, first: FirstSlots) -> Iterator[Term]:
    """What cars draw and give."""
    for kind, chosen, keys, told in (
        ("draw", m.current_a, m.draws, first.told.current_a),
        ("give", m.give_a, m.gives, first.told.given_a),
    ):
        for key, amps in zip(keys, told.tolist(), strict=True):
            if key[1] < first.slots:
                yield (kind, *key), chosen[key], amps


def _devices(m: pyo.ConcreteModel, problem: Problem, first: FirstSlots) -> Iterator[Term]:
    """What flexible loads and a battery that follows a power do."""
    for r, t in m.running:
        if t < first.slots:
            yield ("run", r, t, 0), m.running[r, t], float(first.told.running[r, t])
    if problem.battery is not None and problem.battery.commanded:
        for t in range(min(first.slots, problem.slots)):
            yield ("battery", 0, t, 0), m.fill_kw[t] - m.drain_kw[t], float(first.told.battery_kw[t])
