"""The home battery: by itself, held, and commanded."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from scheduler.by_itself import imbalance_by_itself
from scheduler.decision import Decision, only_charging
from scheduler.devices import Battery, Control
from scheduler.evaluate import Outcome, evaluate
from scheduler.problem import Problem
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from tests.scheduler.tiny import FEED_L2, battery, circuit, problem, session
from tests.tolerance import approx_eur, approx_kwh

EXACT = PlanOptions(gap=0.0, calm_eur=0.0)


def solved(case: Problem) -> Solved:
    answer = solve(case, EXACT, time.monotonic, lambda _: None)
    assert answer.outcome.violations == ()
    assert not answer.by_rule
    return answer


def with_battery(case: Problem, home: Battery) -> Problem:
    return replace(case, battery=home)


def idle(case: Problem) -> Outcome:
    return evaluate(case, only_charging(case, np.zeros(len(case.draws))))


def test_by_itself_it_fills_from_what_is_left_over_and_gives_it_back() -> None:
    """3 kW of sun over 1 kW of load, then 1 kW of load alone; hours of one, 0.9 each way."""
    case = with_battery(
        problem([0.3, 0.3, 0.3], [], load_kw=1.0, solar_kw=[3.0, 0.0, 0.0], slot_h=1.0),
        battery("none", content_kwh=(0.0, 0.0, 4.0)),
    )
    outcome = idle(case)
    assert outcome.battery_kw == pytest.approx([2.0, -1.0, -(1.8 - 1 / 0.9) * 0.9])
    assert outcome.import_kw == pytest.approx([0.0, 0.0, 1.0 - (1.8 - 1 / 0.9) * 0.9])
    assert outcome.export_kw == pytest.approx([0.0, 0.0, 0.0])


def test_by_itself_it_stops_at_its_power_and_at_its_content() -> None:
    case = with_battery(
        problem([0.3, 0.3], [], solar_kw=[5.0, 5.0], slot_h=1.0), battery("none", content_kwh=(0.0, 1.0, 3.7))
    )
    outcome = idle(case)
    assert outcome.battery_kw == pytest.approx([2.0, 1.0])
    assert outcome.export_kw == pytest.approx([3.0, 4.0])


def test_a_car_drains_a_battery_that_nobody_commands() -> None:
    """The car draws 2.3 kW for an hour: the battery gives the 0.9 kWh that it can."""
    case = with_battery(
        problem(
            [0.3], [session([0], 2.3, phases=[(0,)], currents_a=(10.0, 10.0, 1.0), slot_h=1.0)], slot_h=1.0
        ),
        battery("none"),
    )
    outcome = solved(case).outcome
    assert outcome.battery_kw == pytest.approx([-0.9])
    assert outcome.bought_eur == approx_eur(0.3 * 1.4)


def test_a_battery_that_can_be_held_is_kept_for_the_dear_hour() -> None:
    """The car charges in the cheap first hour; the load of the dear second one is what the battery is for."""
    car = session([0], 2.3, phases=[(0,)], currents_a=(10.0, 10.0, 1.0), slot_h=1.0)
    case = problem([0.1, 0.5], [car], load_kw=[0.0, 0.9], slot_h=1.0)
    by_itself = solved(with_battery(case, battery("none"))).outcome
    held = solved(with_battery(case, battery("hold"))).outcome
    assert by_itself.cost_eur == approx_eur(0.1 * 1.4 + 0.5 * 0.9)
    assert held.cost_eur == approx_eur(0.1 * 2.3)
    assert held.decision.held.tolist() == [True, False]


def test_a_battery_on_command_buys_cheap_and_sells_dear() -> None:
    """2 kW out take 2 / 0.9 kWh; 1 kWh is there, so (2 / 0.9 - 1) / 0.9 kWh are bought at 0.10."""
    case = with_battery(problem([0.1, 0.6], [], sell=[0.0, 0.5], slot_h=1.0), battery("full"))
    outcome = solved(case).outcome
    bought = (2 / 0.9 - 1) / 0.9
    assert outcome.battery_kw == pytest.approx([bought, -2.0])
    assert outcome.cost_eur == approx_eur(0.1 * bought - 0.5 * 2.0)


def test_wear_and_what_is_left_at_the_end_count() -> None:
    """Selling the stored kWh earns 0.9 x 0.5 - 0.9 x 0.2 wear; at 0.30 a stored kWh it is better kept."""
    case = problem([0.6], [], sell=[0.5], slot_h=1.0)
    sold = solved(with_battery(case, battery(wear=0.2, end_value=0.1))).outcome
    assert (sold.sold_eur, sold.wear_eur) == (approx_eur(0.45), approx_eur(0.18))
    assert sold.stored_eur == approx_eur(-0.1)
    kept = solved(with_battery(case, battery(wear=0.2, end_value=0.3))).outcome
    assert kept.battery_kw == pytest.approx([0.0])


def test_it_does_not_fill_and_drain_at_once_to_burn_what_it_is_paid_for() -> None:
    case = with_battery(problem([-0.5, 0.2], [], slot_h=1.0), battery("full", content_kwh=(0.0, 4.0, 4.0)))
    outcome = solved(case).outcome
    assert outcome.cost_eur == approx_eur(0.0)


def test_the_export_limit_holds_for_what_a_battery_sells() -> None:
    home = battery("full", content_kwh=(0.0, 4.0, 4.0))
    case = with_battery(problem([0.6], [], sell=[0.5], export_limit_kw=1.2, slot_h=1.0), home)
    assert solved(case).outcome.export_kw == pytest.approx([1.2])


def test_a_battery_on_one_phase_keeps_its_wire() -> None:
    """5 A on L2 are 1.15 kW, in and out."""
    wire = circuit(2, 5.0)
    home = battery("full", content_kwh=(0.0, 0.0, 9.0), efficiency=1.0, feed=FEED_L2)
    case = with_battery(problem([0.1, 0.6], [], sell=[0.0, 0.5], circuits=[wire], slot_h=1.0), home)
    assert solved(case).outcome.battery_kw == pytest.approx([1.15, -1.15])


def test_no_wire_leans_on_a_battery_that_may_be_empty_by_then() -> None:
    """10 A of grid: the car alone may take them, whatever a battery would add."""
    car = session([0], 9.0, phases=[(0, 1, 2)], slot_h=1.0)
    case = problem([0.3], [car], circuits=[circuit(1, 10.0)], slot_h=1.0)
    assert solved(with_battery(case, battery("none"))).outcome.current_a.max() == 10.0
    helped = solved(with_battery(case, battery("full", content_kwh=(0.0, 4.0, 4.0)))).outcome
    assert helped.current_a.max() == 12.0, "2 kW more on three phases are 2.9 A, in whole amperes"


@pytest.mark.parametrize("seed", range(12))
def test_commanded_alone_it_costs_what_a_linear_program_says(seed: int) -> None:
    """Columns: bought, sold, in, out per slot; the content as their running sum."""
    rng = np.random.default_rng(seed)
    n, h = 8, 0.25
    buy = rng.uniform(0.05, 0.4, n)
    sell = buy - rng.uniform(0.0, 0.1, n)
    sell = np.maximum(sell, 0.0)
    load, sun = rng.uniform(0, 2, n), rng.uniform(0, 4, n) * (rng.random(n) < 0.5)
    home = battery(wear=0.02, end_value=0.15)
    case = with_battery(problem(list(buy), [], sell=list(sell), load_kw=load, solar_kw=sun, slot_h=h), home)
    eye, lower = np.eye(n), np.tril(np.ones((n, n)))
    content = h * np.hstack([np.zeros((n, 2 * n)), 0.9 * lower, -lower / 0.9])
    cost = h * np.concatenate([buy, -sell, np.zeros(n), np.full(n, 0.02)]) - 0.15 * content[-1]
    answer = linprog(
        cost,
        A_ub=np.vstack([content, -content]),
        b_ub=np.concatenate([np.full(n, 3.0), np.full(n, 1.0)]),
        A_eq=np.hstack([eye, -eye, -eye, eye]),
        b_eq=load - sun,
        bounds=[(0, None)] * (2 * n) + [(0, 2)] * (2 * n),
    )
    assert solved(case).outcome.cost_eur == pytest.approx(answer.fun, abs=2e-6)


@pytest.mark.parametrize("control", ["none", "hold"])
@pytest.mark.parametrize("seed", range(10))
def test_with_a_battery_that_acts_by_itself_no_choice_is_cheaper(control: Control, seed: int) -> None:
    """Every choice of currents and holds of four slots, each followed slot by slot."""
    rng = np.random.default_rng(seed)
    buy, sell = rng.uniform(0.05, 0.5, 4).round(3), rng.uniform(-0.05, 0.05, 4).round(3)
    car = session([0, 1, 2, 3], 0.7, phases=[(0,)], currents_a=(6.0, 8.0, 2.0))
    home = battery(
        control,
        content_kwh=(0.2, float(rng.uniform(0.2, 0.9)), 0.9),
        power_kw=(1.5, 1.0),
        wear=0.01,
        end_value=0.1,
    )
    case = with_battery(
        problem(
            list(buy), [car], sell=list(sell), load_kw=rng.uniform(0, 1.5, 4), solar_kw=rng.uniform(0, 3, 4)
        ),
        home,
    )
    best = np.inf
    holds = list(product([False, True], repeat=4)) if control == "hold" else [(False,) * 4]
    for currents in product([0.0, 6.0, 8.0], repeat=4):
        kwh = sum(currents) * 0.23 / 4
        if not car.goals[0].least_kwh - 1e-9 <= kwh <= car.most_kwh + 1e-9:
            continue
        best = min(best, *(_followed_eur(case, home, currents, held) for held in holds))
    answer = solved(case)
    assert answer.outcome.cost_eur == pytest.approx(best, abs=1e-5)
    assert answer.cost_bound_eur <= best + 1e-6


def _followed_eur(case: Problem, home: Battery, currents: tuple[float, ...], held: tuple[bool, ...]) -> float:
    """Cost of one choice, written apart from the planner."""
    content, eur = home.start_kwh, 0.0
    for t, current in enumerate(currents):
        left = case.solar_kw[t] - case.load_kw[t] - current * 0.23
        if left > 0:
            filled = min(left, home.charge_kw, (home.most_kwh - content) / home.efficiency / 0.25)
            content += filled * home.efficiency * 0.25
            eur -= (left - filled) * 0.25 * case.sell_eur_per_kwh[t]
        else:
            given = (
                0.0
                if held[t]
                else min(-left, home.discharge_kw, (content - home.least_kwh) * home.efficiency / 0.25)
            )
            content -= given / home.efficiency * 0.25
            eur += (-left - given) * 0.25 * case.buy_eur_per_kwh[t] + home.wear_eur_per_kwh * given * 0.25
    return float(eur - home.end_value_eur_per_kwh * (content - home.start_kwh))


def test_a_power_beyond_its_content_is_a_violation() -> None:
    case = with_battery(problem([0.3], [], slot_h=1.0), battery("full"))
    asked = replace(only_charging(case, np.zeros(0)), battery_kw=np.array([-1.0]))
    assert isinstance(asked, Decision)
    assert any("holds" in said for said in evaluate(case, asked).violations)
    assert idle(case).import_kw.sum() == approx_kwh(0.0)


def test_a_battery_that_puts_the_phases_apart_by_itself_is_told() -> None:
    """It gives 2 kW on L2 for 2 kW of load on L1: 8.7 A and -8.7 A are 17.4 A apart; 10 A are allowed."""
    case = problem(
        [0.3], [], load_kw=2.0, circuits=[circuit(1, base_a=[[2000 / 230], [0], [0]])], imbalance_limit_a=10.0
    )
    case = with_battery(case, battery("none", feed=FEED_L2))
    assert case.imbalance_limit_a is not None
    widest, notes = imbalance_by_itself(case.circuits[0], case, case.imbalance_limit_a)
    assert widest == pytest.approx([4000 / 230])
    assert notes[0].startswith(
        "the battery by itself may put the phases 17.4 A apart, where 10.0 A are allowed"
    )
    commanded = with_battery(case, battery("full", feed=FEED_L2))
    assert imbalance_by_itself(case.circuits[0], commanded, case.imbalance_limit_a)[1] == ()
