"""Every limit that a set of currents breaks, in words; a plan with none may be published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduler.decision import Decision
from scheduler.devices import Feed
from scheduler.problem import FloatArray, Problem
from scheduler.violations_devices import broken_devices
from scheduler.violations_first import broken_first
from scheduler.violations_giving import broken_giving
from scheduler.violations_taper import broken_tapers
from scheduler.violations_ties import broken_ties

TOLERANCE: Final = 1e-5
"""Room for the last digits [A, kW, kWh, steps]: the solver holds powers to 1e-6 kW, up to 8.4e-6 A."""


@dataclass(frozen=True, slots=True)
class Flows:
    """Powers that follow from a decision, besides what cars draw."""

    curtailed_kw: FloatArray
    """(slots,)"""
    flexible_kw: FloatArray
    """(runs, slots)"""
    battery_kw: FloatArray
    """(slots,) + when charging."""
    given: tuple[tuple[Feed, FloatArray], ...] = ()
    """Feed and power (slots,) of cars that give, - when they do."""

    def leant_on(self, problem: Problem) -> Flows:
        """The flows that limits are checked with: a battery that is not commanded relieves no wire."""
        if problem.battery is None or problem.battery.commanded:
            return self
        return Flows(self.curtailed_kw, self.flexible_kw, np.maximum(self.battery_kw, 0.0), self.given)


def violations(
    problem: Problem,
    decision: Decision,
    flows: Flows,
    export_kw: FloatArray,
    delivered_kwh: FloatArray,
) -> tuple[str, ...]:
    """What is broken by a decision; the flows and what comes after them follow from it."""
    current_a = decision.current_a
    return (
        *_broken_setpoints(problem, current_a),
        *(f"{words} in slot {slot}" for slot, words in broken_limits(problem, current_a, flows, export_kw)),
        *_broken_energies(problem, delivered_kwh),
        *broken_devices(problem, decision),
        *broken_ties(problem, current_a),
        *broken_tapers(problem, decision),
        *broken_giving(problem, decision),
        *broken_first(problem, decision),
    )


def broken_limits(
    problem: Problem, current_a: FloatArray, flows: Flows, export_kw: FloatArray
) -> Iterator[tuple[int, str]]:
    """The slot of every limit of wires, phases and export that is broken, and what flows of what may."""
    leant = flows.leant_on(problem)
    yield from _broken_currents(problem, current_a, leant)
    yield from _broken_powers(problem, current_a, leant)
    yield from _broken_imbalance(problem, current_a, flows)
    yield from _broken_export(problem, export_kw)


def phase_currents_a(problem: Problem, c: int, current_a: FloatArray, flows: Flows) -> FloatArray:
    """Signed current of circuit ``c`` per phase and slot [A], with the full current of every draw."""
    table, circuit = problem.draw_table, problem.circuits[c]
    drawn: FloatArray = circuit.base_a + circuit.relief_a_per_kw * flows.curtailed_kw
    mine = _below(problem, c)
    for p in range(3):
        on_phase = mine & table.phases[:, p]
        np.add.at(drawn[p], table.slot[on_phase], current_a[on_phase])
    for feed, power_kw in _devices(problem, flows):
        if c in feed.circuits:
            drawn = drawn + np.outer(feed.a_per_kw, power_kw)
    return drawn


def _devices(problem: Problem, flows: Flows) -> Iterator[tuple[Feed, FloatArray]]:
    """Feed and power [kW] of everything that moves and is no car."""
    for run, power_kw in zip(problem.runs, flows.flexible_kw, strict=True):
        yield run.feed, power_kw
    if problem.battery is not None:
        yield problem.battery.feed, flows.battery_kw
    yield from flows.given


def _below(problem: Problem, c: int) -> NDArray[np.bool_]:
    """Which draws flow through circuit ``c``."""
    carried = np.array([c in session.circuits for session in problem.sessions], dtype=bool)
    below: NDArray[np.bool_] = (
        carried[problem.draw_table.session] if len(carried) else np.zeros(0, dtype=bool)
    )
    return below


def _broken_setpoints(problem: Problem, current_a: FloatArray) -> Iterator[str]:
    """Currents that a charger cannot be told, and two at once."""
    table = problem.draw_table
    on = current_a > TOLERANCE
    steps = (current_a - table.min_a) / table.step_a
    off_grid = np.abs(steps - np.round(steps)) * table.step_a > TOLERANCE
    outside = (current_a < table.min_a - TOLERANCE) | (current_a > table.max_a + TOLERANCE)
    for j in np.flatnonzero((on & (off_grid | outside)) | (current_a < 0)):
        session = problem.sessions[table.session[j]].id
        yield f"{session} is told {current_a[j]:.3f} A in slot {table.slot[j]}, which its charger cannot do"
    place = table.charger * problem.slots + table.slot
    for double in np.flatnonzero(np.bincount(place[on], minlength=1) > 1):
        yield f"charger {double // problem.slots} is told two currents in slot {double % problem.slots}"


def _broken_currents(problem: Problem, current_a: FloatArray, flows: Flows) -> Iterator[tuple[int, str]]:
    """Circuits whose current is above the limit; a car that leaves early relieves no feed-in."""
    staying_a = np.where(problem.draw_table.share >= 1, current_a, 0.0)
    for c, circuit in enumerate(problem.circuits):
        drawn_a = phase_currents_a(problem, c, current_a, flows)
        for p, t in np.argwhere(drawn_a > circuit.limit_a + TOLERANCE):
            yield (
                int(t),
                f"{circuit.id} L{p + 1} carries {drawn_a[p, t]:.3f} of {circuit.limit_a[p, t]:.3f} A",
            )
        fed_a = -phase_currents_a(problem, c, staying_a, flows)
        for p, t in np.argwhere(fed_a > circuit.feed_limit_a + TOLERANCE):
            yield (
                int(t),
                f"{circuit.id} L{p + 1} feeds in {fed_a[p, t]:.3f} of {circuit.feed_limit_a[p, t]:.3f} A",
            )


def _broken_powers(problem: Problem, current_a: FloatArray, flows: Flows) -> Iterator[tuple[int, str]]:
    """Circuits whose power is above the limit."""
    for c, circuit in enumerate(problem.circuits):
        if circuit.limit_kw is not None:
            power = circuit_power_kw(problem, c, current_a, flows)
            for t in np.flatnonzero(power > circuit.limit_kw + TOLERANCE):
                yield int(t), f"{circuit.id} takes {power[t]:.3f} of {circuit.limit_kw[t]:.3f} kW"


def circuit_power_kw(problem: Problem, c: int, current_a: FloatArray, flows: Flows) -> FloatArray:
    """Power of circuit ``c`` per slot as its limit counts it [kW], with the full power of every draw."""
    table, circuit, below = problem.draw_table, problem.circuits[c], _below(problem, c)
    power: FloatArray = circuit.base_kw + circuit.relief_kw_per_kw * flows.curtailed_kw
    per_a = table.kw_per_a * (table.at_car if circuit.kind == "cabinet" else 1.0)
    np.add.at(power, table.slot[below], (per_a * current_a)[below])
    for feed, device_kw in _devices(problem, flows):
        if c in feed.circuits:
            power = power + device_kw
    return power


def _broken_imbalance(problem: Problem, current_a: FloatArray, flows: Flows) -> Iterator[tuple[int, str]]:
    """Slots whose phases are too far apart; a car that leaves early may be there or not."""
    if problem.imbalance_limit_a is None:
        return
    table = problem.draw_table
    carried = current_a * _below(problem, 0)
    staying_a = phase_currents_a(problem, 0, np.where(table.share >= 1, carried, 0.0), flows)
    leaving_a = np.where(table.share < 1, carried, 0.0)
    for p, q in permutations(range(3), 2):
        apart = staying_a[p] - staying_a[q]
        one_sided = table.phases[:, p] & ~table.phases[:, q]
        np.add.at(apart, table.slot[one_sided], leaving_a[one_sided])
        most_a = problem.imbalance_limit_a
        for t in np.flatnonzero(apart > most_a + TOLERANCE):
            yield int(t), f"L{p + 1} and L{q + 1} differ by {apart[t]:.3f} of {most_a[t]:.3f} A"


def _broken_export(problem: Problem, export_kw: FloatArray) -> Iterator[tuple[int, str]]:
    """Slots in which more is fed in than may be, because a battery drains into the grid."""
    if problem.export_limit_kw is None:
        return
    for t in np.flatnonzero(export_kw > problem.export_limit_kw + TOLERANCE):
        yield int(t), f"{export_kw[t]:.3f} of {problem.export_limit_kw:.3f} kW are fed in"


def _broken_energies(problem: Problem, delivered_kwh: FloatArray) -> Iterator[str]:
    """Sessions that get more than they may."""
    for session, energy in zip(problem.sessions, delivered_kwh, strict=True):
        if energy > session.most_kwh + TOLERANCE:
            yield f"{session.id} gets {energy:.3f} kWh, at most {session.most_kwh:.3f} are wanted"
