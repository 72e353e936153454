"""Sentences about the charging day, on small whole sites, with kWh and EUR that the hand can check.

Slots last one hour here: 16 A are 11.04 kWh on three phases and 3.68 kWh on one, 6 A are 4.14 and 1.38 kWh.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import SolverError
from domain.inputs import PlanInputs
from domain.plan import Plan, Status
from domain.requests import ChargeRequest
from domain.site import parse_site
from domain.time_grid import TimeGrid
from scheduler import highs
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import faults
from tests.random_cases import random_case, series
from tests.tolerance import approx_a, approx_eur, approx_kw, approx_kwh

DAWN = datetime(2026, 3, 18, 5, tzinfo=UTC)
EXACT = PlanOptions(gap=0.0, calm_eur=0.0)
HOME = "{id: home, current_a: {min: 6, max: 16}}"
TWO = "{id: a, current_a: {min: 6, max: 16}}, {id: b, current_a: {min: 6, max: 16}}"


def at(hour: float) -> datetime:
    """So many hours after dawn."""
    return DAWN + timedelta(hours=hour)


def car(
    energy_kwh: float, arrive: float = 0, leave: float = 3, point: str = "home", **more: Any
) -> ChargeRequest:
    """A car that wants ``energy_kwh`` between two hours after dawn."""
    return ChargeRequest(charger=point, arrival=at(arrive), departure=at(leave), energy_kwh=energy_kwh,
                         id=f"{point} from {arrive}", **more)  # fmt: skip


def planned(
    buy: Sequence[float],
    cars: Sequence[ChargeRequest],
    *,
    grid: str = "limit_a: 63",
    chargers: str = HOME,
    more: str = "",
    sell: Any = 0.0,
    solar_kw: Any = None,
    load_kw: tuple[Any, Any, Any] = (0.0, 0.0, 0.0),
    options: PlanOptions = EXACT,
    peak: str = "",
    solar_series: Any = None,
) -> Plan:
    """The plan of a small site with one price per hour; it keeps every limit."""
    text = f"""
name: small
location: {{time_zone: Europe/Brussels}}
grid: {{{grid}}}
chargers: [{chargers}]
tariff: {{buy: {{source: sample}}, sell: {{source: sample}}{f", peak: {{{peak}}}" if peak else ""}}}
{"solar: [{id: roof, peak_kw: 20, source: sample}]" if solar_kw is not None else ""}
{more}
"""
    hours = TimeGrid.between(DAWN, at(len(buy)), "Europe/Brussels", 60)
    site = parse_site(text, "small.yaml")
    l1, l2, l3 = (series(hours, kw, "kW") for kw in load_kw)
    sun = solar_series if solar_kw is None else solar_kw
    inputs = PlanInputs(
        grid=hours, buy=series(hours, list(buy), "EUR/kWh"), sell=series(hours, sell, "EUR/kWh"),
        solar_kw={} if sun is None else {"roof": series(hours, sun, "kW")}, load_kw=(l1, l2, l3),
        requests=tuple(cars),
    )  # fmt: skip
    plan = plan_site(site, inputs, made_at=DAWN, clock=time.monotonic, options=options)
    assert faults(site, inputs, plan) == []
    return plan


def test_the_car_charges_in_the_cheapest_hour() -> None:
    plan = planned([0.30, 0.10, 0.20], [car(11.04)])
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04, 0.0])
    assert plan.chargers["home"].phases == ((), (0, 1, 2), ())
    assert plan.cost.total_eur == approx_eur(1.104)


def test_the_bound_is_that_of_the_energy_less_half_a_step() -> None:
    """Half an ampere on three phases for an hour is 0.345 kWh: 10.695 kWh at 0.10 EUR cannot be undercut."""
    plan = planned([0.30, 0.10, 0.20], [car(11.04)])
    assert plan.proof.bound_eur == approx_eur(1.0695)
    assert plan.proof.gap == pytest.approx(0.0345 / 1.104)
    assert plan.proof.gap_before_rounding == pytest.approx(0.0, abs=1e-9)
    assert plan.proof.status is Status.FEASIBLE
    content = PlanOptions(gap=0.05, calm_eur=0.0)
    assert planned([0.30, 0.10, 0.20], [car(11.04)], options=content).proof.status is Status.OPTIMAL


def test_nothing_is_planned_after_the_departure() -> None:
    plan = planned([0.30, 0.20, 0.10], [car(11.04, leave=2)])
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04, 0.0])


def test_own_solar_comes_first_where_selling_pays_less_than_buying_costs() -> None:
    """The sun of the second hour is worth 0.05, the grid of the first 0.20 EUR/kWh."""
    plan = planned([0.20, 0.25], [car(4.14, leave=2)], sell=0.05, solar_kw=[0.0, 4.14])
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 4.14])
    assert plan.cost.without_charging_eur == approx_eur(-0.207)
    assert plan.cost.total_eur == approx_eur(0.0)


def test_own_solar_is_sold_where_selling_pays_more_than_another_hour_costs() -> None:
    plan = planned([0.20, 0.25], [car(4.14, leave=2)], sell=0.24, solar_kw=[0.0, 4.14])
    assert plan.chargers["home"].power_kw == approx_kw([4.14, 0.0])
    assert plan.cost.total_eur == approx_eur(4.14 * (0.20 - 0.24))


def test_nobody_buys_and_sells_at_once_where_selling_pays_more() -> None:
    plan = planned([0.10], [car(4.14, leave=1)], sell=0.50, solar_kw=5.0)
    assert plan.power.import_kw == approx_kw([0.0])
    assert plan.power.export_kw == approx_kw([0.86])
    assert plan.cost.total_eur == approx_eur(-0.43)


def test_one_phase_cars_on_different_phases_of_a_circuit_do_not_hinder_each_other() -> None:
    chargers = (
        "{id: a, current_a: {min: 6, max: 16}}, {id: b, wiring: [L2, L3, L1], current_a: {min: 6, max: 16}}"
    )
    cars = [car(3.68, leave=1, point="a", phases=1), car(3.68, leave=1, point="b", phases=1)]
    plan = planned([0.30], cars, grid="limit_a: 16", chargers=chargers)
    assert plan.circuits["grid"].phase_a[:, 0] == approx_a([16.0, 16.0, 0.0])
    assert plan.proof.shortfall_kwh == approx_kwh(0.0)


def test_rotated_wiring_moves_the_load_to_its_own_phase() -> None:
    plan = planned(
        [0.30], [car(3.68, leave=1, phases=1)], chargers=HOME.replace("{id", "{wiring: [L3, L1, L2], id", 1)
    )
    assert plan.chargers["home"].phases == ((2,),)
    assert plan.circuits["grid"].phase_a[:, 0] == approx_a([0.0, 0.0, 16.0])


def test_a_shortfall_names_its_circuit_and_phase() -> None:
    """Two cars on L1 share the 16 A of the garage: 7.36 kWh are wanted, 3.68 flow."""
    chargers = TWO.replace("current_a", "circuit: garage, current_a")
    cars = [car(3.68, leave=1, point=point, phases=1) for point in ("a", "b")]
    plan = planned(
        [0.30], cars, chargers=chargers, more="circuits: [{id: garage, parent: grid, limit_a: 16}]"
    )
    assert sum(one.delivered_kwh for one in plan.requests) == approx_kwh(3.68)
    assert plan.proof.shortfall_kwh == approx_kwh(3.68)
    short = [one for one in plan.requests if one.shortfall_kwh > 0]
    assert {(one.binding.kind, one.binding.circuit, one.binding.phase) for one in short if one.binding} == {
        ("circuit", "garage", "L1")
    }


def test_a_stay_too_short_at_full_current_says_so() -> None:
    plan = planned([0.30], [car(20.0, leave=1)])
    assert plan.requests[0].delivered_kwh == approx_kwh(11.04)
    assert plan.requests[0].shortfall_kwh == approx_kwh(8.96)
    assert plan.requests[0].binding is not None
    assert plan.requests[0].binding.kind == "stay"


def test_the_imbalance_limit_keeps_two_one_phase_cars_apart() -> None:
    """32 Ah on L1 at 20 A apart: 20 in the cheap hour, 12 in the other: 4.6 x 0.10 + 2.76 x 0.20 EUR."""
    cars = [car(3.68, leave=2, point=point, phases=1) for point in ("a", "b")]
    plan = planned([0.10, 0.20], cars, grid="limit_a: 63, imbalance_limit_a: 20", chargers=TWO)
    assert plan.circuits["grid"].phase_a[0] == approx_a([20.0, 12.0])
    assert plan.cost.total_eur == approx_eur(1.012)


def test_what_the_load_alone_breaks_is_reported_and_charging_adds_nothing() -> None:
    """6.9 kW on L1 are 30 A of 25: the car waits for the dearer hour."""
    plan = planned([0.10, 0.30], [car(11.04, leave=2)], grid="limit_a: 25", load_kw=([6.9, 0.0], 0.0, 0.0))
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04])
    (breach,) = plan.breaches
    assert (breach.kind, breach.circuit, breach.phase, breach.slots) == ("current", "grid", "L1", (0,))
    assert (breach.limit, breach.worst) == approx_a((25.0, 30.0))


def test_the_export_limit_cuts_off_only_what_it_must() -> None:
    """Of 10 kW, 5 go out; the car takes 4.14 kW of the other 5 in one hour, and 0.86 kW are cut."""
    cars = [car(4.14, leave=2, max_current_a=6)]
    plan = planned([0.30] * 2, cars, grid="limit_a: 63, export_limit_kw: 5", sell=0.08, solar_kw=10.0)
    assert sorted(plan.power.curtailed_kw) == approx_kw([0.86, 5.0])
    assert plan.power.export_kw == approx_kw([5.0, 5.0])
    assert plan.cost.total_eur == approx_eur(-0.80)


def test_negative_prices_fill_the_car_up_to_one_step_more() -> None:
    """11.04 kWh and one step of 0.69 kWh: 11.73 kWh, paid with 0.10 EUR each."""
    plan = planned([-0.10, -0.10], [car(11.04, leave=2)])
    assert plan.requests[0].delivered_kwh == approx_kwh(11.73)
    assert plan.cost.total_eur == approx_eur(-1.173)


def test_positive_prices_leave_half_a_step_out() -> None:
    """10.7 kWh less half a step are 10.355 kWh: 15 A give 10.35 and are too little, 16 A it is; of 10.6 kWh
    15 A are enough.
    """
    assert planned([0.10], [car(10.7, leave=1)]).requests[0].delivered_kwh == approx_kwh(11.04)
    assert planned([0.10], [car(10.6, leave=1)]).requests[0].delivered_kwh == approx_kwh(10.35)


def test_two_cars_may_share_a_slot_but_not_draw_in_it_both() -> None:
    """The first leaves after half an hour and needs it: 12 A for half an hour are 4.14 kWh."""
    plan = planned([0.10, 0.40], [car(4.2, leave=0.5), car(11.04, arrive=0.5, leave=2)])
    assert plan.chargers["home"].current_a == approx_a([12.0, 16.0])
    assert plan.chargers["home"].power_kw == approx_kw([4.14, 11.04])
    assert [one.delivered_kwh for one in plan.requests] == approx_kwh([4.14, 11.04])


def test_a_car_that_covers_part_of_a_slot_loads_its_circuit_with_the_full_current() -> None:
    """The fuse carries ten ampere, however short the stay: 10 A for half an hour are 3.45 kWh."""
    plan = planned([0.10], [car(5.0, leave=0.5)], grid="limit_a: 10")
    assert plan.circuits["grid"].phase_a[:, 0] == approx_a([10.0, 10.0, 10.0])
    assert plan.requests[0].delivered_kwh == approx_kwh(3.45)
    assert plan.power.import_kw == approx_kw([3.45])


def test_a_departure_past_the_horizon_is_planned_for_its_share() -> None:
    """Two of its four hours are inside: 11.04 of 22.08 kWh."""
    plan = planned([0.30, 0.10], [car(22.08, leave=4)])
    assert plan.requests[0].energy_kwh == approx_kwh(11.04)
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04])
    assert "horizon" in plan.requests[0].note


def test_a_request_beyond_the_battery_asks_for_what_the_battery_takes() -> None:
    """10 kWh in the battery are 12.5 kWh at the charger, at an efficiency of 0.8."""
    plan = planned([0.30, 0.10], [car(30.0, leave=2, vehicle="small")],
                   more="vehicles: [{id: small, battery_kwh: 10, efficiency: 0.8, phases: 3}]")  # fmt: skip
    assert plan.requests[0].energy_kwh == approx_kwh(12.5)
    assert plan.requests[0].shortfall_kwh == approx_kwh(0.0)
    assert "battery" in plan.requests[0].note


def test_a_sunny_hour_is_used_on_one_phase_where_three_would_buy() -> None:
    """1.38 kW of sun are 6 A on one phase; three phases would have to buy 2.76 kW."""
    plan = planned([0.30, 0.30], [car(1.38, leave=2)], sell=0.05, solar_kw=[1.38, 0.0],
                   chargers="{id: home, current_a: {min: 6, max: 16}, phase_switching: {mode: both}, "
                            "driver: simulated}")  # fmt: skip
    assert plan.chargers["home"].phases == ((0,), ())
    assert plan.cost.total_eur == approx_eur(0.0)


@pytest.mark.parametrize(("calm_eur", "joined"), [(None, True), (0.004, False), (0.0, False)])
def test_calm_joins_two_blocks_within_its_money(calm_eur: float | None, joined: bool) -> None:
    """6 A through the middle hour, which costs 0.0012 EUR/kWh more, are 0.005 EUR: a start less is worth it
    where calm may cost a cent, the default, and not where it may cost 0.004 EUR.
    """
    plan = planned([0.1, 0.1012, 0.1], [car(22.08)], options=PlanOptions(gap=0.0, calm_eur=calm_eur))
    assert [kw > 0 for kw in plan.chargers["home"].power_kw] == [True, joined, True]
    if joined:
        assert 2.208 + 4.14 * 0.0012 - 1e-6 <= plan.cost.total_eur <= 2.218 + 1e-6
    else:
        assert plan.cost.total_eur == approx_eur(2.208)


@pytest.mark.parametrize("seed", [2000, 2003, 2009])
@pytest.mark.parametrize("clock", ["real", "over at once"])
def test_with_hardly_any_time_the_plan_keeps_every_limit(seed: int, clock: str) -> None:
    site, inputs = random_case(seed, slots=24, most_chargers=9)
    jumps: Callable[[], float] = iter(range(0, 10**9, 100)).__next__
    plan = plan_site(site, inputs, made_at=DAWN, clock=time.monotonic if clock == "real" else jumps,
                     options=PlanOptions(time_limit_s=0.05))  # fmt: skip
    assert faults(site, inputs, plan) == []
    assert plan.proof.bound_eur <= plan.proof.cost_eur


@pytest.mark.parametrize("seed", [0, 16, 27, 69, 81, 101])
def test_a_failing_solver_leaves_a_plan_by_rule_that_keeps_every_limit(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> highs.Answer:
        raise SolverError("broken on purpose")

    monkeypatch.setattr(highs, "solve", fails)
    site, inputs = random_case(seed)
    plan = plan_site(site, inputs, made_at=DAWN, clock=time.monotonic)
    assert faults(site, inputs, plan) == []
    assert plan.proof.status is Status.FALLBACK
    assert any("broken on purpose" in note for note in plan.notes)


def test_a_failing_solver_still_leaves_the_cheapest_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> highs.Answer:
        raise SolverError("broken on purpose")

    monkeypatch.setattr(highs, "solve", fails)
    plan = planned([0.30, 0.10, 0.20], [car(11.04)])
    assert plan.proof.status is Status.FALLBACK
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04, 0.0])
