"""Small whole sites, hour by hour, planned from the text of their chargers on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.site import Site, parse_site
from domain.time_grid import TimeGrid
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import faults
from tests.random_cases import series

DAWN = datetime(2026, 3, 18, 5, tzinfo=UTC)
EXACT = PlanOptions(gap=0.0, calm_eur=0.0, remedies_s=60.0)
"""Remedies may take the time that they take, whatever else the machine does."""


def wish(
    point: str, energy_kwh: float | None, arrive: float = 0, leave: float = 3, **more: Any
) -> ChargeRequest:
    """A car at a point between two hours after dawn."""
    return ChargeRequest(
        charger=point, arrival=DAWN + timedelta(hours=arrive), departure=DAWN + timedelta(hours=leave),
        energy_kwh=energy_kwh, id=f"{point} from {arrive}", **more,
    )  # fmt: skip


def site_of(chargers: str, *, grid: str = "limit_a: 400", more: str = "") -> Site:
    """A site of these chargers, in YAML."""
    text = f"""
name: small
location: {{time_zone: Europe/Brussels}}
grid: {{{grid}}}
chargers: [{chargers}]
tariff: {{buy: {{source: sample}}, sell: {{source: sample}}}}
{more}
"""
    return parse_site(text, "small.yaml")


def inputs_of(
    site: Site,
    buy: Sequence[float],
    wishes: Sequence[ChargeRequest],
    *,
    sell: Any = 0.0,
    solar_kw: Any = 0.0,
    load_kw: Any = 0.0,
) -> PlanInputs:
    """Series of one hour a slot for a site; the load is even over the phases."""
    hours = TimeGrid.between(DAWN, DAWN + timedelta(hours=len(buy)), "Europe/Brussels", 60)
    load = series(hours, [kw / 3 for kw in load_kw] if isinstance(load_kw, list) else load_kw / 3, "kW")
    return PlanInputs(
        grid=hours, buy=series(hours, list(buy), "EUR/kWh"), sell=series(hours, sell, "EUR/kWh"),
        solar_kw={array.id: series(hours, solar_kw, "kW") for array in site.solar},
        load_kw=(load, load, load), requests=tuple(wishes),
    )  # fmt: skip


def checked(site: Site, inputs: PlanInputs, options: PlanOptions = EXACT) -> Plan:
    """The plan, after every check from outside."""
    plan = plan_site(site, inputs, made_at=DAWN, clock=time.monotonic, options=options)
    assert faults(site, inputs, plan) == []
    return plan
