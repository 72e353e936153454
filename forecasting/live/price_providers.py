"""The table of live price providers: one row each; a new provider is a new file and a row here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.live.awattar import AWATTAR
from forecasting.live.energy_charts import ENERGY_CHARTS
from forecasting.live.energyzero import ENERGYZERO
from forecasting.live.entsoe import ENTSOE
from forecasting.live.nordpool import NORDPOOL
from forecasting.live.octopus import OCTOPUS
from forecasting.live.provider import Provider
from forecasting.live.smard import SMARD
from forecasting.live.tibber import TIBBER

PRICE_PROVIDERS: Final[Mapping[str, Provider]] = {
    provider.name: provider
    for provider in (ENERGY_CHARTS, ENERGYZERO, ENTSOE, AWATTAR, TIBBER, SMARD, OCTOPUS, NORDPOOL)
}
"""By the word in the site file."""

FINAL_PRICES: Final = frozenset({TIBBER.name, OCTOPUS.name})
"""Those whose prices have all taxes in: the terms of the tariff do not count on them."""
