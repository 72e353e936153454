"""Real answers of solar services, recorded: each has its outcome."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.errors import Limited, Malformed, SourceError
from domain.series import Quality
from forecasting.live.provider import Provider
from forecasting.live.solar_providers import SOLAR_PROVIDERS
from tests.forecasting.live.sunny import energy_kwh, want
from tests.shared_data import shared

# energies of Forecast.Solar and Solcast are sums over the files; those of Open-Meteo are bounds for 5 kWp
UNDERSTOOD = [
    ("open_meteo/forecast_hourly_1.json", 72, "2026-03-01T22:00", "2026-03-04T22:00", (55, 65)),
    ("open_meteo/forecast_minutely15_emhass.json", 287, "2025-02-23T23:00", "2025-02-26T22:45", (40, 65)),
    ("forecast_solar/forecast.json", 36, "2024-04-25T22:00", "2024-04-27T22:00", (11.998, 11.998)),
    ("forecast_solar/forecast_personal.json", 133, "2024-04-26T22:00", "2024-04-30T22:00", (26.208, 26.208)),
    ("solcast/rooftop_forecasts_2022-10-24.json", 49, "2022-10-24T20:30", "2022-10-25T21:00", (16.7114,) * 2),
    (
        "solcast/rooftop_forecasts_multiday_PT30M.json",
        97,
        "2024-12-26T17:00",
        "2024-12-28T17:30",
        (1.4319,) * 2,
    ),
]
LIMITED = [
    ("forecast_solar/ratelimit.json", "2024-04-27T00:48:53", "Rate limit for API calls reached"),
    ("solcast/ratelimit.json", "2026-03-03T00:00", "3 of 10 calls of the day used"),
]
WIND_ONLY = "no shortwave_radiation, no diffuse_radiation"
REFUSED = [
    ("open_meteo/eu_wind_forecast.json", "open_meteo", WIND_ONLY),
    ("open_meteo/openems_parser_sample_0.json", "open_meteo", "no wind_speed_10m"),
    ("open_meteo/openems_parser_sample_1.json", "open_meteo", "no wind_speed_10m"),
    ("forecast_solar/validate_key.json", "forecast_solar", "no 'watt_hours_period'"),
    ("forecast_solar/validate_plane.json", "forecast_solar", "no 'watt_hours_period'"),
    ("solcast/rooftop_sites.json", "solcast", "a list of roofs"),
    *[(f"pvgis/{name}.csv", provider, "cannot be understood")
      for name in ("horizon", "hourly_SA_30deg") for provider in SOLAR_PROVIDERS],
    *[(file, provider, "the answer has")
      for file in (
          "pvgis/hourly_SA2_10kWp.json",
          "pvgis/tmy_meta.json",
          "other/akkudoktor_pvforecast_1plane.json",
          "other/brightsky_weather_1.json",
      )
      for provider in SOLAR_PROVIDERS],
]  # fmt: skip


def provider_of(file: str) -> Provider:
    """The provider whose folder the file lies in."""
    return SOLAR_PROVIDERS[file.partition("/")[0]]


def recorded(file: str) -> bytes:
    return shared(f"fixtures/{file}").read_bytes()


@pytest.mark.parametrize(("file", "count", "start", "end", "kwh"), UNDERSTOOD)
def test_a_forecast_gives_power_from_when_to_when(
    file: str, count: int, start: str, end: str, kwh: tuple[float, float]
) -> None:
    if file.startswith("open_meteo"):
        pytest.importorskip("pvlib")
    question = want(latitude=50.0, longitude=10.0)
    known = provider_of(file).parse(recorded(file), question)
    values = known.intervals
    assert (len(values), f"{values.start:%Y-%m-%dT%H:%M}", f"{values.end:%Y-%m-%dT%H:%M}") == (
        count,
        start,
        end,
    )
    assert kwh[0] - 1e-6 <= energy_kwh(known) <= kwh[1] + 1e-6
    assert (known.unit, known.quality) == ("kW", Quality.FORECAST)
    assert values.start_s[1:].tolist() == values.end_s[:-1].tolist(), "no hole in it"


@pytest.mark.parametrize(("file", "until", "told"), LIMITED)
def test_a_limit_says_until_when(file: str, until: str, told: str) -> None:
    with pytest.raises(Limited, match=told) as caught:
        provider_of(file).parse(recorded(file), want())
    assert caught.value.until == datetime.fromisoformat(until).replace(tzinfo=UTC)


@pytest.mark.parametrize(("file", "provider", "reason"), REFUSED)
def test_what_is_no_solar_forecast_is_refused_with_its_reason(file: str, provider: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        SOLAR_PROVIDERS[provider].parse(recorded(file), want())


def test_every_recorded_file_has_an_outcome_here() -> None:
    folders = ("open_meteo", "forecast_solar", "solcast", "pvgis", "other")
    there = {f"{folder}/{path.name}" for folder in folders for path in shared(f"fixtures/{folder}").iterdir()}
    assert there == {row[0] for table in (UNDERSTOOD, LIMITED, REFUSED) for row in table}


def test_no_provider_takes_the_answer_of_another() -> None:
    for file, *_ in UNDERSTOOD:
        for name, provider in SOLAR_PROVIDERS.items():
            if not file.startswith(name):
                with pytest.raises(SourceError):
                    provider.parse(recorded(file), want())
