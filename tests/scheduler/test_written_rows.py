"""The rows that are written straight as matrices are those that the rules of the same names state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest

from scheduler.devices import Run
from scheduler.highs import solve
from scheduler.model import ON_OFF, RULES, build
from scheduler.plain_form import is_plain, plain_form
from scheduler.problem import FloatArray, Goal, Problem, Session
from scheduler.silent import silent_rules
from scheduler.standard_form import ABSENT, Columns, StandardForm, compiled
from scheduler.ties import Before, Switching
from scheduler.written_rules import ON_OFF_WRITTEN, WRITTEN, with_written, written_for
from tests.scheduler.tiny import FEED_L2, battery, circuit, problem, session

SLOTS = 8
SITES = range(24)


def any_car(rng: np.random.Generator, number: int) -> Session:
    """A car with one to three phase sets and gaps between its slots, below one or two circuits."""
    sets = [(0, 1, 2), (0,), (1, 2)]
    slots = sorted(rng.choice(SLOTS, rng.integers(1, 6), replace=False).tolist())
    car = session(
        slots,
        float(rng.uniform(0.5, 3.0)),
        phases=sets[: rng.integers(1, 4)],
        charger=int(rng.integers(0, 3)),
        circuits=((1, 0), (0,))[rng.integers(0, 2)],
        share=rng.choice([0.4, 1.0], len(slots)).tolist(),
        name=f"car{number}",
    )
    if rng.random() < 0.3:
        car = replace(car, goals=(Goal(4, 0.5, 0.4), *car.goals))
    if rng.random() < 0.3:
        car = replace(car, options=tuple(replace(o, gain=0.9, loss_kw=0.2) for o in car.options))
    return car


def any_site(seed: int) -> Problem:
    """A few chargers on two circuits with solar that may be cut off; on some sites devices."""
    rng = np.random.default_rng(seed)
    cars = [any_car(rng, number) for number in range(5)]
    cars[0] = replace(cars[0], before=Before(on=True, option=0, current_a=6.0))
    if seed % 6 == 5:
        budget = Switching(left=1, ends_on=(), one_way=False, hold_h=0.0, dead_h=0.05)
        cars[1] = replace(cars[1], switching=budget)
    relief = circuit(SLOTS, 20.0, base_a=rng.uniform(-5, 12, (3, SLOTS)), limit_kw=9.0)
    relief = replace(relief, relief_a_per_kw=np.tile([[1.5], [0.0], [2.8]], SLOTS))
    relief = replace(relief, relief_kw_per_kw=np.ones(SLOTS))
    garage = circuit(SLOTS, 17.0, limit_kw=8.0, name="garage")
    stated = problem(
        [0.1 * t for t in range(SLOTS)],
        cars,
        sell=0.05,
        load_kw=rng.uniform(0, 3, SLOTS),
        solar_kw=rng.uniform(0, 6, SLOTS),
        circuits=(relief, replace(garage, kind="cabinet") if seed % 2 else garage),
        imbalance_limit_a=15.0 if seed % 3 else None,
        export_limit_kw=2.0 if seed % 4 < 2 else None,
    )
    boiler = Run("boiler", FEED_L2, 2.0, np.array([1, 2, 3]), 0.5, 0.75, 0.0, np.array([1, 2]))
    stored = (None, battery("full"), battery("hold"), battery("none"))[seed % 4]
    return replace(stated, runs=(boiler,) if seed % 3 == 1 else (), battery=stored)


def both(site: Problem) -> tuple[tuple[StandardForm, Columns], tuple[StandardForm, Columns]]:
    """The form as the rules state it, and as it is written."""
    names = written_for(site, with_starts=True)
    bare = compiled(build(site, [rule for rule in RULES if rule.__name__ not in names]))
    return compiled(build(site)), with_written(*bare, site, with_starts=True)


def variables_of(columns: Columns) -> dict[str, np.ndarray]:
    """Positions of the variables, by their kind."""
    kinds = [one.name for one in fields(columns) if not one.name.endswith(("_slots", "_session"))]
    return {kind: getattr(columns, kind) for kind in kinds}


def rows_of(form: StandardForm, columns: Columns, rule: str) -> FloatArray:
    """The rows of one rule over all named variables, with their ends, in one order."""
    mine = [name == rule for name in form.row_rule]
    matrix = np.hstack([form.matrix.toarray()[mine], np.zeros((sum(mine), 1))])
    named = np.concatenate(list(variables_of(columns).values()))
    table = np.column_stack([matrix[:, named], form.row_low[mine], form.row_high[mine]]).round(9)
    return table[np.lexsort(table.T)]


@pytest.mark.parametrize("seed", SITES)
def test_written_rows_are_those_of_the_rules(seed: int) -> None:
    site = any_site(seed)
    (stated, theirs), (written, ours) = both(site)
    assert written.rows == stated.rows
    assert written.columns == stated.columns
    for rule in WRITTEN:
        expected = rows_of(stated, theirs, rule)
        np.testing.assert_allclose(rows_of(written, ours, rule), expected, atol=1e-8, err_msg=rule)


def test_every_written_rule_has_rows_on_some_of_the_sites() -> None:
    sites = [any_site(seed) for seed in SITES]
    spoken = [set(both(site)[1][0].row_rule) & set(written_for(site, with_starts=True)) for site in sites]
    assert set.union(*spoken) == set(WRITTEN)
    assert any(site.forced_kw.any() for site in sites)


@pytest.mark.parametrize("seed", [1, 5, 6])
def test_columns_of_written_rows_have_the_bounds_and_the_price_of_the_variables(seed: int) -> None:
    (stated, theirs), (written, ours) = both(any_site(seed))
    expected = variables_of(theirs)
    for kind, positions in variables_of(ours).items():
        known = positions != ABSENT
        assert (known == (expected[kind] != ABSENT)).all(), kind
        mine, other = positions[known], expected[kind][known]
        for name in ("low", "high", "whole", "cost"):
            assert (getattr(written, name)[mine] == getattr(stated, name)[other]).all(), (kind, name)


def test_a_problem_without_cars_has_rows_of_its_meter_alone() -> None:
    empty = replace(problem([0.1, 0.2], []), sessions=())
    _, (form, _) = both(empty)
    assert set(form.row_rule) == {"power_balance"}


def test_every_rule_that_is_written_is_a_rule() -> None:
    assert set(ON_OFF_WRITTEN) == set(WRITTEN) & ON_OFF
    assert set(WRITTEN) <= {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("seed", SITES)
def test_a_rule_that_is_left_out_has_no_rows(seed: int) -> None:
    site = any_site(seed)
    left_out = silent_rules(site)
    assert left_out <= {rule.__name__ for rule in RULES}
    stated, _ = compiled(build(site))
    spoken, _ = compiled(build(site, [rule for rule in RULES if rule.__name__ not in left_out]))
    assert (spoken.row_rule == stated.row_rule).all()
    assert abs(spoken.matrix - stated.matrix).max() == 0
    assert (spoken.row_low == stated.row_low).all()
    assert (spoken.row_high == stated.row_high).all()


def plain_site(seed: int) -> Problem:
    """A site of which the written rows say nearly all: no solar to sell dear, no devices but a battery."""
    site = any_site(seed)
    cars = [replace(car, before=None, switching=None) for car in site.sessions]
    dearer = np.maximum(site.buy_eur_per_kwh, site.sell_eur_per_kwh + 0.01)
    fed_in = [replace(one, feed_limit_a=np.full((3, SLOTS), 90.0)) for one in site.circuits]
    stored = battery("full", wear=0.02, end_value=0.07) if seed % 2 else None
    prices = np.where(np.arange(SLOTS) == 3, -0.1, dearer) if seed % 4 == 1 else dearer
    return replace(
        site,
        sessions=tuple(cars),
        circuits=tuple(fed_in),
        runs=(),
        battery=stored,
        export_limit_kw=None,
        buy_eur_per_kwh=prices,
        sell_eur_per_kwh=np.minimum(site.sell_eur_per_kwh, prices),
    )


@pytest.mark.parametrize("seed", SITES)
def test_the_plain_form_is_what_the_model_states(seed: int) -> None:
    site = plain_site(seed)
    assert is_plain(site, with_starts=True)
    stated, theirs = compiled(build(site))
    written, ours = with_written(*plain_form(site), site, with_starts=True)
    assert written.columns == stated.columns
    assert sorted(written.row_rule) == sorted(stated.row_rule)
    assert written.offset == pytest.approx(stated.offset)
    for rule in set(stated.row_rule):
        expected = rows_of(stated, theirs, rule)
        np.testing.assert_allclose(rows_of(written, ours, rule), expected, atol=1e-8, err_msg=rule)
    expected_places = variables_of(theirs)
    for kind, positions in variables_of(ours).items():
        known = positions != ABSENT
        assert (known == (expected_places[kind] != ABSENT)).all(), kind
        mine, other = positions[known], expected_places[kind][known]
        for name in ("low", "high", "whole", "cost"):
            np.testing.assert_allclose(
                getattr(written, name)[mine], getattr(stated, name)[other], err_msg=kind
            )
    for form in (written.relaxed(), written):
        other_form = stated if form.whole.any() else stated.relaxed()
        found, expected_found = (solve(one, time_limit_s=20.0) for one in (form, other_form))
        assert found.bound == pytest.approx(expected_found.bound, abs=1e-6)


SPECIAL: dict[str, Callable[[Problem], Problem]] = {
    "a flexible load": lambda site: replace(
        site, runs=(Run("boiler", FEED_L2, 2.0, np.array([1, 2, 3]), 0.5, 0.75, 0.0, np.array([1, 2])),)
    ),
    "a battery by itself": lambda site: replace(site, battery=battery("none")),
    "a battery that is held": lambda site: replace(site, battery=battery("hold")),
    "a least run": lambda site: replace(
        site, sessions=(replace(site.sessions[0], least_run_h=0.5), *site.sessions[1:])
    ),
    "selling dearer than buying": lambda site: replace(
        site, sell_eur_per_kwh=site.buy_eur_per_kwh + 0.1, solar_kw=site.load_kw + 1.0
    ),
    "a curtailed roof": lambda site: replace(site, solar_kw=site.load_kw + 3.0, export_limit_kw=0.5),
    "a limit on what is fed in": lambda site: replace(
        site,
        battery=battery("full"),
        circuits=tuple(replace(one, feed_limit_a=np.zeros((3, SLOTS))) for one in site.circuits),
    ),
}
"""Plain sites with one thing more, of which some other rule has rows."""


@pytest.mark.parametrize("what", SPECIAL)
def test_a_site_with_anything_else_is_not_plain(what: str) -> None:
    site = SPECIAL[what](plain_site(0))
    here = {*WRITTEN, "kept_shortfall", "battery_content", "fills_only", "drains_only"}
    assert set(compiled(build(site))[0].row_rule) - here
    assert not is_plain(site, with_starts=True)


def test_both_kinds_of_plain_sites_have_a_battery_with_and_without_a_direction() -> None:
    rules = [set(plain_form(plain_site(seed))[0].row_rule) for seed in SITES]
    assert any("fills_only" in names for names in rules)
    assert any("battery_content" in names and "fills_only" not in names for names in rules)
    assert any("battery_content" not in names for names in rules)
