"""Cars that take less as they fill: days of hours, by hand.

The car's power falls by 1 kW with each kWh from 80 % on: 11.04 kW there, 1.04 kW when it is full. What an
hour asks for, it must still take at the hour's end: with E kWh taken above 80 %, p <= 11.04 - E - p x 1 h.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from domain.running import Running, ShownTaper
from scheduler.tapers import Taper, TaperLine
from tests.scheduler.days import checked, inputs_of, site_of, wish
from tests.tolerance import approx_kw

HOME = "{id: home, current_a: {min: 6, max: 16}}"
POINTS = "taper: [{soc: 0.8, max_kw: 11.04}, {soc: 1, max_kw: 1.04}]"
CAR = f"vehicles: [{{id: car, battery_kwh: 50, efficiency: 1, {POINTS}}}]"


def powers(energy_kwh: float, buy: list[float], charger: str = HOME, more: str = CAR, **known: Any) -> Any:
    """The planned request, and the charger's powers [kW]."""
    site = site_of(charger, more=more)
    wishes = [wish("home", energy_kwh, leave=len(buy), vehicle="car", **known)]
    plan = checked(site, inputs_of(site, buy, wishes))
    return plan.requests[0], plan.chargers["home"].power_kw


def test_a_car_takes_in_an_hour_what_it_still_takes_at_its_end() -> None:
    """5.52 kW (8 A): 11.04 - 5.52. After it 2.76 kW would be left, below its 6 A."""
    planned, kw = powers(5.6, [0.2, 0.1, 0.2], soc_now=0.8)
    assert kw == approx_kw([0.0, 5.52, 0.0])
    assert planned.shortfall_kwh == 0
    assert {wait.kind: wait.slots for wait in planned.waits} == {"price": (0,), "done": (2,)}


def test_what_a_full_car_does_not_take_is_missing_and_the_plan_says_why() -> None:
    planned, kw = powers(8.0, [0.1, 0.2, 0.3], soc_now=0.8)
    assert sorted(kw) == approx_kw([0.0, 0.0, 5.52])
    assert planned.shortfall_kwh == pytest.approx(8.0 - 5.52)
    assert planned.binding is not None
    assert planned.binding.kind == "taper"
    assert "taper" in {wait.kind for wait in planned.waits}


def test_below_the_first_point_its_power_counts_and_no_more() -> None:
    """11.5 kWh below 80 %: an hour at full power, and then at most half of 11.5 kW."""
    _, kw = powers(15.8, [0.1, 0.2, 0.3], soc_now=0.57)
    assert kw == approx_kw([11.04, 4.83, 0.0])


def test_the_cheap_hour_comes_late_and_so_takes_less() -> None:
    """From 70 % on the cheap last hour alone takes 8.02 kW: p <= 11.04 - (p - 5). 7.59 kW are 11 A."""
    planned, kw = powers(7.5, [0.4, 0.1], soc_now=0.7)
    assert kw == approx_kw([0.0, 7.59])
    planned, kw = powers(10.0, [0.4, 0.1], soc_now=0.7)
    assert float(sum(kw)) == pytest.approx(10.0, abs=0.69)
    assert kw[1] <= 11.04 - (float(sum(kw)) - 5.0) + 1e-6
    assert planned.shortfall_kwh == 0


def test_a_dc_point_counts_at_the_car() -> None:
    """150 kW until half full, then down to 10 kW when full: 140 kW over 50 kWh."""
    stall = "{id: home, kind: dc, power_kw: {min: 5, max: 150}, efficiency: 0.95, power_factor: 1}"
    car = (
        "vehicles: [{id: car, battery_kwh: 100, efficiency: 0.9,"
        " taper: [{soc: 0.5, max_kw: 150}, {soc: 1, max_kw: 10}]}]"
    )
    planned, kw = powers(95.0, [0.1, 0.2], stall, car, soc_now=0.1)
    at_car = 0.95 * np.array(kw)
    assert at_car[0] <= 150 - 2.8 * max(0.0, at_car[0] - 40) + 1e-6
    assert at_car[0] == pytest.approx((150 + 2.8 * 40) / 3.8, abs=0.1)
    assert planned.shortfall_kwh > 0


def test_a_taper_that_was_seen_counts_without_any_table() -> None:
    """A power that falls by 1 kW with each kWh and has 11.04 kWh to go is the one above."""
    site = site_of(HOME)
    inputs = inputs_of(site, [0.2, 0.1, 0.2], [wish("home", 5.6, arrive=-1)])
    seen = Running((0, 1, 2), 16.0, 600.0, taper=ShownTaper(1.0, 11.04))
    plan = checked(site, replace(inputs, running={"home": seen}))
    assert plan.chargers["home"].power_kw.max() == pytest.approx(5.52)


def test_a_taper_that_nobody_can_place_is_told() -> None:
    site = site_of(HOME, more=CAR)
    plan = checked(site, inputs_of(site, [0.2] * 3, [wish("home", 5.6, vehicle="car")]))
    assert any("without the taper" in note and "home from 0" in note for note in plan.notes)


def test_the_lowest_line_counts() -> None:
    taper = Taper((TaperLine(9.0, 0.0), TaperLine(10.0, 1.0)))
    assert taper.most_kw(0.0, 0.0) == 9.0
    assert taper.most_kw(4.0, 0.5) == pytest.approx(4.0)
    assert taper.most_kw(20.0, 1.0) == 0.0
