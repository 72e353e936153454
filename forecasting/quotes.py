"""What a price source answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from domain.site_tariff import MarketTerms
from forecasting.known import Known

Side = Literal["buy", "sell"]
EUR_PER_KWH: Final = "EUR/kWh"


@dataclass(frozen=True, slots=True)
class Quote:
    """Prices of one side as a source knows them."""

    known: Known
    until: datetime
    """Up to when the prices count as known: the horizon goes at least so far."""
    terms: MarketTerms | None
    """What turns the market's price into the bill's; none where the prices are final."""
