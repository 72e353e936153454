"""What a limit costs is what one unit more of it saves: by hand, by planning again, and on random sites."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from scheduler.deadline import Deadline
from scheduler.forms import Model, model_of, relaxation
from scheduler.from_site import problem_of
from scheduler.kept import Kept
from scheduler.limit_prices import LimitPrice, limit_prices_of
from scheduler.problem import Problem
from scheduler.shortfall import least_shortfall
from scheduler.solved import PlanOptions
from scheduler.stages import solve
from tests.random_cases import random_case
from tests.scheduler.tiny import ALL, circuit, problem, session
from tests.tolerance import approx_eur, approx_kwh

L1 = (0,)


def prices(stated: Problem) -> dict[tuple[str, str, str | None], LimitPrice]:
    found = limit_prices_of(stated, clock=time.perf_counter)
    return {(one.kind, one.circuit, one.phase): one for one in found}


def two_hours(limit_a: float = 10.0, **more: float) -> Problem:
    """A car on L1 that wants 4.2 kWh; the cheap hour carries 2.3 kWh at 10 A."""
    car = session([0, 1], 4.2, phases=[L1], slot_h=1.0, currents_a=(6.0, 32.0, 0.1))
    wires = [circuit(2, limit_a, **more)]  # type: ignore[arg-type]  # by name: a power limit
    return problem([0.10, 0.30], [car], circuits=wires, slot_h=1.0)


def test_an_ampere_in_the_cheap_hour_saves_what_it_carries_times_the_difference() -> None:
    """0.23 kWh x 0.20 EUR/kWh."""
    (only,) = limit_prices_of(two_hours(), clock=time.perf_counter)
    assert (only.kind, only.circuit, only.phase, only.unit) == ("current", "grid", "L1", "A")
    assert only.eur_per_unit_h == approx_eur([0.046, 0.0])
    assert only.kwh_per_unit_h == approx_kwh([0.0, 0.0])


def test_the_price_is_per_hour_however_short_the_slot() -> None:
    car = session([0, 1], 0.75, phases=[L1], currents_a=(6.0, 32.0, 0.1))
    quarters = problem([0.10, 0.30], [car], circuits=[circuit(2, 10.0)])
    assert prices(quarters)["current", "grid", "L1"].eur_per_unit_h == approx_eur([0.046, 0.0])


def test_a_kilowatt_saves_a_kilowatt_hour_an_hour() -> None:
    found = prices(two_hours(100.0, limit_kw=2.3))
    assert found["power", "grid", None].eur_per_unit_h == approx_eur([0.20, 0.0])
    assert found["power", "grid", None].unit == "kW"


def test_an_ampere_of_imbalance_counts_once_for_all_pairs_of_phases() -> None:
    unbalanced = replace(two_hours(100.0), imbalance_limit_a=np.full(2, 10.0))
    assert prices(unbalanced)["imbalance", "grid", None].eur_per_unit_h == approx_eur([0.046, 0.0])


def test_a_car_on_three_phases_shares_the_price_among_them() -> None:
    """1 A more on all three saves 0.69 kWh x 0.20 EUR/kWh."""
    car = session([0, 1], 9.0, phases=[ALL], slot_h=1.0, currents_a=(6.0, 32.0, 0.1))
    found = prices(problem([0.10, 0.30], [car], circuits=[circuit(2, 10.0)], slot_h=1.0))
    assert sum(one.eur_per_unit_h for one in found.values()) == approx_eur([0.138, 0.0])


def test_a_limit_with_room_costs_nothing() -> None:
    assert limit_prices_of(two_hours(20.0), clock=time.perf_counter) == ()


def test_where_energy_is_missing_the_price_is_in_kilowatt_hours() -> None:
    """One hour, one phase: 0.23 kWh for an ampere; both cars are on the same wire."""
    cars = [
        session([0], 3.0, phases=[L1], slot_h=1.0, charger=c, name=f"car {c}", currents_a=(6.0, 32.0, 0.1))
        for c in range(2)
    ]
    short = problem([0.10], cars, circuits=[circuit(1, 20.0)], slot_h=1.0)
    assert prices(short)["current", "grid", "L1"].kwh_per_unit_h == approx_kwh([0.23])


def test_a_limit_raised_by_one_ampere_saves_its_price() -> None:
    """Planned again on steps of 0.1 A, the plan costs so much less; both hours stay above the minimum."""
    options = PlanOptions(gap=0.0, calm_eur=0.0)
    before, after = (
        solve(two_hours(limit_a), options, time.perf_counter, lambda _: None).outcome.cost_eur
        for limit_a in (10.0, 11.0)
    )
    assert before - after == pytest.approx(prices(two_hours())["current", "grid", "L1"].eur_per_unit_h[0])


def compiled(stated: Problem) -> Model:
    return model_of(stated, time.perf_counter, with_starts=False).without_starts()


def relaxed_eur(stated: Problem, kept: Kept) -> float:
    return relaxation(compiled(stated).costing(kept), Deadline.after(time.perf_counter, 30.0)).bound


def with_limit(stated: Problem, c: int, p: int, more_a: float) -> Problem:
    """The same with another limit of one circuit on one phase."""
    wire = stated.circuits[c]
    limits = []
    for limit in (wire.limit_a, wire.feed_limit_a):
        changed = limit.copy()
        changed[p] += more_a
        limits.append(changed)
    changed_wire = replace(wire, limit_a=limits[0], feed_limit_a=limits[1])
    circuits = (*stated.circuits[:c], changed_wire, *stated.circuits[c + 1 :])
    return replace(stated, circuits=circuits)


def test_on_random_sites_the_relaxation_bends_around_the_price() -> None:
    """Cost is convex in a limit: so more of it saves something, and at most its price."""
    looked_at = 0
    for seed in range(8, 60):
        stated = problem_of(*random_case(seed)).problem
        found = limit_prices_of(stated, clock=time.perf_counter)
        kept = least_shortfall(compiled(stated), Deadline.after(time.perf_counter, 30.0)).kept
        ids = [one.id for one in stated.circuits]
        for one in (one for one in found if one.kind == "current" and one.eur_per_unit_h.any()):
            c, p = ids.index(one.circuit), ("L1", "L2", "L3").index(one.phase or "")
            price_eur = float(stated.hours @ one.eur_per_unit_h)
            saved_eur = relaxed_eur(stated, kept) - relaxed_eur(with_limit(stated, c, p, 0.5), kept)
            assert -1e-6 <= saved_eur <= 0.5 * price_eur + 1e-6, seed
            looked_at += 1
        if looked_at >= 6:
            break
    assert looked_at >= 6
