"""Power of tilted panels from the weather on them: by pvlib, or by a short formula where pvlib is absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.live.azimuth import east_of_north

Numbers = NDArray[np.float64]

LOSSES: Final = 0.14
"""Share lost before the inverter: dirt, shade, mismatch, wires, age (PVWatts)."""
GAMMA_PER_K: Final = -0.0035
"""Change of the panels' power per kelvin above 25 °C."""
INVERTER_EFFICIENCY: Final = 0.96
"""Nominal (PVWatts)."""
ALBEDO: Final = 0.25
"""Share of the light that the ground throws back."""
LOWEST_SUN_ZENITH_DEG: Final = 87.0
"""Below it there is no beam: a mean over minutes, divided by a cosine near 0, would be anything."""
MOUNTING: Final = "open_rack_glass_glass"
"""Row of pvlib's table for SAPM's cell temperature."""
K_PER_W_M2: Final = 0.0342
"""How much warmer than the air cells are per W/m², for the short formula."""
_REFERENCE_C: Final = 25.0
_STC_W_M2: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Panels at their place, and their inverter."""

    latitude: float
    longitude: float
    tilt_deg: float
    azimuth_deg: float
    """As in the site file: 180 looks south."""
    peak_kw: float
    inverter_kw: float | None = None
    """Most that it feeds; without it the inverter is as large as the panels."""

    @property
    def most_kw(self) -> float:
        """Most that the inverter feeds [kW]."""
        return self.inverter_kw or self.peak_kw


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """Means over intervals, all of shape (intervals,); NaN is missing."""

    middle_s: NDArray[np.int64]
    """Middle of every interval, UTC seconds since 1970: where the sun stands for all of it."""
    global_w_m2: Numbers
    """On the horizontal."""
    diffuse_w_m2: Numbers
    """From the sky, on the horizontal."""
    beam_w_m2: Numbers | None
    """Square to the sun; none: what global less diffuse leaves."""
    air_c: Numbers
    wind_m_s: Numbers
    """At 10 m."""


def has_pvlib() -> bool:
    """Whether pvlib (extra ``solar``) can be imported."""
    try:
        import pvlib  # type: ignore[import-untyped, unused-ignore] # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def power_kw(weather: Weather, plane: Plane) -> Numbers:
    """Mean power that the inverter feeds [kW], by pvlib: Hay-Davies, SAPM's cell temperature, PVWatts."""
    from pvlib import inverter, pvsystem, temperature  # noqa: PLC0415 (slow to import)

    plane_w_m2 = _on_plane_w_m2(weather, plane)
    mounting = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][MOUNTING]
    cell_c = temperature.sapm_cell(plane_w_m2, weather.air_c, weather.wind_m_s, **mounting)
    panels_kw = pvsystem.pvwatts_dc(plane_w_m2, cell_c, plane.peak_kw, GAMMA_PER_K) * (1 - LOSSES)
    rated_kw = plane.most_kw / INVERTER_EFFICIENCY
    fed_kw: Numbers = inverter.pvwatts(panels_kw, rated_kw, eta_inv_nom=INVERTER_EFFICIENCY)
    return fed_kw


def short_power_kw(plane_w_m2: Numbers, air_c: Numbers, plane: Plane) -> Numbers:
    """Mean power that the inverter feeds [kW], from the light on the plane; a few percent from pvlib.

    peak x light / 1000 x (1 + gamma (cell - 25)) x (1 - losses) x inverter
    """
    light = np.maximum(plane_w_m2, 0.0)
    warmth_k = air_c + K_PER_W_M2 * light - _REFERENCE_C
    panels_kw = plane.peak_kw * light / _STC_W_M2 * (1 + GAMMA_PER_K * warmth_k) * (1 - LOSSES)
    fed_kw: Numbers = np.minimum(panels_kw * INVERTER_EFFICIENCY, plane.most_kw)
    return fed_kw


def _on_plane_w_m2(weather: Weather, plane: Plane) -> Numbers:
    """Light on the panels [W/m²]; 0 while the sun is down, NaN where the weather is missing."""
    from pvlib import irradiance  # noqa: PLC0415 (slow to import)

    zenith_deg, azimuth_deg = _sun_deg(weather.middle_s, plane)
    outside_w_m2 = irradiance.get_extra_radiation(_day_of_year(weather.middle_s))
    level, sky = np.maximum(weather.global_w_m2, 0.0), np.maximum(weather.diffuse_w_m2, 0.0)
    beam = _beam_w_m2(level, sky, weather.beam_w_m2, zenith_deg, outside_w_m2)
    parts = irradiance.get_total_irradiance(
        plane.tilt_deg,
        east_of_north(plane.azimuth_deg),
        zenith_deg,
        azimuth_deg,
        beam,
        level,
        sky,
        dni_extra=outside_w_m2,
        albedo=ALBEDO,
        model="haydavies",
    )
    light = np.maximum(parts["poa_global"], 0.0)
    by_day: Numbers = np.where(zenith_deg < 90, light, 0.0 * light)  # 0 x NaN stays NaN: missing, not dark
    return by_day


def _beam_w_m2(
    level: Numbers, sky: Numbers, given: Numbers | None, zenith_deg: Numbers, outside_w_m2: Numbers
) -> Numbers:
    """Beam square to the sun [W/m²], at most what there is above the air; 0 with the sun near the horizon."""
    height = np.cos(np.radians(np.minimum(zenith_deg, LOWEST_SUN_ZENITH_DEG)))
    beam = (level - sky) / height if given is None else given
    beam = np.clip(beam, 0.0, outside_w_m2)
    high: Numbers = np.where(zenith_deg <= LOWEST_SUN_ZENITH_DEG, beam, 0.0 * beam)
    return high


def _sun_deg(moments_s: NDArray[np.int64], plane: Plane) -> tuple[Numbers, Numbers]:
    """Apparent zenith and azimuth of the sun [deg], at sea level; NREL's algorithm."""
    from pvlib import spa  # noqa: PLC0415 (slow to import)

    zenith_deg, _, _, _, azimuth_deg, _ = spa.solar_position(
        moments_s.astype(np.float64),
        plane.latitude,
        plane.longitude,
        elev=0.0,
        pressure=1013.25,
        temp=12.0,
        delta_t=70.0,
        atmos_refract=0.5667,
    )
    return zenith_deg, azimuth_deg


def _day_of_year(moments_s: NDArray[np.int64]) -> Numbers:
    days = moments_s.astype("datetime64[s]").astype("datetime64[D]")
    since_new_year: Numbers = (days - days.astype("datetime64[Y]")).astype(np.float64)
    return since_new_year + 1
