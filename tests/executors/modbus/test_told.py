"""What a read-back says about an order."""

from __future__ import annotations

from executors.modbus.told import Look, Order, looked_at, told_again


def looks(*seen: tuple[int, float]) -> list[Look]:
    order, found = Order(10, at_s=0.0), []
    for value, now_s in seen:
        order, look = looked_at(order, value, now_s)
        found.append(look)
    return found


def test_a_value_may_need_some_seconds_to_show() -> None:
    assert looks((16, 1.0), (16, 9.0), (10, 9.5)) == [Look.ON_ITS_WAY, Look.ON_ITS_WAY, Look.AS_TOLD]


def test_a_value_that_never_shows_was_not_taken() -> None:
    assert looks((16, 1.0), (16, 10.0)) == [Look.ON_ITS_WAY, Look.NOT_TAKEN]


def test_a_value_that_showed_and_is_gone_was_replaced() -> None:
    assert looks((10, 1.0), (16, 2.0)) == [Look.AS_TOLD, Look.REPLACED]


def test_writing_the_same_again_counts_tries_until_it_is_seen() -> None:
    order = told_again(None, 10, 0.0)
    for now_s in (5.0, 10.0):
        order = told_again(order, 10, now_s)
    assert order.tries == 3
    seen, _ = looked_at(order, 10, 11.0)
    assert seen.tries == 1


def test_replacements_are_forgotten_after_a_steady_minute() -> None:
    order, _ = looked_at(Order(10, 0.0, taken=True), 16, 5.0)
    assert order.replaced == 1
    order, _ = looked_at(told_again(order, 10, 6.0), 10, 7.0)
    assert order.replaced == 1
    order, _ = looked_at(order, 10, 66.0)
    assert order.replaced == 0


def test_another_value_is_a_new_order_with_the_old_memory_of_strangers() -> None:
    order, _ = looked_at(Order(10, 0.0, taken=True), 16, 5.0)
    fresh = told_again(order, 8, 6.0)
    assert (fresh.value, fresh.tries, fresh.replaced, fresh.taken) == (8, 1, 1, False)
