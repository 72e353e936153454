"""DC points, cabinets and groups, with powers and currents that the hand can check."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from domain.dc_points import ac_side
from domain.errors import InputError
from domain.plan import Status
from domain.site_chargers import DcCharger
from scheduler.by_rule import cheapest_first
from scheduler.decision import only_charging
from scheduler.evaluate import evaluate
from scheduler.problem import Problem, Session
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from tests.scheduler.brute_force import Lattice, lattice_of
from tests.scheduler.days import EXACT, checked, inputs_of, site_of, wish
from tests.scheduler.tiny import ALL, circuit, problem, session
from tests.tolerance import approx_a, approx_kw, approx_kwh

STALL = "{id: fast, kind: dc, power_kw: {min: 10, max: 50}, efficiency: 0.95, power_factor: 0.98}"
BOXED = STALL.replace("kind: dc", "kind: dc, cabinet: box")
BOX = "cabinets: [{id: box, limit_kw: 60}]"
SEEDS = range(40)


def second(stall: str) -> str:
    """The same stall once more."""
    return f"{stall}, {stall.replace('id: fast', 'id: quick')}"


def test_power_at_the_car_becomes_current_at_the_grid() -> None:
    """200 kW at the car / 0.95 = 210.526 kW = 3 x 277 V x 0.98 x 258.511 A: 210526.3 / (831 x 0.98)."""
    stall = DcCharger.model_validate(
        {
            "id": "x",
            "kind": "dc",
            "power_kw": {"min": 10, "max": 200},
            "efficiency": 0.95,
            "power_factor": 0.98,
        }
    )
    side = ac_side(stall, 277)
    assert side.max_a == pytest.approx(258.5112, abs=1e-4)
    assert side.min_a == pytest.approx(12.9256, abs=1e-4)


def test_a_stall_takes_its_least_power_and_no_less() -> None:
    """10 kW at the car are 10.526 kW at the grid: that for an hour, although 3 kWh were asked for."""
    site = site_of(
        STALL,
        more="vehicles: [{id: flat, battery_kwh: 60, efficiency: 0.9, "
        "taper: [{soc: 0.9, max_kw: 60}, {soc: 1, max_kw: 55}]}]",
    )
    known = wish("fast", 3.0, vehicle="flat", soc_now=0.2)
    plan = checked(site, inputs_of(site, [0.3, 0.1, 0.2], [known]))
    assert plan.chargers["fast"].power_kw == approx_kw([0.0, 10 / 0.95, 0.0])
    assert plan.chargers["fast"].phases == ((), ALL, ())
    assert plan.chargers["fast"].current_a[1] == approx_a(10 / 0.95 / (3 * 0.23 * 0.98))


def test_energy_of_a_stall_is_what_the_grid_gives_it() -> None:
    """70 kWh: 52.63 kWh (50 kW at the car) in the cheapest hour, the rest in the next but one."""
    site = site_of(STALL)
    plan = checked(site, inputs_of(site, [0.3, 0.1, 0.2], [wish("fast", 70.0)]))
    step_kw = 0.1 * 3 * 0.23 * 0.98
    assert plan.requests[0].delivered_kwh == pytest.approx(70.0, abs=step_kw)
    assert 50 / 0.95 - step_kw < plan.chargers["fast"].power_kw[1] <= 50 / 0.95
    assert plan.chargers["fast"].power_kw[0] == 0


def test_current_limits_count_the_apparent_current() -> None:
    """60 A on three phases: 60 x 0.69 x 0.98 = 40.57 kW; a power factor of 1 would let in 41.4 kW."""
    site = site_of(STALL, grid="limit_a: 60")
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 45.0, leave=1)]))
    assert 60 - 0.1 < plan.chargers["fast"].current_a[0] <= 60
    assert plan.chargers["fast"].power_kw[0] == pytest.approx(40.57, abs=0.07)
    binding = plan.requests[0].binding
    assert binding is not None
    assert (binding.kind, binding.circuit) == ("circuit", "grid")


def test_power_limits_count_the_real_power() -> None:
    site = site_of(STALL, grid="limit_a: 400, limit_kw: 30")
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 45.0, leave=1)]))
    assert 30 - 0.07 < plan.chargers["fast"].power_kw[0] <= 30


def test_stalls_of_a_cabinet_share_what_it_gives_to_the_cars() -> None:
    """60 kW at the cars are 63.16 kW at the grid, for both stalls together."""
    site = site_of(second(BOXED), more=BOX)
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 50.0, leave=1), wish("quick", 50.0, leave=1)]))
    both_kw = plan.chargers["fast"].power_kw[0] + plan.chargers["quick"].power_kw[0]
    assert 60 / 0.95 - 0.14 < both_kw <= 60 / 0.95 + 1e-6
    assert {one.binding.kind for one in plan.requests if one.binding is not None} == {"cabinet"}
    assert any(one.remedy is not None and "cabinet box" in one.remedy.text for one in plan.requests)
    assert list(plan.circuits) == ["grid"]


def test_a_stall_hangs_where_its_cabinet_does() -> None:
    more = "circuits: [{id: yard, parent: grid, limit_a: 40}]\n" + BOX.replace("box,", "box, circuit: yard,")
    site = site_of(BOXED, more=more)
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 50.0, leave=1)]))
    assert 40 - 0.1 < plan.chargers["fast"].current_a[0] <= 40
    assert plan.circuits["yard"].phase_a[:, 0] == approx_a([plan.chargers["fast"].current_a[0]] * 3)


def test_a_cabinet_may_have_the_id_of_a_circuit() -> None:
    more = "circuits: [{id: box, parent: grid, limit_a: 40}]\ncabinets: [{id: box, limit_kw: 20}]"
    site = site_of(BOXED, more=more)
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 50.0, leave=1)]))
    assert plan.chargers["fast"].power_kw[0] == pytest.approx(20 / 0.95, abs=0.07)
    assert plan.circuits["box"].phase_a[:, 0] == approx_a([0, 0, 0])


def test_a_car_that_bears_little_alternating_current_takes_all_of_a_stall() -> None:
    site = site_of(STALL, more="vehicles: [{id: small, phases: 1, max_current_a: 16, battery_kwh: 60}]")
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 50.0, leave=1, vehicle="small")]))
    assert plan.requests[0].shortfall_kwh == 0


def test_a_battery_takes_its_size_through_the_losses_of_the_stall() -> None:
    """20 kWh in the battery are 21.05 kWh at the grid, whatever the car loses when it charges on AC."""
    site = site_of(STALL, more="vehicles: [{id: small, battery_kwh: 20, efficiency: 0.8}]")
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 50.0, leave=1, vehicle="small")]))
    assert plan.requests[0].energy_kwh == approx_kwh(20 / 0.95)


def test_a_stall_that_does_not_say_its_losses_is_planned_with_caution_and_the_plan_says_so() -> None:
    site = site_of("{id: fast, kind: dc, power_kw: {min: 10, max: 50}}")
    plan = checked(site, inputs_of(site, [0.1], [wish("fast", 20.0, leave=1)]))
    assert "fast: no efficiency given; planned as if it were 0.9" in plan.notes
    assert "fast: no power_factor given; planned as if it were 0.95" in plan.notes


def test_a_minimum_above_its_circuit_is_refused_with_its_losses() -> None:
    """10 kW at the car are 15.57 A at the grid."""
    with pytest.raises(InputError, match=r"15\.57 A"):
        site_of(STALL, grid="limit_a: 15")


def test_a_group_shares_its_current_across_the_tree() -> None:
    """20 A per phase for two cars on different circuits: 12 A and 8 A, or any other way; not 32 A."""
    more = """
circuits: [{id: left, parent: grid, limit_a: 16}, {id: right, parent: grid, limit_a: 16}]
groups: [{id: guests, chargers: [a, b], limit_a: 20}]
"""
    one = "{id: a, circuit: left, current_a: {min: 6, max: 16}}"
    points = f"{one}, {one.replace('id: a', 'id: b').replace('left', 'right')}"
    site = site_of(points, more=more)
    plan = checked(site, inputs_of(site, [0.1], [wish("a", 11.0, leave=1), wish("b", 11.0, leave=1)]))
    assert plan.chargers["a"].current_a[0] + plan.chargers["b"].current_a[0] == approx_a(20)
    assert {one.binding.kind for one in plan.requests if one.binding is not None} == {"group"}
    assert any(one.remedy is not None and "group guests" in one.remedy.text for one in plan.requests)


def stall(rng: np.random.Generator, charger: int) -> Session:
    """A stall with few powers, in the cabinet or beside it."""
    first, last = sorted(rng.choice(4, size=2, replace=False).tolist())
    wants = float(rng.uniform(1, 12))
    circuits = ((1, 0), (1, 0, 2), (0, 2), (0,))[int(rng.integers(4))]
    made = session(
        list(range(first, last + 1)), wants, charger=charger, circuits=circuits, name=f"car {charger}",
        currents_a=((5.0, 20.0, 3.0), (8.0, 16.0, 2.0))[int(rng.integers(2))],
    )  # fmt: skip
    factor = float(rng.choice([0.9, 1.0]))
    options = tuple(replace(option, power_factor=factor) for option in made.options)
    return replace(made, options=options, at_car=float(rng.choice([0.8, 0.95])))


@cache
def boxed(seed: int) -> tuple[Problem, Solved, Lattice]:
    """Two stalls at a cabinet and a group, the planner's answer and all plans that there are."""
    rng = np.random.default_rng([seed, 40])
    box = replace(circuit(4, np.inf, limit_kw=float(rng.uniform(6, 18)), name="box"), kind="cabinet")
    group = replace(circuit(4, float(rng.uniform(10, 30)), name="some"), kind="group")
    grid = circuit(4, float(rng.uniform(15, 35)), limit_kw=float(rng.uniform(8, 20)))
    stated = problem(
        rng.uniform(-0.1, 0.4, 4).tolist(), [stall(rng, 0), stall(rng, 1)], circuits=[grid, box, group]
    )
    return (
        stated,
        solve(stated, PlanOptions(gap=0.0, calm_eur=0.0), time.monotonic, lambda _: None),
        lattice_of(stated),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_plans_of_two_stalls_is_found_and_proven(seed: int) -> None:
    stated, solved, lattice = boxed(seed)
    best = lattice.best(stated)
    missing = float(solved.outcome.missing_kwh.sum())
    assert solved.outcome.violations == ()
    assert missing == pytest.approx(float(best.missing_kwh.min()), abs=1e-3)
    assert solved.cost_bound_eur <= lattice.least_cost_eur(missing) + 1e-6
    assert solved.outcome.cost_eur <= best.least_cost_eur(missing + 1e-3) + 0.01
    by_rule = evaluate(stated, only_charging(stated, cheapest_first(stated)))
    assert by_rule.violations == ()


def test_cabinets_and_groups_decide_some_of_these_sites() -> None:
    def without(stated: Problem, kind: str) -> Problem:
        loose = tuple(
            replace(one, limit_kw=None, limit_a=np.full((3, 4), np.inf)) if one.kind == kind else one
            for one in stated.circuits
        )
        return replace(stated, circuits=loose)

    for kind in ("cabinet", "group"):
        changed = [
            lattice_of(without(boxed(seed)[0], kind)).least_missing_kwh
            < boxed(seed)[2].least_missing_kwh - 1e-6
            for seed in SEEDS
        ]
        assert sum(changed) >= 3, kind


def test_a_fallback_by_rule_is_not_needed_for_a_plaza() -> None:
    site = site_of(second(BOXED), more=BOX)
    wishes = [wish("fast", 30.0, leave=4), wish("quick", 70.0, arrive=1, leave=3)]
    plan = checked(site, inputs_of(site, [0.3, 0.1, 0.2, 0.1], wishes), replace(EXACT, gap=0.01))
    assert plan.proof.status is Status.OPTIMAL
