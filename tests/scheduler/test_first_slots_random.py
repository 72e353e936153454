"""On random sites every limit holds in the first slots whatever comes, checked from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.scenarios import Scenario
from domain.series import Series
from domain.site import Site
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import EPS, _wires, faults
from tests.random_cases import START, random_case
from tests.random_cases import series as flat_series

SEEDS = (1, 5, 6, 11, 18, 22, 37, 49, 58)
"""Without those whose battery acts by itself: what it does in another case is not in the plan."""
OPTIONS = PlanOptions(time_limit_s=20.0, remedies_s=0.0)


def scaled(one: Series, factor: float) -> Series:
    return flat_series(one.grid, one.values * factor, one.unit)


def uncertain(inputs: PlanInputs, seed: int) -> PlanInputs:
    """The same with a case of little sun and much load, and one of the reverse."""
    rng = np.random.default_rng([seed, 9])
    found = []
    for name, sun, load in (
        ("bad", rng.uniform(0.2, 0.8), rng.uniform(1.1, 1.6)),
        ("good", rng.uniform(1.2, 1.8), rng.uniform(0.3, 0.9)),
    ):
        l1, l2, l3 = (scaled(one, load) for one in inputs.load_kw)
        found.append(
            Scenario(name, 0.3, {key: scaled(one, sun) for key, one in inputs.solar_kw.items()}, (l1, l2, l3))
        )
    return replace(inputs, scenarios=tuple(found))


def broken(site: Site, inputs: PlanInputs, plan: Plan, case: Scenario) -> Iterator[str]:
    """Limits that the first slots of ``plan`` break where ``case`` comes true."""
    assert plan.outlook is not None
    first = sum(end <= plan.outlook.until for end in plan.grid.ends)
    power = plan.power
    sun_kw = sum((one.values for one in case.solar_kw.values()), np.zeros(len(plan.grid)))
    load_kw = np.sum([one.values for one in case.load_kw], axis=0)
    cars_kw = np.sum([one.power_kw for one in plan.chargers.values()], axis=0)
    flexible_kw = sum(power.flexible_kw.values(), np.zeros(len(plan.grid)))
    out_kw = np.maximum(sun_kw - load_kw - cars_kw - flexible_kw - power.battery_kw, 0.0)
    limit_kw = np.inf if site.grid.export_limit_kw is None else site.grid.export_limit_kw
    cut_kw = np.minimum(np.maximum(out_kw - limit_kw, 0.0), sun_kw)
    for t in np.flatnonzero(out_kw - cut_kw > limit_kw + EPS):
        if t < first:
            yield f"slot {t}: {out_kw[t]} kW are fed in"
    as_it_comes = replace(inputs, solar_kw=case.solar_kw, load_kw=case.load_kw)
    seen = replace(plan, power=replace(power, curtailed_kw=cut_kw))
    for line in _wires(site, as_it_comes, seen):
        slot = re.search(r"slot (\d+):", line)
        assert slot is not None
        if " says " not in line and int(slot[1]) < first:
            yield f"{case.name}: {line}"


def test_every_limit_holds_in_the_first_slots_in_every_case() -> None:
    held = hedged = 0
    for seed in SEEDS:
        site, inputs = random_case(seed)
        assert site.battery is None or site.battery.control == "full", f"leave out {seed}"
        inputs = uncertain(inputs, seed)
        plan = plan_site(site, inputs, made_at=START, clock=perf_counter, options=OPTIONS)
        assert faults(site, inputs, plan) == [], f"random_case({seed})"
        assert plan.outlook is not None
        if plan.outlook.hedging_eur:
            alone = plan_site(
                site, replace(inputs, scenarios=()), made_at=START, clock=perf_counter, options=OPTIONS
            )
            assert plan.proof.shortfall_kwh <= alone.proof.shortfall_kwh + 1e-3
        lines = [line for case in inputs.scenarios for line in broken(site, inputs, plan, case)]
        if plan.outlook.good_for_all:
            assert lines == [], f"random_case({seed})"
        else:
            assert any("first hour is planned" in note for note in plan.notes)
        held += plan.outlook.good_for_all
        hedged += bool(plan.outlook.hedging_eur)
    assert len(SEEDS) // 2 < held < len(SEEDS)
    assert hedged >= 3
