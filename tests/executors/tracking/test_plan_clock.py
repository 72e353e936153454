"""A step of the wall clock never raises a current."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.executors.tracking.small_days import START_S, Car, Day, orders_for, plan_of, request_of, site_of

HOUR_S = 3600.0


def day_of(currents: Sequence[float], begins_s: float = 0.0) -> Day:
    site = site_of()
    request = request_of(8.0, 3.0)
    orders = orders_for(site, plan_of(site, [request], {"c0": currents}), [request])
    return Day(site, [Car()], orders, wall_s=START_S + begins_s)


@pytest.mark.parametrize("step_s", [-HOUR_S, HOUR_S])
def test_an_hour_forth_and_back_changes_nothing(step_s: float) -> None:
    day = day_of([10] * 4 + [16] * 4 + [0] * 4, begins_s=2000)
    day.run(60)
    day.wall_s += step_s
    day.run(120)
    day.wall_s -= step_s
    day.run(30)
    assert set(day.wanted_a()[10:]) <= {10.0, 11.0}


def test_a_step_that_stays_raises_nothing_before_a_slot_begins() -> None:
    day = day_of([8] * 4 + [16] * 4)
    day.run(120)
    before_a = day.wanted_a()[-1]
    day.wall_s += HOUR_S
    day.run(780)  # 13 min, in which the stepped clock is believed
    assert day.wanted_a()[120:].max() <= before_a
    day.run(300)  # the next quarter begins
    assert day.wanted_a()[-1] == 16


def test_small_corrections_are_followed() -> None:
    day = day_of([8, 0, 8, 0])
    for _ in range(30):
        day.wall_s += 0.5
        day.tick()
    assert day.log[-1][1].time.off_by_s == 0
    assert np.all(day.wanted_a()[5:] == 8)
