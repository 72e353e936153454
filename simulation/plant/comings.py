"""Arrivals and departures of cars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from simulation.plant.car import Visit
from simulation.plant.cars import Cars


@dataclass(frozen=True, slots=True)
class VisitEnd:
    """What a car took with it."""

    visit: Visit
    energy_kwh: float
    """AC energy that it got [kWh]."""
    soc: float

    @property
    def missing_kwh(self) -> float:
        """Energy that its driver wanted and did not get [kWh]."""
        return max(0.0, self.visit.energy_kwh - self.energy_kwh)


class Comings:
    """The calendar of visits; a charger that a car leaves is free in the same second."""

    def __init__(self, visits: Sequence[Visit], charger_ids: Sequence[str]) -> None:
        place = {charger: index for index, charger in enumerate(charger_ids)}
        self._arrivals = sorted(
            ((visit.arrive_s, place[visit.charger], visit) for visit in visits), key=_when
        )
        self._leaving: dict[int, int] = {}
        self.ended: list[VisitEnd] = []
        self.changes = 0
        """How often cars have come or gone."""
        self._check_apart()
        self.next_s: float = self._arrivals[0][0] if self._arrivals else inf
        """The next second in which something happens."""

    def _check_apart(self) -> None:
        busy_until_s: dict[int, int] = {}
        for arrive_s, place, visit in self._arrivals:
            if arrive_s < busy_until_s.get(place, arrive_s):
                raise ValueError(f"two cars at '{visit.charger}' at {arrive_s} s")
            busy_until_s[place] = visit.leave_s

    def advance(self, now_s: int, cars: Cars) -> None:
        """Let go who leaves at ``now_s`` or before, then let in who has arrived and not left."""
        self.changes += 1
        for place in [place for place, leave_s in self._leaving.items() if leave_s <= now_s]:
            del self._leaving[place]
            visit = cars.visits[place]
            assert visit is not None
            self.ended.append(VisitEnd(visit, float(cars.energy_kwh[place]), float(cars.soc[place])))
            cars.unplug(place)
        while self._arrivals and self._arrivals[0][0] <= now_s:
            _, place, visit = self._arrivals.pop(0)
            if visit.leave_s > now_s:
                cars.plug_in(place, visit, now_s)
                self._leaving[place] = visit.leave_s
        coming_s = self._arrivals[0][0] if self._arrivals else inf
        self.next_s = min(coming_s, min(self._leaving.values(), default=inf))

    @property
    def somebody(self) -> bool:
        """Whether any car is there."""
        return bool(self._leaving)

    def present(self, cars: Cars) -> list[VisitEnd]:
        """What the cars that are still there have got so far."""
        there = [(place, visit) for place, visit in enumerate(cars.visits) if visit is not None]
        return [
            VisitEnd(visit, float(cars.energy_kwh[place]), float(cars.soc[place])) for place, visit in there
        ]


def _when(arrival: tuple[int, int, Visit]) -> tuple[int, int]:
    return arrival[0], arrival[1]
