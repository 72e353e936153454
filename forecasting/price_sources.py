"""The table of price sources: one row each; a new provider is a new file and a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.site_tariff import PROVIDERS, PriceSource
from forecasting.ask import Ask
from forecasting.price_file import file
from forecasting.price_rules import bands, fixed
from forecasting.provided import provided_prices
from forecasting.quotes import Quote, Side
from forecasting.sample import sample_prices

PRICE_SOURCES: Final[Mapping[str, Callable[[Any, Ask, Side], Quote]]] = {
    "fixed": fixed,
    "bands": bands,
    "file": file,
    "sample": sample_prices,
    **dict.fromkeys(PROVIDERS, provided_prices),
}


def ask_source(price: PriceSource, ask: Ask, side: Side) -> Quote:
    """What the source of ``tariff.buy`` or ``tariff.sell`` knows.

    Raises ``InputError`` or ``SourceError`` where it knows nothing.
    """
    return PRICE_SOURCES[price.source](price, ask, side)
