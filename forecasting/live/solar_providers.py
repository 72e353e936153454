"""The table of solar providers: one row each, by the word in the site file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.live.forecast_solar import FORECAST_SOLAR
from forecasting.live.open_meteo import OPEN_METEO
from forecasting.live.provider import Provider
from forecasting.live.solcast import SOLCAST

SOLAR_PROVIDERS: Final[Mapping[str, Provider]] = {
    provider.name: provider for provider in (OPEN_METEO, FORECAST_SOLAR, SOLCAST)
}
"""What ``solar.<id>.source`` may name and is asked for over the network."""
