"""What lifts the bound of a site whose battery acts by itself cuts off no plan."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from scheduler import highs
from scheduler.battery_reach import reach
from scheduler.decision import Decision, only_charging
from scheduler.devices import Battery, Control, Run
from scheduler.evaluate import Outcome, evaluate
from scheduler.forms import Model, model_of
from scheduler.kept import nothing_decided, nothing_missing
from scheduler.most_taken import most_taken_kw
from scheduler.peaks import Peak, Window
from scheduler.problem import Circuit, FloatArray, Problem
from scheduler.standard_form import ABSENT
from scheduler.storage import content_kwh
from tests.scheduler.tiny import ALL, FEED_L2, battery, circuit, problem, session

SLOTS = 6
HAIR_EUR = 1e-3
"""What the room for rounding in the content is worth, in a slot that makes the peak."""
LIFTING = ("draws_beside_filling", "draws_while_filling", "drains_at_least", "peak_beside_battery")


def home(seed: int, control: Control) -> Problem:
    """Three cars below two circuits, a boiler, sun, a peak and a small battery."""
    rng = np.random.default_rng(seed)
    cars = [
        session([0, 1, 2, 3], 3.0, phases=[ALL, (0,)], circuits=(1, 0), name="first"),
        session(
            [1, 2, 3, 4],
            2.0,
            phases=[(1,)],
            charger=1,
            circuits=(1, 0),
            share=[0.4, 1, 1, 0.7],
            name="second",
        ),
        session([2, 3, 4, 5], 4.0, phases=[ALL, (2,)], charger=2, name="third"),
    ]
    boiler = Run("boiler", FEED_L2, 2.0, np.arange(4), 0.5, 1.0, 0.0, np.array([0, 1]))
    load, sun = rng.uniform(0, 3, SLOTS), rng.uniform(0, 9, SLOTS) * (rng.random(SLOTS) < 0.6)
    grid = circuit(
        SLOTS, 32.0, base_a=np.tile((load - sun) / 0.69, (3, 1)), limit_kw=float(rng.uniform(9, 20))
    )
    windows = tuple(Window(0.25, np.array([t]), np.array([0.25])) for t in range(SLOTS))
    month = Peak("2026-03", 4.0, float(rng.uniform(2, 12)), windows)
    per_phase = bool(rng.random() < 0.4)
    bare = problem(
        list(rng.uniform(-0.05, 0.5, SLOTS)),
        cars,
        sell=list(rng.uniform(-0.05, 0.1, SLOTS)),
        load_kw=load,
        solar_kw=sun,
        circuits=[grid, circuit(SLOTS, 20.0, name="garage")],
        export_limit_kw=None if per_phase or rng.random() < 0.5 else 2.0,
    )
    store = _store(rng, control)
    return replace(bare, battery=store, runs=(boiler,), peaks=(month,), per_phase=per_phase)


def _store(rng: np.random.Generator, control: Control) -> Battery:
    start, most = rng.uniform(0.2, 0.7), rng.uniform(0.7, 2.0)
    return battery(control, content_kwh=(0.2, start, most), power_kw=(3.0, 2.5), wear=0.01, end_value=0.1)


def choice(case: Problem, rng: np.random.Generator) -> Decision:
    """What is on by chance; a charger draws with one option, the boiler runs for half an hour or more."""
    table = case.draw_table
    current = np.zeros(len(table.slot))
    place = table.charger * SLOTS + table.slot
    for one in np.unique(place)[rng.random(len(np.unique(place))) < 0.5]:
        j = rng.choice(np.flatnonzero(place == one))
        current[j] = rng.choice([table.min_a[j], table.max_a[j], rng.integers(6, 17)])
    running = np.zeros((1, SLOTS), dtype=bool)
    running[0, rng.choice(4, int(rng.integers(2, 5)), replace=False)] = True
    can_hold = case.battery is not None and case.battery.control == "hold"
    held = (rng.random(SLOTS) < 0.4) & can_hold
    return replace(only_charging(case, current), running=running, held=held)


def allowed(case: Problem, rng: np.random.Generator, tries: int) -> list[Outcome]:
    """Those of some choices by chance that break no limit."""
    outcomes = (evaluate(case, choice(case, rng)) for _ in range(tries))
    return [outcome for outcome in outcomes if not outcome.violations]


def cheapest_eur(model: Model, outcome: Outcome) -> float:
    """The least that the model says where all is as in the outcome; inf where a row forbids it."""
    columns, decision = model.layout.columns, outcome.decision
    fixed = [
        (columns.current_a, decision.current_a),
        (columns.on, decision.current_a > 0),
        (columns.running, decision.running[0, :4]),
        (columns.held, (decision.held & (left_kw(model.problem, outcome) < 0))[columns.held_slots]),
    ]
    form = model.costing(nothing_decided(model.problem))
    for positions, values in fixed:
        known = positions != ABSENT
        form = form.with_bounds(positions[known], values[known] * 1.0, values[known] * 1.0)
    answer = highs.solve(form, time_limit_s=20.0)
    return np.inf if answer.x is None else form.value(answer.x)


def left_kw(case: Problem, outcome: Outcome) -> FloatArray:
    """What is left over for the battery, signed."""
    left: FloatArray = case.surplus_kw - outcome.charging_kw - outcome.flexible_kw.sum(axis=0)
    return left


@pytest.mark.parametrize("control", ["none", "hold"])
def test_every_plan_that_breaks_no_limit_is_a_point_of_the_model(control: Control) -> None:
    """The battery's path is followed apart from the model; the model then says the same money."""
    checked = full = filled = cut = rises = 0
    for seed in range(12):
        case = home(seed, control)
        assert case.battery is not None
        model = model_of(case, time.monotonic, with_starts=False).without_starts()
        for outcome in allowed(case, np.random.default_rng(seed), 24):
            least_eur = cheapest_eur(model, outcome)
            assert outcome.cost_eur - HAIR_EUR <= least_eur <= outcome.cost_eur + 1e-6, f"home({seed})"
            checked += 1
            full += bool((content_kwh(case, outcome.battery_kw) > case.battery.most_kwh - 1e-9).any())
            filled += bool(((outcome.battery_kw > 0) & (outcome.charging_kw > 0)).any())
            cut += bool((outcome.curtailed_kw > 0).any())
            rises += outcome.rise_kw > 0
    assert checked > 60
    assert min(full, filled, cut, rises) > 5


@pytest.mark.parametrize("control", ["none", "hold"])
def test_a_battery_stays_within_its_reach(control: Control) -> None:
    for seed in range(12):
        case = home(seed, control)
        ends, most_kw = reach(case), most_taken_kw(case)
        for outcome in allowed(case, np.random.default_rng(seed), 40):
            content, left = content_kwh(case, outcome.battery_kw), left_kw(case, outcome)
            assert (content >= ends.least_kwh - 1e-9).all()
            assert (content <= ends.most_kwh + 1e-9).all()
            assert (left >= ends.least_left_kw - 1e-9).all()
            assert (outcome.charging_kw + outcome.flexible_kw.sum(axis=0) <= most_kw + 1e-9).all()


def test_the_wires_hold_what_can_be_taken() -> None:
    """Two cars on three phases below 20 A, one of 16 A on L1 and a boiler of 2 kW on L2: 76 A and 2 kW. A
    grid of 30 A has 6 A less on L1; of 15 kW load has taken 2.
    """
    cars = [
        session([0], 9.0, circuits=(1, 0), name="first"),
        session([0], 9.0, charger=1, circuits=(1, 0), name="second"),
        session([0], 9.0, phases=[(0,)], charger=2, name="third"),
    ]
    boiler = Run("boiler", FEED_L2, 2.0, np.array([0]), 0.25, 0.25, 0.0, np.array([0]))
    below = circuit(1, 20.0, name="garage")

    def taken(grid: Circuit) -> float:
        return float(most_taken_kw(replace(problem([0.3], cars, circuits=[grid, below]), runs=(boiler,)))[0])

    assert taken(circuit(1)) == pytest.approx(0.23 * 76 + 2.0)
    assert taken(circuit(1, 30.0)) == pytest.approx(0.23 * 70 + 2.0)
    assert taken(replace(circuit(1, limit_kw=15.0), base_kw=np.array([2.0]))) == pytest.approx(13.0)


@pytest.mark.parametrize("control", ["none", "hold"])
def test_the_rows_lift_the_bound(control: Control) -> None:
    lifted = 0
    for seed in range(12):
        case = home(seed, control)
        whole = model_of(case, time.monotonic, with_starts=False).costing(nothing_missing(case)).relaxed()
        bare = whole.with_rows_kept(~whole.rows_of(LIFTING))
        with_rows, without = highs.solve(whole, time_limit_s=9.0), highs.solve(bare, time_limit_s=9.0)
        lifted += with_rows.bound > without.bound + 1e-4
    assert lifted > 1
