"""The most that cars and flexible loads can take together in every slot, as far as the wires carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from domain.units import kw_per_a
from scheduler.problem import Circuit, FloatArray, Problem

Member = tuple[str, int]
"""A session or a flexible load's run, by its number."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Some members, and the most that they take together."""

    members: frozenset[Member]
    a: FloatArray
    """(3, slots) [A]"""
    kw: FloatArray
    """(slots,) mean over the slot [kW]"""


def most_taken_kw(problem: Problem) -> FloatArray:
    """The most that draws and runs add up to in every slot, shape (slots,) [kW].

    From the smallest circuit to the largest, what is wholly below one is held to what load and solar leave of
    its limits; a circuit that shares members with another but is not inside it holds only what is left of
    them. Beside cars that give the wires do not count: these may feed the others.
    """
    blocks = list(_alone(problem))
    if not problem.gives.keys:
        below = [(_members(problem, c), c) for c in range(len(problem.circuits))]
        for members, c in sorted(below, key=lambda one: len(one[0])):
            inside = [block for block in blocks if block.members <= members]
            if inside:
                held = _held(problem, c, inside)
                blocks = [held, *(block for block in blocks if not block.members <= members)]
    total: FloatArray = sum((block.kw for block in blocks), np.zeros(problem.slots))
    return total


def _alone(problem: Problem) -> Iterator[_Block]:
    """Every session and every run by itself."""
    table, n = problem.draw_table, problem.slots
    shape = (len(problem.sessions), n)
    kw, a = np.zeros(shape), np.zeros((3, *shape))
    np.maximum.at(kw, (table.session, table.slot), table.mean_kw_per_a * table.max_a)
    for p in range(3):
        on = table.phases[:, p]
        np.maximum.at(a[p], (table.session[on], table.slot[on]), table.max_a[on])
    for s in range(len(problem.sessions)):
        yield _Block(frozenset({("session", s)}), a[:, s], kw[s])
    for r, run in enumerate(problem.runs):
        runs = np.zeros(n)
        runs[run.slots] = run.power_kw
        yield _Block(frozenset({("run", r)}), np.outer(run.feed.a_per_kw, runs), runs)


def _members(problem: Problem, c: int) -> frozenset[Member]:
    """The sessions and runs whose currents circuit ``c`` carries."""
    sessions = {("session", s) for s, one in enumerate(problem.sessions) if c in one.circuits}
    runs = {("run", r) for r, one in enumerate(problem.runs) if c in one.feed.circuits}
    return frozenset(sessions | runs)


def _held(problem: Problem, c: int, inside: list[_Block]) -> _Block:
    """What blocks below circuit ``c`` take together, held to its limits."""
    circuit = problem.circuits[c]
    members = frozenset().union(*(block.members for block in inside))
    relief_a = np.minimum(circuit.relief_a_per_kw * problem.forced_kw, 0.0)
    room_a = np.maximum(circuit.limit_a - circuit.base_a - relief_a, 0.0)
    a = np.minimum(sum(block.a for block in inside), room_a)
    kw = np.minimum(sum(block.kw for block in inside), kw_per_a(problem.voltage_v, 1) * a.sum(axis=0))
    return _Block(members, a, np.minimum(kw, _room_kw(problem, circuit, members)))


def _room_kw(problem: Problem, circuit: Circuit, members: frozenset[Member]) -> FloatArray:
    """What load and solar leave of a limit in kW, counted at the grid; inf without one."""
    if circuit.limit_kw is None:
        return np.full(problem.slots, np.inf)
    relief_kw = np.minimum(circuit.relief_kw_per_kw * problem.forced_kw, 0.0)
    room_kw = np.maximum(circuit.limit_kw - circuit.base_kw - relief_kw, 0.0)
    at_car = [problem.sessions[s].at_car for kind, s in members if kind == "session"]
    least: FloatArray = room_kw / min(at_car, default=1.0) if circuit.counts_at_car else room_kw
    return least
