"""Which requests a plan considers, and how far the horizon goes for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.habits import requests_from_habits
from domain.requests import ChargeRequest
from domain.site import Site
from forecasting.on_grid import local_stamp

LONGEST_HORIZON: Final = timedelta(hours=72)
_NAMED: Final = 3
"""So many requests are named in a note; more are counted."""


@dataclass(frozen=True, slots=True)
class Considered:
    """Requests to plan for, by arrival; each overlaps the horizon, which ends at ``end``."""

    requests: tuple[ChargeRequest, ...]
    end: datetime
    notes: tuple[str, ...]


def consider(site: Site, filed: Sequence[ChargeRequest], start: datetime, prices_end: datetime) -> Considered:
    """Habits whose session overlaps ``[start, prices_end)`` and the filed requests of the next 72 h.

    Filed requests replace the habits of their chargers. The horizon ends at the later of
    ``prices_end`` and the last departure, after 72 h at most.
    """
    latest, zone = start + LONGEST_HORIZON, site.location.time_zone
    habits, habit_notes = requests_from_habits(site, start, min(prices_end, latest))
    named = {request.charger for request in filed}
    kept = [one for one in filed if one.departure > start and one.arrival < latest]
    kept += [one for one in habits if one.charger not in named]
    kept.sort(key=lambda one: (one.arrival, one.charger))
    end = min(latest, max([prices_end, *(_whole_second(one.departure) for one in kept)]))
    over = [one for one in filed if one.departure <= start]
    late = [one for one in filed if one.arrival >= latest]
    beyond = [one for one in kept if one.departure > end]
    notes = [
        *habit_notes,
        *_told(over, f"left out, over by {local_stamp(start, zone)}"),
        *_told(late, f"left out, starting after the horizon's longest end at {local_stamp(latest, zone)}"),
        *_told(beyond, f"planned for the share of time before the horizon ends at {local_stamp(end, zone)}"),
    ]
    return Considered(tuple(kept), end, tuple(notes))


def _whole_second(moment: datetime) -> datetime:
    """The moment, or the next whole second."""
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)


def _told(requests: Sequence[ChargeRequest], what: str) -> list[str]:
    if not requests:
        return []
    if len(requests) <= _NAMED:
        return [f"request {one.id}: {what}" for one in requests]
    first = ", ".join(one.id for one in requests[:_NAMED])
    return [f"{len(requests)} requests ({first}, ...): {what}"]
