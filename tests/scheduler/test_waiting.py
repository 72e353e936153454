"""Why a car waits: the reason of every slot, on plans made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scheduler.decision import only_charging
from scheduler.evaluate import evaluate
from scheduler.peaks import Peak, Window
from scheduler.problem import Problem
from scheduler.waiting import Standing, waits_of
from tests.scheduler.tiny import ALL, circuit, problem, session

L1, L2 = (0,), (1,)


def reasons(stated: Problem, current_a: Sequence[float], s: int = 0) -> dict[str, tuple[int, ...]]:
    """Kind and place of every reason, with its slots; currents are those of the draws."""
    outcome = evaluate(stated, only_charging(stated, np.array(current_a)))
    found = waits_of(Standing(stated, outcome), s)
    return {" ".join(part for part in (w.kind, w.circuit, w.phase) if part): w.slots for w in found}


def test_a_car_waits_in_dear_hours_and_has_its_energy_after_the_cheap_one() -> None:
    """6 A for a quarter on L1 are 0.345 kWh."""
    stated = problem([0.30, 0.10, 0.10], [session([0, 1, 2], 0.345, phases=[L1])])
    assert reasons(stated, [0, 6, 0]) == {"price": (0,), "done": (2,)}


def test_a_car_waits_for_a_wire_that_another_one_fills() -> None:
    cars = [session([0, 1], 0.5, phases=[L1], charger=c, circuits=(1, 0)) for c in range(2)]
    wires = [circuit(2), circuit(2, 20.0, name="garage")]
    stated = problem([0.10, 0.10], cars, circuits=wires)
    assert reasons(stated, [0, 9, 16, 0]) == {"circuit garage L1": (0,)}


def test_a_wire_with_room_for_the_least_current_is_no_reason() -> None:
    cars = [session([0, 1], 0.5, phases=[L1], charger=c) for c in range(2)]
    stated = problem([0.10, 0.10], cars, circuits=[circuit(2, 20.0)])
    assert reasons(stated, [0, 9, 14, 0]) == {"calm": (0,)}


def test_the_full_phase_is_named() -> None:
    wire = circuit(1, 20.0, base_a=[[2.0], [15.0], [2.0]])
    assert reasons(problem([0.1], [session([0], 1.0)], circuits=[wire]), [0]) == {"circuit grid L2": (0,)}


def test_of_two_phase_sets_the_one_that_needs_least_counts() -> None:
    """Three phases have no room on L2; L1 alone has, and 6 A there would have been possible."""
    wire = circuit(1, 20.0, base_a=[[2.0], [15.0], [2.0]])
    stated = problem([0.1], [session([0], 1.0, phases=[ALL, L1])], circuits=[wire])
    assert reasons(stated, [0, 0]) == {"calm": (0,)}


def test_a_power_limit_is_named() -> None:
    """6 A on three phases are 4.14 kW."""
    stated = problem([0.1], [session([0], 1.0)], circuits=[circuit(1, limit_kw=4.0)])
    assert reasons(stated, [0]) == {"power grid": (0,)}


def test_the_imbalance_is_named() -> None:
    stated = problem(
        [0.1], [session([0], 1.0, phases=[L1])], circuits=[circuit(1, base_a=[[5.0], [0.0], [0.0]])],
        imbalance_limit_a=10.0,
    )  # fmt: skip
    assert reasons(stated, [0]) == {"imbalance grid": (0,)}


def test_a_rising_peak_is_named() -> None:
    """6 A on L1 are 1.38 kW; beside 2 kW of load they would pass the 3 kW that are paid for."""
    stated = problem([0.1, 0.1], [session([0, 1], 0.345, phases=[L1])], load_kw=[2.0, 0.0])
    windows = tuple(Window(0.25, np.array([t]), np.array([0.25])) for t in range(2))
    stated = replace(stated, peaks=(Peak("2026-03", 4.0, 3.0, windows),))
    assert reasons(stated, [0, 6]) == {"peak": (0,)}


def test_another_car_at_the_same_charger_is_named() -> None:
    cars = [session([0, 1], 0.3, phases=[L1]), session([0, 1], 0.3, phases=[L2])]
    assert reasons(problem([0.1, 0.1], cars), [0, 6, 6, 0]) == {"shared": (0,)}


def test_where_energy_is_missing_no_price_is_a_reason() -> None:
    stated = problem([0.30, 0.10], [session([0, 1], 9.0, phases=[L1])], circuits=[circuit(2, 16.0)])
    assert reasons(stated, [0, 16]) == {"calm": (0,)}


def test_own_sun_costs_what_it_would_be_sold_for() -> None:
    """At 0.05 the sun is cheaper than the night at 0.10, and nothing is bought in it at 0.30."""
    stated = problem(
        [0.10, 0.30], [session([0, 1], 0.345, phases=[L1])], sell=[0.05, 0.05], solar_kw=[0.0, 5.0]
    )
    assert reasons(stated, [0, 6]) == {"price": (0,)}


def test_a_car_that_no_charger_can_serve_says_so() -> None:
    lost = replace(session([0], 1.0), options=())
    assert reasons(problem([0.1], [lost]), []) == {"charger": (0,)}
