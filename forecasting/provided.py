"""Prices and solar power from live providers: what was collected, as the tables of sources give it."""

from __future__ import annotations

from typing import Final

from domain.errors import Fault, InputError, SourceError
from domain.site_energy import SolarArray
from domain.site_tariff import ProviderPrice
from forecasting.ask import Ask
from forecasting.known import Known
from forecasting.live.answer import Answer, array_name, price_name
from forecasting.local_days import end_of_local_day
from forecasting.outdated import revived
from forecasting.quotes import Quote, Side

_TERMS: Final = ("factor", "add_eur_per_kwh", "vat", "bands_add")


def provided_prices(price: ProviderPrice, ask: Ask, side: Side) -> Quote:
    """Prices of a provider, or of what stands in for it; known up to the last published one.

    Where fewer than today's are known, they count as known up to midnight, so that a failed source does
    not cut tonight's departures off; what lacks is a declared forecast.
    Raises ``SourceError`` where nobody gave any, ``InputError`` where terms of the market stand beside
    final prices.
    """
    answer = ask.live.price(price)
    known = _known(answer, f"tariff.{side}", price_name(price), "the prices in a file (--prices)")
    assert answer is not None
    if answer.final:
        _check_no_terms(price, side)
    until = max(known.intervals.end, end_of_local_day(ask.start, ask.time_zone))
    return Quote(revived(known, ask), until, terms=None if answer.final else price)


def provided_solar(array: SolarArray, ask: Ask) -> Known:
    """Power of an array [kW] as a provider expects it; raises ``SourceError`` where nobody gave any."""
    answer = ask.live.solar.get(array.id)
    known = _known(answer, f"solar.{array.id}", array_name(array), "the power in a file (--solar)")
    return revived(known, ask)


def _known(answer: Answer | None, where: str, name: str, instead: str) -> Known:
    if answer is None:
        raise SourceError(f"{where}: {name} was not asked; give {instead}")
    if answer.known is None:
        raise SourceError(f"{where}: nothing known from {name} ({answer.tried}); give {instead}")
    return answer.known


def _check_no_terms(price: ProviderPrice, side: Side) -> None:
    """Factor, surcharge and VAT make the bill's price from the market's; a final one has them in it."""
    said = [name for name in _TERMS if name in price.model_fields_set]
    if said:
        found = f"{' and '.join(said)} with the final prices of {price.source}"
        raise InputError([Fault("site file", found, "leave them out: all is in the price", f"tariff.{side}")])
