"""Everything that a plan is made from, gathered on one time grid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from domain.errors import Fault, InputError
from domain.inputs import PlanInputs
from domain.requests import ChargeRequest
from domain.series import Series
from domain.site import Site
from domain.time_grid import TimeGrid, from_utc_s, utc_s
from forecasting.ask import Ask
from forecasting.faults import Faults
from forecasting.known import Known
from forecasting.live.answer import Live
from forecasting.live.collect import Wanted
from forecasting.load import load_known
from forecasting.load_phases import Phases
from forecasting.on_grid import local_stamp, to_series
from forecasting.prices import Quotes, live_prices_needed, price_quotes
from forecasting.quotes import Quote
from forecasting.requests import LONGEST_HORIZON, Considered, consider
from forecasting.requests_file import read_requests
from forecasting.scenarios import scenarios_of
from forecasting.solar import live_arrays_needed, solar_known
from forecasting.tariff import bill


@dataclass(frozen=True, slots=True)
class Files:
    """Files given on the command line, and the folder from which the site file's own paths count."""

    prices: Path | None = None
    solar: Path | None = None
    load: Path | None = None
    requests: Path | None = None
    base: Path = Path()


def live_sources_needed(site: Site, files: Files) -> Wanted:
    """The live sources that ``gather`` will look for: those of the site that no file replaces.

    None where a file is wrong: ``gather`` says so, and nobody has to be asked for that.
    """
    try:
        return Wanted(live_prices_needed(site, files.prices), live_arrays_needed(site, files.solar))
    except InputError:
        return Wanted()


def gather(
    site: Site, at: datetime, files: Files, slot_min: int = 15, live: Live | None = None
) -> PlanInputs:
    """Prices, solar, load and requests from ``at`` (aware) on, in slots of ``slot_min`` minutes.

    The horizon ends with the known prices or with the last departure, whichever is later, and after
    72 h at most. ``live`` is what the live sources answered. Raises ``InputError`` with the faults of
    all files at once, ``SourceError`` with a line for each live source that is needed and gave nothing.
    """
    start = from_utc_s(utc_s(at))
    live = live or Live()
    ask = Ask(site, start, start + LONGEST_HORIZON, files.base, live)
    known = _everything_known(ask, files)
    considered = consider(site, known.requests, start, known.quotes.buy.until)
    grid = TimeGrid.between(start, considered.end, ask.time_zone, slot_min)
    inputs = _on_one_grid(known, considered, grid, ask)
    return replace(inputs, notes=(*inputs.notes, *_no_requests(files, known), *live.notes))


@dataclass(frozen=True, slots=True)
class _Everything:
    """What files and sources know, each still on its own intervals."""

    quotes: Quotes
    solar: dict[str, Known]
    load: Phases
    requests: tuple[ChargeRequest, ...]


def _everything_known(ask: Ask, files: Files) -> _Everything:
    """The answers of all sources; their faults are raised together."""
    faults = Faults()
    with faults.collecting():
        quotes = price_quotes(ask, files.prices)
        _check_not_over(quotes.buy, ask)
    with faults.collecting():
        solar = solar_known(ask, files.solar)
    with faults.collecting():
        load = load_known(ask, files.load)
    with faults.collecting():
        requests = read_requests(files.requests, ask.site) if files.requests is not None else ()
    faults.raise_any()
    return _Everything(quotes, solar, load, requests)


def _no_requests(files: Files, known: _Everything) -> tuple[str, ...]:
    """What is said where a file of requests holds none."""
    if files.requests is None or known.requests:
        return ()
    return (
        f"{files.requests}: no requests below the header, so weekly departures count as without the file",
    )


def _check_not_over(quote: Quote, ask: Ask) -> None:
    """Prices that end before the plan starts cannot say how far it goes."""
    if quote.until <= ask.start:
        end, start = (local_stamp(moment, ask.time_zone) for moment in (quote.until, ask.start))
        found = f"prices that end at {end}, before the plan starts at {start}"
        raise InputError(
            [Fault(quote.known.source, found, "give newer prices, or plan from an earlier --at")]
        )


def _on_one_grid(known: _Everything, considered: Considered, grid: TimeGrid, ask: Ask) -> PlanInputs:
    faults = Faults()
    with faults.collecting():
        buy = bill(known.quotes.buy, grid, ask)
    with faults.collecting():
        sell = bill(known.quotes.sell, grid, ask)
    solar: dict[str, Series] = {}
    for array_id, power in known.solar.items():
        with faults.collecting():
            solar[array_id] = to_series(power, grid)
    with faults.collecting():
        l1, l2, l3 = (to_series(power, grid) for power in known.load)
    faults.raise_any()
    series = {"buy": buy, "sell": sell, **{f"solar {key}": one for key, one in solar.items()}, "load": l1}
    notes = (*_series_notes(series), *considered.notes)
    load = (l1, l2, l3)
    scenarios = scenarios_of(known.solar, known.load, solar, load)
    return PlanInputs(grid, buy, sell, solar, load, considered.requests, notes=notes, scenarios=scenarios)


def _series_notes(series: dict[str, Series]) -> list[str]:
    """What is said of the series, each sentence once, with the series that it is said of."""
    told: dict[str, list[str]] = {}
    for name, one in series.items():
        if one.note:
            told.setdefault(one.note, []).append(name)
    return [f"{', '.join(names)}: {note}" for note, names in told.items()]
