"""The rows of the wires, written straight as matrices: current, power and imbalance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np

from domain.units import kw_per_a
from scheduler.device_terms import device_range, per_kw
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_circuit import EACH_PHASE, GRID, feeds_in
from scheduler.standard_form import BoolArray, Columns
from scheduler.written import Rows, Terms


def circuit_current(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_circuit.circuit_current``."""
    table, slots = problem.draw_table, problem.slots
    terms: list[Terms] = []
    high: list[FloatArray] = []
    binding: list[BoolArray] = []
    for c, circuit in enumerate(problem.circuits):
        below = _below(problem, c)
        for p in range(3):
            draws, first = np.flatnonzero(below & table.phases[:, p]), len(high) * slots
            here = [
                (table.slot[draws], columns.current_a[draws], np.ones(len(draws))),
                *beside(problem, columns, EACH_PHASE[p], c, circuit.relief_a_per_kw[p]),
            ]
            cars_a = np.bincount(table.slot[draws], table.max_a[draws], slots)
            most_a = cars_a + device_range(problem, EACH_PHASE[p], c)[1]
            cut_a = np.maximum(circuit.relief_a_per_kw[p] * problem.forced_kw, 0.0)
            binding.append(circuit.base_a[p] + cut_a + most_a > circuit.limit_a[p])
            high.append(circuit.limit_a[p] - circuit.base_a[p])
            terms += _from(first, here)
    return {"circuit_current": _rows(terms, high, binding)}


def circuit_feed_in(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_circuit.circuit_feed_in``."""
    table, slots = problem.draw_table, problem.slots
    terms: list[Terms] = []
    high: list[FloatArray] = []
    binding: list[BoolArray] = []
    for c, (circuit, feeds) in enumerate(zip(problem.circuits, feeds_in(problem), strict=True)):
        for p in np.flatnonzero(feeds.any(axis=1)).tolist():
            draws = np.flatnonzero(_below(problem, c) & table.phases[:, p] & (table.share >= 1))
            here = [
                (table.slot[draws], columns.current_a[draws], np.ones(len(draws))),
                *beside(problem, columns, EACH_PHASE[p], c, circuit.relief_a_per_kw[p]),
            ]
            terms += _from(len(high) * slots, here)
            binding.append(feeds[p])
            high.append(-circuit.base_a[p] - circuit.feed_limit_a[p])
    rows = _rows(terms, high, binding)
    return {"circuit_feed_in": replace(rows, low=rows.high, high=np.full(len(rows.high), np.inf))}


def circuit_power(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_circuit.circuit_power``."""
    table, slots, weight = problem.draw_table, problem.slots, np.full(3, kw_per_a(problem.voltage_v, 1))
    terms: list[Terms] = []
    high: list[FloatArray] = []
    binding: list[BoolArray] = []
    for c, circuit in enumerate(problem.circuits):
        if circuit.limit_kw is None:
            continue
        draws, first = np.flatnonzero(_below(problem, c)), len(high) * slots
        here = [
            (table.slot[draws], columns.current_a[draws], table.kw_per_a_in(circuit)[draws]),
            *beside(problem, columns, weight, c, circuit.relief_kw_per_kw),
        ]
        least, most = device_range(problem, weight, c)
        cars = np.bincount(table.slot[draws], minlength=slots) > 0
        binding.append(np.isfinite(circuit.limit_kw) & (cars | (least != 0) | (most != 0)))
        high.append(circuit.limit_kw - circuit.base_kw)
        terms += _from(first, here)
    return {"circuit_power": _rows(terms, high, binding)}


def imbalance(problem: Problem, columns: Columns) -> dict[str, Rows]:
    """Rows of ``rules_circuit.imbalance``."""
    table, grid, limit_a = problem.draw_table, problem.circuits[GRID], problem.imbalance_limit_a
    terms: list[Terms] = []
    high: list[FloatArray] = []
    below, phases = _below(problem, GRID), table.phases.astype(np.int64)
    for p, q in permutations(range(3), 2) if limit_a is not None else ():
        assert limit_a is not None
        sign = phases[:, p] - phases[:, q]
        draws = np.flatnonzero(below & ((sign > 0) | ((sign < 0) & (table.share >= 1))))
        weight, relief = EACH_PHASE[p] - EACH_PHASE[q], grid.relief_a_per_kw[p] - grid.relief_a_per_kw[q]
        here = [
            (table.slot[draws], columns.current_a[draws], sign[draws].astype(np.float64)),
            *beside(problem, columns, weight, GRID, relief, leant=False),
        ]
        terms += _from(len(high) * problem.slots, here)
        high.append(limit_a - grid.base_a[p] + grid.base_a[q])
    return {"imbalance": _rows(terms, high, [np.ones(problem.slots, dtype=bool)] * len(high))}


def _below(problem: Problem, c: int) -> BoolArray:
    """The draws below a circuit."""
    sessions = np.array([c in session.circuits for session in problem.sessions], dtype=bool)
    below: BoolArray = sessions[problem.draw_table.session]
    return below


def beside(
    problem: Problem, columns: Columns, weight: FloatArray, c: int, relief: FloatArray, *, leant: bool = True
) -> Iterator[Terms]:
    """What curtailed solar and devices add in circuit ``c``, by slot; as ``device_terms.devices_at``."""
    cut_slots = np.flatnonzero(problem.forced_kw > 0)
    cuts = relief[cut_slots] != 0
    yield cut_slots[cuts], columns.curtailed_kw[cuts], relief[cut_slots[cuts]]
    first = 0
    for run in problem.runs:
        change = run.power_kw * per_kw(run.feed, weight)
        mine = columns.running[first : first + len(run.slots)]
        first += len(run.slots)
        if c in run.feed.circuits and change:
            yield run.slots, mine, np.full(len(run.slots), change)
    gives = problem.gives
    per_a = np.array([per_kw(feed, weight) if c in feed.circuits else 0.0 for feed in gives.feeds])
    here = np.flatnonzero(per_a)
    yield gives.slot[here], columns.give_a[here], -(gives.kw_per_a[here] * per_a[here])
    battery = problem.battery
    if battery is not None and c in battery.feed.circuits and (change := per_kw(battery.feed, weight)):
        slots, each = np.arange(problem.slots), np.full(problem.slots, change)
        yield slots, columns.fill_kw, each
        if battery.commanded or not leant:
            yield slots, columns.drain_kw, -each


def _from(first: int, terms: list[Terms]) -> list[Terms]:
    """``terms`` by slot as terms of the rows from ``first`` on."""
    return [(row + first, column, coefficient) for row, column, coefficient in terms]


def _rows(terms: list[Terms], high: list[FloatArray], binding: list[BoolArray]) -> Rows:
    """The rows that can bind and have a term."""
    if not high:
        none: IntArray = np.zeros(0, dtype=np.int64)
        return Rows(none, none, np.zeros(0), np.zeros(0), np.zeros(0))
    most = np.concatenate(high)
    rows = Rows.of(terms, low=np.full(len(most), -np.inf), high=most)
    speaks = np.bincount(rows.row, minlength=len(most)) > 0
    return rows.chosen(np.flatnonzero(np.concatenate(binding) & speaks))
