"""The form that is written straight as matrices is the one that the rules of the same names state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks.full_sites import full_case
from scheduler.decision import nothing_charges
from scheduler.devices import Run
from scheduler.first_slots import FirstSlots
from scheduler.from_site import problem_of
from scheduler.highs import solve
from scheduler.model import CALM_RULES, RULES, build
from scheduler.problem import FloatArray, Goal, IntArray, Problem, Session
from scheduler.silent import silent_rules
from scheduler.standard_form import ABSENT, Columns, StandardForm, compiled
from scheduler.ties import Before, Switching
from scheduler.written_rules import WRITERS, written_form
from tests.random_cases import random_case
from tests.scheduler.tiny import FEED_L2, battery, circuit, problem, session

SLOTS = 8
SITES = range(12)


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


def tied_site(seed: int) -> Problem:
    """The same where some slots of a session bind each other: phase switches, least runs and pauses."""
    rng = np.random.default_rng([seed, 1])
    site = any_site(seed)
    cars = [_tied(rng, car) if rng.random() < 0.8 else car for car in site.sessions]
    published_a = rng.choice([0.0, 6.0, 8.5], len(site.draws))
    return replace(site, sessions=tuple(cars), published_a=published_a)


def _tied(rng: np.random.Generator, car: Session) -> Session:
    """A car with a least run and a least pause, and a budget of phase switches if it has several sets."""
    options = len(car.options)
    budget = Switching(
        left=(None, 1, 2)[rng.integers(3)],
        ends_on=((), (0,), tuple(range(options)))[rng.integers(3)],
        one_way=bool(rng.random() < 0.5),
        hold_h=float(rng.choice([0.0, 0.6])),
        dead_h=float(rng.choice([0.0, 0.05, 0.12])),
        selected=(None, 0, options - 1)[rng.integers(3)],
        rest_h=float(rng.choice([0.0, 0.3])),
    )
    on = bool(rng.random() < 0.5)
    before = Before(on, 0, 6.0 * on, run_rest_h=0.2 * on, pause_rest_h=0.2 * (not on))
    return replace(
        car,
        switching=budget if options > 1 else None,
        least_run_h=float(rng.choice([0.0, 0.5])),
        least_pause_h=float(rng.choice([0.0, 0.5])),
        before=before if car.slots[0] == 0 else None,
    )


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


def random_site(seed: int) -> Problem:
    """A site as its file and its inputs state it."""
    return problem_of(*random_case(seed)).problem


def full_site(seed: int) -> Problem:
    """A house that uses every rule at once."""
    return problem_of(*full_case("house_full", seed)).problem


def told_site(seed: int) -> Problem:
    """The same where the first three slots are told."""
    site = any_site(seed)
    rng = np.random.default_rng([seed, 3])
    told = replace(
        nothing_charges(site),
        current_a=rng.choice([0.0, 6.0, 9.0], len(site.draws)),
        running=rng.random((len(site.runs), SLOTS)) < 0.5,
        battery_kw=rng.uniform(-2, 2, SLOTS),
    )
    return replace(site, first=FirstSlots(3, told))


CASES: list[tuple[Callable[[int], Problem], int]] = [
    *((any_site, seed) for seed in range(8)),
    *((tied_site, seed) for seed in range(16)),
    *((plain_site, seed) for seed in range(4)),
    *((told_site, seed) for seed in (1, 4)),
    *((random_site, seed) for seed in (5, 17, 18, 24, 35)),
    (full_site, 1),
]


def stated(site: Problem, *, with_starts: bool) -> tuple[StandardForm, Columns]:
    """The form as the rules state it."""
    return compiled(build(site, [rule for rule in RULES if with_starts or rule not in CALM_RULES]))


def places_of(columns: Columns) -> dict[str, IntArray]:
    """Positions of the variables, by their kind."""
    kinds = [one.name for one in fields(columns) if not one.name.endswith(("_slots", "_session"))]
    return {kind: getattr(columns, kind) for kind in kinds if kind != "tied"}


def assert_the_same_columns(
    written: StandardForm, ours: Columns, form: StandardForm, theirs: Columns
) -> IntArray:
    """The place in the stated form of every written column, where both have the same columns."""
    place, expected = np.full(written.columns, ABSENT), places_of(theirs)
    for kind, positions in places_of(ours).items():
        known = positions != ABSENT
        np.testing.assert_array_equal(known, expected[kind] != ABSENT, err_msg=kind)
        place[positions[known]] = expected[kind][known]
    assert sorted(place.tolist()) == list(range(form.columns))
    for name in ("low", "high", "whole", "cost"):
        np.testing.assert_allclose(
            getattr(written, name), getattr(form, name)[place], atol=1e-9, err_msg=name
        )
    return place


def rows_of(form: StandardForm, rule: str, place: IntArray) -> tuple[sp.csr_array, FloatArray]:
    """The rows of one constraint with each column at its ``place``, and their ends, in one order."""
    mine = np.flatnonzero(form.row_rule == rule)
    rows = sp.coo_array(form.matrix[mine])
    matrix = sp.csr_array(sp.coo_array((rows.data, (rows.row, place[rows.col])), shape=rows.shape))
    ends = np.column_stack([form.row_low[mine], form.row_high[mine]])
    weights = np.random.default_rng(0).random(form.columns)
    order = np.argsort(matrix @ weights + np.clip(ends, -1e3, 1e3) @ [0.1234, 0.4321])
    return matrix[order], ends[order]


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_the_written_form_is_what_the_model_states(kind: Callable[[int], Problem], seed: int) -> None:
    site, with_starts = kind(seed), seed % 3 > 0
    form, theirs = stated(site, with_starts=with_starts)
    written, ours = written_form(site, with_starts=with_starts)
    assert written.offset == pytest.approx(form.offset)
    place = assert_the_same_columns(written, ours, form, theirs)
    assert_the_same_owners(ours, theirs, place)
    assert sorted(written.row_rule.tolist()) == sorted(form.row_rule.tolist())
    for rule in set(form.row_rule.tolist()):
        expected, expected_ends = rows_of(form, rule, np.arange(form.columns))
        found, ends = rows_of(written, rule, place)
        assert abs(found - expected).max() <= 1e-8, rule
        assert found.nnz == expected.nnz, rule
        np.testing.assert_allclose(ends, expected_ends, atol=1e-8, err_msg=rule)


def assert_the_same_owners(ours: Columns, theirs: Columns, place: IntArray) -> None:
    """The slots and sessions of columns are those of the variables."""
    for name in ("others_sun_slots", "held_slots"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    known = theirs.tied != ABSENT
    expected = zip(theirs.tied[known].tolist(), theirs.tied_session[known].tolist(), strict=True)
    found = zip(place[ours.tied].tolist(), ours.tied_session.tolist(), strict=True)
    assert sorted(found) == sorted(expected)


def test_every_rule_is_written_and_each_of_its_constraints_has_rows_on_some_of_the_sites() -> None:
    assert sorted(one.__name__ for one in WRITERS) == sorted(rule.__name__ for rule in RULES)
    named, spoken = set(), set()
    for kind, seed in CASES:
        site = kind(seed)
        columns = written_form(site, with_starts=True)[1]
        for writer in WRITERS:
            if writer.__name__ not in silent_rules(site):
                rows = writer(site, columns)
                named |= set(rows)
                spoken |= {name for name, one in rows.items() if len(one.low)}
    assert named == spoken
    assert {"power_balance", "drains_by_itself", "lost_at_least", "charging_run", "taper"} <= named


def test_a_problem_without_cars_has_rows_of_its_meter_alone() -> None:
    empty = replace(problem([0.1, 0.2], []), sessions=())
    form, _ = written_form(empty, with_starts=True)
    assert set(form.row_rule.tolist()) == {"power_balance"}


@pytest.mark.parametrize("seed", range(4))
def test_the_written_form_has_the_optimum_of_the_model(seed: int) -> None:
    site = plain_site(seed)
    forms = stated(site, with_starts=True)[0], written_form(site, with_starts=True)[0]
    for expected, written in (forms, (forms[0].relaxed(), forms[1].relaxed())):
        found = solve(written, time_limit_s=20.0)
        assert found.bound == pytest.approx(solve(expected, time_limit_s=20.0).bound, abs=1e-6)


@pytest.mark.parametrize("seed", SITES)
def test_a_rule_that_is_left_out_has_no_rows(seed: int) -> None:
    site = any_site(seed)
    left_out = silent_rules(site)
    assert left_out <= {rule.__name__ for rule in RULES}
    whole, _ = compiled(build(site))
    spoken, _ = compiled(build(site, [rule for rule in RULES if rule.__name__ not in left_out]))
    assert (spoken.row_rule == whole.row_rule).all()
    assert abs(spoken.matrix - whole.matrix).max() == 0
    assert (spoken.row_low == whole.row_low).all()
    assert (spoken.row_high == whole.row_high).all()
