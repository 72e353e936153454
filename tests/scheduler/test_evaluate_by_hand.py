"""What follows from given currents, compared with numbers from a pocket calculator.

16 A on three phases of 230 V are 11.04 kW; 6 A are 4.14 kW; 6 A on one phase are 1.38 kW.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from scheduler.decision import only_charging
from scheduler.evaluate import Outcome, evaluate
from scheduler.problem import Problem, Session
from tests.scheduler.tiny import ALL, VOLTS, circuit, problem, session
from tests.tolerance import approx_a, approx_eur, approx_kw, approx_kwh


def told(stated: Problem, currents_a: Sequence[float]) -> Outcome:
    """The outcome of one current per draw: by session, slot and option."""
    assert len(currents_a) == len(stated.draws)
    return evaluate(stated, only_charging(stated, np.array(currents_a, dtype=np.float64)))


def solar_on_l1(stated: Problem) -> Problem:
    """The problem with all its solar on L1, in the currents of the grid and in what cutting it off adds."""
    grid = stated.circuits[0]
    base_a, relief = grid.base_a.copy(), np.zeros_like(grid.base_a)
    base_a[0] -= stated.solar_kw * 1000 / VOLTS
    relief[0] = np.where(stated.solar_kw > 0, 1000 / VOLTS, 0.0)
    sunny = np.where(stated.solar_kw > 0, 1.0, 0.0)
    wired = replace(grid, base_a=base_a, relief_a_per_kw=relief, base_kw=grid.base_kw - stated.solar_kw,
                    relief_kw_per_kw=sunny)  # fmt: skip
    return replace(stated, circuits=(wired, *stated.circuits[1:]))


def test_a_quarter_hour_at_16_a_on_three_phases_is_2_76_kwh() -> None:
    outcome = told(problem([0.30, 0.10], [session([0, 1], 2.76)]), [0, 16])
    assert outcome.charging_kw == approx_kw([0.0, 11.04])
    assert outcome.delivered_kwh == approx_kwh([2.76])
    assert outcome.missing_kwh == approx_kwh([0.0])
    assert outcome.bought_eur == approx_eur(0.276)
    assert outcome.cost_eur == approx_eur(0.276)
    assert outcome.violations == ()


def test_a_car_that_is_there_for_half_a_slot_draws_half_the_energy_and_the_full_current() -> None:
    stated = problem([0.30], [session([0], 1.38, share=[0.5])])
    outcome = told(stated, [16])
    assert outcome.charging_kw == approx_kw([5.52])
    assert outcome.delivered_kwh == approx_kwh([1.38])
    assert outcome.phase_a[0][:, 0] == approx_a([16.0, 16.0, 16.0])
    assert outcome.violations == ()
    assert told(replace(stated, circuits=(circuit(1, 15.0),)), [16]).violations


def test_missing_energy_is_counted_from_the_least_of_the_goal() -> None:
    """5 kWh less half a step of 0.1725 kWh, of which 2.76 kWh flow."""
    outcome = told(problem([0.30, 0.30], [session([0, 1], 5.0)]), [16, 0])
    assert outcome.missing_kwh == approx_kwh([5.0 - 0.08625 - 2.76])


def test_what_solar_leaves_is_sold_and_what_it_lacks_is_bought() -> None:
    """5 kW of surplus: with 4.14 kW of charging 0.86 kW are sold, with 11.04 kW 6.04 kW are bought."""
    stated = problem([0.40, 0.40], [session([0, 1], 3.8)], sell=0.08, solar_kw=6.0, load_kw=1.0)
    outcome = told(stated, [6, 16])
    assert outcome.export_kw == approx_kw([0.86, 0.0])
    assert outcome.import_kw == approx_kw([0.0, 6.04])
    assert outcome.bought_eur == approx_eur(6.04 * 0.25 * 0.40)
    assert outcome.sold_eur == approx_eur(0.86 * 0.25 * 0.08)


def test_negative_prices_pay_for_buying_and_cost_for_selling() -> None:
    stated = problem([-0.20, -0.20], [session([0, 1], 1.1)], sell=-0.10, solar_kw=[0.0, 2.0])
    outcome = told(stated, [6, 0])
    assert outcome.bought_eur == approx_eur(-4.14 * 0.25 * 0.20)
    assert outcome.sold_eur == approx_eur(-2.0 * 0.25 * 0.10)


def test_the_export_limit_cuts_off_what_neither_car_nor_grid_takes() -> None:
    """8 kW of surplus on a limit of 3 kW: 5 kW are cut without the car, 0.86 kW with 4.14 kW in it."""
    car = session([0, 1, 2], 3.8)
    stated = problem([0.40] * 3, [car], sell=0.08, solar_kw=9.0, load_kw=1.0, export_limit_kw=3.0)
    outcome = told(stated, [0, 6, 16])
    assert outcome.curtailed_kw == approx_kw([5.0, 0.86, 0.0])
    assert outcome.export_kw == approx_kw([3.0, 3.0, 0.0])
    assert outcome.import_kw == approx_kw([0.0, 0.0, 3.04])


def test_cut_off_solar_no_longer_flows_on_its_phase() -> None:
    """9.2 kW on L1 are 40 A out; cut to 4.6 kW by the export limit they are 20 A."""
    stated = problem([0.4], [session([0], 1.0, phases=[(1,)])], solar_kw=9.2, export_limit_kw=4.6)
    outcome = told(solar_on_l1(stated), [0])
    assert outcome.curtailed_kw == approx_kw([4.6])
    assert outcome.phase_a[0][:, 0] == approx_a([-20.0, 0.0, 0.0])


def test_currents_add_up_along_the_tree() -> None:
    cars = [
        session([0], 2.0, circuits=(1, 0), name="inside"),
        session([0], 1.0, charger=1, phases=[(1,)], name="outside"),
    ]
    stated = problem([0.3], cars, circuits=[circuit(1, base_a=2.0), circuit(1, base_a=1.0, name="garage")])
    outcome = told(stated, [10, 14])
    assert outcome.phase_a[0][:, 0] == approx_a([12.0, 26.0, 12.0])
    assert outcome.phase_a[1][:, 0] == approx_a([11.0, 11.0, 11.0])


@pytest.mark.parametrize(("limit_a", "kept"), [(31.9, False), (32.0, True)])
def test_a_fuse_carries_its_limit_and_not_more(limit_a: float, kept: bool) -> None:
    cars = [session([0], 2.7, charger=n, name=f"car {n}") for n in (0, 1)]
    outcome = told(problem([0.3], cars, circuits=[circuit(1, limit_a)]), [16, 16])
    assert (outcome.violations == ()) is kept


@pytest.mark.parametrize(("limit_kw", "kept"), [(11.0, False), (11.05, True)])
def test_the_power_limit_counts_the_full_power_of_a_car_that_comes_late(limit_kw: float, kept: bool) -> None:
    stated = problem([0.3], [session([0], 1.38, share=[0.5])], circuits=[circuit(1, limit_kw=limit_kw)])
    assert (told(stated, [16]).violations == ()) is kept


@pytest.mark.parametrize(("share", "kept"), [(1.0, True), (0.5, False)])
def test_only_a_car_that_stays_relieves_a_fuse_that_solar_fills(share: float, kept: bool) -> None:
    """8.05 kW on L1 would be 35 A out; the export limit of 5 kW alone cuts them to 21.7 A. 3.68 kW on L2
    leave nothing to cut: 35 A out on a fuse of 25 A, 25 A only while the first car draws its 10 A on L1.
    """
    cars = [
        session([0], 0.575 * share, phases=[(0,)], share=[share], name="first"),
        session([0], 0.92, phases=[(1,)], charger=1, name="second"),
    ]
    stated = problem([0.3], cars, solar_kw=8.05, export_limit_kw=5.0, circuits=[circuit(1, 25.0)])
    assert told(solar_on_l1(stated), [0, 0]).violations == ()
    assert (told(solar_on_l1(stated), [10, 16]).violations == ()) is kept


@pytest.mark.parametrize(("share", "kept"), [(1.0, True), (0.5, False)])
def test_only_a_car_that_stays_balances_another(share: float, kept: bool) -> None:
    """L1 feeds 10 A, the second car draws 6 A on L2: 16 A apart, or 10 A while the first draws 6 A on L1."""
    cars = [
        session([0], 0.3, phases=[(0,)], share=[share], name="first"),
        session([0], 0.3, phases=[(1,)], charger=1, name="second"),
    ]
    stated = problem([0.3], cars, solar_kw=2.3, imbalance_limit_a=12.0)
    assert told(solar_on_l1(stated), [0, 0]).violations == ()
    assert (told(solar_on_l1(stated), [6, 6]).violations == ()) is kept


@pytest.mark.parametrize(("limit_a", "kept"), [(9.9, False), (10.0, True)])
def test_phases_may_be_as_far_apart_as_the_limit(limit_a: float, kept: bool) -> None:
    stated = problem([0.3], [session([0], 0.55, phases=[(2,)])], imbalance_limit_a=limit_a)
    assert (told(stated, [10]).violations == ()) is kept


def test_two_cars_cannot_draw_from_one_charger_in_one_slot() -> None:
    cars = [session([0], 0.5, share=[0.5], name="first"), session([0], 0.5, share=[0.5], name="second")]
    stated = problem([0.3], cars)
    assert told(stated, [6, 0]).violations == ()
    assert told(stated, [6, 6]).violations


def test_a_car_uses_one_phase_set_at_a_time() -> None:
    stated = problem([0.3], [session([0], 1.0, phases=[ALL, (0,)])])
    assert told(stated, [0, 6]).violations == ()
    assert told(stated, [6, 6]).violations


@pytest.mark.parametrize("current_a", [5.0, 17.0, 6.5])
def test_a_current_that_the_charger_cannot_be_told_is_a_violation(current_a: float) -> None:
    assert told(problem([0.3], [session([0], 2.6)]), [current_a]).violations


def test_more_than_the_car_wants_is_a_violation() -> None:
    """It wants 1.1 kWh and takes one step of 0.1725 kWh more: 1.2075 kWh (7 A) is the last that fits."""
    stated = problem([-0.3], [session([0], 1.1)])
    assert told(stated, [7]).violations == ()
    assert told(stated, [8]).violations


def test_starts_and_phase_switches_are_counted() -> None:
    def car() -> Session:
        return session([0, 1, 2, 3], 5.0, phases=[ALL, (0,)])

    stated = problem([0.3] * 4, [car()])
    assert told(stated, [0] * 8).starts == 0
    assert told(stated, [6, 0, 7, 0, 8, 0, 0, 0]).starts == 1
    assert told(stated, [6, 0, 0, 0, 8, 0, 8, 0]).starts == 2
    assert told(stated, [6, 0, 0, 8, 0, 8, 0, 0]).starts == 2
