"""What every source of a site knows now, live or not, and whether that is enough for a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from domain.errors import ChargewrightError, InputError
from domain.site import Site
from domain.site_tariff import PriceSource, ProviderPrice
from forecasting.ask import Ask
from forecasting.gather import Files, gather
from forecasting.known import Known
from forecasting.live.answer import Answer, Live, Step, array_name, price_name
from forecasting.live.publication import DayCount, day_counts
from forecasting.load import load_known
from forecasting.price_sources import ask_source
from forecasting.prices import can_export
from forecasting.quotes import Side
from forecasting.requests import LONGEST_HORIZON
from forecasting.solar import SOLAR_SOURCES


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of one series."""

    series: str
    """Key of the site file: ``tariff.buy``, ``solar.roof``, ``load``."""
    asked: str
    """The site's own source."""
    known: Known | None = None
    """None where nothing is known; ``error`` says why."""
    answer: Answer | None = None
    """How a live source answered; none for files and rules."""
    error: str = ""
    days: tuple[DayCount, ...] = ()
    """Of live prices, today's local day and later ones."""

    @property
    def complete(self) -> bool:
        """Whether all that should be known by now is known."""
        return self.known is not None and (self.answer is None or self.answer.complete)


@dataclass(frozen=True, slots=True)
class SourcesReport:
    """All sources of a site at ``now``."""

    site: Site
    now: datetime
    states: tuple[SourceState, ...]
    problems: tuple[str, ...]
    """What stands in the way of a plan; empty where one is possible."""
    notes: tuple[str, ...]

    @property
    def possible(self) -> bool:
        """Whether the sources are enough for a plan."""
        return not self.problems


def report_of(site: Site, files: Files, now: datetime, live: Live) -> SourcesReport:
    """The state of every source, and what a plan from ``now`` on would stumble over."""
    ask = Ask(site, now.astimezone(UTC), now.astimezone(UTC) + LONGEST_HORIZON, files.base, live)
    problems: tuple[str, ...] = ()
    try:
        gather(site, now, files, live=live)
    except ChargewrightError as error:
        problems = tuple(str(error).splitlines())
    return SourcesReport(site, now, tuple(_states(ask)), problems, live.notes)


def report_json(report: SourcesReport) -> dict[str, Any]:
    """The report for programs."""
    return {
        "site": report.site.name,
        "now": _text(report.now),
        "possible": report.possible,
        "problems": list(report.problems),
        "sources": [_state_json(state, report.now) for state in report.states],
        "notes": list(report.notes),
    }


def _states(ask: Ask) -> Iterator[SourceState]:
    tariff = ask.site.tariff
    yield _price_state("buy", tariff.buy, ask)
    if tariff.sell is not None and can_export(ask.site):
        yield _price_state("sell", tariff.sell, ask)
    for array in ask.site.solar:
        power = partial(SOLAR_SOURCES[array.source], array, ask)
        yield _state(f"solar.{array.id}", array_name(array), power, ask.live.solar.get(array.id))
    load = ask.site.load
    yield _state("load", "base load" if load is None else load.source, lambda: _load(ask), None)


def _price_state(side: Side, price: PriceSource, ask: Ask) -> SourceState:
    asked: str = price.source
    answer: Answer | None = None
    if isinstance(price, ProviderPrice):
        asked, answer = price_name(price), ask.live.price(price)
    state = _state(f"tariff.{side}", asked, lambda: ask_source(price, ask, side).known, answer)
    if answer is None or answer.known is None:
        return state
    today = ask.start.astimezone(ZoneInfo(ask.time_zone)).date()
    counts = day_counts(answer.known.intervals, ask.time_zone)
    return replace(state, days=tuple(count for count in counts if count.day >= today))


def _state(series: str, asked: str, read: Callable[[], Known], answer: Answer | None) -> SourceState:
    try:
        return SourceState(series, asked, read(), answer)
    except InputError as error:
        return SourceState(series, asked, answer=answer, error="; ".join(map(str, error.faults)))
    except ChargewrightError as error:
        return SourceState(series, asked, answer=answer, error=str(error))


def _load(ask: Ask) -> Known:
    """The load of all phases together, as far as one of them speaks for the others."""
    return load_known(ask, None)[0]


def _state_json(state: SourceState, now: datetime) -> dict[str, Any]:
    known, answer = state.known, state.answer
    fetched_at = None if answer is None else answer.fetched_at
    return {
        "series": state.series,
        "asked": state.asked,
        "live": answer is not None,
        "given_by": "" if known is None else (known.source if answer is None else answer.given_by),
        "stands_in": answer is not None and answer.stands_in,
        "slots": 0 if known is None else int(np.count_nonzero(~np.isnan(known.intervals.values))),
        "start": None if known is None else _text(known.intervals.start),
        "end": None if known is None else _text(known.intervals.end),
        "complete": state.complete,
        "days": [{"day": str(day.day), "slots": day.slots, "expected": day.expected} for day in state.days],
        "quality": None if known is None else known.quality.word,
        "issued_at": None if known is None else _text(known.issued_at),
        "fetched_at": _text(fetched_at),
        "age_s": None if fetched_at is None else (now - fetched_at).total_seconds(),
        "next_try": None if answer is None else _text(answer.next_try),
        "note": "" if known is None else known.note,
        "error": state.error,
        "steps": [_step_json(step) for step in (() if answer is None else answer.steps)],
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "source": step.source,
        "outcome": step.outcome.value,
        "said": step.words,
        "next_try": _text(step.next_try),
    }


def _text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
