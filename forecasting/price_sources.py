"""The table of price sources: one row each; a new provider is a new file and a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.errors import NotBuilt, Unbuilt
from domain.site_tariff import PriceSource
from forecasting.ask import Ask
from forecasting.price_file import file
from forecasting.price_rules import bands, fixed
from forecasting.quotes import Quote, Side
from forecasting.sample import sample_prices

PRICE_SOURCES: Final[Mapping[str, Callable[[Any, Ask, Side], Quote]]] = {
    "fixed": fixed,
    "bands": bands,
    "file": file,
    "sample": sample_prices,
}


def ask_source(price: PriceSource, ask: Ask, side: Side) -> Quote:
    """What the source of ``tariff.buy`` or ``tariff.sell`` knows; ``NotBuilt`` where it has no row."""
    if not has_source(price):
        why = f"{price.source} cannot be asked yet; give the prices in a file (--prices)"
        raise NotBuilt([Unbuilt(f"tariff.{side}.source", why)])
    return PRICE_SOURCES[price.source](price, ask, side)


def has_source(price: PriceSource) -> bool:
    """Whether this version can ask the source."""
    return price.source in PRICE_SOURCES
