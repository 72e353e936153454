"""What a simulated day came to, beside what was planned: plain numbers for tables, JSON and charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from domain.phases import PHASES
from domain.plan import Plan, RequestPlan
from domain.site import GRID, Site
from simulation.plant.score import TOLERANCE_A, Excess
from simulation.ran import Ran


@dataclass(frozen=True, slots=True)
class CarOutcome:
    """One request of the plan, and what its car got."""

    id: str
    charger: str
    wanted_kwh: float
    planned_kwh: float
    got_kwh: float
    missed_kwh: float
    """Planned and not got, beyond half a percent and half a current step of a slot [kWh]."""
    short_kwh: float
    """What the plan itself says it will miss [kWh]."""
    came: bool
    """Whether it had come before the run ended."""
    planned_until_kwh: float | None
    """What the plan gives a car until the run ended, where that was before it left; else None [kWh]."""


@dataclass(frozen=True, slots=True)
class LimitOutcome:
    """One limit, and how long it was exceeded."""

    limit: str
    """``grid L1``, ``garage kW``, ``imbalance``, ``export``."""
    over_s: int
    worst: float
    caused_s: int
    """Seconds in which charging added to it."""
    worst_caused: float
    longest_caused_s: int
    late_s: int
    """The part of ``caused_s`` that is later than the car's reaction to a step of the load."""
    unit: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A simulated run of a plan."""

    seconds: int
    cars: tuple[CarOutcome, ...]
    limits: tuple[LimitOutcome, ...]
    """Those that were exceeded."""
    tripped: tuple[str, ...]
    """Protections that may have tripped."""
    most_heat: float
    """Nearest to a trip, 0..1."""
    energy_kwh: dict[str, float]
    flexible_kwh: dict[str, float]
    """By flexible load."""
    starts: dict[str, int]
    switches: dict[str, int]
    cost_eur: float
    """Bought less sold [EUR]."""
    planned_eur: float
    """The same of the plan, for the time that was run [EUR]."""
    solar_share: float
    peak_kw: float
    load_most_a: float
    """Highest current of the load on a phase at the grid [A]."""
    load_stated_a: float | None
    """``grid.base_load_max_a``: what the owner says it never exceeds [A]."""
    refused_writes: int
    events: tuple[tuple[int, str, str], ...]

    @property
    def missed_kwh(self) -> float:
        """Planned energy that was not delivered [kWh]."""
        return sum(car.missed_kwh for car in self.cars)

    @property
    def over_s(self) -> int:
        """Seconds over any limit, each limit for itself."""
        return sum(limit.over_s for limit in self.limits)

    @property
    def caused_s(self) -> int:
        """The part of it that charging added."""
        return sum(limit.caused_s for limit in self.limits)

    @property
    def late_s(self) -> int:
        """The part of that which is later than the car's reaction."""
        return sum(limit.late_s for limit in self.limits)

    @property
    def load_exceeds(self) -> bool:
        """Whether the load took more than the owner states as its highest."""
        return self.load_stated_a is not None and self.load_most_a > self.load_stated_a + TOLERANCE_A


def outcome_of(loop: Ran) -> Outcome:
    """The sums of a run."""
    score, ids = loop.score, loop.plant.wires.charger_ids
    whole_horizon = loop.plant.now_s >= (loop.plan.grid.end - loop.plan.grid.start).total_seconds()
    return Outcome(
        seconds=loop.plant.now_s,
        cars=_cars(loop, whole_horizon=whole_horizon),
        limits=tuple(_exceeded(loop)),
        tripped=_tripped(loop),
        most_heat=float(loop.trips.most_heat.max()),
        energy_kwh=dict(zip(ids, score.energy_kwh.tolist(), strict=True)),
        flexible_kwh={name: switch.energy_kwh for name, switch in loop.plant.switches.items()},
        starts=dict(zip(ids, score.starts.tolist(), strict=True)),
        switches=dict(zip(ids, loop.plant.chargers.switches.tolist(), strict=True)),
        cost_eur=score.cost_eur,
        planned_eur=planned_eur(loop),
        solar_share=score.solar_share,
        peak_kw=score.peak_kw,
        load_most_a=float(score.load_a.max()),
        load_stated_a=loop.site.grid.base_load_max_a,
        refused_writes=loop.refused_writes,
        events=tuple(loop.events),
    )


def planned_eur(loop: Ran) -> float:
    """What the plan's exchange with the street costs in the time that was run [EUR]."""
    grid, power, prices = loop.plan.grid, loop.plan.power, loop.score.prices
    assert prices is not None
    hours = grid.hours * grid.share(grid.start, grid.start + timedelta(seconds=loop.score.seconds))
    eur_per_h = power.import_kw * prices.buy_eur_per_kwh - power.export_kw * prices.sell_eur_per_kwh
    return float((eur_per_h * hours).sum())


def tolerance_kwh(site: Site, plan: Plan, charger_id: str) -> float:
    """Half a current step of one slot on all phases, as a plan's own energy is counted [kWh]."""
    charger = site.charger(charger_id)
    step_a = charger.current_a.step if charger.kind == "ac" else 1.0
    per_a = site.grid.voltage_v * len(charger.wiring) / 1000.0
    return float(step_a * per_a * plan.grid.hours.max() / 2)


def _cars(loop: Ran, *, whole_horizon: bool) -> tuple[CarOutcome, ...]:
    """Every request; one whose stay goes on misses nothing yet."""
    over = {end.visit.id: end for end in loop.plant.visit_ends}
    ends = over | {end.visit.id: end for end in loop.plant.comings.present(loop.plant.cars)}
    cars = []
    for one in loop.plan.requests:
        request = one.request
        got_kwh = ends[request.id].energy_kwh if request.id in ends else 0.0
        spare_kwh = tolerance_kwh(loop.site, loop.plan, request.charger) + 0.005 * one.delivered_kwh
        missed_kwh = one.delivered_kwh - got_kwh
        seen = whole_horizon or request.id in over
        counts = seen and missed_kwh > spare_kwh
        cars.append(
            CarOutcome(
                request.id,
                request.charger,
                one.energy_kwh,
                one.delivered_kwh,
                got_kwh,
                missed_kwh if counts else 0.0,
                one.shortfall_kwh,
                request.id in ends,
                None if seen else _planned_until_kwh(loop, one),
            )
        )
    return tuple(cars)


def _planned_until_kwh(loop: Ran, one: RequestPlan) -> float:
    """What the plan gives a request in the time that was run [kWh]; a slot that it shares counts in full."""
    grid, request = loop.plan.grid, one.request
    run = grid.share(grid.start, grid.start + timedelta(seconds=loop.plant.now_s))
    stays = grid.share(request.arrival, request.departure) > 0
    energy_kwh = loop.plan.chargers[request.charger].power_kw * grid.hours * run
    return float(min(energy_kwh[stays].sum(), one.delivered_kwh))


def _exceeded(loop: Ran) -> list[LimitOutcome]:
    score, circuits = loop.score, loop.plant.wires.circuit_ids
    names = [f"{circuit} {phase}" for circuit in circuits for phase in PHASES]
    found = _rows(names, score.current, "A")
    found += _rows([f"{circuit} kW" for circuit in circuits], score.power, "kW")
    found += _rows([f"{GRID} imbalance"], score.imbalance, "A")
    return found + _rows([f"{GRID} export"], score.export, "kW")


def _rows(names: list[str], excess: Excess, unit: str) -> list[LimitOutcome]:
    columns = [
        np.ravel(values).tolist()
        for values in (
            excess.seconds,
            excess.worst,
            excess.caused_s,
            excess.worst_caused,
            excess.longest_caused_s,
            excess.late_s,
        )
    ]
    return [
        LimitOutcome(name, int(over_s), worst, int(caused_s), worst_caused, int(longest_s), int(late_s), unit)
        for name, over_s, worst, caused_s, worst_caused, longest_s, late_s in zip(
            names, *columns, strict=True
        )
        if over_s > 0
    ]


def _tripped(loop: Ran) -> tuple[str, ...]:
    places = np.argwhere(np.isfinite(loop.trips.tripped_s)).tolist()
    return tuple(f"{loop.plant.wires.circuit_ids[row]} {PHASES[phase]}" for row, phase in places)
