"""Prices from a file: of the market, or of buying and selling as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from domain.errors import Fault, InputError
from domain.site_tariff import FilePrice
from forecasting.ask import Ask
from forecasting.cells import PRICE
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.quotes import EUR_PER_KWH, Quote, Side
from forecasting.series_file import SeriesFile, read_series

MARKET: Final = "market_eur_per_kwh"
OWN: Final[dict[Side, str]] = {"buy": "buy_eur_per_kwh", "sell": "sell_eur_per_kwh"}


def read_prices(path: Path) -> SeriesFile:
    """The price columns of a file: the market's alone, or those of buying and selling.

    Raises ``InputError`` with every fault in it.
    """
    read = read_series(path, dict.fromkeys((MARKET, *OWN.values()), PRICE))
    if MARKET in read.columns and len(read.columns) > 1:
        both = " and ".join(read.columns)
        allowed = f"either {MARKET} (the tariff is applied) or {' and '.join(OWN.values())} (as they are)"
        raise InputError([Fault(read.source, both, allowed)])
    return read


def file(price: FilePrice, ask: Ask, side: Side) -> Quote:
    """The prices in the site file's own price file; the tariff is applied to the market's."""
    read = read_prices(ask.base / price.path)
    if MARKET in read.columns:
        known = known_prices(read, read.columns[MARKET])
        return Quote(known, known.intervals.end, terms=price)
    if OWN[side] not in read.columns:
        found = f"no column {OWN[side]} for tariff.{side}"
        raise InputError([Fault(read.source, found, f"add it, or give {MARKET}")])
    known = known_prices(read, read.columns[OWN[side]])
    return Quote(known, known.intervals.end, terms=None)


def known_prices(read: SeriesFile, values: Intervals) -> Known:
    """One price column of a file."""
    return Known(values, EUR_PER_KWH, read.source, note="; ".join(read.notes))
