"""While the grid operator's signal is on, what is controlled draws no more than the ceiling from the grid."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import parse_site
from domain.time_grid import TimeGrid
from scheduler.planner import plan_site
from tests.independent_check import faults
from tests.random_cases import series
from tests.scheduler.test_planner_days import DAWN, EXACT, at, car
from tests.tolerance import approx_kw

TWO = "{rule: de_14a, devices: 2, gzf: 0.8, signal: relay}"
STEP_KW = 0.1 * 0.69


def planned(
    rule: str, load_kw: float, solar_kw: float, *, on: bool = True, grid: str = "limit_a: 63"
) -> Plan:
    """Two cars that want 11 kW each for one hour; load on L1, signal on in that hour."""
    hour = TimeGrid.between(DAWN, at(1), "Europe/Brussels", 60)
    chargers = ", ".join(f"{{id: {name}, current_a: {{min: 6, max: 16, step: 0.1}}}}" for name in "ab")
    site = parse_site(
        f"name: Hof\nlocation: {{time_zone: Europe/Brussels}}\ngrid: {{{grid}}}\nchargers: [{chargers}]\n"
        "solar: [{id: roof, peak_kw: 20, source: sample}]\n"
        "tariff: {buy: {source: sample}, sell: {source: sample}}\n"
        f"curtailment: {rule}\n",
        "hof.yaml",
    )
    flat: dict[str, Any] = {"buy": series(hour, 0.3, "EUR/kWh"), "sell": series(hour, 0.1, "EUR/kWh")}
    inputs = PlanInputs(
        grid=hour, solar_kw={"roof": series(hour, solar_kw, "kW")},
        load_kw=(series(hour, load_kw, "kW"), series(hour, 0.0, "kW"), series(hour, 0.0, "kW")),
        requests=(car(11.04, leave=1, point="a"), car(11.04, leave=1, point="b")), **flat,
    )  # fmt: skip
    if on:
        inputs = replace(inputs, curtailed=((at(0.25), at(0.5)),))
    plan = plan_site(site, inputs, made_at=DAWN, clock=time.monotonic, options=EXACT)
    assert faults(site, inputs, plan) == []
    return plan


def charging_kw(plan: Plan) -> float:
    return float(np.sum([charger.power_kw for charger in plan.chargers.values()]))


@pytest.mark.parametrize(
    ("rule", "ceiling_kw"),
    [
        (TWO, 7.56),
        ("{rule: de_14a, devices: 1, signal: relay}", 4.2),
        ("{fixed_kw: 9, signal: relay}", 9.0),
    ],
)
def test_the_ceiling_is_on_what_is_controlled_and_not_on_the_load(rule: str, ceiling_kw: float) -> None:
    """Within one step of 0.1 A on three phases below the ceiling, with or without a load of 5 kW."""
    for load_kw in (0.0, 5.0):
        drawn = charging_kw(planned(rule, load_kw, 0.0))
        assert ceiling_kw - STEP_KW < drawn <= ceiling_kw + 1e-6


def test_own_solar_comes_on_top_as_far_as_the_load_leaves_it() -> None:
    assert 7.56 + 6 - STEP_KW < charging_kw(planned(TWO, 0.0, 6.0)) <= 7.56 + 6 + 1e-6
    assert 7.56 + 4 - STEP_KW < charging_kw(planned(TWO, 2.0, 6.0)) <= 7.56 + 4 + 1e-6


def test_without_the_signal_there_is_no_ceiling() -> None:
    plan = planned(TWO, 0.0, 0.0, on=False)
    assert charging_kw(plan) == approx_kw(22.08)
    assert not any("curtailment" in note for note in plan.notes)


def test_the_plan_says_what_held_it_down() -> None:
    plan = planned(TWO, 0.0, 0.0)
    assert any("7.56 kW" in note for note in plan.notes)
    short = [one.binding for one in plan.requests if one.binding is not None]
    assert short
    assert all(one.kind == "power" and one.circuit == "grid" for one in short)


def test_a_tighter_contract_stays_the_limit() -> None:
    drawn = charging_kw(planned(TWO, 0.0, 0.0, grid="limit_a: 63, limit_kw: 5"))
    assert 5 - STEP_KW < drawn <= 5 + 1e-6


def test_the_signal_counts_in_the_slots_that_it_touches() -> None:
    """The signal of the quarter from 5:15 on holds the whole slot of an hour down."""
    assert at(0.25) - DAWN == timedelta(minutes=15)
    assert charging_kw(planned(TWO, 0.0, 0.0)) < 7.57
