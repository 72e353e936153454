"""Prices and solar power from live providers: what was collected, as the tables of sources give it."""

from __future__ import annotations

from domain.errors import SourceError
from domain.site_energy import SolarArray
from domain.site_tariff import ProviderPrice
from forecasting.ask import Ask
from forecasting.known import Known
from forecasting.live.answer import Answer, array_name, price_name
from forecasting.local_days import end_of_local_day
from forecasting.outdated import revived
from forecasting.quotes import Quote, Side


def provided_prices(price: ProviderPrice, ask: Ask, side: Side) -> Quote:
    """Prices of a provider, or of what stands in for it; known up to the last published one.

    Where fewer than today's are known, they count as known up to midnight, so that a failed source does
    not cut tonight's departures off; what lacks is a declared forecast.
    Raises ``SourceError`` where nobody gave any.
    """
    answer = ask.live.price(price)
    known = _known(answer, f"tariff.{side}", price_name(price), "the prices in a file (--prices)")
    assert answer is not None
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
