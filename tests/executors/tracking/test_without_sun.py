"""Where no car may have surplus, the short way comes to what the long one comes to."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from executors.control.wiring import wiring_of
from executors.tracking.arrays import Bools, Floats, Ints
from executors.tracking.cars import Cars
from executors.tracking.phase_change import first_phase_change
from executors.tracking.points import Points, points_of
from executors.tracking.sun import Sun, follow_sun
from executors.tracking.sun_choice import ALL, OFF, ONE, Sunny
from executors.tracking.surplus import Level
from tests.executors.tracking.small_days import site_of

NOW_S = 5000.0
WAYS = st.sampled_from([OFF, ONE, ALL])


def points(chargers: int) -> Points:
    site = site_of(chargers, {"mode": "both", "hold_s": 60}, default_request="solar")
    return points_of(site, wiring_of(site))


def cars(count: int) -> Cars:
    every, none = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    three, row = np.full(count, 3), np.arange(count)
    return Cars(
        every, none, none, np.zeros(count), row, three, three,
        np.full(count, 6.0), np.full(count, 16.0), np.full(count, 16.0),
    )  # fmt: skip


def followed(
    ways: list[int], bases: list[int], since_s: list[float], takes: Bools, now_kw: float
) -> tuple[Sun, Sunny]:
    count = len(ways)
    site_points = points(count)
    regret_kwh: Floats = np.full((count, 3), 0.05)
    sunny = Sunny(np.array(ways), regret_kwh, np.array(since_s))
    limits: tuple[Ints, Bools] = (np.full(count, 4), np.ones(count, dtype=bool))
    sun, after, _ = follow_sun(
        site_points, sunny, Level(), first_phase_change(site_points.wiring.wired), cars(count), takes,
        limits, np.array(bases), (now_kw, 5.0, NOW_S),
    )  # fmt: skip
    return sun, after


@settings(max_examples=60, deadline=None)
@given(
    cars_of=st.lists(
        st.tuples(WAYS, WAYS, st.sampled_from([-np.inf, 100.0, 4990.0])), min_size=1, max_size=4
    ),
    now_kw=st.sampled_from([-2.0, 0.0, 3.0, 9.0]),
)
def test_nobody_takes_and_another_one_takes_are_the_same_to_those_that_do_not(
    cars_of: list[tuple[int, int, float]], now_kw: float
) -> None:
    ways, bases, since_s = (list(each) for each in zip(*cars_of, strict=True))
    count = len(ways)
    short, after = followed(ways, bases, since_s, np.zeros(count, dtype=bool), now_kw)
    takes = np.append(np.zeros(count, dtype=bool), np.True_)
    long, later = followed([*ways, OFF], [*bases, OFF], [*since_s, 0.0], takes, now_kw)
    np.testing.assert_array_equal(short.current_a, long.current_a[:count])
    np.testing.assert_array_equal(short.share_kw, long.share_kw[:count])
    np.testing.assert_array_equal(after.way, later.way[:count])
    np.testing.assert_array_equal(after.regret_kwh, later.regret_kwh[:count])
    np.testing.assert_array_equal(after.changed_s, later.changed_s[:count])
    assert not short.follows
