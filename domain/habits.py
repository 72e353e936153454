"""From weekly habits to the requests of a horizon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.clock import DAYS, minutes_of
from domain.local_time import moment_at
from domain.requests import ChargeRequest, default_request_id
from domain.site_root import Site
from domain.site_vehicles import Departure


def requests_from_habits(site: Site, start: datetime, end: datetime) -> tuple[list[ChargeRequest], list[str]]:
    """Requests of the weekly departures that overlap ``[start, end)``, by arrival, with notes for people.

    ``days`` are local days of the departure; an arrival later than the departure is the evening before.
    """
    zone = ZoneInfo(site.location.time_zone)
    requests: list[ChargeRequest] = []
    notes: list[str] = []
    for habit in site.departures:
        for day in _days(habit, start.astimezone(zone).date(), end.astimezone(zone).date()):
            request, said = _session(habit, day, zone)
            if request is not None and not (request.arrival < end and request.departure > start):
                continue
            requests += [] if request is None else [request]
            notes += said
    requests.sort(key=lambda request: (request.arrival, request.charger))
    return requests, list(dict.fromkeys(notes))


def _days(habit: Departure, first: date, last: date) -> Iterator[date]:
    """Local days from ``first`` to the day after ``last`` on which the habit departs."""
    for offset in range((last - first).days + 2):
        day = first + timedelta(days=offset)
        if DAYS[day.weekday()] in habit.days:
            yield day


def _session(habit: Departure, day: date, zone: ZoneInfo) -> tuple[ChargeRequest | None, list[str]]:
    """The session that departs on ``day``, none where a clock change leaves nothing of it; and notes."""
    overnight = minutes_of(habit.arrive) > minutes_of(habit.depart)
    arrival = moment_at(day - timedelta(days=1) if overnight else day, habit.arrive, zone)
    departure = moment_at(day, habit.depart, zone)
    notes = [f"charger {habit.charger}: {moment.note}" for moment in (arrival, departure) if moment.note]
    if departure.utc <= arrival.utc:
        return None, [*notes, f"charger {habit.charger}: nothing is left of the stay on {day}"]
    request = ChargeRequest(
        id=default_request_id(habit.charger, arrival.utc),
        charger=habit.charger,
        vehicle=habit.vehicle,
        user=habit.user,
        arrival=arrival.utc,
        departure=departure.utc,
        energy_kwh=habit.energy_kwh,
    )
    return request, notes
