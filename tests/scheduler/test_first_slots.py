"""What is done in the first slots is good for every scenario of solar and load."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from domain.inputs import PlanInputs
from domain.plan import Plan, Status
from domain.requests import ChargeRequest
from domain.scenarios import Scenario
from domain.series import Series
from domain.site import Site
from domain.time_grid import TimeGrid
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import faults
from tests.random_cases import series
from tests.scheduler.days import DAWN, site_of
from tests.tolerance import approx_eur, approx_kwh

OPTIONS = PlanOptions(gap=0.0, calm_eur=0.0, remedies_s=0.0)
POINT = "{id: a, wiring: [L1], current_a: {min: 6, max: 16, step: 1}}"
QUARTER_KWH = 0.23 / 4
"""What one ampere on one phase brings in a quarter of an hour."""


def two_hours(
    buy: Sequence[float],
    load_a: Any,
    others_a: Sequence[Any],
    *,
    energy_kwh: float = 64 * QUARTER_KWH,
    leave_h: float = 2,
) -> PlanInputs:
    """Eight quarters, one car on L1 all the time; load on L1 as expected and in other cases [A]."""
    grid = TimeGrid.between(DAWN, DAWN + timedelta(hours=2), "Europe/Brussels", 15)
    car = ChargeRequest(
        charger="a", arrival=DAWN, departure=DAWN + timedelta(hours=leave_h), energy_kwh=energy_kwh, id="car"
    )
    nothing = series(grid, 0.0, "kW")

    def on_l1(amps: Any) -> tuple[Series, Series, Series]:
        return series(grid, np.asarray(amps, dtype=np.float64) * 0.23, "kW"), nothing, nothing

    return PlanInputs(
        grid=grid,
        buy=series(grid, list(buy), "EUR/kWh"),
        sell=nothing,
        solar_kw={},
        load_kw=on_l1(load_a),
        requests=(car,),
        scenarios=tuple(
            Scenario(f"case {n}", 0.6 / len(others_a), {}, on_l1(amps)) for n, amps in enumerate(others_a)
        ),
    )


def planned(site: Site, inputs: PlanInputs, options: PlanOptions = OPTIONS) -> Plan:
    plan = plan_site(site, inputs, made_at=DAWN, clock=time.monotonic, options=options)
    assert faults(site, inputs, plan) == []
    return plan


DEAR_THEN_CHEAP = [0.30] * 4 + [0.10] * 4
BUSY_LATER = [0.0] * 4 + [10.0] * 4


def test_a_car_begins_in_the_dear_hour_because_the_cheap_one_may_be_too_full() -> None:
    """3.68 kWh are 64 ampere-quarters, of which 63.5 must come. Where 10 of 16 A are taken in the second
    hour, that holds 24 of them, so the first hour brings 40 (39.5 and up) at 0.20 EUR/kWh more than later.
    """
    site = site_of(POINT, grid="limit_a: 16")
    alone = planned(site, replace(two_hours(DEAR_THEN_CHEAP, 0.0, [BUSY_LATER]), scenarios=()))
    assert alone.chargers["a"].current_a.tolist() == [0.0] * 4 + [16.0] * 4
    plan = planned(site, two_hours(DEAR_THEN_CHEAP, 0.0, [BUSY_LATER]))
    assert plan.chargers["a"].current_a[:4].sum() == 40
    assert plan.chargers["a"].current_a[4:].sum() == 24
    assert plan.outlook is not None
    assert plan.outlook.good_for_all
    assert plan.outlook.until == DAWN + timedelta(hours=1)
    assert plan.outlook.hedging_eur == approx_eur(40 * QUARTER_KWH * 0.20)
    assert plan.cost.total_eur == approx_eur(QUARTER_KWH * (40 * 0.30 + 24 * 0.10))
    middle, busy = plan.outlook.cases
    assert middle.name == "as expected"
    assert middle.probability == pytest.approx(0.4)
    assert middle.cost_eur == approx_eur(plan.cost.total_eur)
    load_eur = 4 * 10 * QUARTER_KWH * 0.10
    assert busy.cost_eur == approx_eur(plan.cost.total_eur + load_eur)
    assert busy.shortfall_kwh == approx_kwh(0.0)
    assert plan.outlook.expected_eur == approx_eur(0.4 * middle.cost_eur + 0.6 * busy.cost_eur)
    assert plan.proof.status is Status.OPTIMAL


def test_a_limit_holds_in_the_first_hour_whatever_comes() -> None:
    """It is cheap now, but the kettle may be on: then 9 of 16 A are free, and no more is told."""
    site = site_of(POINT, grid="limit_a: 16")
    inputs = two_hours([0.10] * 4 + [0.30] * 4, 0.0, [[7.0] * 4 + [0.0] * 4])
    alone = planned(site, replace(inputs, scenarios=()))
    assert alone.chargers["a"].current_a[:4].tolist() == [16.0] * 4
    plan = planned(site, inputs)
    assert plan.chargers["a"].current_a[:4].tolist() == [9.0] * 4
    assert plan.chargers["a"].current_a[4:].sum() == 28
    assert plan.outlook is not None
    assert plan.outlook.good_for_all
    assert plan.outlook.hedging_eur == approx_eur(28 * QUARTER_KWH * 0.20)
    assert [case.shortfall_kwh for case in plan.outlook.cases] == [0.0, 0.0]


def test_money_alone_is_a_reason_where_it_is_worth_it() -> None:
    """Sun that may shine later makes waiting cheaper in the mean: 0.3 x the sale of 0.05 and 0.7 x 0.30."""
    site = site_of(
        POINT,
        grid="limit_a: 40",
        more="solar: [{id: roof, peak_kw: 9, source: sample, wiring: [L1]}]",
    )
    inputs = two_hours([0.27] * 4 + [0.30] * 4, 0.0, [0.0])
    none, much = (series(inputs.grid, kw, "kW") for kw in (0.0, [0.0] * 4 + [4.0] * 4))
    sunny = Scenario("sunny", 0.3, {"roof": much}, inputs.load_kw)
    inputs = replace(
        inputs, sell=series(inputs.grid, 0.05, "EUR/kWh"), solar_kw={"roof": none}, scenarios=(sunny,)
    )
    alone = planned(site, replace(inputs, scenarios=()))
    assert alone.chargers["a"].current_a[:4].tolist() == [16.0] * 4
    plan = planned(site, inputs)
    assert plan.chargers["a"].current_a[:4].tolist() == [0.0] * 4
    assert plan.outlook is not None
    assert plan.outlook.hedging_eur == approx_eur(64 * QUARTER_KWH * 0.03)
    sold_eur = 4.0 * 0.05 - 64 * QUARTER_KWH * 0.05
    assert plan.outlook.cases[1].cost_eur == approx_eur(-sold_eur)


def test_scenarios_that_are_what_is_expected_change_nothing() -> None:
    site = site_of(POINT, grid="limit_a: 16")
    inputs = two_hours([0.3, 0.2, 0.25, 0.15, 0.3, 0.1, 0.2, 0.05], 3.0, [3.0, 3.0], energy_kwh=2.0)
    plan, alone = planned(site, inputs), planned(site, replace(inputs, scenarios=()))
    assert plan.chargers["a"].current_a.tolist() == alone.chargers["a"].current_a.tolist()
    assert plan.cost == alone.cost
    assert plan.outlook is not None
    assert plan.outlook.hedging_eur == 0.0
    assert {round(case.cost_eur, 6) for case in plan.outlook.cases} == {round(plan.cost.total_eur, 6)}


def test_energy_as_expected_is_not_given_up_for_another_case() -> None:
    """The car leaves in an hour and needs all of it: a kettle that may be on is told, and left to control."""
    site = site_of(POINT, grid="limit_a: 16")
    inputs = two_hours([0.1] * 8, 0.0, [[7.0] * 8], leave_h=1)
    plan = planned(site, inputs)
    assert plan.chargers["a"].current_a[:4].tolist() == [16.0] * 4
    assert plan.proof.shortfall_kwh == 0.0
    assert plan.outlook is not None
    assert not plan.outlook.good_for_all
    assert plan.outlook.hedging_eur == 0.0
    (note,) = [note for note in plan.notes if "first hour" in note]
    assert "nothing was found that keeps every limit in all cases" in note
    assert note.endswith("as it may come, grid L1 carries 23.000 of 16.000 A at 06:00, among others")


def test_without_time_the_plan_is_made_as_expected_and_says_so() -> None:
    site = site_of(POINT, grid="limit_a: 16")
    inputs = two_hours(DEAR_THEN_CHEAP, 0.0, [BUSY_LATER])
    options = replace(OPTIONS, time_limit_s=100.0)

    told: list[str] = []

    def clock() -> float:
        """Nothing takes time until the plan as expected is there, then everything does."""
        return 1000.0 if "deciding the first hour for all scenarios" in told else 0.0

    plan = plan_site(site, inputs, made_at=DAWN, clock=clock, options=options, on_progress=told.append)
    assert plan.chargers["a"].current_a.tolist() == [0.0] * 4 + [16.0] * 4
    assert any("there was no time to decide it for all cases" in note for note in plan.notes)


def test_the_plan_says_nothing_of_scenarios_where_there_are_none() -> None:
    plan = planned(
        site_of(POINT, grid="limit_a: 16"), replace(two_hours(DEAR_THEN_CHEAP, 0.0, [0.0]), scenarios=())
    )
    assert plan.outlook is None


def test_a_site_without_cars_tells_what_its_load_costs() -> None:
    inputs = replace(two_hours(DEAR_THEN_CHEAP, 2.0, [4.0, 1.0]), requests=())
    plan = planned(site_of(POINT, grid="limit_a: 16"), inputs)
    assert plan.outlook is not None
    each = [case.cost_eur / QUARTER_KWH for case in plan.outlook.cases]
    assert each == pytest.approx([1.6 * 2, 1.6 * 4, 1.6 * 1])


def test_probabilities_are_checked() -> None:
    inputs = two_hours(DEAR_THEN_CHEAP, 0.0, [BUSY_LATER])
    with pytest.raises(ValueError, match=r"of probability 0\.0: above 0"):
        replace(inputs.scenarios[0], probability=0.0)
    certain = replace(inputs.scenarios[0], probability=0.7)
    with pytest.raises(ValueError, match=r"probability 1\.4 together"):
        planned(site_of(POINT, grid="limit_a: 16"), replace(inputs, scenarios=(certain, certain)))


def test_a_boiler_without_room_in_another_case_is_left_out_there() -> None:
    """It takes 2 kW on L1 of 16 A for an hour; where 8 A are taken all the time, less than 2 kW are free."""
    boiler = "{id: boiler, power_kw: 2, wiring: [L1], run_h: 1, between: ['06:00', '08:00']}"
    site = site_of(POINT, grid="limit_a: 16", more=f"flexible_loads: [{boiler}]")
    inputs = replace(two_hours(DEAR_THEN_CHEAP, 0.0, [8.0]), requests=())
    plan = planned(site, inputs)
    assert plan.power.flexible_kw["boiler"].tolist() == [0.0] * 4 + [2.0] * 4
    assert plan.outlook is not None
    assert plan.outlook.good_for_all
    assert [case.cost_eur for case in plan.outlook.cases] == [
        approx_eur(2.0 * 0.10),
        approx_eur(8 * 0.23 * (0.30 + 0.10)),
    ]
    assert not [note for note in plan.notes if "first hour" in note]
