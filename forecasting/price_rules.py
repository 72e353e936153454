"""Price sources that follow a rule of the owner's contract: `fixed` and `bands`, final prices."""

from __future__ import annotations

from domain.site_tariff import BandPrice, FixedPrice
from forecasting.ask import Ask
from forecasting.bands import band_values
from forecasting.intervals import Intervals, constant
from forecasting.known import Known
from forecasting.local_days import end_of_next_local_day
from forecasting.quotes import EUR_PER_KWH, Quote, Side


def fixed(price: FixedPrice, ask: Ask, side: Side) -> Quote:
    """One price at all times; counts as known until tomorrow ends."""
    del side  # a rule is the same for both
    return _final(constant(price.eur_per_kwh, ask.start, ask.end), price.source, ask)


def bands(price: BandPrice, ask: Ask, side: Side) -> Quote:
    """Prices by local time; count as known until tomorrow ends."""
    del side
    values = band_values(price.bands, lambda band: band.eur_per_kwh, float("nan"), ask)
    return _final(values, price.source, ask)


def _final(values: Intervals, source: str, ask: Ask) -> Quote:
    until = end_of_next_local_day(ask.start, ask.time_zone)
    return Quote(Known(values, EUR_PER_KWH, source), until, terms=None)
