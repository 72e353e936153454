"""Open-Meteo: what is asked, what its stamps mean, what is missing, and its errors."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Limited, Malformed, NotPublished, Rejected, SourceError
from forecasting.live.open_meteo import OPEN_METEO, parse
from tests.forecasting.live.sunny import KEY, NOON, asked, body, energy_kwh, open_meteo_answer, roof, want

pytest.importorskip("pvlib")  # without it, only the short formula is left

QUARTERS_S = [int(NOON.timestamp()) + 900 * step for step in range(4)]
BRIGHT: dict[str, list[float | None]] = {
    "shortwave_radiation": [400.0, 410.0, 420.0, 430.0],
    "diffuse_radiation": [100.0] * 4,
    "direct_normal_irradiance": [500.0] * 4,
    "global_tilted_irradiance": [600.0] * 4,
}


def bright(**columns: Any) -> bytes:
    return open_meteo_answer(QUARTERS_S, BRIGHT | columns)


def iso_hours(**keys: Any) -> bytes:
    """Two hours on a clock that stays two hours before UTC."""
    block = {
        "time": ["2026-03-02T14:00", "2026-03-02T15:00"],
        "temperature_2m": [5.0, 5.0],
        "wind_speed_10m": [7.2, 7.2],
        "shortwave_radiation": [400.0, 400.0],
        "diffuse_radiation": [100.0, 100.0],
    }
    units = {"temperature_2m": "°C", "wind_speed_10m": "km/h"}
    return body({"utc_offset_seconds": 7200, "hourly_units": units, "hourly": block | keys})


def test_radiation_is_the_mean_of_the_quarter_that_ends_at_its_stamp() -> None:
    values = parse(bright(), want()).intervals
    assert ((values.start_s - NOON.timestamp()) / 60).tolist() == [-15, 0, 15, 30]
    assert 2.3 < values.values[0] < 2.5


def test_radiation_at_an_instant_runs_to_the_next_one() -> None:
    columns = {f"{name}_instant": values for name, values in BRIGHT.items()}
    values = parse(open_meteo_answer(QUARTERS_S, columns), want()).intervals
    assert ((values.start_s - NOON.timestamp()) / 60).tolist() == [0, 15, 30]


def test_local_stamps_are_read_with_the_one_offset_of_the_answer() -> None:
    values = parse(iso_hours(), want()).intervals
    assert (values.start - NOON, values.end - NOON) == (timedelta(hours=-1), timedelta(hours=1))


def test_a_missing_input_is_a_missing_value() -> None:
    for name in ("shortwave_radiation", "diffuse_radiation", "direct_normal_irradiance"):
        known = parse(bright(**{name: [*BRIGHT[name][:2], None, None]}), want())
        assert len(known.intervals) == 2
    known = parse(bright(wind_speed_10m=[2.0, None, 2.0, 2.0]), want())
    assert len(known.intervals) < 4


def test_a_missing_value_at_night_is_not_a_dark_one() -> None:
    midnight_s = [stamp + 12 * 3600 for stamp in QUARTERS_S]
    dark = {name: [0.0, 0.0, 0.0, None] for name in BRIGHT}
    assert parse(open_meteo_answer(midnight_s, dark), want()).intervals.values.tolist() == [0.0, 0.0, 0.0]


def test_light_below_zero_is_none() -> None:
    negative = {name: [-84.0] * 4 for name in BRIGHT}
    assert energy_kwh(parse(open_meteo_answer(QUARTERS_S, negative), want())) == 0.0


def test_the_inverter_clips() -> None:
    assert max(parse(bright(), want(roof(inverter_kw=1.2))).intervals.values) == pytest.approx(1.2)


def test_without_pvlib_a_short_formula_answers_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with_pvlib = parse(bright(), want())
    monkeypatch.setitem(sys.modules, "pvlib", None)
    known = parse(bright(), want())
    # 5 kW x 0.6 x (1 - 0.0035 x (10 + 0.0342 x 600 - 25)) x 0.86 x 0.96
    assert known.intervals.values[0] == pytest.approx(2.42895, abs=1e-5)
    assert "chargewright[solar]" in known.note
    assert with_pvlib.note == ""
    columns = {name: values for name, values in BRIGHT.items() if name != "global_tilted_irradiance"}
    with pytest.raises(Malformed, match=r"pip install 'chargewright\[solar\]'"):
        parse(open_meteo_answer(QUARTERS_S, columns), want())


def test_the_question_is_in_gmt_with_the_plane_in_the_service_s_own_angles() -> None:
    ((url, params, _, secret),) = asked(OPEN_METEO, want(roof(azimuth_deg=270.0))).calls
    assert url == "https://api.open-meteo.com/v1/forecast"
    assert (params["azimuth"], params["tilt"], params["latitude"], params["longitude"]) == (90, 35, 52, 5)
    assert (params["timezone"], params["timeformat"], params["wind_speed_unit"]) == ("GMT", "unixtime", "ms")
    assert (params["past_days"], params["forecast_days"]) == (0, 5)
    assert secret == ""


def test_past_days_are_asked_for_where_they_are_wanted() -> None:
    ((_, params, _, _),) = asked(OPEN_METEO, want(start=NOON - timedelta(days=7))).calls
    assert params["past_days"] == 7


def test_a_key_goes_to_the_customers_address_and_is_told_to_be_secret() -> None:
    ((url, params, _, secret),) = asked(OPEN_METEO, want(key=KEY)).calls
    assert url == "https://customer-api.open-meteo.com/v1/forecast"
    assert (params["apikey"], secret) == (KEY, KEY)


@pytest.mark.parametrize(
    ("reason", "until"),
    [
        ("Minutely API request limit exceeded. Please try again in one minute.", "2026-03-02 12:01:00+00:00"),
        (
            "Hourly API request limit exceeded. Please try again in the next hour.",
            "2026-03-02 13:00:00+00:00",
        ),
        ("Daily API request limit exceeded. Please try again tomorrow.", "2026-03-03 00:00:00+00:00"),
        ("Too many concurrent requests: limit reached", "None"),
    ],
)
def test_a_limit_says_until_when(reason: str, until: str) -> None:
    with pytest.raises(Limited, match="limit") as caught:
        parse(body({"error": True, "reason": reason}), want())
    assert f"{caught.value.until}" == until


def test_a_refused_question_tells_its_reason_without_the_key() -> None:
    reply = body({"error": True, "reason": f"Latitude must be in range; apikey={KEY}"})
    with pytest.raises(Rejected, match="Latitude must be in range") as caught:
        parse(reply, want(key=KEY))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "error", "reason"),
    [
        (bright(shortwave_radiation=[None] * 4), NotPublished, "every value of roof is still missing"),
        (bright(shortwave_radiation=[1.0] * 3), Malformed, "3 of 4 values of shortwave_radiation"),
        (bright(temperature_2m=["warm"] * 4), Malformed, "'warm' is no number"),
        (bright(temperature_2m="warm"), Malformed, "no temperature_2m"),
        (bright(time=[]), Malformed, "no stamps"),
        (bright(time=[1.5] * 4), Malformed, "neither text nor whole seconds"),
        (bright(time=QUARTERS_S[::-1]), Malformed, "stamps must rise"),
        (bright(time=[10**18] * 4), Malformed, "outside of this century"),
        (iso_hours(time=["2026-03-02T14:00+01:00"] * 2), Malformed, "offset of their own"),
        (iso_hours(direct_normal_irradiance_instant=[1.0, 1.0]), Malformed, "beside radiation at instants"),
        (iso_hours().replace(b"km/h", b"mp/h"), Malformed, "wind_speed_10m in 'mp/h'"),
        (iso_hours().replace(b"7200", b"null"), Malformed, "cannot be understood"),
        (body([{}, {}]), Malformed, "a list of 2"),
        (bright()[:-40], Malformed, "cannot be understood"),
        (b"<html>", Malformed, "a page of HTML"),
    ],
)
def test_an_answer_of_another_shape_is_refused(reply: bytes, error: type[SourceError], reason: str) -> None:
    with pytest.raises(error, match=reason):
        parse(reply, want())
