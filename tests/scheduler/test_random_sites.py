"""No random site makes the planner break a limit; every plan is checked from outside."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InputError
from domain.inputs import PlanInputs
from domain.plan import Plan, Status
from domain.site import Site
from scheduler.baselines import by_rule
from scheduler.from_site import problem_of
from scheduler.planner import PlanOptions, plan_site
from scheduler.ready_early import early_of
from scheduler.wish import First
from tests.independent_check import faults
from tests.random_cases import START, random_case

SEEDS = st.integers(0, 2**32 - 1)


def checked_plan(seed: int, calm_eur: float | None, remedies_s: float = 5.0) -> Plan | None:
    """The plan of a random site after every check; none where the site itself is refused."""
    try:
        site, inputs = random_case(seed)
    except InputError:
        return None
    options = PlanOptions(calm_eur=calm_eur, time_limit_s=20.0, remedies_s=remedies_s)
    plan = plan_site(site, inputs, made_at=START, clock=perf_counter, options=options)
    assert faults(site, inputs, plan) == [], f"random_case({seed})"
    assert plan.proof.status != Status.FALLBACK, f"random_case({seed}): {plan.notes}"
    if not calm_eur:
        assert _dearer_than_by_rule_eur(site, inputs, plan) <= 1e-6, f"random_case({seed})"
    return plan


def _dearer_than_by_rule_eur(site: Site, inputs: PlanInputs, plan: Plan) -> float:
    """What the plan costs more than that by rule, where both miss nothing and money alone counts [EUR]."""
    rule, problem = by_rule(site, inputs), problem_of(site, inputs).problem
    wish = problem.wish
    money_alone = (
        wish.first is First.NOTHING
        and not wish.solar_bonus_eur_per_kwh
        and (wish.peak_counts or not problem.peaks)
        and not early_of(site, inputs.requests)
    )
    if not money_alone or plan.proof.shortfall_kwh or rule.shortfall_kwh:
        return 0.0
    return _made_least_eur(plan) - rule.cost_eur


@pytest.mark.parametrize("part", range(4))
def test_no_limit_of_a_random_site_is_broken(part: int) -> None:
    @settings(max_examples=25, derandomize=True, deadline=None)
    @given(seed=SEEDS)
    def every_site(seed: int) -> None:
        checked_plan(seed ^ (part * 0x9E3779B9), calm_eur=0.0)

    every_site()


def _made_least_eur(plan: Plan) -> float:
    return plan.cost.total_eur - plan.cost.stored_eur


@settings(max_examples=10, derandomize=True, deadline=None)
@given(seed=SEEDS)
def test_calm_breaks_no_limit_and_keeps_to_its_money(seed: int) -> None:
    plan = checked_plan(seed, calm_eur=0.05)
    restless = checked_plan(seed, calm_eur=0.0)
    if plan is None or restless is None:
        return
    assert _made_least_eur(plan) <= _made_least_eur(restless) + 0.05 + 0.01
    assert plan.proof.shortfall_kwh == pytest.approx(restless.proof.shortfall_kwh, abs=0.01)


@pytest.mark.long
@pytest.mark.parametrize("part", range(50))
def test_no_limit_of_five_thousand_sites_is_broken(part: int) -> None:
    for seed in range(part * 100, (part + 1) * 100):
        checked_plan(seed, calm_eur=0.0, remedies_s=0.0)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_no_limit_of_a_thousand_larger_sites_is_broken(part: int) -> None:
    for seed in range(part * 100, (part + 1) * 100):
        try:
            site, inputs = random_case(seed, slots=32, most_chargers=9)
        except InputError:
            continue
        plan = plan_site(
            site, inputs, made_at=START, clock=perf_counter, options=PlanOptions(time_limit_s=5.0)
        )
        assert faults(site, inputs, plan) == [], f"random_case({seed}, 32, 9)"
