"""Where an array looks, in the angles of every source.

The site file says 0 north, 90 east, 180 south, 270 west; it is converted here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final


def from_south(azimuth_deg: float) -> float:
    """0 south, -90 east, +90 west, -180 north: Open-Meteo, Forecast.Solar, PVGIS."""
    return azimuth_deg % 360 - 180


def west_of_north(azimuth_deg: float) -> float:
    """0 north, -90 east, +90 west, -180 south: Solcast."""
    return (180 - azimuth_deg) % 360 - 180


def east_of_north(azimuth_deg: float) -> float:
    """0 north, 90 east, 180 south, 270 west: pvlib, and the site file."""
    return azimuth_deg % 360


AZIMUTH: Final[Mapping[str, Callable[[float], float]]] = {
    "open_meteo": from_south,
    "forecast_solar": from_south,
    "pvgis": from_south,
    "solcast": west_of_north,
    "pvlib": east_of_north,
}
"""How each source counts, by its name."""
