"""Every plan of one car whose slots are tied, tried one by one: what is selected, and with which current.

A state of a slot is an option and a current, 0 for a pause on it. Written apart from the planner: plain loops
over the states of all slots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from scheduler.problem import Problem

EPS = 1e-7
State = tuple[int, float]
"""Option, current [A]."""
Told = tuple[State | None, ...]
"""What is published: per slot the option and the current, or nothing."""


@dataclass(frozen=True)
class Tried:
    """What one plan does."""

    delivered_kwh: float
    cost_eur: float


def all_plans(problem: Problem) -> dict[Told, Tried]:
    """Every plan that keeps all ties and limits, by what is published; where the instants of its switches are
    open, the one that delivers most.
    """
    (car,) = problem.sessions
    steps = [
        [(k, 0.0), *((k, float(a)) for a in np.arange(option.min_a, option.max_a + EPS, car.step_a))]
        for k, option in enumerate(car.options)
    ]
    states = [state for of_option in steps for state in of_option]
    found: dict[Told, Tried] = {}
    for path in product(states, repeat=len(car.slots)):
        if not (_runs_hold([a > 0 for _, a in path], problem) and _holds(path, problem)):
            continue
        lost = _dead_h(path, problem)
        if lost is None:
            continue
        told: Told = tuple(state if state[1] > 0 else None for state in path)
        plan = _outcome(path, lost, problem)
        if told not in found or plan.delivered_kwh > found[told].delivered_kwh:
            found[told] = plan
    return found


def _lengths_h(problem: Problem) -> list[float]:
    (car,) = problem.sessions
    return [float(problem.hours[t] * share) for t, share in zip(car.slots, car.share, strict=True)]


def _begins_h(problem: Problem) -> list[float]:
    (car,) = problem.sessions
    return [float(problem.hours[: int(t)].sum()) for t in car.slots]


def _dead_h(path: tuple[State, ...], problem: Problem) -> list[float] | None:
    """Time without current at the beginning of every slot; None where the budget forbids the switches."""
    (car,) = problem.sessions
    budget, lengths, begins = car.switching, _lengths_h(problem), _begins_h(problem)
    dead = [0.0] * len(path)
    if budget is None:
        return dead
    selected, used, last_h = budget.selected, 0, budget.rest_h - budget.hold_h
    for i, (k, current) in enumerate(path):
        if selected is not None and k != selected:
            narrower = len(car.options[k].phases) < len(car.options[selected].phases)
            too_soon = begins[i] < last_h + budget.hold_h - EPS
            if too_soon or lengths[i] <= budget.dead_h + EPS or (budget.one_way and not narrower):
                return None
            used, last_h = used + 1, begins[i]
            dead[i] = budget.dead_h if current > 0 else 0.0
        selected = k
        if budget.left is not None and (
            used > budget.left or (current > 0 and used == budget.left and k not in budget.ends_on)
        ):
            return None
    return dead


def _stretches(on: list[bool]) -> Iterator[tuple[bool, int, int]]:
    """On or off, first slot and the slot after the last of every stretch."""
    first = 0
    for i in range(1, len(on) + 1):
        if i == len(on) or on[i] != on[first]:
            yield on[first], first, i
            first = i


def _runs_hold(on: list[bool], problem: Problem) -> bool:
    (car,) = problem.sessions
    lengths, begins, before = _lengths_h(problem), _begins_h(problem), car.before
    for i in range(len(on)):
        if before is not None and not on[i] and begins[i] < before.run_rest_h - EPS:
            return False
        if before is not None and on[i] and begins[i] < before.pause_rest_h - EPS:
            return False
    for is_on, first, end in _stretches(on):
        began_earlier = first == 0 and is_on == (before is not None and before.on)
        least = car.least_run_h if is_on else car.least_pause_h
        if not began_earlier and end < len(on) and sum(lengths[first:end]) < least - EPS:
            return False
    return True


def _wires_hold(path: tuple[State, ...], problem: Problem) -> bool:
    (car,), (grid,) = problem.sessions, problem.circuits
    for (k, current), t in zip(path, car.slots, strict=True):
        for p in car.options[k].phases:
            if grid.base_a[p, t] + current > grid.limit_a[p, t] + EPS:
                return False
    return True


def _holds(path: tuple[State, ...], problem: Problem) -> bool:
    return _wires_hold(path, problem) and _takes(path, problem)


def _takes(path: tuple[State, ...], problem: Problem) -> bool:
    """Whether the car, filling on, takes every current to the end of its slot, as if it never switched."""
    (car,) = problem.sessions
    if car.taper is None:
        return True
    lengths, taken_kwh = _lengths_h(problem), 0.0
    for (k, current), length_h in zip(path, lengths, strict=True):
        power_kw = current * len(car.options[k].phases) * problem.voltage_v / 1000
        taken_kwh += power_kw * length_h
        for line in car.taper.lines if current > 0 else ():
            if power_kw > line.most_kw - line.kw_per_kwh * taken_kwh + EPS:
                return False
    return True


def _outcome(path: tuple[State, ...], dead_h: list[float], problem: Problem) -> Tried:
    (car,) = problem.sessions
    lengths = _lengths_h(problem)
    net_kw = problem.load_kw - problem.solar_kw
    delivered = 0.0
    for i, (k, current) in enumerate(path):
        kwh = current * len(car.options[k].phases) * problem.voltage_v / 1000 * (lengths[i] - dead_h[i])
        delivered += kwh
        net_kw[car.slots[i]] += kwh / problem.hours[car.slots[i]]
    bought = (
        np.maximum(net_kw, 0) * problem.buy_eur_per_kwh - np.maximum(-net_kw, 0) * problem.sell_eur_per_kwh
    )
    return Tried(delivered, float(bought @ problem.hours))
