"""Protection curves against the points of the standards and against small integrals."""

from __future__ import annotations

import numpy as np
import pytest

from executors.control.curve import (
    BANDS,
    STRICTEST,
    current_by_points_a,
    current_for_a,
    time_by_points_s,
    trip_rate,
)


@pytest.mark.parametrize(("kind", "never"), [("mcb", 1.13), ("gg", 1.25), ("sls_e", 1.05)])
def test_the_conventional_non_tripping_current_may_flow_for_ever(kind: str, never: float) -> None:
    band = BANDS[kind]
    rate = trip_rate(np.array([never * 25]), np.array(25.0), np.array(band[0]), np.array(band[1]))
    assert rate == pytest.approx(0)
    assert current_for_a(1e9, 25, band) == pytest.approx(never * 25, rel=1e-6)


def test_a_breaker_may_trip_one_second_after_2_55_times_its_rating() -> None:
    assert current_for_a(1.0, 25, BANDS["mcb"]) == pytest.approx(2.55 * 25)


def test_without_a_type_no_protection_is_stricter() -> None:
    for band in BANDS.values():
        assert current_for_a(16, 25, STRICTEST) <= current_for_a(16, 25, band)


def test_the_current_for_a_time_reaches_the_end_of_the_curve_just_then() -> None:
    band = BANDS["mcb"]
    current_a = current_for_a(16, 25, band)
    rate = trip_rate(np.array(current_a), np.array(25.0), np.array(band[0]), np.array(band[1]))
    assert float(rate) * 16 == pytest.approx(1)


def test_points_are_joined_in_both_logarithms() -> None:
    points = ((30.0, 1000.0), (120.0, 10.0))
    assert time_by_points_s(29.9, points) == float("inf")
    assert time_by_points_s(60.0, points) == pytest.approx(100.0)
    assert time_by_points_s(240.0, points) == pytest.approx(2.5)
    assert current_by_points_a(100.0, points) == pytest.approx(60.0)
    assert current_by_points_a(1e6, points) == pytest.approx(30.0)
