"""Stamps that mean start, end or instant."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.intervals import Intervals, filled, from_ends, from_instants, from_starts

H = 3600


def test_a_start_stamp_holds_until_the_next_and_the_last_as_long_as_the_one_before() -> None:
    known = from_starts([0, H, H + 900], [1, 2, 3])
    assert known.start_s.tolist() == [0, H, H + 900]
    assert known.end_s.tolist() == [H, H + 900, H + 1800]


def test_an_end_stamp_holds_from_the_one_before_and_the_first_as_long_as_the_one_after() -> None:
    known = from_ends([900, 1800, 1800 + H], [1, 2, 3])
    assert known.start_s.tolist() == [0, 900, 1800]
    assert known.end_s.tolist() == [900, 1800, 1800 + H]


def test_instants_give_the_mean_of_the_straight_run_between_them() -> None:
    known = from_instants([0, 900, 1800], [0.0, 4.0, 1.0])
    assert known.start_s.tolist() == [0, 900]
    assert known.values.tolist() == [2.0, 2.5]


def test_a_gap_between_stamps_stays_a_hole() -> None:
    starts = from_starts([0, H, 5 * H, 6 * H], [1, 2, 3, 4])
    assert starts.end_s.tolist() == [H, 2 * H, 6 * H, 7 * H]
    ends = from_ends([H, 2 * H, 6 * H, 7 * H], [1, 2, 3, 4])
    assert ends.start_s.tolist() == [0, H, 5 * H, 6 * H]
    instants = from_instants([0, H, 5 * H, 6 * H], [1, 2, 3, 4])
    assert instants.start_s.tolist() == [0, 5 * H]


def test_a_lone_stamp_after_a_gap_lasts_as_long_as_the_usual_step() -> None:
    assert from_starts([0, 900, 9 * H], [1, 2, 3]).end_s.tolist() == [900, 1800, 9 * H + 900]


def test_a_second_series_fills_what_the_first_leaves_open_and_nothing_else() -> None:
    first = Intervals(np.array([0, 1800]), np.array([900, 3600]), np.array([1.0, np.nan]))
    second = Intervals(np.array([0, 3000]), np.array([2700, 5400]), np.array([7.0, 8.0]))
    found = filled(first, second)
    assert found.start_s.tolist() == [0, 900, 1800, 2700, 3000, 3600]
    assert found.end_s.tolist() == [900, 1800, 2700, 3000, 3600, 5400]
    assert found.values.tolist()[:3] == [1.0, 7.0, 7.0]
    assert np.isnan(found.values[3]), "nobody knows 2700 to 3000"
    assert found.values.tolist()[4:] == [8.0, 8.0]


@pytest.mark.parametrize("make", [from_starts, from_ends, from_instants])
def test_stamps_that_do_not_rise_or_stand_alone_are_refused(make: type[Intervals]) -> None:
    with pytest.raises(ValueError, match="rise"):
        make([0, 0], [1, 2])  # type: ignore[arg-type, call-arg]
    with pytest.raises(ValueError, match="alone"):
        make([0], [1])  # type: ignore[arg-type, call-arg]


@pytest.mark.parametrize(
    ("start_s", "end_s", "why"),
    [([0, 5], [10, 20], "overlap"), ([0], [0], "after its start"), ([], [], "no intervals")],
)
def test_intervals_are_never_half_valid(start_s: list[int], end_s: list[int], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Intervals(np.array(start_s, np.int64), np.array(end_s, np.int64), np.zeros(len(start_s)))
