"""Whose wish counts at every charger now, and how much of it is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.requests import ChargeRequest, default_request_id
from domain.site_root import Site
from domain.site_vehicles import Vehicle
from domain.units import S_PER_H
from domain.unstated_tapers import LONGER_SHARE, taper_unstated
from executors.tracking.arrays import Bools, Floats, Ints, known

EARLY_S: Final = 4 * S_PER_H
"""A car that comes so long before its request's arrival is already that request's car."""
_USUAL_EFFICIENCY: Final = 0.9


@dataclass(frozen=True, slots=True)
class WishTable:
    """All requests, R rows by arrival; times in seconds since 1970."""

    ids: tuple[str, ...]
    row_of: Mapping[str, int]
    charger: Ints
    """Shape (R,): index of the charger."""
    arrival_s: Floats
    departure_s: Floats
    need_kwh: Floats
    """AC energy at the charger; NaN where the request tells too little (a target without a battery size)."""
    max_a: Floats
    """Most that the car of the request takes per phase [A]; inf where nobody said."""
    min_a: Floats
    pins: Ints
    """Phases with which the car charges; 3 where nobody said."""
    longer_kwh: Floats
    """Energy for which the car has to be given time beyond that of its full power, as nobody says how it
    tapers."""
    switches: Ints
    """Phase switches a session that the car bears; 0 is a veto, a million where nobody said."""
    battery_kwh: Floats
    """NaN where nobody said."""
    priority: Floats
    """NaN where the request has none; so with the weight."""
    weight: Floats


@dataclass(frozen=True, slots=True)
class Session:
    """Memory of the cars that are plugged in; arrays over chargers."""

    connected: Bools
    request_ids: tuple[str, ...]
    """Empty where the car has no request."""
    delivered_kwh: Floats
    """Since the car was plugged in, for the request it has."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wish of every charger now; arrays over chargers."""

    row: Ints
    """Row of the table; -1 without a request."""
    left_kwh: Floats
    """Still missing, at least 0; NaN without a request or where it is not known."""
    left_s: Floats
    """Time to the departure [s], at least 0; inf without a request."""
    late: Bools
    """The departure is past, the car is still here and has not got its energy."""

    @property
    def asked(self) -> Bools:
        """There is a request."""
        wanted: Bools = self.row >= 0
        return wanted


def wish_table(requests: Sequence[ChargeRequest], site: Site, charger_ids: Sequence[str]) -> WishTable:
    """The requests of these chargers as arrays."""
    index = {charger_id: row for row, charger_id in enumerate(charger_ids)}
    mine = sorted((each for each in requests if each.charger in index), key=lambda each: each.arrival)
    cars = [_car(site, request) for request in mine]
    pairs = list(zip(mine, cars, strict=True))
    ids = tuple(each.id or default_request_id(each.charger, each.arrival) for each in mine)
    return WishTable(
        ids=ids,
        row_of={request_id: row for row, request_id in enumerate(ids)},
        charger=np.array([index[each.charger] for each in mine], dtype=np.int64),
        arrival_s=np.array([each.arrival.timestamp() for each in mine], dtype=np.float64),
        departure_s=np.array([each.departure.timestamp() for each in mine], dtype=np.float64),
        need_kwh=np.array([_need_kwh(*pair) for pair in pairs], dtype=np.float64),
        max_a=np.array([_most_a(*pair) for pair in pairs], dtype=np.float64),
        min_a=np.array([_least_a(*pair) for pair in pairs], dtype=np.float64),
        pins=np.array([each.phases or (car.phases if car else 3) for each, car in pairs], dtype=np.int64),
        longer_kwh=np.array([_longer_kwh(site, *pair) for pair in pairs], dtype=np.float64),
        switches=np.array([_switches(car) for car in cars], dtype=np.int64),
        battery_kwh=np.array([car.battery_kwh if car else None for car in cars], dtype=np.float64),
        priority=np.array([each.priority for each in mine], dtype=np.float64),
        weight=np.array([each.weight for each in mine], dtype=np.float64),
    )


def first_session(count: int) -> Session:
    """No car anywhere."""
    return Session(np.zeros(count, dtype=np.bool_), ("",) * count, np.zeros(count))


def follow(
    session: Session, table: WishTable, wall_s: float, connected: Bools, drawn_kwh: Floats
) -> tuple[Wishes, Session]:
    """The wishes now, after ``drawn_kwh`` flowed since the last look; what is not known flows as 0 here."""
    delivered_kwh = np.where(connected & session.connected, session.delivered_kwh + known(drawn_kwh), 0.0)
    row, late = _rows(session, table, wall_s, connected, delivered_kwh)
    ids = tuple(table.ids[each] if each >= 0 else "" for each in row)
    same = np.array([new == old or not old for new, old in zip(ids, session.request_ids, strict=True)])
    delivered_kwh = np.where(same, delivered_kwh, 0.0)
    has = row >= 0
    safe = np.where(has, row, 0)
    if len(table.ids) == 0:
        nothing = np.full(len(row), np.nan)
        return Wishes(row, nothing, np.full(len(row), np.inf), late), Session(connected, ids, delivered_kwh)
    left_kwh = np.where(has, np.maximum(table.need_kwh[safe] - delivered_kwh, 0.0), np.nan)
    left_s = np.where(has, np.maximum(table.departure_s[safe] - wall_s, 0.0), np.inf)
    return Wishes(row, left_kwh, left_s, late), Session(connected, ids, delivered_kwh)


def _rows(
    session: Session, table: WishTable, wall_s: float, connected: Bools, delivered_kwh: Floats
) -> tuple[Ints, Bools]:
    """Row of the wish that counts, and where it is late: first what runs now, then what an unfinished car
    still misses, then what is to begin soon.
    """
    row = np.full(len(connected), -1, dtype=np.int64)
    soon = np.flatnonzero((table.arrival_s > wall_s) & (table.arrival_s <= wall_s + EARLY_S))[::-1]
    row[table.charger[soon]] = soon
    row[~connected] = -1
    late = np.zeros(len(connected), dtype=np.bool_)
    for charger, request_id in enumerate(session.request_ids):
        last = table.row_of.get(request_id, -1)
        if (
            last >= 0
            and connected[charger]
            and session.connected[charger]
            and table.departure_s[last] <= wall_s
        ):
            late[charger] = delivered_kwh[charger] < table.need_kwh[last] - 1e-6
            row[charger] = last if late[charger] else row[charger]
    now = np.flatnonzero((table.arrival_s <= wall_s) & (wall_s < table.departure_s))
    row[table.charger[now]] = now
    late[table.charger[now]] = False
    return row, late


def _car(site: Site, request: ChargeRequest) -> Vehicle | None:
    known = {vehicle.id: vehicle for vehicle in site.vehicles}
    return known.get(request.vehicle) if request.vehicle is not None else None


def _need_kwh(request: ChargeRequest, car: Vehicle | None) -> float:
    if request.energy_kwh is not None:
        return request.energy_kwh
    if request.target_soc is None or request.soc_now is None or car is None or car.battery_kwh is None:
        return float("nan")
    efficiency = car.efficiency if isinstance(car.efficiency, float) else _USUAL_EFFICIENCY
    return max(request.target_soc - request.soc_now, 0.0) * car.battery_kwh / efficiency


def _longer_kwh(site: Site, request: ChargeRequest, car: Vehicle | None) -> float:
    return LONGER_SHARE * _need_kwh(request, car) if taper_unstated(request, site) else 0.0


def _most_a(request: ChargeRequest, car: Vehicle | None) -> float:
    said = (request.max_current_a, car.max_current_a if car else None)
    return min((value for value in said if value is not None), default=float("inf"))


def _least_a(request: ChargeRequest, car: Vehicle | None) -> float:
    said = (request.min_current_a, car.min_current_a if car else None)
    return max((value for value in said if value is not None), default=0.0)


def _switches(car: Vehicle | None) -> int:
    rule = car.phase_switching if car else None
    if rule is None:
        return 1_000_000
    if rule.mode == "never":
        return 0
    return 1_000_000 if rule.max_per_session is None else rule.max_per_session
