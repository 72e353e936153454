"""Cars with limits of their own, that taper, sleep, or will not be ready."""

from __future__ import annotations

import numpy as np
import pytest

from executors.control.why import Told, Why
from executors.tracking.orders import peak_kw
from tests.executors.tracking.small_days import (
    START,
    Car,
    Day,
    orders_for,
    plan_of,
    request_of,
    site_of,
)

SITE = site_of()


def day_of(car: Car, need_kwh: float, hours: float, currents: list[float]) -> Day:
    request = request_of(need_kwh, hours)
    return Day(SITE, [car], orders_for(SITE, plan_of(SITE, [request], {"c0": currents}), [request]))


def test_a_cars_own_limit_is_learnt_for_the_next_plan() -> None:
    day = day_of(Car(max_a=13.0), 20.0, 4.0, [16.0] * 16)
    learnt = day.run(300).learnt
    assert learnt.max_a[0] == pytest.approx(13.0)


def test_a_one_phase_car_is_known_by_what_it_draws() -> None:
    day = day_of(Car(pins=1), 20.0, 8.0, [16.0] * 32)
    answer = day.run(300)
    assert answer.learnt.pins[0] == 1
    assert answer.learnt.phases[0].tolist() == [True, False, False]
    assert answer.danger.possible_kwh[0] == pytest.approx((8 - 300 / 3600) * 3.68, rel=0.02)


def test_a_taper_tells_how_much_the_car_still_takes() -> None:
    # 16 A down to 0 along a straight line from 2 kWh to 5 kWh.
    car = Car(battery_kwh=5.0, taper_from_kwh=2.0)
    day = day_of(car, 20.0, 8.0, [16.0] * 32)
    while car.drawn_kwh < 3.6:
        answer = day.tick()
    # A power that falls by s kW per kWh ends after p / s kWh more: 11.04 / 3 = 3.68 kW per kWh.
    assert answer.learnt.taper_kw_per_kwh[0] == pytest.approx(11.04 / 3, rel=0.1)
    assert answer.learnt.full_after_kwh[0] == pytest.approx(5.0 - car.drawn_kwh, rel=0.1)


def test_a_lower_offer_is_no_taper() -> None:
    # 16 A of its own for an hour, then an hour at 8 A: the plan holds it down, not the battery.
    answer = day_of(Car(max_a=13.0), 40.0, 4.0, [16.0] * 4 + [8.0] * 8).run(2 * 3600)
    assert np.isnan(answer.learnt.taper_kw_per_kwh[0])


def test_a_departure_that_physics_forbids_is_told_hours_ahead() -> None:
    # 13 of 16 A on three phases: 8.97 kW, in 4 h 35.9 kWh at most.
    day = day_of(Car(max_a=13.0), 40.0, 4.0, [16.0] * 16)
    answer = day.run(300)
    told = [event for _, tick in day.log for event in tick.state.events]
    assert Told.DEADLINE_IMPOSSIBLE in {event.what for event in told}
    assert answer.wishes.left_s[0] > 2 * 3600
    assert answer.danger.shortfall_kwh[0] == pytest.approx(40 - 4 * 8.97, abs=0.2)
    assert answer.wanted.current_a[0] >= 13


def test_a_car_that_would_miss_its_departure_charges_although_the_plan_is_off() -> None:
    # The plan gives nothing; the car needs 5.52 kWh, half an hour at full power, within an hour.
    day = day_of(Car(), 5.52, 1.0, [0.0] * 4)
    answer = day.run(600)
    assert answer.wanted.reasons[0].code is Why.DEADLINE_IN_DANGER
    assert answer.wanted.current_a[0] == 16


class Sleeper(Car):
    """It wakes up when an offer comes back after a pause."""

    seen: bool = False
    paused: bool = False
    awake: bool = False

    def draws_a(self, offer_a: float, at_s: float) -> float:
        self.awake |= self.paused and offer_a > 0
        self.paused |= self.seen and offer_a == 0
        self.seen |= offer_a > 0
        return super().draws_a(offer_a, at_s) if self.awake else 0.0


def test_a_sleeping_car_is_woken_up() -> None:
    answer = day_of(Sleeper(), 10.0, 4.0, [10.0] * 16).run(400)
    assert answer.cars.draws[0]
    assert not answer.state.waking.not_taking[0]


def test_a_car_that_never_draws_counts_as_not_taking_and_keeps_the_least_offer() -> None:
    day = day_of(Car(asleep=lambda _: True), 10.0, 4.0, [10.0] * 16)
    answer = day.run(900)
    assert answer.wanted.reasons[0].code is Why.CAR_SLEEPS
    assert answer.wanted.current_a[0] == 6
    told = [event.what for _, tick in day.log for event in tick.state.events]
    assert told.count(Told.NOT_TAKING) == 1


def test_a_car_that_stops_by_itself_is_full() -> None:
    day = day_of(Car(battery_kwh=1.0), 10.0, 8.0, [10.0] * 32)
    assert day.run(1500).wanted.reasons[0].code is Why.CAR_FULL


def test_a_car_nobody_measures_is_not_called_asleep() -> None:
    day = day_of(Car(), 10.0, 8.0, [10.0] * 32)
    day.measured_a[:] = np.nan

    for _ in range(400):
        day.measured_a[:] = np.nan
        answer = day.tick()
    assert answer.wanted.current_a[0] == 10
    assert answer.state.session.delivered_kwh[0] == pytest.approx(400 / 3600 * 6.9, rel=0.05)


def test_the_peak_to_keep_is_the_highest_of_floor_month_and_plan() -> None:
    peak = {"eur_per_kw_month": 4.0, "floor_kw": 2.5, "so_far": {"kw": 3.1, "month": "2026-06"}}
    tariff = {"buy": {"source": "fixed", "eur_per_kwh": 0.3}, "peak": peak}
    site = site_of(mode=["tariff", "capacity"], tariff=tariff)
    assert peak_kw(site, None, START) == 3.1
    assert peak_kw(site, None, START.replace(month=7)) == 2.5
    assert peak_kw(site, plan_of(site, [], {"c0": [10.0]}), START) == pytest.approx(6.9)
    assert peak_kw(SITE, None, START) == float("inf")


def test_the_quarters_budget_shrinks_with_what_is_imported() -> None:
    tariff = {
        "buy": {"source": "fixed", "eur_per_kwh": 0.3},
        "peak": {"eur_per_kw_month": 4.0, "floor_kw": 4.0},
    }
    site = site_of(mode=["tariff", "capacity"], tariff=tariff)
    day = Day(site, [None], orders_for(site, None, []), load_kw=lambda _: 2.0)
    answer = day.run(450)
    # 4 kW x 1/4 h = 1 kWh, of which 2 kW x 1/8 h = 0.25 kWh are gone.
    assert answer.wanted.budget_kwh == pytest.approx(0.75, abs=0.01)
    assert answer.wanted.budget_left_s == pytest.approx(450, abs=2)


def test_charging_at_eight_ampere_does_not_mean_that_a_car_needs_eight() -> None:
    learnt = day_of(Car(), 20.0, 8.0, [8.0] * 32).run(300).learnt
    assert np.isnan(learnt.min_a[0])


def test_a_car_that_stops_below_its_own_minimum_is_known_by_it() -> None:
    day = day_of(Car(min_a=8.0), 20.0, 8.0, [10.0] + [6.0] * 31)
    answer = day.run(900 + 200)
    assert answer.learnt.min_a[0] > 6
