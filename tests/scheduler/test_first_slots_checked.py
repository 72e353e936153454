"""What is told in the first slots is checked apart from the model: that it is kept, and in every case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.decision import Decision, nothing_charges, only_charging
from scheduler.devices import Run
from scheduler.evaluate import evaluate
from scheduler.fallback import solved_by_rule
from scheduler.first_slots import FirstSlots, first_count
from scheduler.problem import Problem
from tests.scheduler.tiny import FEED_L2, battery, circuit, problem, session

CARS = [session(range(4), 4.0, phases=[(0,)])]


def home(load_a: float = 0.0, **more: object) -> Problem:
    """Four quarters of a car on L1 below 16 A."""
    grid = circuit(4, 16.0, base_a=[[load_a] * 4, [0.0] * 4, [0.0] * 4])
    return problem([0.1] * 4, CARS, load_kw=load_a * 0.23, circuits=[grid], **more)  # type: ignore[arg-type]


def told(amps: list[float], *cases: Problem) -> tuple[Problem, Decision]:
    """The home whose first two quarters are told, and the decision that does so."""
    decision = only_charging(home(), np.array(amps))
    return replace(home(), first=FirstSlots(2, decision, cases)), decision


def test_a_limit_that_another_case_breaks_is_named() -> None:
    site, decision = told([16.0, 9.0, 16.0, 16.0], home(7.0))
    assert evaluate(site, decision).violations == ("grid L1 carries 23.000 of 16.000 A in slot 0",)


def test_what_comes_after_the_first_slots_is_not_looked_at() -> None:
    site, decision = told([9.0, 9.0, 16.0, 16.0], home(7.0))
    assert evaluate(site, decision).violations == ()


def test_another_current_than_told_is_named_and_a_later_one_is_free() -> None:
    site, decision = told([9.0, 9.0, 0.0, 0.0])
    other = replace(decision, current_a=np.array([9.0, 10.0, 0.0, 0.0]))
    assert evaluate(site, other).violations == ("a current in the first 2 slots is not as it is told",)
    later = replace(decision, current_a=np.array([9.0, 9.0, 6.0, 0.0]))
    assert evaluate(site, later).violations == ()


def test_a_load_and_a_battery_are_held_too() -> None:
    boiler = Run("boiler", FEED_L2, 1.0, np.arange(4), 0.25, 0.5, 0.0, np.array([0]))
    site = replace(home(), runs=(boiler,), battery=battery("full"))
    decision = replace(nothing_charges(site), battery_kw=np.array([1.0, 0.0, 0.0, 0.0]))
    held = replace(site, first=FirstSlots(1, decision))
    assert evaluate(held, decision).violations == ()
    idle = replace(decision, running=np.array([[False, True, False, False]]), battery_kw=np.zeros(4))
    assert evaluate(held, idle).violations == (
        "a flexible load in the first 1 slots is not as it is told",
        "the battery's power in the first 1 slots is not as it is told",
    )


def test_an_export_limit_holds_in_every_case() -> None:
    """A battery that gives 2 kW into a house of 1 kW feeds in 1 kW; where the house takes nothing, 2 kW."""
    flows = replace(nothing_charges(home()), battery_kw=np.array([-2.0, 0.0, 0.0, 0.0]))
    stored = battery("full", content_kwh=(0.0, 2.0, 4.0))
    usual, quiet = (replace(home(load_a, export_limit_kw=1.0), battery=stored) for load_a in (1 / 0.23, 0.0))
    assert evaluate(replace(usual, first=FirstSlots(1, flows)), flows).violations == ()
    assert evaluate(replace(usual, first=FirstSlots(1, flows, (quiet,))), flows).violations == (
        "2.000 of 1.000 kW are fed in in slot 0",
    )


def test_a_plan_by_rule_says_where_it_is_not_as_told() -> None:
    site, _ = told([9.0, 9.0, 0.0, 0.0], home(7.0))
    assert solved_by_rule(site, "asked for").outcome.violations


def test_the_first_slots_end_within_an_hour_and_are_one_at_least() -> None:
    assert first_count(np.full(8, 0.25)) == 4
    assert first_count(np.array([0.1, 0.25, 0.25, 0.25, 0.25])) == 4
    assert first_count(np.array([1.0, 1.0])) == 1
    assert first_count(np.array([2.0])) == 1
