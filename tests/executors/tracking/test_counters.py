"""The chargers' own counters put right what sampled powers add up to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from executors.tracking.cars import Beyond
from executors.tracking.counters import Counters, first_counters, put_right
from tests.executors.tracking.small_days import Car, Day, orders_for, plan_of, request_of, site_of

FULL_KW = np.array([200.0])


def counted(ticks: list[tuple[float | None, float]]) -> float:
    """Energy [kWh] after ticks of a counter, none where it is silent, and of what the power came to."""
    total_kwh, counters = 0.0, first_counters(1)
    for counter_kwh, drawn_kwh in ticks:
        shown = None if counter_kwh is None else np.array([counter_kwh])
        right_kwh, counters = put_right(counters, shown, np.array([drawn_kwh]), FULL_KW)
        total_kwh += float(right_kwh[0])
    return total_kwh


def test_a_power_that_fell_within_its_period_is_put_right() -> None:
    """190 kW were sampled at 50 kWh, fell to 40 at once, and were held for 10 s: 0.53 kWh for 0.11."""
    held_kwh = 190 / 3600
    ticks: list[tuple[float | None, float]] = [(50.0, 0.0), *[(50.0, held_kwh)] * 9, (50.11, held_kwh)]
    assert counted(ticks) == pytest.approx(0.11)


def test_between_two_values_of_the_counter_the_powers_count() -> None:
    assert counted([(50.0, 0.1), (50.0, 0.1), (50.0, 0.1)]) == pytest.approx(0.3)


def test_a_new_session_begins_anew() -> None:
    assert counted([(50.0, 0.0), (0.0, 0.1), (0.3, 0.25)]) == pytest.approx(0.4)


def test_a_counter_of_something_else_is_not_believed() -> None:
    """More than a minute at full power away from what was measured: 3.3 kWh."""
    assert counted([(50.0, 0.0), (56.0, 0.2)]) == pytest.approx(0.2)


@pytest.mark.parametrize("silent", [None, math.nan])
def test_without_a_counter_the_powers_count(silent: float | None) -> None:
    assert counted([(silent, 0.1), (silent, 0.2)]) == pytest.approx(0.3)


def test_a_counter_that_was_silent_knows_what_flowed_meanwhile() -> None:
    assert counted([(50.0, 0.0), (math.nan, 0.1), (50.35, 0.2)]) == pytest.approx(0.35)


def test_what_a_car_has_had_is_what_its_charger_counted() -> None:
    """Its charger measures 3 % too much current, and its counter is right."""
    site = site_of()
    request = request_of(4.0, 2.0)
    day = Day(site, [Car()], orders_for(site, plan_of(site, [request], {"c0": [12.0] * 8}), [request]))
    car = day.cars[0]
    assert car is not None
    for _ in range(3600):
        day.measured_a *= 1.03
        answer = day.tick(beyond=Beyond(counter_kwh=np.array([car.drawn_kwh])))
    assert car.drawn_kwh == pytest.approx(4.0, abs=0.02)
    assert answer.wishes.left_kwh[0] == pytest.approx(0.0, abs=1e-6)


def test_the_memory_is_of_the_last_value() -> None:
    _, counters = put_right(Counters(np.array([1.0]), np.array([0.5])), np.array([2.0]), np.zeros(1), FULL_KW)
    assert (counters.kwh.tolist(), counters.since_kwh.tolist()) == ([2.0], [0.0])
