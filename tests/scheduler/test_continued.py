"""A plan that goes on with the last one is as good as one made from nothing, whatever has changed."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Any

import numpy as np
import pytest

from benchmarks.changed import a_slot_later, departed
from benchmarks.instances import instance
from benchmarks.replan import departures
from scheduler import highs
from scheduler.continued import last_of
from scheduler.forms import model_of
from scheduler.kept import nothing_missing
from scheduler.model import ON_OFF
from scheduler.problem import Problem, Session
from scheduler.sifting import sifted
from scheduler.solved import Aim, PlanOptions, Solved
from scheduler.stages import solve
from scheduler.switched import switched
from tests.scheduler.test_written_rows import SLOTS, any_site
from tests.scheduler.tiny import circuit, problem, session

OPTIONS = PlanOptions(gap=0.001, calm_eur=0.0)


def roomy(seed: int) -> Problem:
    """Any site without limits that load and solar break already."""
    circuits = (circuit(SLOTS, 40.0, limit_kw=22.0), circuit(SLOTS, 20.0, limit_kw=9.0, name="garage"))
    site = replace(any_site(seed), circuits=circuits)
    return replace(site, imbalance_limit_a=None, export_limit_kw=None)


def planned(site: Problem, said: list[str] | None = None) -> Solved:
    """The solution of ``site``; what the planner says on its way is noted."""
    return solve(site, OPTIONS, monotonic, (said if said is not None else []).append)


def assert_as_good(site: Problem) -> None:
    """The plan of ``site`` keeps every limit, and is as good as one made from nothing."""
    warm, cold = planned(site), planned(replace(site, published_a=None))
    assert not warm.outcome.violations
    assert sum(warm.outcome.missing_kwh) == pytest.approx(sum(cold.outcome.missing_kwh), abs=0.2)
    if max(sum(warm.outcome.missing_kwh), sum(cold.outcome.missing_kwh)) > 0:
        return
    asked = Aim.for_money(OPTIONS, warm.scale_eur).asked
    assert warm.cost_bound_eur <= cold.outcome.cost_eur + 1e-6
    assert cold.cost_bound_eur <= warm.outcome.cost_eur + 1e-6
    before = cold.outcome.cost_eur - cold.cost_bound_eur
    assert warm.outcome.cost_eur - warm.cost_bound_eur <= max(asked, before) + 1e-6


def otherwise(site: Problem, seed: int) -> Problem:
    """``site`` with another load, some other needs, and a plan known that was good before."""
    rng = np.random.default_rng(seed)
    said = planned(site).outcome.current_a.copy()
    said[rng.random(len(said)) < 0.1] = np.nan

    def changed(one: Session) -> Session:
        factor = rng.choice([1.0, 1.0, 0.7, 1.2])
        goals = tuple(
            replace(g, asked_kwh=g.asked_kwh * factor, least_kwh=g.least_kwh * factor) for g in one.goals
        )
        return replace(one, goals=goals, most_kwh=max(one.most_kwh * factor, one.most_kwh))

    sessions = tuple(changed(one) for one in site.sessions)
    return replace(site, load_kw=site.load_kw * 1.05, sessions=sessions, published_a=said)


@pytest.mark.parametrize("seed", range(10))
def test_after_any_change_the_plan_is_as_good(seed: int) -> None:
    assert_as_good(otherwise(roomy(seed), seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_that_says_something_else_altogether_does_no_harm(seed: int) -> None:
    site = roomy(seed)
    table, rng = site.draw_table, np.random.default_rng(seed)
    assert_as_good(replace(site, published_a=np.where(rng.random(len(table.slot)) < 0.5, table.max_a, 0.0)))


def test_a_workplace_goes_on_with_its_plan() -> None:
    """Ten cars, an hour gone by or another departure: as good, and without a search."""
    site = instance("site10")
    before = planned(site).outcome
    for later in (a_slot_later(site, before), departed(site, before, 5, 8)):
        assert_as_good(later)
        assert last_of(later) is not None


def test_whoever_leaves_sooner_or_later_the_plan_is_as_good() -> None:
    """Ten cars, five of which leave one to three hours sooner or later, one at a time."""
    site = instance("site10")
    changed = list(departures(site, planned(site).outcome, 5))
    assert len({change for change, _ in changed}) == 5
    for _, later in changed:
        assert_as_good(later)


@pytest.mark.parametrize(("name", "position", "earlier"), [("site54", 21, 4), ("garage54", 29, -12)])
def test_with_other_currents_in_the_same_slots_another_departure_needs_no_search(
    name: str, position: int, earlier: int
) -> None:
    """One car leaves an hour sooner, or three hours later, where the currents of the others leave no room."""
    site = instance(name)
    later, said = departed(site, planned(site).outcome, position, earlier), list[str]()
    solved = planned(later, said)
    assert "searching" not in said
    assert not solved.outcome.violations
    assert sum(solved.outcome.missing_kwh) == 0


def test_a_car_that_stays_longer_is_planned_in_its_new_slots() -> None:
    """Energy costs 0.30 EUR/kWh as long as the last plan knew three cars to stay, then 0.10: that of the one
    that stays moves, without a search.
    """
    alike: dict[str, Any] = {"phases": ((0,),), "currents_a": (6.0, 16.0, 0.1)}
    cars = [session(range(4), 2.0, charger=c, name=f"car{c}", **alike) for c in range(3)]
    site, said = problem([0.3] * 4 + [0.1] * 4, cars), list[str]()
    later = departed(site, planned(site).outcome, 1, -4)
    solved = planned(later, said)
    assert "searching" not in said
    table = later.draw_table
    drawn_kwh = solved.outcome.draw_kw * later.hours[table.slot]
    early_kwh = np.bincount(table.session, np.where(table.slot < 4, drawn_kwh, 0.0))
    assert early_kwh == pytest.approx([2.0, 0.0, 2.0], abs=0.1)


def test_another_departure_does_not_need_a_search() -> None:
    """200 cars on a connection that is full for hours: few others make room for one that leaves sooner."""
    site = instance("site200")
    before = planned(site).outcome
    for position in (24, 49, 149):
        later, said = departed(site, before, position, 8), list[str]()
        solved = planned(later, said)
        assert "searching" not in said
        assert not solved.outcome.violations
        assert sum(solved.outcome.missing_kwh) == 0
        assert later.published_a is not None
        moved_a = np.abs(solved.outcome.current_a - np.nan_to_num(later.published_a)) > 1e-6
        assert len(np.unique(later.draw_table.session[moved_a])) <= 17


@pytest.mark.parametrize("seed", range(8))
def test_draws_are_off_or_at_their_minimum_at_least(seed: int) -> None:
    site = any_site(seed)
    model = model_of(site, monotonic, with_starts=False)
    form = model.costing(nothing_missing(site)).without_rows(ON_OFF)
    least = highs.solve(form, time_limit_s=10).bound
    draws, min_a = model.layout.columns.current_a, model.layout.table.min_a
    x = switched(form, draws, min_a, 10)
    if x is None:
        return
    assert ((np.abs(x[draws]) <= 1e-6) | (x[draws] >= min_a - 1e-5)).all()
    assert form.value(x) >= least - 1e-6
    flow = form.matrix @ x
    assert (flow >= form.row_low - 1e-6).all()
    assert (flow <= form.row_high + 1e-6).all()


def test_where_nothing_has_changed_the_plan_stays() -> None:
    site = instance("site54")
    before = planned(site).outcome
    said: list[str] = []
    again = planned(replace(site, published_a=before.current_a), said)
    assert "searching" not in said
    np.testing.assert_array_equal(again.outcome.current_a, before.current_a)


def test_a_plan_for_other_cars_is_of_no_use() -> None:
    site = problem([0.3, 0.1, 0.2], [session([0, 1, 2], 2.0)])
    assert last_of(site) is None
    assert last_of(replace(site, published_a=np.full(3, np.nan))) is None
    assert last_of(replace(site, published_a=np.array([0.0, 12.0, 0.0]))) is not None


@pytest.mark.parametrize("seed", range(8))
def test_sifting_ends_at_the_optimum(seed: int) -> None:
    site = any_site(seed)
    model = model_of(site, monotonic, with_starts=False)
    form = model.costing(nothing_missing(site)).without_rows(ON_OFF)
    whole = highs.solve(form, time_limit_s=10)
    rng = np.random.default_rng(seed)
    likely = np.ones(form.columns, dtype=bool)
    likely[model.layout.columns.current_a] = rng.random(len(site.draws)) < 0.8
    found = sifted(form, likely, 10)
    if found is None:
        return
    assert found.x is not None
    assert found.bound == pytest.approx(whole.bound, abs=1e-6)
    assert form.value(found.x) == pytest.approx(whole.bound, abs=1e-6)
    flow = form.matrix @ found.x
    assert (flow >= form.row_low - 1e-6).all()
    assert (flow <= form.row_high + 1e-6).all()


def test_sifting_says_nothing_where_the_likely_columns_leave_no_point() -> None:
    site = problem([0.3, 0.1], [session([0, 1], 2.0)])
    model = model_of(site, monotonic, with_starts=False)
    form = model.costing(nothing_missing(site)).without_rows(ON_OFF)
    likely = np.ones(form.columns, dtype=bool)
    likely[model.layout.columns.current_a] = False
    assert sifted(form, likely, 10) is None
