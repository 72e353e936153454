"""Solcast: periods by their ends, three estimates, and its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from domain.errors import KeyRefused, Limited, Malformed, NotPublished, Rejected, SourceError
from forecasting.live.solcast import SOLCAST, parse, quantiles
from tests.forecasting.live.sunny import KEY, NOON, asked, body, roof, want


def row(end: str, kw: float | None = 1.0, period: object = "PT30M", **keys: Any) -> dict[str, Any]:
    usual = {"pv_estimate10": 0.5, "pv_estimate": kw, "pv_estimate90": 1.5}
    return {**usual, "period_end": f"2026-03-02T{end}:00.0000000Z", "period": period, **keys}


def answer(*rows: object) -> bytes:
    return body({"forecasts": rows})


def test_a_value_holds_for_the_period_before_its_stamp() -> None:
    values = parse(answer(row("12:30", 1.0), row("13:00", 2.0), row("14:00", 3.0, "PT1H")), want()).intervals
    assert ((values.start_s - NOON.timestamp()) / 60).tolist() == [0, 30, 60]
    assert ((values.end_s - NOON.timestamp()) / 60).tolist() == [30, 60, 120]
    assert values.values.tolist() == [1.0, 2.0, 3.0]


def test_the_estimates_beside_the_middle_one_are_kept() -> None:
    found = quantiles(answer(row("12:30", 1.0), row("13:00", 2.0, pv_estimate90=None)), want())
    assert found.p10.values.tolist() == [0.5, 0.5]
    assert found.p50.values.tolist() == [1.0, 2.0]
    assert found.p90.values[0] == 1.5
    assert np.isnan(found.p90.values[1])


def test_they_go_into_the_plan_as_far_as_the_inverter_gives_them() -> None:
    known = parse(answer(row("12:30", 1.0), row("13:00", 1.2)), want(roof(inverter_kw=1.3)))
    assert known.spread is not None
    assert known.spread.p10.values.tolist() == [0.5, 0.5]
    assert known.spread.p90.values.tolist() == [1.3, 1.3]


def test_rows_come_in_any_order_and_a_missing_value_is_left_out() -> None:
    values = parse(answer(row("13:30", 3.0), row("12:30", 1.0), row("13:00", None)), want()).intervals
    assert values.values.tolist() == [1.0, 3.0]
    assert values.end_s[0] < values.start_s[1], "a hole, not a 0"


def test_the_question_names_the_roof_and_hides_the_key() -> None:
    ((url, params, headers, secret),) = asked(SOLCAST, want(roof(resource_id="ab/12-cd"), key=KEY)).calls
    assert url == "https://api.solcast.com.au/rooftop_sites/ab%2F12-cd/forecasts"
    assert params == {"format": "json", "hours": 72}
    assert headers == {"Authorization": f"Bearer {KEY}"}
    assert secret == KEY


def test_a_roof_without_its_id_is_not_asked_for() -> None:
    with pytest.raises(Rejected, match=r"solar\.roof: Solcast needs resource_id"):
        asked(SOLCAST, want(key=KEY))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("TooManyRequests", Limited),
        ("Unauthorized", KeyRefused),
        ("Forbidden", KeyRefused),
        ("NotFound", Rejected),
    ],
)
def test_an_error_document_says_what_is_wrong_and_never_the_key(code: str, error: type[SourceError]) -> None:
    status = {"error_code": code, "message": f"not with {KEY}"}
    with pytest.raises(error) as caught:
        parse(body({"response_status": status}), want(key=KEY))
    assert KEY not in str(caught.value)


def test_a_spent_budget_begins_again_at_midnight_in_utc() -> None:
    with pytest.raises(Limited) as caught:
        parse(body({"response_status": {"error_code": "TooManyRequests"}}), want())
    assert f"{caught.value.until}" == "2026-03-03 00:00:00+00:00"


@pytest.mark.parametrize(
    ("reply", "error", "reason"),
    [
        (answer(), NotPublished, "no forecast yet"),
        (answer(row("12:30", None)), NotPublished, "still missing"),
        (answer(row("12:30", period="P1D")), Malformed, "a period of 'P1D'"),
        (answer(row("12:30", period="PT")), Malformed, "a period of 'PT'"),
        (answer(row("12:30", period=30)), Malformed, "a period of '30'"),
        (answer(row("12:30"), row("12:30")), Malformed, "not overlap"),
        (answer({}), Malformed, "period_end"),
        (answer(7), Malformed, "cannot be understood"),
        (answer(row("12:30", pv_estimate=True)), Malformed, "'True' is no number"),
        (b'{"forecasts": [{"pv_estimate": NaN}]}', Malformed, "NaN is no number"),
        (b'{"forecasts": {}}', Malformed, "no 'forecasts'"),
    ],
)
def test_an_answer_of_another_shape_is_refused(reply: bytes, error: type[SourceError], reason: str) -> None:
    with pytest.raises(error, match=reason):
        parse(reply, want())
