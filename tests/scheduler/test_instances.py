"""The benchmark instances are planned within their stated distance from the proven optima."""

from __future__ import annotations

from time import perf_counter

import pytest

from benchmarks.instances import HOUSES, SITES, instance, optimum_eur, stored_at_start_eur
from scheduler.planner import PlanOptions, proof_of
from scheduler.stages import solve


@pytest.mark.parametrize(
    ("name", "share"), [*((site, 0.001) for site in SITES), *((house, 0.005) for house in HOUSES)]
)
def test_an_instance_costs_at_most_a_little_more_than_its_optimum(name: str, share: float) -> None:
    problem, options = instance(name), PlanOptions(gap=0.001, calm_eur=0.0)
    solved = solve(problem, options, perf_counter, lambda _: None)
    proof = proof_of(problem, solved, options, seconds=1.0)
    assert solved.outcome.violations == ()
    assert proof.shortfall_kwh == 0
    optimum = optimum_eur(name) + stored_at_start_eur(problem)
    assert solved.outcome.cost_eur == pytest.approx(optimum, rel=share)
    assert solved.cost_bound_eur <= optimum * 1.0001
    assert proof.status == "optimal"


def test_whole_amperes_cost_little_more_than_tenths() -> None:
    tenths, whole = (
        solve(instance("house96", step), PlanOptions(calm_eur=0.0), perf_counter, lambda _: None)
        for step in (0.1, 1.0)
    )
    assert whole.outcome.cost_eur == pytest.approx(tenths.outcome.cost_eur, rel=0.005)


def test_the_same_problem_gives_the_same_plan() -> None:
    first, second = (
        solve(instance("site10"), PlanOptions(calm_eur=0.0), perf_counter, lambda _: None) for _ in range(2)
    )
    assert (first.outcome.current_a == second.outcome.current_a).all()


@pytest.mark.parametrize("time_limit_s", [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3])
def test_any_time_limit_gives_a_plan_within_every_limit_and_above_its_bound(time_limit_s: float) -> None:
    problem, options = instance("site54"), PlanOptions(time_limit_s=time_limit_s)
    solved = solve(problem, options, perf_counter, lambda _: None)
    assert solved.outcome.violations == ()
    assert solved.outcome.delivered_kwh.sum() > 0
    assert solved.cost_bound_eur <= solved.outcome.cost_eur
    if not solved.outcome.missing_kwh.any():
        assert solved.cost_bound_eur <= optimum_eur("site54") * 1.0001
