"""Flexible loads: run time within a window, in whole slots, at least so long at a time."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from scheduler.decision import nothing_charges
from scheduler.devices import Run
from scheduler.evaluate import evaluate
from scheduler.problem import Problem
from scheduler.solved import PlanOptions
from scheduler.stages import solve
from scheduler.usual_runs import with_usual_runs
from tests.scheduler.tiny import FEED_L2, circuit, problem, session
from tests.tolerance import approx_eur

EXACT = PlanOptions(gap=0.0, calm_eur=0.0)


def boiler(slots: list[int], need_h: float, *, at_a_time_h: float = 0.0, power_kw: float = 2.3) -> Run:
    return Run(
        load="boiler",
        feed=FEED_L2,
        power_kw=power_kw,
        slots=np.array(slots),
        need_h=need_h,
        most_h=need_h + 0.25,
        least_at_a_time_h=at_a_time_h,
        usual=np.zeros(0, dtype=np.int64),
    )


def running(case: Problem) -> list[int]:
    case, notes = with_usual_runs(case)
    assert not notes
    answer = solve(case, EXACT, time.monotonic, lambda _: None)
    assert answer.outcome.violations == ()
    assert not answer.by_rule
    return [int(t) for t in np.flatnonzero(answer.outcome.decision.running.any(axis=0))]


def test_it_runs_in_its_cheapest_slots() -> None:
    case = replace(problem([0.3, 0.1, 0.3, 0.1, 0.2], []), runs=(boiler([0, 1, 2, 3, 4], 0.5),))
    assert running(case) == [1, 3]


def test_it_stays_inside_its_window() -> None:
    case = replace(problem([0.1, 0.3, 0.2, 0.1], []), runs=(boiler([1, 2], 0.25),))
    assert running(case) == [2]


def test_it_runs_long_enough_at_a_time() -> None:
    case = replace(
        problem([0.3, 0.1, 0.3, 0.1, 0.2], []), runs=(boiler([0, 1, 2, 3, 4], 0.5, at_a_time_h=0.5),)
    )
    assert running(case) == [3, 4]


def test_a_fixed_block_is_a_run_at_a_time_of_all_its_hours() -> None:
    prices = [0.1, 0.9, 0.1, 0.2, 0.3, 0.1]
    case = replace(problem(prices, []), runs=(boiler([0, 1, 2, 3, 4, 5], 0.75, at_a_time_h=0.75),))
    assert running(case) in ([2, 3, 4], [3, 4, 5])


def test_car_and_boiler_share_a_phase() -> None:
    """16 A on L2 carry the car's 10 A or the boiler's 10 A, not both; the car has the first slot only."""
    car = session([0], 0.5, phases=[(1,)], currents_a=(6.0, 10.0, 1.0))
    wire = circuit(2, 16.0)
    case = replace(problem([0.1, 0.3], [car], circuits=[wire]), runs=(boiler([0, 1], 0.25),))
    assert running(case) == [1]


def test_a_load_that_finds_no_room_is_cut_and_told() -> None:
    wire = circuit(3, 16.0, base_a=[[0, 0, 0], [10, 0, 10], [0, 0, 0]])
    case, notes = with_usual_runs(
        replace(problem([0.1] * 3, [], circuits=[wire]), runs=(boiler([0, 1, 2], 0.5),))
    )
    assert case.runs[0].need_h == 0.25
    assert notes == ["boiler: the limits leave room for 0.25 of 0.50 h"]


@pytest.mark.parametrize("seed", range(10))
def test_no_way_to_run_is_cheaper(seed: int) -> None:
    """Every on and off of six slots, with runs of at least half an hour."""
    rng = np.random.default_rng(seed)
    prices = rng.uniform(-0.1, 0.4, 6).round(3)
    run = boiler([0, 1, 2, 3, 4, 5], 0.75, at_a_time_h=0.5)
    case = replace(problem(list(prices), [], sell=-0.2, solar_kw=rng.uniform(0, 3, 6)), runs=(run,))
    costs = []
    for on in product([0, 1], repeat=6):
        blocks = [len(block) for block in "".join(map(str, on)).split("0") if block]
        if sum(on) not in (3, 4) or min(blocks) < 2:
            continue
        taken = 2.3 * np.array(on) - case.solar_kw
        price = np.where(taken > 0, case.buy_eur_per_kwh, case.sell_eur_per_kwh)
        costs.append(float(0.25 * taken @ price))
    placed, _ = with_usual_runs(case)
    answer = solve(placed, EXACT, time.monotonic, lambda _: None)
    assert answer.outcome.cost_eur == approx_eur(min(costs))
    assert answer.cost_bound_eur <= min(costs) + 1e-6


def test_a_run_outside_its_window_or_too_short_is_a_violation() -> None:
    case = replace(problem([0.1] * 4, []), runs=(boiler([0, 1, 2], 0.5, at_a_time_h=0.5),))
    on = np.array([[True, False, False, True]])
    said = evaluate(case, replace(nothing_charges(case), running=on)).violations
    assert any("outside" in one for one in said)
    assert any("at a time" in one for one in said)


@pytest.mark.parametrize(
    ("need_h", "at_a_time_h", "expected"),
    [(0.5, 0.0, [0, 4]), (0.75, 0.0, [0, 3, 4]), (1.0, 0.0, [0, 2, 3, 4])],
)
def test_a_load_that_may_pause_is_not_cut_where_only_its_longest_stretch_is_too_short(
    need_h: float, at_a_time_h: float, expected: list[int]
) -> None:
    """Load leaves slot 1 no room for 10 A: what is free lies on both sides of it."""
    wires = circuit(5, 20.0, base_a=np.array([[0.0, 15.0, 0.0, 0.0, 0.0]] * 3))
    case = problem([0.1, 0.1, 0.4, 0.3, 0.2], [], circuits=[wires], load_kw=[0.0, 10.35, 0.0, 0.0, 0.0])
    assert (
        running(replace(case, runs=(boiler([0, 1, 2, 3, 4], need_h, at_a_time_h=at_a_time_h),))) == expected
    )


def test_stretches_too_short_for_a_least_run_do_not_count() -> None:
    """Slots 0 and 1 are free, slot 2 is not, slot 3 is: half an hour at a time has one place."""
    wires = circuit(4, 20.0, base_a=np.array([[0.0, 0.0, 15.0, 0.0]] * 3))
    case = problem([0.1, 0.1, 0.1, 0.1], [], circuits=[wires], load_kw=[0.0, 0.0, 10.35, 0.0])
    cut, notes = with_usual_runs(replace(case, runs=(boiler([0, 1, 2, 3], 0.75, at_a_time_h=0.5),)))
    assert cut.runs[0].usual.tolist() == [0, 1]
    assert notes == ["boiler: the limits leave room for 0.50 of 0.75 h"]
