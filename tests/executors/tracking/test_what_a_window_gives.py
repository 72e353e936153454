"""What a window of the peak must give to cars that leave, by hand; 10 kW is full power, a quarter is left."""

from __future__ import annotations

import math

import numpy as np
import pytest

from executors.tracking.danger import Danger
from executors.tracking.peak_yields import NOTHING_KW, needs_kw, window_kw

QUARTER_S = 900.0


def needed_kw(left_kwh: float, left_h: float, spare_h: float | None = None) -> float:
    """Power for a car that misses ``left_kwh`` and leaves in ``left_h``; its spare time, where not said."""
    one = np.ones(1)
    spare = left_h - left_kwh / 10.0 if spare_h is None else spare_h
    danger = Danger(one, 0 * one, spare * one, np.ones(1, dtype=np.bool_))
    return float(needs_kw(danger, left_kwh * one, left_h * 3600 * one, 10.0 * one, QUARTER_S)[0])


@pytest.mark.parametrize(
    ("left_kwh", "left_h", "power_kw"),
    [
        (5.0, 1.0, 0.0),  # half an hour to spare
        (9.0, 1.0, 6.0),  # 7.5 fit after the quarter: 1.5 kWh in it
        (9.6, 1.0, 10.0),  # 2.4 minutes to spare
        (0.5, 0.125, 4.0),  # leaves before its end: all of it until then
    ],
)
def test_a_car_needs_what_full_power_later_could_not_make_up_for(
    left_kwh: float, left_h: float, power_kw: float
) -> None:
    assert needed_kw(left_kwh, left_h) == pytest.approx(power_kw)


def test_a_car_without_a_departure_needs_nothing() -> None:
    assert needed_kw(5.0, math.inf, math.nan) == 0.0


def test_beside_what_cars_need_the_rest_of_the_site_has_its_own() -> None:
    assert window_kw(7.0, 4.0, np.array([2.0, 6.0])) == pytest.approx(3.0 + 8.0)
    assert window_kw(7.0, 4.0, np.zeros(2)) == NOTHING_KW
    assert window_kw(math.nan, 4.0, np.ones(2)) == NOTHING_KW
