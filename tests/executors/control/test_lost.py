"""What is lost: meters, links, obedience. While blind nothing rises, and 0 stays 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from executors.control.seam import CarState, Wanted, Wiring
from executors.control.why import Told, Why
from tests.executors.control.small_sites import charger, wiring
from tests.executors.control.tiny_plant import Plant, Record, plant_of, run

Loss = dict[str, Any]


def no_meter(second: int, begin_s: int, end_s: int) -> Loss:
    """A meter whose last sample was at ``begin_s``."""
    if not begin_s <= second < end_s:
        return {}
    return {"meter_a": np.full((1, 3), np.nan), "meter_age_s": np.array([float(second - begin_s + 1)])}


def events(record: Record) -> list[Told]:
    return [event.what for one in record.setpoints for event in one.events]


def test_a_lost_meter_is_held_then_falls_to_the_failsafe_then_stops() -> None:
    record = run(plant_of(wiring(1)), lambda _s: 2, 1100, change=lambda s, _p: no_meter(s, 60, 9999))
    told = record.told()
    assert told[59:64] == [16, 16, 16, 16, 15]
    assert told[70:78] == sorted(told[70:78], reverse=True)
    assert set(told[80:950]) == {6}
    assert set(told[970:]) == {0}
    assert Told.METER_LOST in events(record)
    assert record.setpoints[70].reason(0).code is Why.METER_HELD
    assert record.setpoints[100].reason(0).code is Why.METER_FAILSAFE


def test_the_watchdog_is_fed_while_only_the_meter_is_lost() -> None:
    record = run(plant_of(wiring(1)), lambda _s: 2, 200, change=lambda s, _p: no_meter(s, 60, 9999))
    assert all(one.feed_watchdog[0] for one in record.setpoints)


def test_a_charger_at_0_stays_at_0_while_the_meter_is_lost() -> None:
    site = wiring(1)
    wish = lambda s: Wanted(np.array([0.0 if s < 62 else 16.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda _s: 2, 300, wanted=wish, change=lambda s, _p: no_meter(s, 60, 9999))
    assert set(record.told()) == {0}


def test_30_s_after_the_meter_is_back_charging_is_back() -> None:
    record = run(plant_of(wiring(1)), lambda _s: 2, 200, change=lambda s, _p: no_meter(s, 60, 120))
    assert record.told()[119] == 6
    assert record.told()[150] == 16
    assert Told.METER_BACK in events(record)


@pytest.mark.parametrize("lost", ["meter", "phase", "mark", "garbage", "late"])
def test_while_blind_nothing_rises(lost: str) -> None:
    def change(second: int, plant: Plant) -> Loss:
        if not 60 <= second < 200:
            return {"meter_mark": np.array([float(second)])} if lost == "mark" else {}
        now_a = 2.0 + plant.charging_a()
        if lost == "phase":
            now_a[0, 1] = np.nan
            return {"meter_a": now_a}
        if lost == "mark":
            return {"meter_mark": np.array([59.0])}
        if lost == "garbage":
            return {"meter_a": np.full((1, 3), 6.3e4)}
        return {"meter_age_s": np.array([10.0])} if lost == "late" else no_meter(second, 60, 200)

    site = wiring(1)
    wish = lambda s: Wanted(np.array([8.0 if s < 70 else 16.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda _s: 2, 240, wanted=wish, change=change)
    told = np.array(record.told())
    assert told[59] == 8
    assert np.all(np.diff(told[62:200]) <= 0)
    assert told[199] == 6
    assert told[232] == 16


def test_a_one_phase_charger_on_another_phase_is_not_held_for_a_missing_one() -> None:
    site = wiring(1, chargers=[charger("a", wiring=["L1"])])

    def change(second: int, plant: Plant) -> Loss:
        now_a = 2.0 + plant.charging_a()
        now_a[0, 1] = np.nan if second >= 60 else now_a[0, 1]
        return {"meter_a": now_a}

    record = run(plant_of(site), lambda _s: 2, 200, change=change)
    assert record.told()[-1] == 16


def test_a_frozen_meter_is_found_by_a_change_it_does_not_show() -> None:
    site = wiring(1)
    frozen: list[Any] = []

    def change(second: int, plant: Plant) -> Loss:
        if second == 60:
            frozen.append(2.0 + plant.charging_a())
        return {"meter_a": frozen[0]} if second >= 60 else {}

    wish = lambda s: Wanted(np.array([16.0 if s < 70 or s > 90 else 8.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda _s: 2, 200, wanted=wish, change=change)
    assert Told.METER_FROZEN in events(record)
    assert max(record.told()[80:]) <= 8
    assert record.told()[-1] == 6


def test_a_sign_that_flips_is_found_by_the_first_change() -> None:
    def change(_second: int, plant: Plant) -> Loss:
        return {"meter_a": -(5.0 + plant.charging_a())}

    record = run(plant_of(wiring(1)), lambda _s: 5, 120, change=change)
    assert Told.SIGN_FLIPPED in events(record)
    found_s = next(
        s for s, one in enumerate(record.setpoints) if one.events and one.events[-1].what is Told.SIGN_FLIPPED
    )
    told = np.array(record.told())
    assert np.all(np.diff(told[found_s:]) <= 0)
    assert told[-1] == 6


WIDE = {"limit_a": 200, "protection": {"type": "gg", "rating_a": 200}}


def wish_until(site: Wiring, *falls: tuple[int, float]) -> Callable[[int], Wanted]:
    """16 A, and what each fall leaves from its second on."""

    def wish(second: int) -> Wanted:
        left_a = next((a for at_s, a in reversed(falls) if second >= at_s), 16.0)
        return Wanted(np.array([left_a]), site.wired)

    return wish


def test_a_house_that_rises_on_two_phases_when_a_car_falls_is_no_turned_sign() -> None:
    """At the full hour a car goes from 16 A to 6 A and boilers of 22 A start on L2 and L3."""
    site = wiring(1, grid=WIDE)
    base_a = lambda s: np.array([5.0, 5.0, 5.0]) + (np.array([10.5, 22.0, 22.0]) if s >= 102 else 0.0)  # noqa: E731
    record = run(plant_of(site), base_a, 200, wanted=wish_until(site, (100, 6.0), (150, 16.0)))
    assert Told.SIGN_FLIPPED not in events(record)
    assert record.told()[-1] == 16


def test_a_sign_that_is_seen_on_two_phases_twice_is_turned() -> None:
    site = wiring(1, grid=WIDE)

    def change(second: int, plant: Plant) -> Loss:
        house_a = np.array([30.0 * (second // 20 % 3), 0.0, 0.0])
        return {"meter_a": -(5.0 + plant.charging_a()) + house_a}

    falls = (60, 6.0), (100, 16.0), (140, 6.0)
    record = run(plant_of(site), lambda _s: 5, 200, wanted=wish_until(site, *falls), change=change)
    assert Told.SIGN_FLIPPED in events(record)


def test_a_meter_that_was_accused_wrongly_is_tried_again_when_nothing_charges() -> None:
    """The car stops as the house rises by twice as much on all phases; nothing could ever clear the meter.

    In standby it draws 0.2 A.
    """
    site = wiring(1, grid=WIDE, chargers=[charger("a", failsafe={"current_a": 0, "after_s": 30})])
    base_a = lambda s: 5.0 if s < 102 else 37.0  # noqa: E731 - said once
    plant = plant_of(site)
    standby = lambda _s, plant: {"measured_a": np.maximum(plant.flow_a, 0.2)}  # noqa: E731 - said once
    wish = wish_until(site, (100, 0.0), (130, 16.0))
    record = run(plant, base_a, 700, wanted=wish, change=standby)
    told = record.told()
    assert Told.SIGN_FLIPPED in events(record)
    assert set(told[110:400]) == {0}
    assert told[-1] == 16
    assert Told.METER_TRUSTED_AGAIN in events(record)


def test_a_turned_sign_is_accused_again_by_the_rise_that_tries_it() -> None:
    site = wiring(1, grid=WIDE, chargers=[charger("a", failsafe={"current_a": 0, "after_s": 30})])
    change = lambda _s, plant: {"meter_a": -(5.0 + plant.charging_a())}  # noqa: E731 - said once
    told = np.array(run(plant_of(site), lambda _s: 5, 1500, change=change).told())
    assert np.count_nonzero(told) <= 0.1 * len(told)


@pytest.mark.parametrize("raised_a", [0.0, 1.0], ids=["fine", "whole amperes"])
def test_a_sign_that_flips_while_charging_stands_still_is_found_at_once(raised_a: float) -> None:
    """A meter of whole amperes is raised by one on either side of zero: 18 A become -16 A."""

    def change(second: int, plant: Plant) -> Loss:
        sign = -1 if second >= 60 else 1
        raised = {"meter_raised_a": np.full(1, raised_a)}
        return {"meter_a": sign * (1.0 + plant.charging_a()) + raised_a, **raised}

    record = run(plant_of(wiring(1)), lambda _s: 1, 120, change=change)
    assert record.told()[59] == 16
    assert Told.SIGN_FLIPPED in events(record)
    assert record.told()[90] == 6


def test_swapped_phases_are_found_by_a_one_phase_car() -> None:
    site = wiring(1, chargers=[charger("a", wiring=["L1"])])

    def change(_second: int, plant: Plant) -> Loss:
        return {"meter_a": (5.0 + plant.charging_a())[:, [1, 0, 2]]}

    record = run(plant_of(site), lambda _s: 5, 120, change=change)
    assert Told.PHASES_SWAPPED in events(record)
    assert record.told()[-1] == 6


def test_a_house_that_changes_by_itself_does_not_make_the_meter_suspect() -> None:
    noise = np.random.default_rng(7).normal(6, 1.5, (400, 1, 3)).clip(1, 11)
    site = wiring(1)
    wish = lambda s: Wanted(np.array([8.0 if s % 60 < 30 else 16.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda s: noise[s], 400, wanted=wish)
    assert Told.SIGN_FLIPPED not in events(record)
    assert Told.PHASES_SWAPPED not in events(record)
    assert max(record.told()) == 16


@pytest.mark.parametrize("seed", [1, 2])
def test_clouds_over_a_large_roof_make_no_meter_suspect(seed: int) -> None:
    """40 A come and go within half a minute; the charger says every 10 s what its car draws."""
    site = wiring(1, grid=WIDE)
    clouds_a = np.repeat(np.random.default_rng(seed).uniform(-40, 0, 60), 60)
    base_a = np.convolve(np.pad(clouds_a, (0, 30), mode="edge"), np.full(30, 1 / 30), mode="valid")
    late = lambda s, _plant: {"charger_age_s": np.array([float(s % 10)])}  # noqa: E731 - said once
    wish = lambda s: Wanted(np.array([6.0 if s % 90 < 45 else 16.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda s: 60.0 + base_a[s], 1800, wanted=wish, change=late)
    assert events(record) == []


def test_a_charger_that_does_not_obey_is_told_after_15_s_and_counts_as_load() -> None:
    site = wiring(2, grid={"limit_a": 32, "protection": {"type": "mcb", "rating_a": 32}})
    plant = plant_of(site)

    def change(second: int, the_plant: Plant) -> Loss:
        the_plant.deaf = np.array([second >= 55, False])
        return {}

    record = run(plant, lambda s: 2 if s < 60 else 12, 120, change=change)
    told_s = next(s for s, one in enumerate(record.setpoints) for e in one.events if e.what is Told.DISOBEYS)
    assert record.limit_a[60].tolist() == [10, 10]
    assert 74 <= told_s <= 78
    assert record.limit_a[told_s][1] == 6
    assert not record.setpoints[-1].feed_watchdog[0]
    assert record.setpoints[-1].feed_watchdog[1]
    assert record.setpoints[-1].reason(0).code is Why.DISOBEYS


def test_an_any_frame_charger_that_does_not_obey_is_not_even_read_until_its_timeout() -> None:
    site = wiring(1, chargers=[charger("a", driver="teltocharge")])
    plant = plant_of(site)

    def change(second: int, the_plant: Plant) -> Loss:
        the_plant.deaf = np.array([second >= 55])
        return {}

    record = run(plant, lambda s: 2 if s < 60 else 20, 160, change=change)
    read = [bool(one.may_read[0]) for one in record.setpoints]
    silent = [s for s, may in enumerate(read) if not may]
    assert 74 <= silent[0] <= 78
    assert len(silent) == 46


def test_one_that_falls_by_a_watchdog_that_was_fed_a_while_before_has_not_obeyed() -> None:
    """Drivers feed every third of the time: 30 s of silence are over 20 s after it was found."""
    plant = plant_of(wiring(1))

    def change(second: int, the_plant: Plant) -> Loss:
        the_plant.deaf = np.array([second >= 55])
        the_plant.offer_a[0] = 6.0 if 98 <= second < 120 else 16.0 if second < 98 else the_plant.offer_a[0]
        return {}

    record = run(plant, lambda s: 2 if s < 60 else 12, 118, change=change)
    told_s = next(s for s, one in enumerate(record.setpoints) for e in one.events if e.what is Told.DISOBEYS)
    assert 74 <= told_s <= 78
    assert record.flow_a[-1].max() == 6
    assert not any(one.feed_watchdog[0] for one in record.setpoints[told_s:])


def link_lost(second: int, begin_s: int, end_s: int, count: int = 2) -> Loss:
    """The first charger does not answer."""
    lost = begin_s <= second < end_s
    link = np.ones(count, dtype=bool)
    link[0] = not lost
    age_s = np.zeros(count)
    age_s[0] = second - begin_s + 1.0 if lost else 0.0
    return {"link": link, "charger_age_s": age_s}


def test_a_lost_charger_counts_as_its_offer_until_its_timeout_and_reaction() -> None:
    site = wiring(2, grid={"limit_a": 32, "protection": {"type": "mcb", "rating_a": 32}})

    def change(second: int, plant: Plant) -> Loss:
        if second == 105:
            plant.told = [np.array([6.0, one[1]]) for one in plant.told]
        if second >= 90:
            plant.deaf = np.array([second < 200, False])
            plant.offer_a[0] = 6.0 if 105 <= second < 200 else plant.offer_a[0]
        return link_lost(second, 90, 200)

    record = run(plant_of(site), lambda _s: 2, 260, change=change)
    shared = np.array(record.limit_a)
    assert shared[89].tolist() == [14, 14]
    assert shared[90:135, 1].max() == 15
    assert shared[150:199, 1].max() == 16
    assert Told.LINK_LOST in events(record)
    assert Told.LINK_BACK in events(record)
    assert shared[-1].min() >= 13


def test_a_paused_charger_whose_link_is_lost_is_reckoned_with_its_failsafe() -> None:
    site = wiring(2, grid={"limit_a": 20, "protection": {"type": "mcb", "rating_a": 20}})
    wish = lambda _s: Wanted(np.array([0.0, 16.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), lambda _s: 2, 200, wanted=wish, change=lambda s, _p: link_lost(s, 60, 999))
    assert record.told(1)[59] == 16
    assert record.told(1)[61] == 12


def test_a_foreign_change_is_told_and_written_over() -> None:
    site = wiring(1)
    wish = lambda _s: Wanted(np.array([8.0]), site.wired)  # noqa: E731

    def change(second: int, plant: Plant) -> Loss:
        if second == 60:
            plant.offer_a = np.array([16.0])
            plant.told = [np.array([16.0]) for _ in plant.told]
        return {}

    record = run(plant_of(site), lambda _s: 2, 90, wanted=wish, change=change)
    assert Told.FOREIGN_CHANGE in events(record)
    assert any(0 in one.order for one in record.setpoints[60:63])


def test_an_app_that_fights_us_for_minutes_is_told_once() -> None:
    site = wiring(1)
    wish = lambda _s: Wanted(np.array([8.0]), site.wired)  # noqa: E731

    def change(second: int, plant: Plant) -> Loss:
        if second >= 60 and second % 7 == 0:
            plant.offer_a = np.array([12.0])
            plant.told = [np.array([12.0]) for _ in plant.told]
        return {}

    record = run(plant_of(site), lambda _s: 2, 600, wanted=wish, change=change)
    assert events(record).count(Told.FOREIGN_CHANGE) == 1
    assert sum(0 in one.order for one in record.setpoints[60:]) > 50


def test_a_foreign_change_after_a_peace_is_told_again() -> None:
    site = wiring(1)
    wish = lambda _s: Wanted(np.array([8.0]), site.wired)  # noqa: E731

    def change(second: int, plant: Plant) -> Loss:
        if second in {60, 1100}:
            plant.offer_a = np.array([12.0])
        return {}

    record = run(plant_of(site), lambda _s: 2, 1200, wanted=wish, change=change)
    assert events(record).count(Told.FOREIGN_CHANGE) == 2


def test_what_its_own_watchdog_did_while_we_were_away_is_nobody_else_s_hand() -> None:
    site = wiring(1)
    wish = lambda _s: Wanted(np.array([12.0]), site.wired)  # noqa: E731

    def change(second: int, plant: Plant) -> Loss:
        if second == 100:
            plant.offer_a = np.array([6.0])
        return {}

    record = run(plant_of(site), lambda _s: 2, 160, wanted=wish, change=change, skip=lambda s: 60 <= s < 100)
    assert Told.FOREIGN_CHANGE not in events(record)
    assert record.told()[-1] == 12


def test_a_late_tick_feeds_no_watchdog() -> None:
    record = run(plant_of(wiring(1)), lambda _s: 2, 100, skip=lambda s: 50 <= s < 60)
    fed = [bool(one.feed_watchdog[0]) for one in record.setpoints]
    assert fed[49]
    assert not fed[50]
    assert fed[51]


def test_without_a_meter_the_stated_base_load_is_kept_free() -> None:
    site = wiring(2, grid={"meter": None, "base_load_max_a": 9})
    record = run(plant_of(site), lambda _s: 2, 60)
    assert record.limit_a[-1].tolist() == [8, 8]


def test_a_charger_that_says_nothing_of_its_car_is_reckoned_with_all_the_same() -> None:
    def change(_second: int, plant: Plant) -> Loss:
        return {"measured_a": np.full((1, 3), np.nan), "car": np.array([CarState.UNKNOWN])}

    record = run(plant_of(wiring(1)), lambda s: 2 if s < 60 else 15, 120, change=change)
    assert record.told()[59] == 16
    assert record.told()[60] == 10
    assert set(record.told()[60:]) <= {9, 10}


def test_what_a_meter_shows_that_is_not_believed_still_forbids() -> None:
    """The house falls by 7 A as the car rises by 8: the meter hardly moves, and is accused.

    Then 17 A flow in the house, and the meter shows it: of 25 A 8 are left, in the same second.
    """
    site = wiring(1)
    base_a = lambda s: 7 if s < 63 else 0 if s < 70 else 17  # noqa: E731
    wish = lambda s: Wanted(np.array([8.0 if s < 60 else 16.0]), site.wired)  # noqa: E731
    record = run(plant_of(site), base_a, 80, wanted=wish)
    told = [(s, event.what) for s, one in enumerate(record.setpoints) for event in one.events]
    assert told[0] == (67, Told.METER_FROZEN)
    assert record.told()[69] > 8
    assert 6 <= record.told()[70] <= 8


def test_the_others_have_what_a_lost_charger_leaves_below_a_circuit_without_meter() -> None:
    """Of 32 A three share 10 each; two are lost: 12 for the third, and its 16 when they are at 6."""
    points = [charger(f"c{i}", circuit="garage", failsafe={"current_a": 6, "after_s": 20}) for i in range(3)]
    garage = {"id": "garage", "parent": "grid", "limit_a": 32}
    grid = {"limit_a": 40, "protection": {"type": "mcb", "rating_a": 40}, "base_load_max_a": 6}

    def change(second: int, plant: Plant) -> Loss:
        if second < 200:
            return {}
        gone = np.array([True, True, False])
        age_s = np.where(gone, second - 199.0, 0.0)
        measured_a = np.where(gone[:, np.newaxis], np.nan, plant.flow_a)
        offered_a = np.where(gone, np.nan, plant.offer_a)
        return {"link": ~gone, "measured_a": measured_a, "offered_a": offered_a, "charger_age_s": age_s}

    told = run(
        plant_of(wiring(chargers=points, circuits=[garage], grid=grid)), lambda _s: 1, 300, change=change
    ).told(2)
    assert told[199] == 10
    assert set(told[204:236]) == {12}
    assert set(told[255:]) == {16}
