"""Cars that give energy back, hour by hour: 16 A on three phases are 11.04 kW.

The car stores 90 % of what it draws and gives 90 % of what it empties: 1 kWh given costs 1.235 kWh drawn.
"""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import InputError
from domain.plan import Plan
from scheduler.not_built import PLANNED_ONLY, unbuilt
from tests.scheduler.days import checked, inputs_of, site_of, wish
from tests.tolerance import approx_eur, approx_kw

HOME = "{id: home, current_a: {min: 6, max: 16}, discharge_a: {min: 6, max: 16}}"


def car(wear: float = 0.0, soc_min: float = 0.2, more: str = "") -> str:
    v2g = f"{{soc_min: {soc_min}, efficiency: 0.9, wear_eur_per_kwh: {wear}}}"
    return f"vehicles: [{{id: car, battery_kwh: 60, efficiency: 0.9, v2g: {v2g}{more}}}]"


def day(
    buy: list[float], energy_kwh: float = 0.0, *, charger: str = HOME, more: str = "",
    grid: str = "limit_a: 400", soc_now: float | None = 0.6, **known: Any,
) -> Plan:  # fmt: skip
    site = site_of(charger, grid=grid, more=more or car())
    wishes = [wish("home", energy_kwh, leave=len(buy), vehicle="car", soc_now=soc_now)]
    return checked(site, inputs_of(site, buy, wishes, **known))


def test_a_car_fills_when_it_is_cheap_and_gives_when_it_is_dear() -> None:
    """9.66 kWh (14 A) drawn at 0.10 undo 7.59 kWh (11 A) given at 0.50: 7.59 / 0.81 = 9.37 kWh."""
    plan = day([0.10, 0.50], load_kw=20.0)
    drawn, given = plan.chargers["home"].power_kw
    assert drawn > 0 > given
    assert plan.chargers["home"].current_a[1] == pytest.approx(given * 1000 / 690)
    assert plan.chargers["home"].phases[1] == (0, 1, 2)
    assert 0.9 * drawn + given / 0.9 >= -1e-6
    assert plan.cost.total_eur < plan.cost.without_charging_eur - 2.5
    assert plan.requests[0].delivered_kwh == pytest.approx(drawn + given)


def test_wear_and_losses_make_a_small_difference_not_worth_it() -> None:
    """1 kWh given at 0.14 wants 1.235 kWh at 0.10; and at 0.50 it is worth nothing at a wear of 0.40."""
    assert day([0.10, 0.12], load_kw=20.0).chargers["home"].power_kw == approx_kw([0, 0])
    worn = day([0.10, 0.50], load_kw=20.0, more=car(wear=0.4))
    assert worn.chargers["home"].power_kw == approx_kw([0, 0])


def test_wear_is_part_of_the_cost() -> None:
    plan = day([0.10, 0.50], load_kw=20.0, more=car(wear=0.05))
    assert plan.cost.wear_eur == approx_eur(-0.05 * plan.chargers["home"].power_kw[1])
    assert plan.cost.wear_eur > 0.3


def test_what_was_asked_for_is_there_at_the_departure() -> None:
    """An hour of giving in between; then it is 9 kWh fuller than it came."""
    plan = day([0.10, 0.50, 0.10, 0.10], energy_kwh=10.0, load_kw=20.0)
    kw = plan.chargers["home"].power_kw
    assert kw[1] < 0
    stored = sum(0.9 * p if p > 0 else p / 0.9 for p in kw.tolist())
    assert stored >= 9.0 - 0.9 * 0.345 - 1e-6
    assert plan.requests[0].shortfall_kwh == 0


def test_it_gives_nothing_below_its_least_state_of_charge() -> None:
    """60 % of 60 kWh and 57 % as the least: 1.8 kWh may go, less than an hour at 6 A (4.14 kWh) empties."""
    plan = day([0.50, 0.10, 0.10], load_kw=20.0, more=car(soc_min=0.57))
    assert plan.chargers["home"].power_kw[0] == 0
    below = day([0.50, 0.10, 0.10], load_kw=20.0, more=car(soc_min=0.7))
    assert (below.chargers["home"].power_kw >= 0).all()


def test_the_export_limit_holds() -> None:
    """Without load 5 kW may leave the site: 7 A are 4.83 kW."""
    site = site_of(HOME, grid="limit_a: 400, export_limit_kw: 5", more=car())
    wishes = [wish("home", 0.0, leave=2, vehicle="car", soc_now=0.6)]
    plan = checked(site, inputs_of(site, [0.10, 0.50], wishes, sell=[0.05, 0.45]))
    assert plan.chargers["home"].power_kw[1] == pytest.approx(-4.83)


def test_a_circuit_holds_what_is_fed_in_too() -> None:
    """11.04 kWh at 8 A in two hours, less the 6.81 kWh that an hour of 8 A given undoes, are 4.23 kWh."""
    plan = day([0.10, 0.10, 0.50], 4.0, grid="limit_a: 8", sell=[0.05, 0.05, 0.45])
    assert plan.chargers["home"].current_a[2] == pytest.approx(-8)


def test_a_car_that_gives_leaves_room_for_another() -> None:
    """7.5 kWh in an hour want 11 A, and the grid has 7: the first car gives to the second."""
    two = f"{HOME}, {{id: guest, current_a: {{min: 6, max: 16}}}}"
    site = site_of(two, grid="limit_a: 7", more=car())
    wishes = [
        wish("home", 0.0, leave=4, vehicle="car", soc_now=0.6),
        wish("guest", 7.5, leave=1),
    ]
    plan = checked(site, inputs_of(site, [0.2] * 4, wishes))
    assert plan.chargers["home"].current_a[0] <= -6
    assert plan.requests[1].shortfall_kwh == 0


def test_a_stall_gives_what_its_losses_leave() -> None:
    """10 kW at the car are 9.5 kW at the grid, in steps of 0.1 A."""
    stall = (
        "{id: home, kind: dc, power_kw: {min: 1, max: 20}, efficiency: 0.95, power_factor: 1,"
        " discharge_kw: {min: 1, max: 10}}"
    )
    plan = day([0.10, 0.50], charger=stall, load_kw=30.0)
    assert plan.chargers["home"].power_kw[1] == pytest.approx(-9.5, abs=0.07)


def test_without_a_state_of_charge_nothing_is_given_and_the_plan_says_so() -> None:
    plan = day([0.10, 0.50], load_kw=20.0, soc_now=None)
    assert (plan.chargers["home"].power_kw >= 0).all()
    assert any("without vehicle to grid" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("charger", "more", "said"),
    [
        (HOME.replace("home,", "home, driver: charx, host: h,"), car(), "driver none or simulated"),
        (HOME.replace("home,", "home, min_run_s: 900,"), car(), "min_run_s"),
        (
            HOME,
            "vehicles: [{id: car, v2g: {soc_min: 0.2, efficiency: 0.9, wear_eur_per_kwh: 0}}]",
            "battery_kwh",
        ),
    ],
)
def test_what_cannot_be_is_refused(charger: str, more: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        site_of(charger, more=more)
    assert said in " ".join(f"{fault.found} {fault.allowed}" for fault in error.value.faults)


def test_nothing_carries_it_out() -> None:
    (key,) = unbuilt(site_of(HOME, more=car()), requests=(), rows=PLANNED_ONLY)
    assert "planned only" in str(key)
