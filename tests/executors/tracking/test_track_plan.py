"""The plan is held by energy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from executors.control.why import Why
from executors.tracking.by_energy import Range, held_a
from tests.executors.tracking.small_days import START_S, Car, Day, orders_for, plan_of, request_of, site_of

QUARTER_S = 900


def day_of(currents: list[float], car: Car, need_kwh: float, hours: float, **plan: object) -> Day:
    site = site_of()
    request = request_of(need_kwh, hours)
    made = plan_of(site, [request], {"c0": currents}, **plan)  # type: ignore[arg-type] # passed through by name
    return Day(site, [car], orders_for(site, made, [request]))


def test_a_car_that_obeys_gets_what_the_plan_says() -> None:
    day = day_of([10, 0, 8, 8], Car(), 4.485, 1.0)
    day.run(4 * QUARTER_S)
    assert day.cars[0] is not None
    # 10 A, 8 A and 8 A for a quarter each on three phases: 26 x 0.69 / 4 kWh
    assert day.cars[0].drawn_kwh == pytest.approx(26 * 0.69 / 4, abs=0.05)
    assert set(np.unique(day.wanted_a()[20:800])) == {10.0}
    assert set(np.unique(day.wanted_a()[910:1790])) == {0.0}


def test_what_a_limited_slot_missed_is_made_up_in_the_next_planned_ones() -> None:
    day = day_of([10, 10, 10, 10], Car(), 6.9, 1.0)
    day.max_told_a = 6.0
    day.run(QUARTER_S)
    day.max_told_a = np.inf
    day.run(3 * QUARTER_S)
    assert day.cars[0] is not None
    assert day.cars[0].drawn_kwh == pytest.approx(6.9, abs=0.06)
    assert day.wanted_a().max() > 10.0


def test_a_car_that_takes_less_than_offered_still_gets_its_energy() -> None:
    # It draws one ampere less than it is offered: a volt drop, a cable, a meter.
    class Shy(Car):
        def draws_a(self, offer_a: float, at_s: float) -> float:
            return max(super().draws_a(offer_a, at_s) - 0.8, 0.0)

    day = day_of([10, 10, 10, 10], Shy(), 6.9, 1.0)
    day.run(4 * QUARTER_S)
    assert day.cars[0] is not None
    assert day.cars[0].drawn_kwh == pytest.approx(6.9, abs=0.06)
    changes = np.count_nonzero(np.diff(day.wanted_a()))
    assert changes <= 24


def test_a_car_that_is_planned_to_be_ready_early_is_ready_early() -> None:
    """12 A for 8 of the 14 minutes that it is there, 1.1 kWh: the rest of its stay is in reserve."""
    site, stay_h, flows_h = site_of(), 14 / 60, 8 / 60
    request = request_of(12 * 0.69 * flows_h, stay_h)
    made = plan_of(site, [request], {"c0": [12.0, 0.0]})
    told = made.chargers["c0"]
    early = replace(told, power_kw=told.power_kw * flows_h / 0.25)
    day = Day(site, [Car()], orders_for(site, replace(made, chargers={"c0": early}), [request]))
    day.run(3600 * flows_h + 20)
    assert day.cars[0] is not None
    assert day.cars[0].drawn_kwh == pytest.approx(12 * 0.69 * flows_h, abs=0.02)


def test_what_was_missed_is_made_up_before_the_car_leaves_in_the_slot() -> None:
    """It leaves after 12 minutes and had nothing for 4: so 15 A for the other 8, and not less for 11."""
    site = site_of()
    request = request_of(10 * 0.69 * 0.2, 0.2)
    made = plan_of(site, [request], {"c0": [10.0, 0.0]})
    told = made.chargers["c0"]
    made = replace(made, chargers={"c0": replace(told, power_kw=told.power_kw * 0.8)})
    rows = orders_for(site, made, [request]).rows
    assert rows is not None
    allowed = Range(*(np.full(1, value) for value in (6.0, 16.0, 1.0, 0.69)))
    told_a = held_a(rows, 0, START_S + 240, np.full(1, 10 * 0.69 * 4 / 60), np.zeros(1), allowed)
    assert told_a.tolist() == [15.0]


def test_a_car_with_its_request_filled_is_done() -> None:
    day = day_of([10, 10, 10, 10], Car(), 3.0, 1.0)
    last = day.run(3 * QUARTER_S)
    assert day.cars[0] is not None
    assert day.cars[0].drawn_kwh == pytest.approx(3.0, abs=0.02)
    assert last.wanted.reasons[0].code is Why.ENERGY_DONE


def test_without_a_plan_a_request_is_served_at_once() -> None:
    site = site_of()
    request = request_of(3.0, 2.0)
    day = Day(site, [Car()], orders_for(site, None, [request]))
    answer = day.run(60)
    assert answer.wanted.current_a[0] == 16
    assert answer.wanted.reasons[0].code is Why.NO_PLAN


def test_a_plan_that_has_ended_is_said_to_be_too_old() -> None:
    day = day_of([10], Car(), 30.0, 8.0)
    answer = day.run(QUARTER_S + 60)
    assert answer.wanted.current_a[0] == 16
    assert answer.wanted.reasons[0].code is Why.PLAN_TOO_OLD


def test_without_a_request_nothing_is_given_unless_the_owner_says_so() -> None:
    for word, current_a in (("none", 0.0), ("full", 16.0), ("solar", 0.0)):
        site = site_of(default_request=word)
        day = Day(site, [Car()], orders_for(site, None, []))
        assert day.run(30).wanted.current_a[0] == current_a


def test_energy_that_planned_slots_cannot_hold_goes_to_the_cheapest_others() -> None:
    # Planned: the first and the last quarter at full current. The first is lost; the second is cheap.
    day = day_of(
        [16, 0, 0, 16, 0, 0, 0, 0], Car(), 5.52, 2.0, prices=[0.1, 0.2, 0.3, 0.1, 0.5, 0.15, 0.4, 0.5]
    )
    day.max_told_a = 0.0
    day.run(QUARTER_S)
    day.max_told_a = np.inf
    day.run(7 * QUARTER_S - 10)
    wanted = day.wanted_a().reshape(-1)
    on = [bool(wanted[slot * QUARTER_S + 100 : (slot + 1) * QUARTER_S - 100].any()) for slot in range(7)]
    assert on[3]
    assert on[5]
    assert not on[1]
    assert not on[2]
    assert not on[4]
    assert day.cars[0] is not None
    assert day.cars[0].drawn_kwh == pytest.approx(5.52, abs=0.06)
