"""The planner finds the best of all executable plans where all of them can be tried."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from domain.phases import PhaseSet
from scheduler.planner import proof_of
from scheduler.problem import Circuit, Problem, Session
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import solve
from tests.scheduler.brute_force import Lattice, lattice_of
from tests.scheduler.tiny import ALL, VOLTS, circuit, problem, session
from tests.tolerance import approx_eur, approx_kwh

SEEDS = range(96)
SLOTS = 4
EXACT = PlanOptions(gap=0.0, calm_eur=0.0)
EPS = 1e-6
GOOD_ENOUGH_EUR = 0.01
PHASE_SETS: tuple[tuple[PhaseSet, ...], ...] = (
    (ALL,), (ALL, (0,)), ((0,),), ((1,),), ((2,),), ((0,), (1,), (2,)), ((0, 1), (2,)), (ALL, (1, 2), (2,)),
)  # fmt: skip
CURRENTS_A = ((6.0, 16.0, 5.0), (6.0, 10.0, 2.0), (8.0, 14.0, 3.0), (10.0, 10.0, 1.0))


@dataclass(frozen=True)
class Tried:
    """One tiny site: what the planner says, and all plans that there are."""

    problem: Problem
    solved: Solved
    lattice: Lattice

    @property
    def missing_kwh(self) -> float:
        return float(self.solved.outcome.missing_kwh.sum())

    @property
    def best_eur(self) -> float:
        """The least money of any plan that misses no more than the planner's."""
        return self.lattice.least_cost_eur(self.missing_kwh)


@cache
def tried(seed: int) -> Tried:
    stated = tiny_site(seed)
    solved = solve(stated, EXACT, time.monotonic, lambda _: None)
    return Tried(stated, solved, lattice_of(stated))


def tiny_site(seed: int) -> Problem:
    """Two cars and four slots at a site whose limits are tight, the same for the same seed."""
    rng = np.random.default_rng([seed, 20])
    slot_h = float(rng.choice([0.25, 0.25, 1.0]))
    load_kw = rng.uniform(0, 2.2, (3, SLOTS))
    solar_kw = rng.uniform(0, 9, SLOTS) * (rng.random(SLOTS) < 0.8) * (rng.random() < 0.6)
    export_limit_kw = float(rng.choice([0.0, 1.37, 3.1])) if rng.random() < 0.5 else None
    buy = rng.uniform(-0.15, 0.4, SLOTS)
    sell = np.where(rng.random(SLOTS) < 0.25, buy + 0.04, np.minimum(buy, rng.uniform(-0.1, 0.2, SLOTS)))
    bare = problem(
        buy.tolist(), _cars(rng, slot_h), sell=sell.tolist(), load_kw=load_kw.sum(axis=0), solar_kw=solar_kw,
        export_limit_kw=export_limit_kw, slot_h=slot_h,
    )  # fmt: skip
    roof = np.isin(np.arange(3), rng.choice(np.array([0, 1, 2]), size=int(rng.choice([1, 3])), replace=False))
    sun_a = roof[:, np.newaxis] * solar_kw / roof.sum() * 1000 / VOLTS
    wired = _grid(rng, load_kw * 1000 / VOLTS, sun_a, bare)
    garage = circuit(SLOTS, float(rng.choice([12.3, 16.1, 21.7, 32.0])), name="garage")
    alone_a = wired.base_a + wired.relief_a_per_kw * bare.forced_kw
    apart_a = alone_a.max(axis=0) - alone_a.min(axis=0)
    most_apart_a = np.maximum(apart_a, rng.choice([7.7, 12.3, 20.0])) if rng.random() < 0.6 else None
    return replace(bare, circuits=(wired, garage), imbalance_limit_a=most_apart_a)


def _grid(rng: np.random.Generator, load_a: np.ndarray, sun_a: np.ndarray, bare: Problem) -> Circuit:
    """The grid connection, its limits widened to what load and solar alone take."""
    per_kw = np.divide(sun_a, bare.solar_kw, out=np.zeros_like(sun_a), where=bare.solar_kw > 0)
    whole_kw = np.where(bare.solar_kw > 0, 1.0, 0.0)
    limit_a = float(rng.choice([13.3, 18.2, 24.9, 33.0]))
    feed_limit_a = float(rng.choice([3.0, limit_a]))
    alone_a = load_a - sun_a + per_kw * bare.forced_kw
    alone_kw = bare.load_kw - bare.solar_kw + whole_kw * bare.forced_kw
    limit_kw = np.maximum(alone_kw, rng.uniform(5, 16)) if rng.random() < 0.4 else None
    return Circuit(
        id="grid", base_a=load_a - sun_a, relief_a_per_kw=per_kw,
        limit_a=np.maximum(limit_a, alone_a), feed_limit_a=np.maximum(feed_limit_a, -alone_a),
        base_kw=bare.load_kw - bare.solar_kw, relief_kw_per_kw=whole_kw, limit_kw=limit_kw,
    )  # fmt: skip


def _cars(rng: np.random.Generator, slot_h: float) -> list[Session]:
    """Two cars, one after the other at one charger or each at its own."""
    if rng.random() < 0.3:
        gone = float(rng.choice([0.2, 0.4, 0.6]))
        stays = [([0, 1], [1.0, gone]), ([1, 2, 3], [1 - gone, 1.0, 1.0])]
        return [_car(rng, slots, share, 0, slot_h) for slots, share in stays]
    return [_car(rng, *_stay(rng), charger, slot_h) for charger in (0, 1)]


def _stay(rng: np.random.Generator) -> tuple[list[int], list[float]]:
    first, last = sorted(rng.choice(SLOTS, size=2, replace=False).tolist())
    share = [1.0] * (last - first + 1)
    if rng.random() < 0.4:
        share[0] = float(rng.choice([0.3, 0.8]))
    if rng.random() < 0.4:
        share[-1] = float(rng.choice([0.5, 0.9]))
    return list(range(first, last + 1)), share


def _car(
    rng: np.random.Generator, slots: list[int], share: list[float], charger: int, slot_h: float
) -> Session:
    phases = PHASE_SETS[int(rng.integers(len(PHASE_SETS)))]
    currents_a = CURRENTS_A[int(rng.integers(len(CURRENTS_A)))]
    widest = max(len(used) for used in phases)
    full_kwh = currents_a[1] * widest * VOLTS / 1000 * slot_h * sum(share)
    return session(
        slots, full_kwh * float(rng.uniform(0.1, 1.1)), phases=phases, charger=charger,
        circuits=(1, 0) if rng.random() < 0.5 else (0,), currents_a=currents_a, share=share, slot_h=slot_h,
        name=f"car {charger}",
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_misses_less_energy(seed: int) -> None:
    case = tried(seed)
    assert case.missing_kwh == approx_kwh(case.lattice.least_missing_kwh)
    assert case.solved.shortfall_bound_kwh <= case.lattice.least_missing_kwh + EPS


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_plans_lies_between_the_bound_and_the_planners_cost(seed: int) -> None:
    case = tried(seed)
    proof = proof_of(case.problem, case.solved, EXACT, seconds=0.0)
    stated_gap_eur = proof.gap * max(abs(proof.cost_eur - _without_charging_eur(case.problem)), 1.0)
    assert not case.solved.outcome.violations
    assert proof.bound_eur <= case.best_eur + EPS
    assert case.best_eur <= proof.cost_eur + EPS
    assert proof.cost_eur <= proof.bound_eur + stated_gap_eur + EPS


def _without_charging_eur(stated: Problem) -> float:
    free_kw = stated.solar_kw - stated.load_kw
    most_out = np.inf if stated.export_limit_kw is None else stated.export_limit_kw
    sold, bought = np.clip(free_kw, 0.0, most_out), np.maximum(-free_kw, 0.0)
    return float(((bought * stated.buy_eur_per_kwh - sold * stated.sell_eur_per_kwh) * stated.hours).sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_planners_plan_is_as_cheap_as_the_best_of_all(seed: int) -> None:
    case = tried(seed)
    assert case.solved.outcome.cost_eur <= case.best_eur + GOOD_ENOUGH_EUR


@pytest.mark.parametrize("seed", range(0, len(SEEDS), 4))
def test_calm_keeps_the_promise_too(seed: int) -> None:
    case = tried(seed)
    calm = solve(case.problem, PlanOptions(), time.monotonic, lambda _: None)
    proof = proof_of(case.problem, calm, PlanOptions(), seconds=0.0)
    missing = float(calm.outcome.missing_kwh.sum())
    assert not calm.outcome.violations
    assert missing == approx_kwh(case.lattice.least_missing_kwh)
    assert proof.bound_eur - EPS <= case.lattice.least_cost_eur(missing) <= proof.cost_eur + EPS
    assert calm.outcome.starts <= case.solved.outcome.starts


def test_almost_every_plan_is_the_best_of_all_to_the_millionth() -> None:
    exact = [tried(seed).solved.outcome.cost_eur <= tried(seed).best_eur + EPS for seed in SEEDS]
    assert sum(exact) >= 0.9 * len(SEEDS)


def test_the_tiny_sites_have_what_makes_planning_hard() -> None:
    sites = [tried(seed).problem for seed in SEEDS]
    assert sum(tried(seed).lattice.least_missing_kwh > EPS for seed in SEEDS) >= 15
    assert sum(site.export_limit_kw is not None and bool(site.forced_kw.any()) for site in sites) >= 10
    assert sum(bool((site.buy_eur_per_kwh < 0).any()) for site in sites) >= 20
    assert sum(bool((site.sell_eur_per_kwh > site.buy_eur_per_kwh).any()) for site in sites) >= 20
    assert sum(site.sessions[0].charger == site.sessions[1].charger for site in sites) >= 15


@pytest.mark.parametrize(
    ("limit", "sites"),
    [("current", 20), ("feed", 3), ("power", 6), ("imbalance", 15), ("garage", 3)],
)
def test_each_limit_decides_the_best_plan_of_some_tiny_sites(limit: str, sites: int) -> None:
    assert sum(_decides(limit, seed) for seed in SEEDS) >= sites


def _decides(limit: str, seed: int) -> bool:
    """Whether the best plan is another one without this limit."""
    case = tried(seed)
    loose = _without(limit, case.problem)
    lattice = lattice_of(loose)
    least = case.lattice.least_missing_kwh
    if lattice.least_missing_kwh < least - EPS:
        return True
    return lattice.least_cost_eur(least) < case.lattice.least_cost_eur(least) - EPS


def _without(limit: str, site: Problem) -> Problem:
    """The same site without one of its limits."""
    grid, garage = site.circuits
    endless = np.full((3, SLOTS), np.inf)
    match limit:
        case "current":
            return replace(site, circuits=(replace(grid, limit_a=endless), garage))
        case "feed":
            return replace(site, circuits=(replace(grid, feed_limit_a=endless), garage))
        case "power":
            return replace(site, circuits=(replace(grid, limit_kw=None), garage))
        case "garage":
            return replace(site, circuits=(grid, replace(garage, limit_a=endless)))
        case _:
            return replace(site, imbalance_limit_a=None)


def test_the_enumeration_itself_is_right_where_the_hand_can_follow() -> None:
    """Both cars want a slot of 11.04 kW at least (16 A) on a fuse of 20 A: one takes the cheap quarter, the
    other the next: 2.76 kWh x (0.10 + 0.20 EUR).
    """
    cars = [
        session([0, 1, 2, 3], 2.76, charger=n, currents_a=(16.0, 16.0, 1.0), name=f"car {n}") for n in (0, 1)
    ]
    stated = problem([0.30, 0.10, 0.20, 0.40], cars, circuits=[circuit(4, 20.0)])
    lattice = lattice_of(stated)
    assert lattice.least_missing_kwh == approx_kwh(0.0)
    assert lattice.least_cost_eur(0.0) == approx_eur(0.828)
