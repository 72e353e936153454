"""The rows that make the peak a question to branch on cut off no plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scheduler import highs
from scheduler.model import RULES, build
from scheduler.peak_levels import peak_levels
from scheduler.peaks import Peak, Window
from scheduler.problem import Problem
from scheduler.standard_form import compiled
from scheduler.wish import Wish
from tests.scheduler.tiny import battery, problem, session


def office(seed: int) -> Problem:
    """Eight quarters, two cars, now and then a battery; the month has paid for 2 to 4 kW."""
    rng = np.random.default_rng(seed)
    cars = [
        session(range(8), float(rng.uniform(0.5, 3.0)), phases=[(0, 1, 2), (0,)], name="first"),
        session([2, 3, 4, 5], float(rng.uniform(0.5, 2.0)), phases=[(1,)], charger=1, name="second"),
    ]
    windows = tuple(Window(0.25, np.array([t]), np.array([0.25])) for t in range(8))
    case = problem(
        list(rng.uniform(0.1, 0.4, 8)), cars, load_kw=rng.uniform(0, 2, 8), solar_kw=rng.uniform(0, 2, 8)
    )
    homes = (None, battery("none"), battery("hold"), battery("full"))
    paid_kw = float(rng.uniform(2, 4))
    return replace(
        case,
        wish=Wish(peak_counts=True),
        peaks=(Peak("2026-03", 2.0, paid_kw, windows),),
        battery=homes[int(rng.integers(0, 4))],
    )


def least_eur(case: Problem, without: str = "") -> float:
    form, columns = compiled(build(case, [rule for rule in RULES if rule.__name__ != without]))
    served = form.with_bounds(columns.missing_kwh, 0.0, 0.0)
    answer = highs.solve(served, time_limit_s=60.0)
    assert answer.x is not None
    return form.value(answer.x)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rule", ["peak_level", "peak_while_on"])
def test_they_change_no_optimum(seed: int, rule: str) -> None:
    case = office(seed)
    assert least_eur(case) == pytest.approx(least_eur(case, without=rule), abs=1e-5)


def test_half_a_draw_has_half_of_what_is_paid_for() -> None:
    """2 kW are paid for. A car at 4.14 kW in one quarter is at half of it in two in the relaxation: 2.07 kW,
    a rise of 0.07 kW. With half of what is paid for beside half of the draw it is half of 4.14 - 2 kW.
    """
    windows = tuple(Window(0.25, np.array([t]), np.array([0.25])) for t in range(2))
    car = session([0, 1], 1.035, phases=[(0, 1, 2)])
    exact = replace(car, goals=(replace(car.goals[0], least_kwh=1.035),), most_kwh=1.035)
    case = replace(problem([0.2, 0.2], [exact]), wish=Wish(peak_counts=True))
    case = replace(case, peaks=(Peak("2026-03", 2.0, 2.0, windows),))

    def relaxed_eur(without: str) -> float:
        form, columns = compiled(build(case, [r for r in RULES if r.__name__ not in ("peak_level", without)]))
        answer = highs.solve(form.relaxed().with_bounds(columns.missing_kwh, 0.0, 0.0), time_limit_s=60.0)
        return answer.bound

    energy_eur = 1.035 * 0.2
    assert relaxed_eur("peak_while_on") == pytest.approx(energy_eur + 2.0 * 0.07, abs=1e-6)
    assert relaxed_eur("") == pytest.approx(energy_eur + 2.0 * 1.07, abs=1e-6)


def test_a_minimum_far_above_what_is_paid_for_is_one_question() -> None:
    """6 A on three phases are 4.14 kW; 1 kW of load and 2 kW paid for leave 3.14 kW of rise."""
    case = replace(office(0), battery=None, load_kw=np.full(8, 1.0), solar_kw=np.zeros(8))
    case = replace(case, peaks=(replace(case.peaks[0], paid_kw=2.0),))
    wide = [level for level in peak_levels(case) if level.draws[0][0] == 0 and level.draws[0][2] == 0]
    assert {round(level.rise_kw, 6) for level in wide} == {3.14}
    assert sorted(key[1] for level in wide for key in level.draws) == list(range(8))
