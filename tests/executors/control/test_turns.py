"""Turns when not all cars fit at their minimum: fair shares, long turns, few starts, never all stopped."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from executors.control.seam import Wanted
from tests.executors.control.small_sites import charger, wiring
from tests.executors.control.tiny_plant import Record, plant_of, run

HOUR_S = 3600
TICK_S = 10
CALM_S = 60
"""A change of turns may leave a gap of this length: a car's drop is confirmed before another one starts."""


def shared(cars: int, room_a: float, hours: int, weights: list[float] | None = None) -> Record:
    """So many cars that share so many amperes (margin apart) for some hours."""
    points = [charger(f"c{i}", weight=(weights or [1.0] * cars)[i]) for i in range(cars)]
    site = wiring(chargers=points, grid={"limit_a": 20, "protection": None})
    base_a = 20 - room_a - 0.5
    return run(plant_of(site, delay_s=1), lambda _s: base_a, hours * HOUR_S, tick_s=TICK_S)


def energy_shares(record: Record, begin_h: float, end_h: float) -> NDArray[np.float64]:
    flow_a = np.array(record.flow_a)[:, :, 0]
    part = flow_a[int(begin_h * HOUR_S / TICK_S) : int(end_h * HOUR_S / TICK_S)].sum(axis=0)
    return np.asarray(part / part.sum())


def starts(record: Record, car: int) -> list[int]:
    told = np.array(record.limit_a)[:, car] > 0
    return [TICK_S * (int(i) + 1) for i in np.flatnonzero(~told[:-1] & told[1:])]


CASES = [pytest.param(c, a, marks=pytest.mark.long) for c in (2, 3, 4, 5, 6) for a in (6, 8, 9, 10, 12, 14)]


@pytest.mark.parametrize(("cars", "room_a"), [(2, 6), (6, 9), *CASES])
def test_over_4_hours_shares_are_equal_within_5_percent_or_a_turn(cars: int, room_a: float) -> None:
    shares = energy_shares(shared(cars, room_a, 5), 1, 5)
    a_turn = 0.25 / 4 / min(cars, room_a // 6)
    assert np.all(np.abs(shares - 1 / cars) <= max(0.05, a_turn))


@pytest.mark.parametrize(("cars", "room_a"), [(3, 13), *CASES])
def test_no_car_starts_a_third_time_in_an_hour_and_turns_last_15_minutes(cars: int, room_a: float) -> None:
    record = shared(cars, room_a, 4)
    for car in range(cars):
        begun_s = starts(record, car)
        assert all(third - first >= HOUR_S for first, third in zip(begun_s, begun_s[2:], strict=False)), car
        told = np.array(record.limit_a)[:, car] > 0
        ended_s = [TICK_S * (int(i) + 1) for i in np.flatnonzero(told[:-1] & ~told[1:])]
        for end_s in ended_s:
            assert end_s - max((b for b in begun_s if b < end_s), default=0) >= 900


@pytest.mark.parametrize(("cars", "room_a"), [(2, 6), *CASES])
def test_somebody_charges_whenever_somebody_could(cars: int, room_a: float) -> None:
    record = shared(cars, room_a, 2)
    flowing = np.array(record.flow_a)[:, :, 0].sum(axis=1) > 0
    stops = np.flatnonzero(~flowing[6:]) + 6
    runs = np.split(stops, np.flatnonzero(np.diff(stops) > 1) + 1)
    assert max((len(one) for one in runs), default=0) * TICK_S <= CALM_S


@pytest.mark.long
def test_shares_follow_weights() -> None:
    shares = energy_shares(shared(3, 6, 13, [1.0, 1.0, 2.0]), 1, 13)
    assert shares == pytest.approx([0.25, 0.25, 0.5], abs=0.05)


def test_a_higher_class_comes_strictly_first() -> None:
    points = [charger("a"), charger("b", priority=2), charger("c")]
    site = wiring(chargers=points, grid={"limit_a": 20, "protection": None})
    record = run(plant_of(site, delay_s=1), lambda s: 1 if s < 100 else 7, 200)
    assert record.limit_a[60][1] == 16
    assert record.limit_a[110].tolist() == [0, 13, 0]


def test_weights_share_inside_a_class() -> None:
    points = [charger("a", weight=1), charger("b", weight=2)]
    site = wiring(chargers=points, grid={"limit_a": 25, "protection": None})
    record = run(plant_of(site, delay_s=1), lambda _s: 3.5, 100)
    assert record.limit_a[-1].tolist() == [7, 14]


def test_a_swinging_house_does_not_start_a_car_again_and_again() -> None:
    points = [charger("a"), charger("b")]
    site = wiring(chargers=points, grid={"limit_a": 20, "protection": None})
    record = run(plant_of(site, delay_s=1), lambda s: 5 if s % 600 < 300 else 12, 4 * HOUR_S, tick_s=TICK_S)
    for car in range(2):
        gaps = [later - first for first, later in pairwise(starts(record, car))]
        assert all(a + b >= HOUR_S for a, b in pairwise(gaps)), car


def test_what_a_plan_starts_a_third_time_in_an_hour_starts() -> None:
    """A plan has one of two cars charge in every other ten minutes; there is room for both."""
    site = wiring(2)
    on = lambda s: Wanted(np.array([16.0 if s // 600 % 2 == 0 else 0.0, 6.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda _s: 1, 3600, wanted=on)
    told = np.array(record.told()) > 0
    assert [int(told[at + 100 : at + 599].all()) for at in range(0, 3600, 600)] == [1, 0] * 3
