"""Weekly habits become the requests of a horizon."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from domain.habits import requests_from_habits
from domain.site import Site, parse_site

TEXT = """\
name: Habits
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25}
chargers: [{id: a, current_a: {min: 6, max: 16}}, {id: b, current_a: {min: 6, max: 16}}]
vehicles: [{id: car}]
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
departures:
"""
NIGHTS = (
    '  - {charger: a, vehicle: car, days: [mon, tue], arrive: "18:00", depart: "07:30", energy_kwh: 18}\n'
)
DAYS = '  - {charger: b, days: [mon, sat], arrive: "08:00", depart: "17:00", energy_kwh: 9}\n'


def site(habits: str) -> Site:
    return parse_site(TEXT + habits, "habits.yaml")


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_an_arrival_later_than_the_departure_is_the_evening_before() -> None:
    requests, notes = requests_from_habits(site(NIGHTS), utc(22, 0), utc(25, 0))  # Sunday to Tuesday
    assert [(request.arrival, request.departure) for request in requests] == [
        (utc(22, 17), utc(23, 6, 30)),
        (utc(23, 17), utc(24, 6, 30)),
    ]
    assert requests[0].id == "a@2026-11-22T17:00Z"
    assert (requests[0].vehicle, requests[0].energy_kwh) == ("car", 18)
    assert notes == []


def test_a_session_that_only_overlaps_the_horizon_counts() -> None:
    assert len(requests_from_habits(site(DAYS), utc(23, 15, 59), utc(23, 20))[0]) == 1
    assert (
        len(requests_from_habits(site(DAYS), utc(23, 16), utc(23, 20))[0]) == 0
    )  # it ends as the horizon starts
    assert (
        len(requests_from_habits(site(DAYS), utc(22, 0), utc(23, 7))[0]) == 0
    )  # it starts as the horizon ends
    assert len(requests_from_habits(site(NIGHTS), utc(22, 17), utc(22, 17, 1))[0]) == 1


def test_requests_come_by_arrival() -> None:
    requests, _ = requests_from_habits(site(NIGHTS + DAYS), utc(22, 0), utc(29, 0))
    assert [request.charger for request in requests] == ["a", "b", "a", "b"]
    assert [request.arrival for request in requests] == sorted(request.arrival for request in requests)


def test_a_departure_in_a_doubled_hour_is_the_first_and_says_so() -> None:
    habit = '  - {charger: a, days: [sun], arrive: "20:00", depart: "02:30", energy_kwh: 5}\n'
    requests, notes = requests_from_habits(site(habit), utc(24, 12, month=10), utc(25, 12, month=10))
    assert [request.departure for request in requests] == [utc(25, 0, 30, month=10)]
    assert notes == ["charger a: 02:30 on 2026-10-25 comes twice; the first time counts"]


def test_a_stay_inside_a_skipped_hour_leaves_nothing_and_says_so() -> None:
    habit = '  - {charger: a, days: [sun], arrive: "02:10", depart: "02:50", energy_kwh: 5}\n'
    requests, notes = requests_from_habits(site(habit), utc(28, 12, month=3), utc(29, 12, month=3))
    assert requests == []
    assert "charger a: nothing is left of the stay on 2026-03-29" in notes


def test_a_year_of_habits_has_one_session_a_day_of_departure() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    requests, _ = requests_from_habits(site(NIGHTS), start, start + timedelta(days=364))
    assert len(requests) == 52 * 2
    assert len({request.id for request in requests}) == len(requests)
    for sooner, later in itertools.pairwise(requests):
        assert sooner.departure <= later.arrival
