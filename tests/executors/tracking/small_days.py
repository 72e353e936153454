"""Small days for tests of tracking: sites, plans by hand, and cars that obey late and in their own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import yaml

from domain.phases import PhaseSet
from domain.plan import ChargerPlan, CircuitPlan, Cost, Plan, Proof, RequestPlan, SitePower, Status
from domain.requests import ChargeRequest
from domain.series import Series
from domain.site import Site, parse_site
from domain.time_grid import TimeGrid
from executors.control.seam import CarState, Readings
from executors.control.wiring import wiring_of
from executors.tracking.cars import Beyond
from executors.tracking.orders import Orders, orders_of
from executors.tracking.overrides import Override
from executors.tracking.points import Points, points_of
from executors.tracking.state import Tracked, TrackingState, first_state
from executors.tracking.track import track

START = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
START_S = START.timestamp()
ALL: PhaseSet = (0, 1, 2)


def site_of(chargers: int = 1, switching: dict[str, object] | None = None, **keys: object) -> Site:
    """A 3-phase site with chargers c0, c1, ... of 6 to 16 A."""
    points = [
        {"id": f"c{index}", "driver": "simulated", "current_a": {"min": 6, "max": 16}}
        for index in range(chargers)
    ]
    if switching:
        points = [{**point, "driver": "teltocharge", "phase_switching": switching} for point in points]
        points = [{**point, "driver": "simulated"} for point in points]
    data = {
        "name": "small",
        "location": {"time_zone": "Europe/Brussels"},
        "grid": {"limit_a": 40},
        "chargers": points,
        "tariff": {
            "buy": {"source": "fixed", "eur_per_kwh": 0.3},
            "sell": {"source": "fixed", "eur_per_kwh": 0.1},
        },
        **keys,
    }
    return parse_site(yaml.safe_dump(data), "small.yaml")


def request_of(
    energy_kwh: float, hours: float, charger: str = "c0", start: datetime = START, **more: object
) -> ChargeRequest:
    """A car that is there from ``start`` for ``hours``."""
    departure = start + timedelta(hours=hours)
    return ChargeRequest.model_validate(
        {
            "charger": charger,
            "arrival": start,
            "departure": departure,
            "energy_kwh": energy_kwh,
            "id": f"{charger}-car",
            **more,
        }
    )


def plan_of(
    site: Site,
    requests: Sequence[ChargeRequest],
    currents: dict[str, Sequence[float]],
    *,
    phases: PhaseSet = ALL,
    prices: Sequence[float] | None = None,
    limit_a: float = 40.0,
    start: datetime = START,
) -> Plan:
    """A plan in quarters with these currents; 0.23 kW per ampere and phase."""
    count = len(next(iter(currents.values())))
    grid = TimeGrid.between(start, start + timedelta(minutes=15 * count), "Europe/Brussels")
    told = {}
    sums = np.zeros((3, count))
    for name, amps in currents.items():
        current_a = np.array(amps, dtype=np.float64)
        used = tuple(phases if here else () for here in current_a > 0)
        told[name] = ChargerPlan(current_a, used, current_a * len(phases) * 0.23)
        sums[list(phases)] += current_a
    nothing = np.zeros(count)
    power = SitePower(sums.sum(axis=0) * 0.23, nothing, nothing, nothing, nothing, nothing, {})
    buy = np.full(count, 0.3) if prices is None else np.array(prices, dtype=np.float64)
    return Plan(
        site=site.name,
        made_at=start,
        grid=grid,
        chargers=told,
        power=power,
        circuits={"grid": CircuitPlan(sums, np.full((3, count), limit_a))},
        requests=tuple(
            RequestPlan(each, each.energy_kwh or 0.0, each.energy_kwh or 0.0, 0.0) for each in requests
        ),
        cost=Cost(0, 0, 0, 0, 0),
        proof=Proof(Status.OPTIMAL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        breaches=(),
        sources={"buy": Series(grid, buy, "EUR/kWh", "test", np.zeros(count, dtype=np.int8))},
    )


def orders_for(
    site: Site, plan: Plan | None, requests: Sequence[ChargeRequest], *overrides: Override
) -> Orders:
    """Orders for a site's own chargers."""
    return orders_of(site, wiring_of(site), plan, requests, overrides, now=START)


@dataclass
class Car:
    """A car at one charger: it follows the offer after ``delay_s``, up to its own limit."""

    max_a: float = 16.0
    min_a: float = 6.0
    pins: int = 3
    delay_s: float = 3.0
    battery_kwh: float = float("inf")
    """What it still takes."""
    voltage_v: float = 230.0
    taper_from_kwh: float = float("inf")
    """From here its power falls in a straight line to 0 at ``battery_kwh``."""
    asleep: Callable[[float], bool] = lambda _: False
    drawn_kwh: float = 0.0
    offers: list[tuple[float, float]] = field(default_factory=list)

    def draws_a(self, offer_a: float, at_s: float) -> float:
        """Current [A] at ``at_s`` when ``offer_a`` stands from now on."""
        self.offers.append((at_s, offer_a))
        while len(self.offers) > 1 and self.offers[1][0] <= at_s - self.delay_s:
            self.offers.pop(0)
        told_a = self.offers[0][1]
        if told_a < self.min_a or self.asleep(at_s) or self.drawn_kwh >= self.battery_kwh:
            return 0.0
        amps = min(told_a, self.max_a)
        if self.drawn_kwh > self.taper_from_kwh:
            left = (self.battery_kwh - self.drawn_kwh) / (self.battery_kwh - self.taper_from_kwh)
            amps = min(amps, max(self.max_a * left, 0.0))
        return amps if amps >= 0.5 else 0.0


@dataclass
class Day:
    """A site in time: what tracking wants goes to the chargers at once."""

    site: Site
    cars: list[Car | None]
    orders: Orders
    wall_s: float = START_S
    mono_s: float = 1000.0
    solar_kw: Callable[[float], float] = lambda _: 0.0
    load_kw: Callable[[float], float] = lambda _: 0.0
    battery_kw: Callable[[float], float] | None = None
    obeys_phases: bool = True
    meter: bool = True
    max_told_a: float = float("inf")
    """What safety lets through."""

    def __post_init__(self) -> None:
        wiring = wiring_of(self.site)
        self.points: Points = points_of(self.site, wiring)
        self.state: TrackingState = first_state(self.points, self.wall_s, self.mono_s)
        self.offer_a = np.zeros(len(self.cars))
        self.phases = wiring.wired.copy()
        self.measured_a = np.zeros((len(self.cars), 3))
        self.log: list[tuple[float, Tracked]] = []
        self.grid_kwh = 0.0

    def readings(self) -> Readings:
        """What the wires say now."""
        circuits = self.points.wiring.circuits
        kw = np.full(circuits, np.nan)
        if self.meter:
            kw[0] = self.grid_kw()
        here = [CarState.NONE if car is None else CarState.CHARGING for car in self.cars]
        return Readings(
            meter_a=np.full((circuits, 3), np.nan),
            meter_kw=kw,
            meter_age_s=np.zeros(circuits),
            meter_mark=np.full(circuits, np.nan),
            measured_a=self.measured_a.copy(),
            offered_a=self.offer_a.copy(),
            phases=self.phases.copy(),
            car=np.array([int(each) for each in here]),
            charger_age_s=np.zeros(len(self.cars)),
            link=np.ones(len(self.cars), dtype=np.bool_),
        )

    def grid_kw(self) -> float:
        """Import less export now [kW]."""
        battery_kw = 0.0 if self.battery_kw is None else self.battery_kw(self.wall_s)
        cars_kw = float(self.measured_a.sum()) * 0.23
        return cars_kw + self.load_kw(self.wall_s) + battery_kw - self.solar_kw(self.wall_s)

    def run(self, seconds: float, dt_s: float = 1.0, beyond: Beyond | None = None) -> Tracked:
        """Ticks for so long; the last answer."""
        for _ in range(int(seconds / dt_s)):
            answer = self.tick(dt_s, beyond)
        return answer

    def tick(self, dt_s: float = 1.0, beyond: Beyond | None = None) -> Tracked:
        """One tick: tracking decides, chargers obey, cars follow, time passes."""
        answer = track(
            self.points, self.orders, self.readings(), self.state,
            wall_s=self.wall_s, mono_s=self.mono_s, beyond=beyond,
        )  # fmt: skip
        self.state = answer.state
        self.log.append((self.mono_s, answer))
        self.offer_a = np.minimum(answer.wanted.current_a, self.max_told_a)
        if self.obeys_phases:
            self.phases = answer.wanted.phases.copy()
        self.mono_s += dt_s
        self.wall_s += dt_s
        for index, car in enumerate(self.cars):
            self.measured_a[index] = 0.0
            if car is not None:
                lines = np.flatnonzero(self.phases[index])[: car.pins]
                amps = car.draws_a(float(self.offer_a[index]), self.mono_s)
                self.measured_a[index, lines] = amps
                car.drawn_kwh += amps * len(lines) * 0.23 * dt_s / 3600
        self.grid_kwh += max(self.grid_kw(), 0.0) * dt_s / 3600
        return answer

    def wanted_a(self, charger: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Every current that was wanted, in order [A]."""
        return np.array([answer.wanted.current_a[charger] for _, answer in self.log])
