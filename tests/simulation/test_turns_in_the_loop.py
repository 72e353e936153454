"""Two cars on 6 A in the closed loop: one at a time, in turns of a quarter of an hour."""

from __future__ import annotations

from benchmarks.rotation import Turns, turns


def test_two_cars_that_do_not_fit_take_turns() -> None:
    one = turns([1.0, 1.0], 6.0, 2.5)
    assert one.off_share <= 2 * one.a_turn  # in two hours a turn weighs twice what it does in four
    assert one.starts_per_h <= 2
    assert one.shortest_turn_s >= 840
    assert one.nobody_s <= 60
    assert one.over_s == 0


def test_what_is_not_fair_is_not_good() -> None:
    fair = Turns(0.04, 0.03, 2, 20, 900, 0)
    assert fair.good
    assert not Turns(0.06, 0.03, 2, 20, 900, 0).good
    assert not Turns(0.04, 0.03, 3, 20, 900, 0).good
    assert not Turns(0.04, 0.03, 2, 90, 900, 0).good
    assert not Turns(0.04, 0.03, 2, 20, 900, 1).good
