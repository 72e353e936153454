"""A step of the house: one cut, in the tick of its sample, and no second one for the same excess."""

from __future__ import annotations

import numpy as np
import pytest

from executors.control.seam import Wanted
from executors.control.why import Told, Why
from tests.executors.control.small_sites import charger, wiring
from tests.executors.control.tiny_plant import plant_of, run

FORTY = {"limit_a": 40, "protection": {"type": "mcb", "rating_a": 40}}


def step_on_l1(before_a: float, after_a: float, at_s: int = 60):  # type: ignore[no-untyped-def]
    """Base load that jumps on L1 alone."""
    return lambda s: before_a if s < at_s else np.array([[after_a, before_a, before_a]])


def test_a_step_of_20_a_is_cut_in_the_tick_of_its_sample() -> None:
    record = run(plant_of(wiring(3, grid=FORTY)), step_on_l1(2, 22), 90)
    before, after = record.limit_a[59].sum(), record.limit_a[60].sum()
    assert before == 36
    assert after == 18


def test_there_is_no_second_cut_for_the_same_excess() -> None:
    for delay_s in (1, 3, 8, 14):
        record = run(plant_of(wiring(3, grid=FORTY), delay_s=delay_s), step_on_l1(2, 22), 90)
        assert {tuple(limit_a) for limit_a in record.limit_a[60:90]} == {(6.0, 6.0, 6.0)}, delay_s


def test_nothing_is_above_the_limit_once_the_cars_have_followed() -> None:
    record = run(plant_of(wiring(3, grid=FORTY), delay_s=5), step_on_l1(2, 22), 120)
    assert max(total_a.max() for total_a in record.total_a[66:]) <= 40


def test_a_base_load_above_the_limit_leaves_charging_nothing_and_is_told_once() -> None:
    record = run(plant_of(wiring(2)), step_on_l1(5, 30), 120)
    assert all(limit_a.sum() == 0 for limit_a in record.limit_a[60:])
    told = [event.what for one in record.setpoints for event in one.events]
    assert told.count(Told.ABOVE_LIMIT_WITHOUT_CHARGING) == 1


def test_offers_come_back_after_the_step_with_a_hold_and_a_margin() -> None:
    record = run(plant_of(wiring(1)), lambda s: 15 if 60 <= s < 90 else 5, 140)
    told = record.told()
    assert told[59] == 16
    assert set(told[61:99]) == {10}
    assert told[102:] == [16] * 38


def test_a_second_step_during_the_reaction_is_cut_too() -> None:
    base = lambda s: 2 if s < 60 else 12 if s < 62 else 22  # noqa: E731
    record = run(plant_of(wiring(3, grid=FORTY), delay_s=8), base, 90)
    assert record.limit_a[60].sum() == 27
    assert record.limit_a[62].sum() == 18
    assert record.limit_a[89].sum() == 18


def test_a_car_that_takes_less_than_offered_still_occupies_its_offer() -> None:
    plant = plant_of(wiring(1), car_max_a=np.array([8.0]))
    record = run(plant, lambda s: 5 if s < 60 else 12, 80)
    assert record.told()[59] == 16
    assert record.told()[62] == 13


def test_unused_offer_goes_to_another_only_after_it_was_lowered_and_confirmed() -> None:
    site = wiring(2, grid={"base_load_max_a": 5})
    plant = plant_of(site, car_max_a=np.array([7.0, 99.0]))
    record = run(plant, lambda _s: 2, 200)
    shared = np.array(record.limit_a)
    assert shared[:20].max(axis=0).tolist() == [11, 11]
    lowered_s = int(np.flatnonzero(shared[20:, 0] < 11)[0]) + 20
    raised_s = int(np.flatnonzero(shared[20:, 1] > 11)[0]) + 20
    assert lowered_s < raised_s
    assert shared[-1].tolist() == [9, 13]


def test_cuts_are_written_first_and_the_largest_first() -> None:
    site = wiring(
        1,
        grid={**FORTY, "limit_a": 60, "protection": {"type": "mcb", "rating_a": 60}},
        chargers=[charger("a"), charger("b", weight=2), charger("c", current_a={"min": 6, "max": 32})],
    )
    wish = lambda s: Wanted(np.array([16.0, 16.0, 20.0] if s < 60 else [10, 8, 32]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda _s: 1, 90, wanted=wish)
    orders = [one.order.tolist() for one in record.setpoints[60:]]
    assert orders[0][:2] == [1, 0]
    assert [2] in orders


def test_the_reason_names_circuit_phase_and_what_others_take() -> None:
    record = run(plant_of(wiring(3, grid=FORTY)), step_on_l1(2, 22), 70)
    reason = record.setpoints[60].reason(0)
    assert (reason.code, reason.circuit, reason.phase) == (Why.CIRCUIT_FULL, "grid", "L1")
    assert reason.numbers == {"limit_a": 6, "wanted_a": 16, "used_a": pytest.approx(34), "of_a": 40}


def test_a_wish_between_two_steps_is_told_as_the_lower_one_and_stays() -> None:
    site = wiring(1)
    wish = Wanted(np.array([11.37]), site.wired)
    record = run(plant_of(site), lambda _s: 2, 60, wanted=lambda _s: wish)
    assert set(record.told()) == {0.0, 11.0}
    assert set(record.told()[-45:]) == {11.0}
