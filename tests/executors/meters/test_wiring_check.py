"""A known change of current tells wrong signs and swapped phases apart."""

from __future__ import annotations

import math

import pytest

from executors.meters.wiring_check import Verdict, check_wiring

KNOWN = (16.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("seen", "verdict", "order", "turned"),
    [
        ((15.6, 0.3, -0.2), Verdict.RIGHT, (0, 1, 2), ()),
        ((-15.6, 0.3, -0.2), Verdict.REVERSED, (0, 1, 2), (0,)),
        ((0.1, 15.8, -0.2), Verdict.SWAPPED, (1, 0, 2), ()),
        ((0.1, 0.3, -15.0), Verdict.SWAPPED, (2, 1, 0), (2,)),
        ((0.1, 0.3, 0.4), Verdict.NOT_SEEN, (), ()),
        ((8.0, 8.0, 0.0), Verdict.UNCLEAR, (), ()),
    ],
)
def test_one_phase(
    seen: tuple[float, ...], verdict: Verdict, order: tuple[int, ...], turned: tuple[int, ...]
) -> None:
    found = check_wiring(KNOWN, seen)
    assert (found.verdict, found.order, found.reversed_phases) == (verdict, order, turned)


def test_two_phases_of_different_size_show_order_and_sign() -> None:
    assert check_wiring((16.0, 8.0, 0.0), (8.2, 15.5, 0.1)).verdict is Verdict.SWAPPED
    assert check_wiring((16.0, 8.0, 0.0), (16.2, -8.1, 0.1)).verdict is Verdict.PARTLY_REVERSED


def test_three_equal_phases_show_signs_only() -> None:
    assert check_wiring((10.0,) * 3, (10.2, 9.7, 10.0)).verdict is Verdict.RIGHT
    assert check_wiring((10.0,) * 3, (-10.2, -9.7, -10.0)).verdict is Verdict.REVERSED
    assert check_wiring((10.0,) * 3, (10.2, -9.7, 10.0)).reversed_phases == (1,)


def test_a_small_change_or_a_missing_value_proves_nothing() -> None:
    assert check_wiring((2.0, 0.0, 0.0), (-2.0, 0.0, 0.0)).verdict is Verdict.UNCLEAR
    assert check_wiring(KNOWN, (math.nan, 0.0, 0.0)).verdict is Verdict.UNCLEAR
