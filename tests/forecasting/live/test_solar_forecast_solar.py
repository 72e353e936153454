"""Forecast.Solar: energies of the daylight, nights, holes, and its errors."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import KeyRefused, Limited, Malformed, Rejected, SourceError, Unreachable
from forecasting.live.forecast_solar import FORECAST_SOLAR, parse
from tests.forecasting.live.sunny import KEY, asked, body, energy_kwh, roof, want

MONDAY = {"2026-03-02T07:00:00+00:00": 100, "2026-03-02T08:00:00+00:00": 300}
TUESDAY = {"2026-03-03T07:00:00+00:00": 120, "2026-03-03T08:00:00+00:00": 280}


def answer(periods: dict[str, Any], days: dict[str, Any] | None = None) -> bytes:
    result = {"watts": {}, "watt_hours_period": periods, "watt_hours_day": days or {}}
    info = {"time_utc": "2026-03-02T06:00:00+00:00"}
    return body({"result": result, "message": {"code": 0, "type": "success", "info": info}})


def rows(reply: bytes, **keys: Any) -> list[tuple[str, str, float]]:
    """From, to and power of every interval."""
    values = parse(reply, want(**keys)).intervals
    edges = zip(values.start_s.tolist(), values.end_s.tolist(), strict=True)
    return [(utc(low), utc(high), round(kw, 6)) for (low, high), kw in zip(edges, values.values, strict=True)]


def utc(moment_s: int) -> str:
    day, clock = divmod(moment_s - 1772409600, 86400)  # 2026-03-02T00:00Z
    return f"{2 + day:02d}T{clock // 3600:02d}:{clock % 3600 // 60:02d}"


def test_a_period_ends_at_its_stamp_and_the_night_between_two_days_is_dark() -> None:
    assert rows(answer(MONDAY | TUESDAY)) == [
        ("02T06:00", "02T07:00", 0.1),
        ("02T07:00", "02T08:00", 0.3),
        ("02T08:00", "03T06:00", 0.0),
        ("03T06:00", "03T07:00", 0.12),
        ("03T07:00", "03T08:00", 0.28),
    ]


def test_a_day_that_adds_up_to_its_total_is_dark_before_its_first_stamp_and_after_its_last() -> None:
    found = rows(answer(MONDAY | TUESDAY, {"2026-03-02": 400, "2026-03-03": 400}))
    assert found[0] == ("01T23:00", "02T06:00", 0.0)  # from midnight in Amsterdam
    assert found[-1] == ("03T08:00", "03T23:00", 0.0)


def test_a_day_that_does_not_add_up_is_not_known_beyond_its_stamps() -> None:
    found = rows(answer(MONDAY | TUESDAY, {"2026-03-02": 500, "2026-03-03": 500}))
    assert (found[0][0], found[-1][1]) == ("02T06:00", "03T08:00")


def test_a_hole_in_a_day_stays_a_hole() -> None:
    periods = {**MONDAY, "2026-03-02T12:00:00+00:00": 700}
    assert rows(answer(periods))[1:] == [("02T07:00", "02T08:00", 0.3), ("02T11:00", "02T12:00", 0.7)]


def test_a_day_left_out_stays_a_hole() -> None:
    wednesday = {stamp.replace("03-03", "03-04"): wh for stamp, wh in TUESDAY.items()}
    found = rows(answer(MONDAY | wednesday))
    assert [row[:2] for row in found[1:3]] == [("02T07:00", "02T08:00"), ("04T06:00", "04T07:00")]


def test_odd_stamps_at_sunrise_and_sunset_keep_the_energy() -> None:
    periods = {
        "2026-03-02T06:20:17+00:00": 0,
        "2026-03-02T07:00:00+00:00": 89,
        "2026-03-02T08:00:00+00:00": 376,
        "2026-03-02T08:30:30+00:00": 19,
    }
    known = parse(answer(periods, {"2026-03-02": 484}), want())
    assert energy_kwh(known) == pytest.approx(0.484)
    assert known.issued_at is not None
    assert f"{known.issued_at:%H:%M}" == "06:00"


def test_the_inverter_clips() -> None:
    assert rows(answer(MONDAY), array=roof(inverter_kw=0.25))[1][2] == 0.25


def test_the_question_names_the_plane_in_the_service_s_own_angles() -> None:
    ((url, params, _, secret),) = asked(FORECAST_SOLAR, want(roof(azimuth_deg=90.0, inverter_kw=4.0))).calls
    assert url == "https://api.forecast.solar/estimate/52/5/35/-90/5"
    assert params == {"time": "utc", "no_sun": 1, "inverter": 4.0}
    assert secret == ""


def test_a_key_is_part_of_the_path_and_told_to_be_secret() -> None:
    ((url, _, _, secret),) = asked(FORECAST_SOLAR, want(key=f"a/{KEY}")).calls
    assert url.startswith(f"https://api.forecast.solar/a%2F{KEY}/estimate/52/5/")
    assert secret == f"a/{KEY}"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, Rejected), (404, Rejected), (422, Rejected), (401, KeyRefused), (403, KeyRefused),
        (429, Limited), (502, Unreachable), (503, Unreachable), (7, Malformed), ([], Malformed),
    ],
)  # fmt: skip
def test_the_code_in_an_answer_says_what_is_wrong_and_never_the_key(
    code: object, error: type[SourceError]
) -> None:
    message = {"code": code, "type": "error", "text": f"something about {KEY}"}
    with pytest.raises(error) as caught:
        parse(body({"result": None, "message": message}), want(key=KEY))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer({"2026-03-02T07:00:00": 1, "2026-03-02T08:00:00": 2}), "has no offset"),
        (answer({}), "0 stamps"),
        (answer({"2026-03-02T07:00:00+00:00": 1}), "1 stamps"),
        (answer({"2026-03-02T08:00:00+00:00": 1, "2026-03-02T07:00:00+00:00": 1}), "do not rise"),
        (answer({"2026-03-02T07:00:00+00:00": "1", "2026-03-02T08:00:00+00:00": 1}), "'1' is no number"),
        (answer({"2026-03-02T07:00:00+00:00": 1e300, "2026-03-02T08:00:00+00:00": 1}), "out of all bounds"),
        (answer({"1026-03-02T07:00:00+00:00": 1, "2026-03-02T08:00:00+00:00": 1}), "outside of this century"),
        (answer({"2026-03-02T07:00:00+00:00": 1, "2026-03-02T18:00:00+00:00": 1}), "how long a period lasts"),
        (b"<!DOCTYPE html><html>", "a page of HTML"),
        (b"[" * 100_000, "cannot be understood"),
        (b"[1, 2]", "a list of 2"),
        (b"", "cannot be understood"),
    ],
)
def test_an_answer_of_another_shape_is_refused(reply: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        parse(reply, want())
