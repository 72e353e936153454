"""The seven modes on days that the hand can check: 16 A are 11.04 kW on three phases, 6 A are 4.14 kW."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from domain.plan import Plan
from domain.site import parse_site
from scheduler.wish import First, wish_of
from tests.scheduler.test_planner_days import car, planned
from tests.tolerance import approx_eur, approx_kw

PEAK = "eur_per_kw_month: 4, floor_kw: 2.5"
SEVEN = [modes for n in (1, 2, 3) for modes in combinations(("solar", "tariff", "capacity"), n)]


def home(modes: tuple[str, ...], buy: list[float], kwh: float, **more: Any) -> Plan:
    said = f"mode: [{', '.join(modes)}]"
    extra = more.pop("more", "")
    return planned(buy, [car(kwh, leave=len(buy))], more=f"{said}\n{extra}", **more)


def test_in_mode_tariff_the_peak_is_paid_but_not_avoided() -> None:
    """11.04 kW in the cheap hour: 8.54 kW above the floor at 4 EUR."""
    plan = home(("tariff",), [0.30, 0.10], 11.04, peak=PEAK)
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04])
    assert plan.cost.peak_eur == approx_eur(34.16)
    assert plan.cost.total_eur == approx_eur(1.104 + 34.16)
    assert plan.proof.bound_eur == approx_eur(plan.cost.total_eur - 0.0345)


def test_with_capacity_the_peak_is_part_of_the_money() -> None:
    """8 A in both hours cost 2.208 - 1.104 EUR more energy and save 5.52 kW at 4 EUR."""
    plan = home(("tariff", "capacity"), [0.30, 0.10], 11.04, peak=PEAK)
    assert plan.chargers["home"].power_kw == approx_kw([5.52, 5.52])
    assert plan.cost.peak_eur == approx_eur(4 * 3.02)
    assert plan.proof.cost_eur == approx_eur(plan.cost.total_eur)


def test_with_capacity_a_dear_hour_is_still_avoided_where_the_peak_is_cheaper() -> None:
    plan = home(("tariff", "capacity"), [5.0, 0.10], 11.04, peak="eur_per_kw_month: 0.5, floor_kw: 2.5")
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04])


def test_capacity_alone_makes_the_peak_least_whatever_energy_costs() -> None:
    plan = home(("capacity",), [5.0, 0.10], 11.04, peak="eur_per_kw_month: 0.5, floor_kw: 2.5")
    assert plan.chargers["home"].power_kw == approx_kw([5.52, 5.52])


def test_a_peak_that_is_paid_for_already_is_used() -> None:
    """11.1 kW have been reached this month: nothing rises in either hour, so the cheap one is taken."""
    so_far = PEAK + ', so_far: {kw: 11.1, month: "2026-03"}'
    plan = home(("capacity",), [0.30, 0.10], 11.04, peak=so_far)
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04])
    assert plan.cost.peak_eur == 0.0


def test_the_peak_of_another_month_helps_nothing_and_the_plan_says_so() -> None:
    plan = home(("capacity",), [0.30, 0.10], 11.04, peak=PEAK + ', so_far: {kw: 11.1, month: "2026-02"}')
    assert plan.chargers["home"].power_kw == approx_kw([5.52, 5.52])
    assert any("so_far is of 2026-02" in note for note in plan.notes)


def test_a_target_is_kept_where_the_peak_has_no_price() -> None:
    """4.14 kW are below the target of 5 kW in both hours; what fits below it is then a matter of money."""
    plan = home(("tariff", "capacity"), [0.30, 0.10], 8.28, more="target_kw: 5")
    assert plan.chargers["home"].power_kw == approx_kw([4.14, 4.14])
    assert plan.cost.peak_eur == 0.0


def test_no_mode_gives_up_a_departure_for_a_peak() -> None:
    plan = home(("capacity",), [0.30], 11.04, more="target_kw: 5")
    assert plan.chargers["home"].power_kw == approx_kw([11.04])


def test_solar_prefers_own_sun_up_to_its_bonus() -> None:
    """Sun sold at 0.24 is worth 0.19 at home, so the grid at 0.20 is left; in mode tariff it is taken."""
    day: dict[str, Any] = {"sell": 0.24, "solar_kw": [0.0, 4.14]}
    assert home(("tariff",), [0.20, 0.25], 4.14, **day).chargers["home"].power_kw == approx_kw([4.14, 0.0])
    plan = home(("solar", "tariff"), [0.20, 0.25], 4.14, **day)
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 4.14])
    assert plan.cost.total_eur == approx_eur(0.0)
    cheap = home(("solar", "tariff"), [0.18, 0.25], 4.14, **day)
    assert cheap.chargers["home"].power_kw == approx_kw([4.14, 0.0])
    assert cheap.cost.total_eur == approx_eur(4.14 * (0.18 - 0.24))


def test_the_bonus_is_what_the_owner_says() -> None:
    day: dict[str, Any] = {"sell": 0.24, "solar_kw": [0.0, 4.14], "more": "solar_bonus_eur_per_kwh: 0.2"}
    assert home(("solar", "tariff"), [0.05, 0.25], 4.14, **day).chargers["home"].power_kw == approx_kw(
        [0.0, 4.14]
    )


def test_solar_alone_buys_least_whatever_it_costs() -> None:
    """The sun of the first hour saves 4.14 kWh of grid energy at a price of 5 EUR that nobody pays."""
    plan = home(("solar",), [0.9, -0.2], 4.14, sell=0.8, solar_kw=[4.14, 0.0])
    assert plan.chargers["home"].power_kw == approx_kw([4.14, 0.0])
    assert plan.cost.total_eur == approx_eur(0.0)


def test_solar_alone_then_looks_at_the_money() -> None:
    plan = home(("solar",), [0.30, 0.10], 11.04, solar_kw=0.0)
    assert plan.chargers["home"].power_kw == approx_kw([0.0, 11.04])


@pytest.mark.parametrize("modes", SEVEN)
def test_every_combination_of_modes_has_a_plan_that_keeps_every_limit(modes: tuple[str, ...]) -> None:
    plan = home(modes, [0.30, 0.10, 0.25], 16.0, sell=0.05, solar_kw=[0.0, 2.0, 6.0], peak=PEAK)
    assert plan.proof.shortfall_kwh == 0.0
    assert plan.proof.bound_eur <= plan.proof.cost_eur


def wish(modes: tuple[str, ...], peak: bool) -> tuple[First, bool, float]:
    tariff = "buy: {source: fixed, eur_per_kwh: 0.3}" + (f", peak: {{{PEAK}}}" if peak else "")
    text = (
        "name: Home\nlocation: {time_zone: Europe/Brussels}\ngrid: {limit_a: 25}\ntarget_kw: 5\n"
        f"chargers: [{{id: one, current_a: {{min: 6, max: 16}}}}]\nmode: [{', '.join(modes)}]\n"
        f"tariff: {{{tariff}}}\n"
    )
    found = wish_of(parse_site(text, "home.yaml"))
    return found.first, found.peak_counts, found.solar_bonus_eur_per_kwh


def test_what_comes_first_is_stated_by_one_mode_alone_or_by_a_target_without_a_price() -> None:
    first = {modes: wish(modes, peak=True)[0] for modes in SEVEN}
    assert {modes for modes, what in first.items() if what is First.GRID_ENERGY} == {("solar",)}
    assert {modes for modes, what in first.items() if what is First.PEAK} == {("capacity",)}
    aimed = {modes for modes in SEVEN if wish(modes, peak=False)[0] is First.PEAK}
    assert aimed == {modes for modes in SEVEN if "capacity" in modes}


def test_the_peak_counts_with_capacity_and_the_bonus_beside_another_mode() -> None:
    assert [modes for modes in SEVEN if wish(modes, peak=True)[1]] == [m for m in SEVEN if "capacity" in m]
    with_bonus = [modes for modes in SEVEN if wish(modes, peak=True)[2] == 0.05]
    assert with_bonus == [modes for modes in SEVEN if "solar" in modes and len(modes) > 1]
