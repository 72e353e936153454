"""The tariff: from the market's price to the price on the bill."""

from __future__ import annotations

from dataclasses import replace

from domain.series import Series
from domain.time_grid import TimeGrid
from forecasting.ask import Ask
from forecasting.bands import band_values
from forecasting.on_grid import to_series
from forecasting.quotes import Quote
from forecasting.resample import onto


def bill(quote: Quote, grid: TimeGrid, ask: Ask) -> Series:
    """Prices on the grid as they are paid or earned [EUR/kWh].

    price = (market x factor + add + band_add(t)) x (1 + vat), also where the bracket is negative;
    final prices stay as they are. Beyond the end of the market's prices the forecast is of the market.
    """
    market = to_series(quote.known, grid)
    terms = quote.terms
    if terms is None:
        return market
    before_vat = market.values * terms.factor + terms.add_eur_per_kwh
    if terms.bands_add:
        adds = band_values(terms.bands_add, lambda band: band.add_eur_per_kwh, 0.0, ask)
        before_vat = before_vat + onto(grid, adds)
    return replace(market, values=before_vat * (1 + terms.vat))
