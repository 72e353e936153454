"""How long prices hold, for which days they are asked, and what zones are called."""

from __future__ import annotations

import math

import numpy as np
import pytest

from domain.errors import NotPublished, Rejected
from forecasting.intervals import Intervals
from forecasting.live.price_slots import known_prices, slots_from_pairs, slots_from_starts
from forecasting.live.price_window import market_days, window
from forecasting.live.zones import ZONES, unknown_zone, zone_code, zone_name
from tests.forecasting.live.price_asks import utc, want

MIDNIGHT_S = 1_759_269_600  # 2025-09-30T22:00Z, when quarters began
HOUR, HALF, QUARTER = 3600, 1800, 900


def lengths(starts_s: list[int]) -> list[int]:
    found = slots_from_starts(starts_s, np.arange(len(starts_s), dtype=np.float64))
    assert list(found.start_s) == starts_s
    return list(found.end_s - found.start_s)


def test_an_answer_that_changes_from_hours_to_quarters_keeps_both() -> None:
    hours = [MIDNIGHT_S - HOUR * before for before in range(24, 0, -1)]
    quarters = [MIDNIGHT_S + QUARTER * after for after in range(96)]
    assert lengths(hours + quarters) == [HOUR] * 24 + [QUARTER] * 96


def test_an_answer_that_changes_from_quarters_to_hours_keeps_both() -> None:
    quarters = [MIDNIGHT_S - QUARTER * before for before in range(96, 0, -1)]
    hours = [MIDNIGHT_S + HOUR * after for after in range(24)]
    assert lengths(quarters + hours) == [QUARTER] * 96 + [HOUR] * 24


@pytest.mark.parametrize("missing", [{5}, {5, 7}, {5, 6}, {1}, {5, 6, 7}, {94}])
def test_a_stamp_that_is_missing_leaves_a_hole_and_no_longer_slot(missing: set[int]) -> None:
    starts = [MIDNIGHT_S + QUARTER * at for at in range(96) if at not in missing]
    assert lengths(starts) == [QUARTER] * (96 - len(missing))


def test_half_hours_are_slots_too() -> None:
    assert lengths([MIDNIGHT_S, MIDNIGHT_S + HALF]) == [HALF, HALF]


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ([MIDNIGHT_S], "one stamp alone"),
        ([MIDNIGHT_S, MIDNIGHT_S], "must rise"),
        ([MIDNIGHT_S + HOUR, MIDNIGHT_S], "must rise"),
        ([MIDNIGHT_S, MIDNIGHT_S + 420], "a slot of 7 min at 2025-09-30 22:00 UTC"),
        ([MIDNIGHT_S + 60, MIDNIGHT_S + 960], "a slot of 15 min at 2025-09-30 22:01 UTC"),
        ([MIDNIGHT_S, MIDNIGHT_S + 2 * HOUR, MIDNIGHT_S + 4 * HOUR], "a slot of 120 min"),
    ],
)
def test_stamps_that_make_no_slots_are_refused(starts: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        slots_from_starts(starts, np.zeros(len(starts)))


def test_given_ends_are_cut_at_the_next_start_in_any_order() -> None:
    starts = [MIDNIGHT_S + QUARTER, MIDNIGHT_S]
    found = slots_from_pairs(
        starts, [MIDNIGHT_S + 2 * QUARTER, MIDNIGHT_S + 5 * QUARTER], np.array([2.0, 1.0])
    )
    assert list(found.end_s - found.start_s) == [QUARTER, QUARTER]
    assert list(found.values) == [1.0, 2.0]


def test_doubled_starts_are_refused() -> None:
    with pytest.raises(ValueError, match="a slot of 0 min"):
        slots_from_pairs([MIDNIGHT_S] * 2, [MIDNIGHT_S + HOUR] * 2, np.zeros(2))


def test_missing_prices_are_left_out_and_never_zero() -> None:
    prices = slots_from_starts(
        [MIDNIGHT_S + QUARTER * at for at in range(4)], np.array([0.1, math.nan, 0, math.nan])
    )
    found = known_prices(prices, "somebody BE").intervals
    assert list(found.values) == [0.1, 0.0]
    assert list(found.start_s) == [MIDNIGHT_S, MIDNIGHT_S + 2 * QUARTER]


def test_prices_that_are_all_missing_are_not_published() -> None:
    prices = slots_from_starts([MIDNIGHT_S, MIDNIGHT_S + QUARTER], np.array([math.nan, math.nan]))
    with pytest.raises(NotPublished, match="somebody BE: every price is still missing"):
        known_prices(prices, "somebody BE")


def test_a_price_per_mwh_in_the_wrong_place_is_noticed() -> None:
    edges = np.array([MIDNIGHT_S], dtype=np.int64)
    with pytest.raises(ValueError, match="another unit"):
        known_prices(Intervals(edges, edges + HOUR, np.array([85.2])), "somebody BE")


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2025-10-08T10:30", "2025-09-30T22:00", "2025-10-09T22:00"),
        ("2025-10-08T22:30", "2025-10-01T22:00", "2025-10-10T22:00"),  # half past midnight in Brussels
        ("2025-10-25T10:00", "2025-10-17T22:00", "2025-10-26T23:00"),  # tomorrow has 25 hours
        ("2026-03-28T10:00", "2026-03-20T23:00", "2026-03-29T22:00"),  # tomorrow has 23 hours
    ],
)
def test_prices_are_asked_for_whole_local_days(now: str, start: str, end: str) -> None:
    assert window(want(now=utc(now))) == (utc(start), utc(end))


def test_a_plan_from_the_past_does_not_ask_for_all_days_since() -> None:
    past = want(start=utc("2025-02-03T12:00"))
    assert window(past) == (utc("2025-01-26T23:00"), utc("2025-02-06T23:00"))


def test_the_days_of_the_market_are_those_of_its_own_clock() -> None:
    helsinki = want(
        "FI", utc("2025-10-08T21:30"), clock="Europe/Helsinki"
    )  # the 9th there, the 8th in Brussels
    assert [f"{day:%d}" for day in market_days(helsinki, "Europe/Brussels")] == ["08", "09", "10"]


@pytest.mark.parametrize("name", ["DE-LU", "DE", "de_lu", "GER", "10Y1001A1001A82H", " de-lu "])
def test_a_zone_may_be_called_by_any_of_its_names(name: str) -> None:
    assert zone_name(name) == "DE-LU"
    assert zone_code(name, "nordpool", "Nord Pool") == "GER"
    assert zone_code(name, "smard", "SMARD") == "4169"


def test_an_unknown_zone_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Rejected, match=r"aWATTar has no zone 'NL'; it has AT, DE-LU$"):
        zone_code("NL", "awattar", "aWATTar")
    with pytest.raises(Rejected, match=r"has no zone '\.\./x'"):
        zone_code("../x", "eic", "ENTSO-E")
    assert unknown_zone("energyzero", "BE") == "energyzero has no zone 'BE'; it has NL"
    assert unknown_zone("energyzero", None) == unknown_zone("energyzero", "nl") == ""


def test_another_eic_of_entsoe_is_taken_as_it_is() -> None:
    assert zone_code("10YMK-MEPSO----8", "eic", "ENTSO-E") == "10YMK-MEPSO----8"


def test_no_two_zones_share_a_code() -> None:
    for column in range(4):
        codes = [codes[column] for codes in ZONES.values() if codes[column]]
        assert len(codes) == len(set(codes))
