"""Plans made by hand, for tests of what is done with a plan: balanced, within limits, and round numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from domain.phases import PhaseSet
from domain.plan import (
    Binding,
    Breach,
    ChargerPlan,
    CircuitPlan,
    Cost,
    FloatArray,
    Plan,
    Proof,
    Remedy,
    RequestPlan,
    SitePower,
    Status,
)
from domain.requests import ChargeRequest
from domain.series import Quality, Series
from domain.time_grid import TimeGrid

BRUSSELS = "Europe/Brussels"
NOON = datetime(2026, 6, 17, 12, tzinfo=ZoneInfo(BRUSSELS))
ALL: PhaseSet = (0, 1, 2)


def local_hours(grid: TimeGrid) -> FloatArray:
    """Hour of the local clock at every slot's start, 0..24."""
    return np.array([start.hour + start.minute / 60 for start in grid.local_starts])


def series(
    grid: TimeGrid, values: FloatArray, unit: str, source: str, *, published: int | None = None
) -> Series:
    """A series whose first ``published`` slots (all by default) are published, the others forecast."""
    quality = np.full(len(grid), Quality.PUBLISHED, dtype=np.int8)
    if published is not None:
        quality[published:] = Quality.FORECAST
    return Series(grid, values, unit, source, quality, issued_at=NOON)


def home_plan(status: Status = Status.OPTIMAL) -> Plan:
    """From noon to noon at home: 22:00 to 04:00 on one phase at 10 A, 13:00 to 14:00 on three at 8 A."""
    grid = TimeGrid.between(NOON, NOON + timedelta(days=1), BRUSSELS)
    hour = local_hours(grid)
    buy = 0.24 + 0.08 * np.sin((hour - 14) / 24 * 4 * np.pi) - 0.06 * (hour < 5)
    buy[(hour >= 13) & (hour < 14)] = -0.02
    sell = buy - 0.15
    sun = np.clip(np.sin((hour - 6) / 15 * np.pi), 0, None) * 4.2 * (hour > 6) * (hour < 21)
    load = np.stack(
        [0.3 + 0.4 * (np.abs(hour - 19) < 2), 0.2 + 0.0 * hour, 0.15 + 1.2 * (np.abs(hour - 8) < 1)]
    )
    current = np.zeros(len(grid))
    phases: list[PhaseSet] = [()] * len(grid)
    for index, at in enumerate(hour):
        if at >= 22 or at < 4:
            current[index], phases[index] = 10.0, (0,)
        elif 13 <= at < 14:
            current[index], phases[index] = 8.0, ALL
    return _plan("Home in Ghent", grid, buy, sell, sun, load, {"driveway": (current, phases)}, status)


def garage_plan(chargers: int = 20) -> Plan:
    """A garage where point n charges for two hours from 16:00 + n quarters, in turn on each phase."""
    grid = TimeGrid.between(NOON, NOON + timedelta(days=1), BRUSSELS)
    hour = local_hours(grid)
    buy = 0.22 + 0.07 * np.sin((hour - 14) / 24 * 4 * np.pi)
    told = {}
    for number in range(chargers):
        begin = 16 + (number % 28) * 0.25
        on = (hour >= begin) & (hour < begin + 2)
        used: PhaseSet = ALL if number % 4 == 0 else (number % 3,)
        told[f"point-{number + 1:02d}"] = (np.where(on, 16.0, 0.0), [used if here else () for here in on])
    load = np.full((3, len(grid)), 3.0)
    return _plan("Garage Langerlei", grid, buy, buy * 0, np.zeros(len(grid)), load, told, Status.FEASIBLE)


def with_shortfall(plan: Plan) -> Plan:
    """The same plan, whose first request misses 4 kWh because of circuit grid on L1."""
    first = plan.requests[0]
    short = replace(
        first,
        energy_kwh=first.delivered_kwh + 4,
        shortfall_kwh=4.0,
        binding=Binding("circuit", "grid", "L1", (40, 41)),
        remedy=Remedy("limit", 2.0, "A", "2 A more on circuit grid"),
    )
    return replace(plan, requests=(short, *plan.requests[1:]))


def with_breach(plan: Plan) -> Plan:
    """The same plan, with a load that alone is above the grid's limit on L2."""
    return replace(plan, breaches=(Breach("current", "grid", "L2", (10, 11), 24.0, 27.5, "A"),))


def _plan(
    site: str,
    grid: TimeGrid,
    buy: FloatArray,
    sell: FloatArray,
    sun: FloatArray,
    load: FloatArray,
    told: dict[str, tuple[FloatArray, list[PhaseSet]]],
    status: Status,
) -> Plan:
    chargers = {name: _charger(*setpoints) for name, setpoints in told.items()}
    net = load.sum(axis=0) + sum(charger.power_kw for charger in chargers.values()) - sun
    power = SitePower(
        import_kw=np.clip(net, 0, None),
        export_kw=np.clip(-net, 0, None),
        solar_kw=sun,
        curtailed_kw=np.zeros(len(grid)),
        load_kw=load.sum(axis=0),
        battery_kw=np.zeros(len(grid)),
        flexible_kw={},
    )
    phase_a = (load - sun / 3) / 0.23
    for current, phases in told.values():
        for index, used in enumerate(phases):
            phase_a[list(used), index] += current[index]
    energy, sold = float(power.import_kw @ (buy * grid.hours)), float(power.export_kw @ (sell * grid.hours))
    cost = Cost(energy, sold, 0.0, 0.0, energy - sold - 1.5)
    return Plan(
        site=site,
        made_at=datetime(2026, 6, 17, 10, 0, 3, 250_000, UTC),
        grid=grid,
        chargers=chargers,
        power=power,
        circuits={
            "grid": CircuitPlan(phase_a, np.full((3, len(grid)), 24.0 if len(told) < 6 else 200.0), 17.3)
        },
        requests=tuple(_request(name, charger, grid) for name, charger in chargers.items()),
        cost=cost,
        proof=Proof(
            status,
            cost.total_eur,
            cost.total_eur - 0.0004,
            0.0003,
            0.0001,
            0.0,
            0.0,
            0.03,
            0.12,
            900,
            700,
            96,
        ),
        breaches=(),
        sources={
            "buy": series(grid, buy, "EUR/kWh", "sample day", published=48),
            "sell": series(grid, sell, "EUR/kWh", "sample day", published=48),
            "solar.roof": series(grid, sun, "kW", "sample sun", published=0),
            "load": series(grid, load.sum(axis=0), "kW", "fixed"),
        },
        notes=("prices after 00:00 are a forecast: same hours of the last days",),
    )


def _charger(current_a: FloatArray, phases: list[PhaseSet]) -> ChargerPlan:
    count = np.array([len(used) for used in phases])
    return ChargerPlan(current_a, tuple(phases), current_a * count * 0.23)


def _request(name: str, charger: ChargerPlan, grid: TimeGrid) -> RequestPlan:
    energy_kwh = float(charger.power_kw @ grid.hours)
    request = ChargeRequest(
        charger=name, arrival=grid.start, departure=grid.end - timedelta(hours=4), energy_kwh=energy_kwh
    )
    return RequestPlan(request, energy_kwh, energy_kwh, 0.0)
