"""From the weather to the power of a plane: measured years and clear days, against pvlib's own chain."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.intervals import Intervals
from forecasting.live import open_meteo
from forecasting.live.plane import Plane, Weather, power_kw, short_power_kw
from tests.forecasting.live.sunny import open_meteo_answer, roof, want
from tests.shared_data import shared

pvlib = pytest.importorskip("pvlib")
pd = pytest.importorskip("pandas")

pytestmark = pytest.mark.filterwarnings("ignore:.*:pandas.errors.Pandas4Warning")
DUESSELDORF = {"latitude": 51.296, "longitude": 6.7686}
SAPM = {
    "a": -3.47,
    "b": -0.0594,
    "deltaT": 3,
}  # King, Boyson and Kratochvil (2004), table 1: glass, open rack
NO_OTHER_LOSS = ("shading", "snow", "mismatch", "wiring", "connections", "lid", "nameplate_rating", "age")


@cache
def year() -> dict[str, NDArray[Any]]:
    """Weather of 2024 at Duesseldorf by quarters, at the instants of its stamps."""
    with gzip.open(shared("data/weather/dwd_duesseldorf_15min_2024.csv.gz"), "rt") as text:
        rows = list(csv.DictReader(text))
    names = ("global_irradiance", "diffuse_irradiance", "temperature", "wind_speed")
    found = {name: np.array([float(row[name]) for row in rows]) for name in names}
    stamps = [datetime.fromisoformat(row["time_utc"]) for row in rows]
    return {"stamps_s": np.array([int(stamp.timestamp()) for stamp in stamps]), **found}


@cache
def year_of_power(inverter_kw: float = 5.0) -> Intervals:
    """The year through the provider, as if Open-Meteo had answered it."""
    data = year()
    reply = open_meteo_answer(
        data["stamps_s"].tolist(),
        {
            "shortwave_radiation_instant": data["global_irradiance"].tolist(),
            "diffuse_radiation_instant": data["diffuse_irradiance"].tolist(),
            "temperature_2m": data["temperature"].tolist(),
            "wind_speed_10m": data["wind_speed"].tolist(),
        },
    )
    return open_meteo.parse(reply, want(roof(inverter_kw=inverter_kw), **DUESSELDORF)).intervals


def year_kwh(inverter_kw: float = 5.0) -> float:
    return float(year_of_power(inverter_kw).values.sum() / 4)


def chain_kwh(inverter_kw: float) -> float:
    """Energy of the year by pvlib's ModelChain, 5 kWp, 35 deg, 180 deg, at the stamps themselves."""
    data = year()
    system = pvlib.pvsystem.PVSystem(
        surface_tilt=35,
        surface_azimuth=180,
        module_parameters={"pdc0": 5.0, "gamma_pdc": -0.0035},
        inverter_parameters={"pdc0": inverter_kw / 0.96, "eta_inv_nom": 0.96},
        temperature_model_parameters=SAPM,
        losses_parameters={"soiling": 14.0, "availability": 0.0, **dict.fromkeys(NO_OTHER_LOSS, 0.0)},
        albedo=0.25,
    )
    chain = pvlib.modelchain.ModelChain(
        system,
        pvlib.location.Location(*DUESSELDORF.values()),
        transposition_model="haydavies",
        aoi_model="no_loss",
        spectral_model="no_loss",
        losses_model="pvwatts",
    )
    times = pd.DatetimeIndex(pd.to_datetime(data["stamps_s"], unit="s", utc=True))
    sun = chain.location.get_solarposition(times)
    ghi, dhi = (pd.Series(data[f"{name}_irradiance"], index=times) for name in ("global", "diffuse"))
    dni = pvlib.irradiance.dni(ghi, dhi, sun["zenith"], zenith_threshold_for_zero_dni=87.0).fillna(0.0)
    weather = pd.DataFrame({"ghi": ghi, "dhi": dhi, "dni": dni})
    weather["temp_air"], weather["wind_speed"] = data["temperature"], data["wind_speed"]
    return float(chain.run_model(weather).results.ac.fillna(0.0).sum() / 4)


@pytest.mark.parametrize("inverter_kw", [5.0, 3.0])
def test_a_measured_year_gives_the_energy_of_pvlib_s_own_chain(inverter_kw: float) -> None:
    assert year_kwh(inverter_kw) == pytest.approx(chain_kwh(inverter_kw), rel=0.01)


def test_a_year_gives_what_the_region_is_known_for() -> None:
    assert 850 < year_kwh() / 5.0 < 1000  # 990 kWh/m2 on the level, a dull year
    assert year_kwh(3.0) < year_kwh()


def test_the_power_of_measured_clear_days_is_centred_on_solar_noon() -> None:
    values = year_of_power()
    middle_s = (values.start_s + values.end_s) / 2
    late_min = []
    for first_s in clear_days():
        today = (middle_s >= first_s) & (middle_s < first_s + 86400)
        centre_s = np.average(middle_s[today], weights=values.values[today])
        late_min.append((centre_s - solar_noon_s(first_s, DUESSELDORF["longitude"])) / 60)
    assert len(late_min) > 10
    # half a slot is 7.5 min; haze alone moves a single winter day by as much
    assert abs(np.median(late_min)) < 4.0
    assert abs(np.mean(late_min)) < 4.0


def clear_days() -> list[int]:
    """Starts [s] of the days whose measured light keeps one ratio to Haurwitz's clear sky (1945) all day."""
    data, found = year(), []
    for first_s in range(int(data["stamps_s"][0]), int(data["stamps_s"][-1]), 86400):
        today = (data["stamps_s"] >= first_s) & (data["stamps_s"] < first_s + 86400)
        noon_s = solar_noon_s(first_s, DUESSELDORF["longitude"])
        height = sun_height(data["stamps_s"][today], first_s, noon_s, DUESSELDORF["latitude"])
        clear = 1098 * height * np.exp(-0.059 / np.maximum(height, 0.02)) * (height > 0)
        ratio = data["global_irradiance"][today][clear > 100] / clear[clear > 100]
        if len(ratio) >= 12 and ratio.mean() > 0.9 and ratio.std() < 0.06 * ratio.mean():
            found.append(first_s)
    return found


def sun_height(
    moments_s: NDArray[np.int64], first_s: int, noon_s: float, latitude: float
) -> NDArray[np.float64]:
    """Sine of the sun's height on the UTC day that starts at ``first_s``, by Cooper's declination (1969)."""
    day = datetime.fromtimestamp(first_s, UTC).timetuple().tm_yday
    tilt, north = np.radians(23.45 * np.sin(2 * np.pi * (284 + day) / 365)), np.radians(latitude)
    turned = (moments_s - noon_s) / 86400 * 2 * np.pi
    height: NDArray[np.float64] = np.sin(north) * np.sin(tilt) + np.cos(north) * np.cos(tilt) * np.cos(turned)
    return height


def solar_noon_s(midnight_s: float, longitude: float) -> float:
    """Solar noon of the UTC day by Spencer's equation of time (1971), without pvlib."""
    day = datetime.fromtimestamp(midnight_s, UTC).timetuple().tm_yday
    angle = 2 * np.pi * (day - 1) / 365
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * np.cos(angle)
        - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle)
        - 0.04089 * np.sin(2 * angle)
    )
    return float(midnight_s + 43200 - 240 * longitude - 60 * equation_min)


@pytest.mark.parametrize(("step_s", "late_s"), [(900, 60), (3600, 180)])
@pytest.mark.parametrize("day", ["2026-03-21", "2026-06-21", "2026-12-21"])
def test_a_clear_day_rises_as_it_sets(step_s: int, late_s: int, day: str) -> None:
    first_s = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    noon_s = solar_noon_s(first_s, longitude=5.0)
    ends_s = list(range(first_s + step_s, first_s + 86400 + step_s, step_s))
    reply = open_meteo_answer(ends_s, clear_sky(first_s, noon_s, step_s))
    values = open_meteo.parse(reply, want()).intervals
    middle_s = (values.start_s + values.end_s) / 2
    assert abs(np.average(middle_s, weights=values.values) - noon_s) < late_s
    lit_s = middle_s[values.values > 0]
    assert abs((lit_s[0] + lit_s[-1]) / 2 - noon_s) <= step_s / 2


def clear_sky(first_s: int, noon_s: float, step_s: int) -> dict[str, list[float]]:
    """Means of a day's light at 52 N, the same before and after noon, minute by minute."""
    minutes_s = np.arange(first_s, first_s + 86400, 60) + 30
    height = sun_height(minutes_s, first_s, noon_s, latitude=52.0)
    beam = np.where(height > 0.02, 900 * np.exp(-0.13 / np.maximum(height, 0.02)), 0.0)
    sky = 60.0 * (height > 0)
    light = {
        "shortwave_radiation": beam * np.maximum(height, 0) + sky,
        "diffuse_radiation": sky,
        "direct_normal_irradiance": beam,
    }
    return {name: one.reshape(-1, step_s // 60).mean(axis=1).tolist() for name, one in light.items()}


def weather(hour: int, level: float, sky: float, beam: float | None = None, **keys: float) -> Weather:
    """One quarter of 2026-03-21."""
    middle_s = int(datetime(2026, 3, 21, hour, tzinfo=UTC).timestamp())

    def one(value: float) -> NDArray[np.float64]:
        return np.array([value])

    return Weather(
        np.array([middle_s]),
        one(level),
        one(sky),
        None if beam is None else one(beam),
        one(keys.get("air_c", 10.0)),
        one(keys.get("wind_m_s", 2.0)),
    )


SOUTH = Plane(52.0, 5.0, 35.0, 180.0, 5.0)


@pytest.mark.parametrize(
    ("hour", "brighter", "darker"), [(8, 90.0, 270.0), (16, 270.0, 90.0), (12, 180.0, 0.0)]
)
def test_the_roof_that_faces_the_sun_makes_more(hour: int, brighter: float, darker: float) -> None:
    light = weather(hour, 400.0, 100.0)
    facing, averted = (Plane(52.0, 5.0, 35.0, azimuth, 5.0) for azimuth in (brighter, darker))
    assert power_kw(light, facing)[0] > 1.2 * power_kw(light, averted)[0]


def test_a_beam_near_the_horizon_is_no_beam_and_the_night_is_dark() -> None:
    low = weather(18, 20.0, 0.1)  # 87.8 degrees from the zenith: a quotient would be a blinding beam
    assert 0.0 <= power_kw(low, SOUTH)[0] < 0.1
    assert power_kw(weather(23, 5.0, 5.0, 100.0), SOUTH)[0] == 0.0


@pytest.mark.parametrize("hour", [12, 23])
@pytest.mark.parametrize("missing", ["level", "sky", "beam", "air_c", "wind_m_s"])
def test_a_missing_input_stays_missing_by_day_and_by_night(hour: int, missing: str) -> None:
    given = {"level": 400.0, "sky": 100.0, "beam": 500.0, "air_c": 10.0, "wind_m_s": 2.0}
    assert np.isnan(power_kw(weather(hour, **{**given, missing: float("nan")}), SOUTH)[0])


def test_without_a_beam_what_global_leaves_of_diffuse_counts() -> None:
    # at noon of the equinox at 52 N the sun stands about 52 degrees from the zenith: 300 / cos = 490
    with_beam = power_kw(weather(12, 400.0, 100.0, 490.0), SOUTH)[0]
    assert power_kw(weather(12, 400.0, 100.0), SOUTH)[0] == pytest.approx(with_beam, rel=0.02)


def test_the_short_formula_is_a_few_percent_from_the_chain() -> None:
    data = year()
    times = pd.DatetimeIndex(pd.to_datetime(data["stamps_s"], unit="s", utc=True))
    sun = pvlib.solarposition.get_solarposition(times, *DUESSELDORF.values())
    ghi, dhi = data["global_irradiance"], data["diffuse_irradiance"]
    high = sun["zenith"].to_numpy() < 87
    dni = np.where(high, (ghi - dhi) / np.cos(np.radians(np.where(high, sun["zenith"], 0))), 0.0)
    on_plane = pvlib.irradiance.get_total_irradiance(
        35, 180, sun["zenith"].to_numpy(), 0 * ghi + sun["azimuth"], dni, ghi, dhi
    )
    short = short_power_kw(np.asarray(on_plane["poa_global"]), data["temperature"], SOUTH)
    assert short.sum() / 4 == pytest.approx(year_kwh(), rel=0.05)
