"""From the outcome of the currents to the Plan that is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from domain.inputs import PlanInputs
from domain.phases import PhaseSet
from domain.plan import ChargerPlan, CircuitPlan, Cost, Plan, Proof, RequestPlan, SitePower
from domain.series import Series
from domain.site import Site
from scheduler.decision import nothing_charges
from scheduler.evaluate import Outcome, evaluate
from scheduler.explain import bindings_of
from scheduler.from_site import SiteProblem
from scheduler.problem import FloatArray, Problem
from scheduler.ranges import ranges_of
from scheduler.waiting import Standing, waits_of


def assembled(
    site: Site,
    inputs: PlanInputs,
    stated: SiteProblem,
    outcome: Outcome,
    proof: Proof,
    *,
    made_at: datetime,
    notes: tuple[str, ...],
) -> Plan:
    """The plan in the words of the site."""
    problem = stated.problem
    return Plan(
        site=site.name,
        made_at=made_at,
        grid=inputs.grid,
        chargers={name: _charger_plan(problem, outcome, c) for c, name in enumerate(stated.chargers)},
        power=_power(site, problem, outcome),
        circuits={
            circuit.id: CircuitPlan(outcome.phase_a[c], circuit.limit_a, _limit_kw(site, circuit.id))
            for c, circuit in enumerate(problem.circuits)
            if circuit.kind == "circuit"
        },
        requests=_request_plans(site, stated, outcome),
        cost=cost_of(problem, outcome),
        proof=proof,
        breaches=stated.breaches,
        sources=_sources(inputs),
        notes=notes,
    )


def cost_of(problem: Problem, outcome: Outcome) -> Cost:
    """Money of the whole site."""
    nothing = evaluate(problem, nothing_charges(problem))
    return Cost(
        energy_eur=outcome.bought_eur,
        sold_eur=outcome.sold_eur,
        peak_eur=outcome.peak_eur,
        wear_eur=outcome.wear_eur,
        stored_eur=outcome.stored_eur,
        without_charging_eur=nothing.money_eur,
    )


def shortfall_kwh(problem: Problem, outcome: Outcome, s: int) -> float:
    """Energy asked for and not delivered; 0 within the tolerance of the charger's step."""
    if outcome.missing_kwh[s] <= 0:
        return 0.0
    return max(0.0, problem.sessions[s].goals[-1].asked_kwh - float(outcome.counted_kwh[s]))


def _charger_plan(problem: Problem, outcome: Outcome, charger: int) -> ChargerPlan:
    """Setpoints of one charger."""
    table = problem.draw_table
    current, power = np.zeros(problem.slots), np.zeros(problem.slots)
    phases: list[PhaseSet] = [()] * problem.slots
    for j in np.flatnonzero((table.charger == charger) & (outcome.current_a > 0)):
        t = int(table.slot[j])
        current[t] = outcome.current_a[j]
        power[t] = outcome.draw_kw[j]
        phases[t] = problem.sessions[table.session[j]].options[table.option[j]].phases
    gives = problem.gives
    for j in np.flatnonzero((gives.charger == charger) & (outcome.given_kw > 0)):
        t, giver = int(gives.slot[j]), problem.sessions[gives.session[j]].giver
        assert giver is not None
        current[t], power[t] = -outcome.decision.given_a[j], -outcome.given_kw[j]
        phases[t] = giver.options[gives.option[j]].phases
    return ChargerPlan(current, tuple(phases), power)


def _power(site: Site, problem: Problem, outcome: Outcome) -> SitePower:
    """Powers at the meter."""
    return SitePower(
        import_kw=outcome.import_kw,
        export_kw=outcome.export_kw,
        solar_kw=problem.solar_kw - outcome.curtailed_kw,
        curtailed_kw=outcome.curtailed_kw,
        load_kw=problem.load_kw,
        battery_kw=outcome.battery_kw,
        flexible_kw={load.id: _flexible_kw(problem, outcome, load.id) for load in site.flexible_loads},
    )


def _flexible_kw(problem: Problem, outcome: Outcome, load_id: str) -> FloatArray:
    """Power of a flexible load [kW]; 0 throughout where no window of it lies in the horizon."""
    runs = zip(problem.runs, outcome.flexible_kw, strict=True)
    return sum((kw for run, kw in runs if run.load == load_id), np.zeros(problem.slots))


def _request_plans(site: Site, stated: SiteProblem, outcome: Outcome) -> tuple[RequestPlan, ...]:
    """What every request gets."""
    standing = Standing(stated.problem, outcome)
    return tuple(_request_plan(site, stated, standing, s) for s in range(len(stated.problem.sessions)))


def _request_plan(site: Site, stated: SiteProblem, standing: Standing, s: int) -> RequestPlan:
    """What one request gets."""
    outcome = standing.outcome
    need, short = stated.needs[s], shortfall_kwh(stated.problem, outcome, s)
    bindings = bindings_of(standing, s) if short > 0 else ()
    by_range = any(one.kind in {"charger", "stay"} for one in bindings)
    return RequestPlan(
        request=need.request,
        energy_kwh=need.energy_kwh,
        delivered_kwh=float(outcome.delivered_kwh[s]),
        shortfall_kwh=short,
        binding=bindings[0] if bindings else None,
        also_binding=bindings[1:],
        ranges=ranges_of(site, need.request) if by_range else "",
        note=need.note,
        waits=waits_of(standing, s),
    )


def _limit_kw(site: Site, circuit_id: str) -> float | None:
    """Power limit of a circuit as the owner wrote it [kW]."""
    return {"grid": site.grid.limit_kw, **{c.id: c.limit_kw for c in site.circuits}}[circuit_id]


def _sources(inputs: PlanInputs) -> Mapping[str, Series]:
    """The series that the plan was made from, by their names in plan.json."""
    solar = {f"solar.{array}": series for array, series in inputs.solar_kw.items()}
    return {"buy": inputs.buy, "sell": inputs.sell, **solar, "load": inputs.load_kw[0]}
