"""Solar for one group only: its cars take the surplus, others pay the grid's price for what they draw.

Slots last one hour: 16 A on three phases are 11.04 kWh, 6 A are 4.14 kWh.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from domain.plan import Plan
from scheduler.problem import Problem, Session
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from scheduler.sun_rights import has_sun
from tests.scheduler.brute_force import Lattice, lattice_of
from tests.scheduler.days import checked, inputs_of, site_of, wish
from tests.scheduler.tiny import problem, session
from tests.tolerance import approx_eur, approx_kw

POINTS = "{id: home, current_a: {min: 6, max: 16}}, {id: visit, current_a: {min: 6, max: 16}}"
ROOF = "solar: [{id: roof, peak_kw: 20, source: sample}]"
GROUPS = "groups: [{id: residents, chargers: [home], solar: true}, {id: guests, chargers: [visit]}]"
PEOPLE = "users: [{id: ann, group: residents}, {id: bob, group: guests}, {id: cat}]"
SEEDS = range(40)


def day(who: str, *, groups: str = GROUPS, first: str = "", least_kwh: float = 4.14) -> Plan:
    """An hour of sun with the grid at 0.30, then an hour without at 0.20; selling pays 0.05."""
    site = site_of(POINTS, more=f"{ROOF}\n{groups}\n{first}")
    wishes = [wish(who, least_kwh, leave=2)]
    return checked(site, inputs_of(site, [0.30, 0.20], wishes, sell=0.05, solar_kw=[5.0, 0.0]))


def test_the_group_takes_its_sun() -> None:
    assert day("home").chargers["home"].power_kw == approx_kw([4.14, 0.0])


def test_others_charge_where_the_grid_is_cheapest() -> None:
    plan = day("visit")
    assert plan.chargers["visit"].power_kw == approx_kw([0.0, 4.14])
    assert any("solar surplus is for group residents only" in note for note in plan.notes)


def test_without_such_a_group_everybody_takes_the_sun() -> None:
    plan = day("visit", groups="")
    assert plan.chargers["visit"].power_kw == approx_kw([4.14, 0.0])
    assert plan.notes == ()


def test_the_money_of_the_plan_stays_that_of_the_meter() -> None:
    """5 kWh sold at 0.05, 4.14 kWh bought at 0.20."""
    assert day("visit").cost.total_eur == approx_eur(4.14 * 0.20 - 5 * 0.05)


def test_a_car_that_cannot_wait_takes_the_sun_of_others_and_nothing_is_missing() -> None:
    site = site_of(POINTS, more=f"{ROOF}\n{GROUPS}")
    wishes = [wish("visit", 4.14, leave=1)]
    plan = checked(site, inputs_of(site, [0.30, 0.20], wishes, sell=0.05, solar_kw=[5.0, 0.0]))
    assert plan.requests[0].shortfall_kwh == 0
    assert plan.cost.total_eur == approx_eur(-0.86 * 0.05)


def test_least_grid_energy_counts_the_sun_of_the_group_as_grid_for_others() -> None:
    """In mode solar alone a guest's energy is grid energy at any hour, so the money decides."""
    plan = day("visit", first="mode: [solar]")
    assert plan.chargers["visit"].power_kw == approx_kw([0.0, 4.14])
    assert day("home", first="mode: [solar]").chargers["home"].power_kw == approx_kw([4.14, 0.0])


@pytest.mark.parametrize(
    ("point", "user", "own"),
    [
        ("home", None, True),
        ("visit", None, False),
        ("visit", "ann", True),
        ("home", "bob", False),
        ("home", "cat", True),
        ("visit", "cat", False),
    ],
)
def test_the_user_counts_before_the_charger(point: str, user: str | None, own: bool) -> None:
    site = site_of(POINTS, more=f"{ROOF}\n{GROUPS}\n{PEOPLE}")
    assert has_sun(wish(point, 5.0, user=user), site) is own


def car(rng: np.random.Generator, charger: int) -> Session:
    first, last = sorted(rng.choice(4, size=2, replace=False).tolist())
    made = session(
        list(range(first, last + 1)), float(rng.uniform(1, 6)), charger=charger, name=f"car {charger}",
        phases=[((0, 1, 2), (0,))[int(rng.integers(2))]], currents_a=(6.0, 16.0, 2.5),
    )  # fmt: skip
    return replace(made, own_sun=charger == 0)


@cache
def yard(seed: int) -> tuple[Problem, Solved, Lattice]:
    """A resident and a guest under the same roof, the planner's answer, and all plans that there are."""
    rng = np.random.default_rng([seed, 50])
    buy = rng.uniform(0.0, 0.4, 4)
    sell = np.where(rng.random(4) < 0.2, buy + 0.03, np.minimum(buy, rng.uniform(-0.1, 0.2, 4)))
    stated = problem(
        buy.tolist(), [car(rng, 0), car(rng, 1)], sell=sell.tolist(), load_kw=rng.uniform(0, 3, 4),
        solar_kw=rng.uniform(0, 12, 4), export_limit_kw=2.5 if rng.random() < 0.4 else None,
    )  # fmt: skip
    options = PlanOptions(gap=0.0, calm_eur=0.0)
    return stated, solve(stated, options, time.monotonic, lambda _: None), lattice_of(stated)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_plans_is_found_where_the_bills_are_apart(seed: int) -> None:
    stated, solved, lattice = yard(seed)
    missing = float(solved.outcome.missing_kwh.sum())
    assert solved.outcome.violations == ()
    assert missing == pytest.approx(lattice.least_missing_kwh, abs=1e-3)
    assert solved.cost_bound_eur <= lattice.least_cost_eur(missing) + 1e-6
    assert solved.outcome.cost_eur <= lattice.best(stated).least_cost_eur(missing + 1e-3) + 0.01


def test_whose_the_sun_is_decides_some_of_these_plans() -> None:
    def shared(stated: Problem) -> Problem:
        return replace(stated, sessions=tuple(replace(one, own_sun=True) for one in stated.sessions))

    dearer = [
        yard(seed)[2].least_cost_eur(1e9) > lattice_of(shared(yard(seed)[0])).least_cost_eur(1e9) + 1e-6
        or yard(seed)[1].outcome.others_sun_kw.sum() > 0.1
        for seed in SEEDS
    ]
    assert sum(dearer) >= 5
