"""Cars at DC points whose taper nobody states: ready early, but never at the price of energy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.requests import ChargeRequest
from domain.site import Site
from domain.unstated_tapers import LONGER_SHARE, taper_unstated
from scheduler.ready_early import planned_end
from tests.scheduler.days import DAWN, checked, inputs_of, site_of, wish

STALL = "{id: fast, kind: dc, power_kw: {min: 10, max: 50}, efficiency: 1, power_factor: 1}"
BOX = "{id: slow, current_a: {min: 6, max: 16}}"
FLAT = (
    "vehicles: [{id: flat, battery_kwh: 60, efficiency: 0.9, "
    "taper: [{soc: 0.9, max_kw: 60}, {soc: 1, max_kw: 55}]}]"
)


def kept_back_min(site: Site, request: ChargeRequest, energy_kwh: float, now_h: float = 0) -> float:
    """Minutes between the planned end and the departure."""
    end = planned_end(request, site, DAWN + timedelta(hours=now_h), energy_kwh)
    return (request.departure - end) / timedelta(minutes=1)


def test_a_tenth_of_the_stay_is_kept_back() -> None:
    """3 h with 50 kWh at 50 kW: 18 min. Half an hour before the end 5 kWh leave 24 min: half of it."""
    site = site_of(STALL)
    assert kept_back_min(site, wish("fast", 50.0), 50.0) == pytest.approx(18)
    assert kept_back_min(site, wish("fast", 5.0), 5.0, now_h=2.5) == pytest.approx(12)
    assert kept_back_min(site, wish("fast", 5.0), 5.0, now_h=4) == 0


def test_a_car_in_a_hurry_keeps_half_of_what_is_over() -> None:
    """145 kWh at 50 kW take 174 of 180 minutes: 3 are kept back; 160 kWh take all of them."""
    site = site_of(STALL)
    assert kept_back_min(site, wish("fast", 145.0), 145.0) == pytest.approx(3)
    assert kept_back_min(site, wish("fast", 160.0), 160.0) == 0


def test_it_is_for_cars_that_nobody_knows_on_direct_current() -> None:
    site = site_of(f"{STALL}, {BOX}", more=FLAT)
    assert taper_unstated(wish("fast", 9.0), site)
    assert taper_unstated(wish("fast", 9.0, vehicle="flat"), site)  # how full it is nobody says
    assert not taper_unstated(wish("fast", 9.0, vehicle="flat", soc_now=0.3), site)
    assert not taper_unstated(wish("slow", 9.0), site)


def test_the_plan_is_done_before_the_end_though_the_end_is_cheapest() -> None:
    """The last of three hours is cheapest: 0.7 h of it give 35 kWh, the other 15 come from before."""
    site = site_of(STALL)
    plan = checked(site, inputs_of(site, [0.3, 0.2, 0.1], [wish("fast", 50.0)]))
    hours = 1 - 3 * LONGER_SHARE
    assert plan.chargers["fast"].power_kw == pytest.approx([0, 50 - 50 * hours, 50 * hours], abs=0.1)
    assert plan.requests[0].shortfall_kwh == 0
    assert any("fast from 0: nobody says" in note and "a tenth" in note for note in plan.notes)


def test_no_energy_is_lost_by_it() -> None:
    """Two cars share 60 kW for an hour: 60 kWh is what there is, and every minute is needed for it."""
    stalls = f"{STALL}, {STALL.replace('fast', 'quick')}"
    site = site_of(stalls, grid="limit_a: 400, limit_kw: 60")
    cars = [wish("fast", 32.0, leave=1), wish("quick", 32.0, leave=1)]
    plan = checked(site, inputs_of(site, [0.1], cars))
    assert plan.proof.shortfall_kwh == pytest.approx(4.0, abs=0.2)
    assert any("would cost energy" in note for note in plan.notes)


def test_a_car_in_a_hurry_takes_no_time_from_the_others() -> None:
    """The third car cannot have all it wants; the first still keeps 18 minutes back."""
    third = STALL.replace("fast", "third")
    site = site_of(f"{STALL}, {third}")
    cars = [wish("fast", 50.0), wish("third", 60.0, leave=1)]
    plan = checked(site, inputs_of(site, [0.3, 0.2, 0.1], cars))
    assert plan.requests[1].shortfall_kwh == pytest.approx(10, abs=0.1)
    assert plan.chargers["fast"].power_kw == pytest.approx([0, 15, 35], abs=0.1)
    assert any("a tenth of the stay" in note for note in plan.notes)
