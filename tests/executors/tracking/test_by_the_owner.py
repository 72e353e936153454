"""The owner's word: above the plan, with an end, and untouched by new plans."""

from __future__ import annotations

import pytest

from executors.control.why import Why
from executors.tracking.overrides import Hand, Override, hands_now
from tests.executors.tracking.small_days import START_S, Car, Day, orders_for, plan_of, request_of, site_of

SITE = site_of()
REQUEST = request_of(20.0, 4.0)


def day_with(*overrides: Override) -> Day:
    plan = plan_of(SITE, [REQUEST], {"c0": [8.0] * 16})
    return Day(SITE, [Car()], orders_for(SITE, plan, [REQUEST], *overrides))


@pytest.mark.parametrize(
    ("override", "current_a", "code"),
    [
        (Override("c0", Hand.BOOST, START_S + 600), 16.0, Why.BOOST),
        (Override("c0", Hand.PAUSE, START_S + 600), 0.0, Why.PAUSED),
        (Override("c0", Hand.LIMIT, START_S + 600, 6.5), 6.0, Why.MANUAL_LIMIT),
        (Override("c0", Hand.LIMIT, START_S + 600, 5.0), 0.0, Why.MANUAL_LIMIT),
    ],
)
def test_a_word_counts_until_its_end(override: Override, current_a: float, code: Why) -> None:
    day = day_with(override)
    answer = day.run(590)
    assert answer.wanted.current_a[0] == current_a
    assert answer.wanted.reasons[0].code is code
    assert answer.wanted.reasons[0].numbers["plan_a"] == 8
    assert day.run(40).wanted.reasons[0].code in {Why.PLAN, Why.PLAN_CARRIED}


def test_a_new_plan_leaves_the_owners_word_standing() -> None:
    pause = Override("c0", Hand.PAUSE, START_S + 3600)
    day = day_with(pause)
    day.run(60)
    day.orders = orders_for(SITE, plan_of(SITE, [REQUEST], {"c0": [16.0] * 16}), [REQUEST], pause)
    assert day.run(60).wanted.current_a[0] == 0


def test_a_pause_beats_a_boost_and_the_lowest_limit_counts() -> None:
    words = [Override("c0", Hand.BOOST, 10.0), Override("c0", Hand.PAUSE, 5.0)]
    words += [Override("c0", Hand.LIMIT, 10.0, 9.0), Override("c0", Hand.LIMIT, 10.0, 7.0)]
    now = hands_now(words, ("c0",), 0.0)
    assert (bool(now.boost[0]), bool(now.pause[0]), float(now.limit_a[0])) == (False, True, 7.0)
    later = hands_now(words, ("c0",), 5.0)
    assert (bool(later.boost[0]), bool(later.pause[0])) == (True, False)


def test_a_word_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        Override("c0", Hand.PAUSE, float("inf"))
