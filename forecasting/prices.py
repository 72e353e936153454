"""Buying and selling prices of a site: from the price file of the command line, else from its tariff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from domain.errors import Fault, InputError
from domain.site import Site
from domain.site_tariff import MarketTerms, PriceSource, ProviderPrice
from forecasting.ask import Ask
from forecasting.faults import Faults
from forecasting.intervals import constant
from forecasting.known import Known
from forecasting.price_file import MARKET, OWN, known_prices, read_prices
from forecasting.price_sources import ask_source
from forecasting.quotes import EUR_PER_KWH, Quote, Side
from forecasting.series_file import SeriesFile

NOTHING_TO_SELL: Final = "nothing to sell"


@dataclass(frozen=True, slots=True)
class Quotes:
    """What is known of both sides."""

    buy: Quote
    sell: Quote


def price_quotes(ask: Ask, prices_file: Path | None) -> Quotes:
    """Prices of both sides; a file given on the command line comes first, then the site's own sources.

    Raises ``InputError`` where a side has no price, ``SourceError`` where a live source gave none.
    """
    read = None if prices_file is None else read_prices(prices_file)
    tariff = ask.site.tariff
    buy = None if read is None else _bought_as_filed(read, tariff.buy)
    sell = None if read is None else _sold_as_filed(read, tariff.sell)
    faults = Faults()
    with faults.collecting():
        buy = buy or ask_source(tariff.buy, ask, "buy")
    with faults.collecting():
        sell = sell or _sold_by_site(ask, read)
    faults.raise_any()
    assert buy is not None
    assert sell is not None
    return Quotes(buy, sell)


def live_prices_needed(site: Site, prices_file: Path | None) -> tuple[ProviderPrice, ...]:
    """The live price sources that ``price_quotes`` will look for, each once.

    Raises ``InputError`` where the file is wrong.
    """
    given = set() if prices_file is None else set(read_prices(prices_file).columns)
    tariff = site.tariff
    sides = {"buy": tariff.buy, "sell": tariff.sell if can_export(site) else None}
    needed = [price for side, price in sides.items() if not given & {MARKET, f"{side}_eur_per_kwh"}]
    return tuple(dict.fromkeys(price for price in needed if isinstance(price, ProviderPrice)))


def _bought_as_filed(read: SeriesFile, price: PriceSource) -> Quote | None:
    if MARKET not in read.columns:
        return _final(read, "buy")
    quote = _market(read, price if isinstance(price, MarketTerms) else MarketTerms())
    if isinstance(price, MarketTerms):
        return quote
    note = (
        f"tariff.buy is '{price.source}', but {read.source} gives prices of the market: these count for "
        "buying, with nothing added"
    )
    return replace(quote, known=replace(quote.known, note="; ".join(filter(None, (note, quote.known.note)))))


def _sold_as_filed(read: SeriesFile, price: PriceSource | None) -> Quote | None:
    """What the file says of selling; none where a final price of the site stands against the market's."""
    if MARKET not in read.columns:
        return _final(read, "sell")
    return _market(read, price) if isinstance(price, MarketTerms) else None


def _sold_by_site(ask: Ask, read: SeriesFile | None) -> Quote:
    site, price = ask.site, ask.site.tariff.sell
    if price is not None and (can_export(site) or not isinstance(price, ProviderPrice)):
        return ask_source(price, ask, "sell")
    if not can_export(site):
        known = Known(constant(0.0, ask.start, ask.end), EUR_PER_KWH, NOTHING_TO_SELL)
        return Quote(known, ask.end, terms=None)
    source = "tariff.sell" if read is None else read.source
    found = "no price for selling, and the site has solar"
    raise InputError([Fault(source, found, f"add the column {OWN['sell']}, or a tariff.sell")])


def can_export(site: Site) -> bool:
    """Whether the site has anything that it could sell."""
    return bool(site.solar)


def _market(read: SeriesFile, terms: MarketTerms) -> Quote:
    known = known_prices(read, read.columns[MARKET])
    return Quote(known, known.intervals.end, terms)


def _final(read: SeriesFile, side: Side) -> Quote | None:
    if OWN[side] not in read.columns:
        return None
    known = known_prices(read, read.columns[OWN[side]])
    return Quote(known, known.intervals.end, terms=None)
