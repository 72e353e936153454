"""Rules of the wires: current of every phase, power, and imbalance between the phases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from domain.units import kw_per_a
from scheduler.device_terms import device_range, devices_at
from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.problem import FloatArray, Problem
    from scheduler.rules_charging import Key

BoolArray = NDArray[np.bool_]
GRID = 0
EACH_PHASE = np.eye(3)


def _by_slot(problem: Problem, circuit: int) -> dict[int, list[tuple[int, Key]]]:
    """Draws below a circuit per slot, as position and key."""
    found: dict[int, list[tuple[int, Key]]] = defaultdict(list)
    for j, draw in enumerate(problem.draws):
        if circuit in problem.sessions[draw.session].circuits:
            found[draw.slot].append((j, (draw.session, draw.slot, draw.option)))
    return found


def _with_devices(
    below: dict[int, list[tuple[int, Key]]], most: Iterable[FloatArray]
) -> dict[int, list[tuple[int, Key]]]:
    """``below`` with the slots in which devices may flow."""
    slots = {t for array in most for t in np.flatnonzero(array).tolist()} - below.keys()
    return {**below, **{t: [] for t in sorted(slots)}}


def _cut(m: pyo.ConcreteModel, t: int, per_kw: float) -> object:
    """Current or power that curtailed solar adds in slot ``t``."""
    return per_kw * m.curtailed_kw[t] if per_kw and t in m.curtailed_kw else 0.0


def circuit_current(m: pyo.ConcreteModel, problem: Problem) -> None:
    """base_a[c, p, t] + relief_a[c, p, t] curtailed_kw[t] + sum_d current_a[d] + devices_a[c, p, t]
    <= limit_a[c, p, t] over the draws d below circuit c on phase p; rows that cannot bind are left out
    """
    table = problem.draw_table
    rows: dict[tuple[int, int, int], list[Key]] = {}
    for c, circuit in enumerate(problem.circuits):
        devices = [device_range(problem, weight, c)[1] for weight in EACH_PHASE]
        for t, below in _with_devices(_by_slot(problem, c), devices).items():
            for p in range(3):
                on_phase = [(j, key) for j, key in below if table.phases[j, p]]
                most = sum(table.max_a[j] for j, _ in on_phase) + devices[p][t]
                cut = circuit.relief_a_per_kw[p, t] * problem.forced_kw[t]
                if circuit.base_a[p, t] + max(cut, 0.0) + most > circuit.limit_a[p, t]:
                    rows[c, p, t] = [key for _, key in on_phase]

    def within(m: pyo.ConcreteModel, c: int, p: int, t: int) -> object:
        circuit = problem.circuits[c]
        cut = _cut(m, t, float(circuit.relief_a_per_kw[p, t]))
        room = float(circuit.limit_a[p, t] - circuit.base_a[p, t])
        devices = devices_at(m, problem, EACH_PHASE[p], c, t)
        return sum(m.current_a[d] for d in rows[c, p, t]) + sum(devices) + cut <= room

    speaking = [
        row
        for row, terms in rows.items()
        if terms or devices_at(m, problem, EACH_PHASE[row[1]], row[0], row[2])
    ]
    m.circuit_current = pyo.Constraint(speaking, rule=within)


def feeds_in(problem: Problem) -> Iterator[BoolArray]:
    """Per circuit (3, slots): where more may be fed in than it carries."""
    commanded = problem.battery is not None and problem.battery.commanded
    drains = commanded or bool(problem.gives.keys)
    for c, circuit in enumerate(problem.circuits):
        feeds: BoolArray = (circuit.base_a < -circuit.feed_limit_a) & (problem.forced_kw > 0)
        if drains:
            out_a = np.array([device_range(problem, weight, c)[0] for weight in EACH_PHASE])
            feeds |= circuit.base_a + out_a < -circuit.feed_limit_a
        yield feeds


def circuit_feed_in(m: pyo.ConcreteModel, problem: Problem) -> None:
    """base_a[c, p, t] + relief_a[c, p, t] curtailed_kw[t] + sum_d current_a[d] + devices_a[c, p, t]
    >= -feed_limit_a[c, p, t] over the draws d that last the whole slot. Without curtailment a car only
    helps; with it, a car on another phase sets solar free, so the rows are needed where solar may be cut
    off, and where a battery or a car may feed in.
    """
    table = problem.draw_table
    rows: dict[tuple[int, int, int], list[Key]] = {}
    for c, feeds in enumerate(feeds_in(problem)):
        below = _by_slot(problem, c) if feeds.any() else {}
        for p, t in np.argwhere(feeds).tolist():
            whole = [(j, key) for j, key in below[t] if table.share[j] >= 1]
            rows[c, p, t] = [key for j, key in whole if table.phases[j, p]]

    def within(m: pyo.ConcreteModel, c: int, p: int, t: int) -> object:
        circuit = problem.circuits[c]
        cut = _cut(m, t, float(circuit.relief_a_per_kw[p, t]))
        room = float(circuit.base_a[p, t] + circuit.feed_limit_a[p, t])
        devices = devices_at(m, problem, EACH_PHASE[p], c, t)
        return sum(m.current_a[d] for d in rows[c, p, t]) + sum(devices) + cut >= -room

    m.circuit_feed_in = pyo.Constraint(list(rows), rule=within)


def circuit_power(m: pyo.ConcreteModel, problem: Problem) -> None:
    """base_kw[c, t] + relief_kw[c, t] curtailed_kw[t] + sum_d kw_per_a[c, d] current_a[d] + devices_kw[c, t]
    <= limit_kw[c, t] over the draws d below circuit c, at the full power of a car that is there for part
    of the slot; a cabinet's limit counts power at the car
    """
    table, weight = problem.draw_table, np.full(3, kw_per_a(problem.voltage_v, 1))
    rows: dict[tuple[int, int], list[tuple[float, Key]]] = {}
    for c, circuit in enumerate(problem.circuits):
        if circuit.limit_kw is None:
            continue
        per_a = table.kw_per_a_in(circuit).tolist()
        for t, below in _with_devices(_by_slot(problem, c), device_range(problem, weight, c)).items():
            if np.isfinite(circuit.limit_kw[t]):
                rows[c, t] = [(per_a[j], key) for j, key in below]

    def within(m: pyo.ConcreteModel, c: int, t: int) -> object:
        circuit = problem.circuits[c]
        assert circuit.limit_kw is not None
        cut = _cut(m, t, float(circuit.relief_kw_per_kw[t]))
        room = float(circuit.limit_kw[t] - circuit.base_kw[t])
        devices = devices_at(m, problem, weight, c, t)
        return sum(per_a * m.current_a[d] for per_a, d in rows[c, t]) + sum(devices) + cut <= room

    m.circuit_power = pyo.Constraint(list(rows), rule=within)


def imbalance(m: pyo.ConcreteModel, problem: Problem) -> None:
    """current_a of phase p less that of phase q at the grid, devices included, <= imbalance_limit_a[t],
    for every pair; a car that is there for part of the slot counts where it makes the difference larger
    """
    if problem.imbalance_limit_a is None:
        return
    table, grid, limit = problem.draw_table, problem.circuits[GRID], problem.imbalance_limit_a
    below = _by_slot(problem, GRID)

    def terms(p: int, q: int, t: int) -> list[tuple[int, Key]]:
        signed = [(int(table.phases[j, p]) - int(table.phases[j, q]), j, key) for j, key in below[t]]
        return [(sign, key) for sign, j, key in signed if sign > 0 or (sign < 0 and table.share[j] >= 1)]

    def close(m: pyo.ConcreteModel, p: int, q: int, t: int) -> object:
        base = float(grid.base_a[p, t] - grid.base_a[q, t])
        cut = _cut(m, t, float(grid.relief_a_per_kw[p, t] - grid.relief_a_per_kw[q, t]))
        devices = sum(devices_at(m, problem, EACH_PHASE[p] - EACH_PHASE[q], GRID, t, leant=False))
        cars = sum(sign * m.current_a[d] for sign, d in terms(p, q, t))
        return cars + devices + cut + base <= float(limit[t])

    def matters(p: int, q: int, t: int) -> bool:
        cut = problem.forced_kw[t] > 0 and grid.relief_a_per_kw[p, t] != grid.relief_a_per_kw[q, t]
        devices = devices_at(m, problem, EACH_PHASE[p] - EACH_PHASE[q], GRID, t, leant=False)
        return bool(terms(p, q, t) or cut or devices)

    pairs = [(p, q, t) for t in range(problem.slots) for p, q in permutations(range(3), 2)]
    m.imbalance = pyo.Constraint([row for row in pairs if matters(*row)], rule=close)
