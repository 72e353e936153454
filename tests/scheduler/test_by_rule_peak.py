"""Plans by rule that spare the month's peak, and what a search makes of them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from scheduler.baselines import by_rule_of
from scheduler.by_rule_peak import best_by_rule
from scheduler.deadline import Deadline
from scheduler.decision import only_charging
from scheduler.devices import Feed
from scheduler.evaluate import evaluate
from scheduler.fallback import solved_by_rule
from scheduler.forms import model_of
from scheduler.kept import nothing_missing
from scheduler.narrowed import narrowed
from scheduler.peaks import Peak, Window
from scheduler.problem import Problem
from scheduler.rule_start import not_dearer_than_by_rule, rule_start
from scheduler.rules_battery import directed_slots
from scheduler.solved import PlanOptions
from scheduler.stages import solve
from tests.scheduler.tiny import FEED_EVEN, FEED_L2, battery, problem, session
from tests.tolerance import approx_eur

EXACT = PlanOptions(gap=0.0, calm_eur=0.0)


def night(eur_per_kw: float) -> Problem:
    """Four hours, the first a cent cheaper; a car that needs 12.42 kWh: three hours at 6 A."""
    car = session(range(4), 12.42, slot_h=1.0)
    windows = tuple(Window(1.0, np.array([t]), np.array([1.0])) for t in range(4))
    case = problem([0.10, 0.11, 0.11, 0.11], [car], slot_h=1.0)
    return replace(case, peaks=(Peak("2026-03", eur_per_kw, 2.0, windows),))


def test_by_rule_a_dear_peak_is_spared_and_a_free_one_is_not() -> None:
    """Naive: 7.59 kWh in the first hour; three hours of 4.14 kW cost 2.14 kW of peak, which is the least."""
    assert best_by_rule(night(4.0)).rise_kw == pytest.approx(2.14)
    assert best_by_rule(night(4.0)).peak_eur == approx_eur(8.56)
    assert best_by_rule(night(0.0)).rise_kw == pytest.approx(5.59)


def test_the_fallback_spares_the_peak_and_the_baseline_does_not() -> None:
    assert solved_by_rule(night(4.0), "no time").outcome.rise_kw == pytest.approx(2.14)
    assert by_rule_of(night(4.0)).cost_eur > solved_by_rule(night(4.0), "no time").outcome.cost_eur + 10


def test_a_search_begins_at_the_whole_plan_by_rule() -> None:
    case = replace(night(4.0), battery=battery("none", feed=FEED_EVEN))
    model = model_of(case, time.monotonic, with_starts=False)
    start = rule_start(model, nothing_missing(case), Deadline.after(time.monotonic, 60.0))
    assert isinstance(start, np.ndarray)
    assert model.outcome(start).current_a == pytest.approx(best_by_rule(case).current_a)


def test_a_plan_that_is_dearer_than_the_one_by_rule_gives_way_to_it() -> None:
    case = night(4.0)
    best = solve(case, EXACT, time.monotonic, lambda _: None)
    dear = evaluate(case, only_charging(case, np.array([12.0, 0.0, 0.0, 6.0])))
    assert dear.violations == ()
    assert not dear.missing_kwh.any()
    model = model_of(case, time.monotonic, with_starts=False)
    kept = not_dearer_than_by_rule(model, replace(best, outcome=dear, cost_before_rounding_eur=dear.cost_eur))
    assert kept.outcome.cost_eur == approx_eur(best_by_rule(case).cost_eur)
    assert kept.cost_before_rounding_eur == approx_eur(kept.outcome.cost_eur)
    assert not_dearer_than_by_rule(model, best).outcome is best.outcome


def test_a_cheap_plan_that_misses_energy_gives_way_to_the_one_by_rule_that_misses_none() -> None:
    case = night(4.0)
    best = solve(case, EXACT, time.monotonic, lambda _: None)
    short = evaluate(case, only_charging(case, np.zeros(4)))
    assert short.missing_kwh.sum() > 1
    assert short.cost_eur < best.outcome.cost_eur
    model = model_of(case, time.monotonic, with_starts=False)
    kept = not_dearer_than_by_rule(model, replace(best, outcome=short))
    assert not kept.outcome.missing_kwh.any()
    assert kept.outcome.cost_eur == approx_eur(best_by_rule(case).cost_eur)


@pytest.mark.parametrize(("feed", "slots"), [(FEED_EVEN, []), (FEED_L2, [0, 1, 2, 3])])
def test_only_an_uneven_battery_needs_its_direction_for_the_imbalance(feed: Feed, slots: list[int]) -> None:
    case = replace(night(4.0), battery=battery("full", feed=feed), imbalance_limit_a=np.full(4, 20.0))
    assert directed_slots(case) == slots


def test_of_sets_as_wide_the_one_that_is_used_most_stays() -> None:
    car = session(range(2), 3.0, phases=[(0, 1, 2), (0,), (1,), (2,)], slot_h=1.0)
    case = problem([0.1, 0.2], [car], slot_h=1.0)
    model = model_of(case, time.monotonic, with_starts=False)
    x = np.zeros(model.form.columns)
    x[model.layout.columns.current_a] = [0.0, 0.0, 7.0, 1.0, 0.0, 0.0, 0.0, 2.0]
    part = narrowed(model.form, model.layout.table, model.layout.columns, x)
    assert part is not None
    assert part.high[model.layout.columns.on].tolist() == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]
