"""What is told in the first slots is the best of all that can be told, found by trying every one of them.

The rest of every case is a program that is written here a second time: with on and off as expected, and
linear in the other cases.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from scheduler.deadline import Deadline
from scheduler.decision import Decision
from scheduler.first_decision import first_decision
from scheduler.forms import model_of
from scheduler.kept import nothing_missing
from scheduler.problem import Problem, Session
from scheduler.solved import Aim
from tests.scheduler.tiny import ALL, VOLTS, circuit, problem, session

SLOTS, FIRST, SLOT_H = 5, 2, 0.5
PROBABILITIES = (0.4, 0.3, 0.3)
FULL_LATER = 4
"""From this seed on, the other cases have little room after the first slots."""
A_PER_KW = 1000 / VOLTS
Array = NDArray[np.float64]
Told = tuple[tuple[int, float], ...]
"""Per car and first slot: option and current, car by car."""


def cases(seed: int) -> list[Problem]:
    """A case as expected and two others; the limit of L1 binds in some of them, and energy may be missing."""
    rng = np.random.default_rng(seed)
    cars = (
        [session(range(SLOTS), float(rng.uniform(2, 9)), phases=[ALL, (0,)], currents_a=(6, 12, 3))]
        if seed % 2
        else [
            session(range(4), float(rng.uniform(1, 4)), phases=[(0,)], currents_a=(6, 12, 6)),
            session(range(SLOTS), 2.0, phases=[(0,)], charger=1, currents_a=(6, 10, 4), name="other"),
        ]
    )
    cars = [_by_half_hours(car) for car in cars]
    buy = rng.uniform(0.1, 0.4, SLOTS)
    found = []
    for number in range(3):
        load_a = rng.uniform(0, 3 if number == 0 else 12, (3, SLOTS))
        solar_kw = rng.uniform(0, 5, SLOTS)
        if number and seed >= FULL_LATER:
            load_a[:, FIRST:] = 17.0 + rng.uniform(0, 3, (3, SLOTS - FIRST))
            solar_kw[FIRST:] = 0.0
        base_a = load_a - solar_kw * A_PER_KW / 3
        grid = circuit(SLOTS, 26.0 if number == 0 else 20.0, base_a=base_a)
        found.append(
            problem(
                buy.tolist(),
                cars,
                sell=0.05,
                load_kw=load_a.sum(axis=0) / A_PER_KW,
                solar_kw=solar_kw,
                circuits=[grid],
                slot_h=SLOT_H,
            )
        )
    return found


def _by_half_hours(car: Session) -> Session:
    """The car with the tolerances of slots of half an hour."""
    (goal,) = car.goals
    step_kwh = car.step_a * len(car.options[-1].phases) * VOLTS / 1000 * SLOT_H
    asked = goal.asked_kwh
    return replace(car, goals=(replace(goal, least_kwh=asked - step_kwh / 2),), most_kwh=asked + 2 * step_kwh)


@dataclass(frozen=True)
class Rest:
    """The later slots of a case: currents, on, bought, sold, and missing energy."""

    case: Problem
    whole: bool
    """Whether on and off are whole."""

    def value(self, told: Told) -> tuple[float, float]:
        """Least missing energy [kWh] and the least money at it [EUR] after ``told``; inf where that breaks a
        limit.
        """
        first_a = _currents(self.case, told)
        if np.any(self.case.circuits[0].base_a[:, :FIRST] + first_a.sum(axis=0) > self._limit + 1e-9):
            return np.inf, np.inf
        rows = self._rows(first_a)
        missing = np.zeros(rows.columns)
        missing[-len(self.case.sessions) :] = 1.0
        least = rows.least(missing)
        if least is None:
            return np.inf, np.inf
        rows.upper = np.vstack([rows.upper, np.append(missing, least + 1e-7)])
        money = rows.least(rows.cost)
        assert money is not None
        return least, money + self._first_eur(first_a)

    @property
    def _limit(self) -> Array:
        return self.case.circuits[0].limit_a[:, :FIRST]

    def _first_eur(self, first_a: Array) -> float:
        kw = first_a.sum(axis=(0, 1)) / A_PER_KW - self.case.surplus_kw[:FIRST]
        buy, sell = self.case.buy_eur_per_kwh[:FIRST], self.case.sell_eur_per_kwh[:FIRST]
        return float(SLOT_H * (buy @ np.maximum(kw, 0) - sell @ np.maximum(-kw, 0)))

    def _rows(self, first_a: Array) -> Rows:
        """The rows of the later slots."""
        case, cars = self.case, self.case.sessions
        later = range(FIRST, SLOTS)
        draws = [
            (s, t, option)
            for s, car in enumerate(cars)
            for t in later
            if t in car.slots
            for option in car.options
        ]
        n, width = 2 * len(draws), 2 * len(draws) + 2 * len(later) + len(cars)
        upper: list[Array] = []
        equal: list[Array] = []

        def row(terms: dict[int, float], most: float) -> Array:
            made = np.zeros(width + 1)
            made[list(terms)] = list(terms.values())
            made[-1] = most
            return made

        for i, t in enumerate(later):
            here = [j for j, (_, at, _) in enumerate(draws) if at == t]
            for p in range(3):
                on_phase = {j: 1.0 for j in here if p in draws[j][2].phases}
                upper.append(row(on_phase, case.circuits[0].limit_a[p, t] - case.circuits[0].base_a[p, t]))
            power = {j: -len(draws[j][2].phases) / A_PER_KW for j in here}
            equal.append(row({n + i: 1.0, n + len(later) + i: -1.0, **power}, -case.surplus_kw[t]))
            upper += [
                row({len(draws) + j: 1.0 for j in here if draws[j][0] == s}, 1.0) for s in range(len(cars))
            ]
        for j, (_, _, option) in enumerate(draws):
            upper.append(row({j: 1.0, len(draws) + j: -option.max_a}, 0.0))
            upper.append(row({j: -1.0, len(draws) + j: option.min_a}, 0.0))
        for s, car in enumerate(cars):
            had_kwh = float(first_a[s].sum() / A_PER_KW * SLOT_H)
            kwh = {j: len(d[2].phases) / A_PER_KW * SLOT_H for j, d in enumerate(draws) if d[0] == s}
            upper.append(row(kwh, car.most_kwh - had_kwh))
            less = {j: -value for j, value in kwh.items()}
            upper.append(row({**less, width - len(cars) + s: -1.0}, had_kwh - car.goals[0].least_kwh))
        cost = np.zeros(width)
        cost[n : n + len(later)] = SLOT_H * case.buy_eur_per_kwh[FIRST:]
        cost[n + len(later) : n + 2 * len(later)] = -SLOT_H * case.sell_eur_per_kwh[FIRST:]
        whole = np.zeros(width, dtype=np.int64)
        whole[len(draws) : n] = self.whole
        return Rows(np.array(upper), np.array(equal), cost, whole)


@dataclass
class Rows:
    """Rows with their right side in the last column."""

    upper: Array
    equal: Array
    cost: Array
    whole: NDArray[np.int64]

    @property
    def columns(self) -> int:
        return len(self.cost)

    def least(self, objective: Array) -> float | None:
        found = milp(
            objective,
            integrality=self.whole,
            bounds=Bounds(0.0, np.inf),
            constraints=[
                LinearConstraint(self.upper[:, :-1], ub=self.upper[:, -1]),
                LinearConstraint(self.equal[:, :-1], self.equal[:, -1], self.equal[:, -1]),
            ],
            options={"mip_rel_gap": 0.0},
        )
        return float(found.fun) if found.status == 0 else None


def _currents(case: Problem, told: Told) -> Array:
    """(cars, 3, first slots) currents [A]."""
    found = np.zeros((len(case.sessions), 3, FIRST))
    for place, (k, amps) in enumerate(told):
        s, t = divmod(place, FIRST)
        if amps:
            found[s, list(case.sessions[s].options[k].phases), t] = amps
    return found


def everything(case: Problem) -> list[Told]:
    """All that can be told in the first slots."""
    states = []
    for car in case.sessions:
        each = [(0, 0.0)]
        for k, option in enumerate(car.options):
            each += [(k, float(a)) for a in np.arange(option.min_a, option.max_a + 1e-9, car.step_a)]
        states += [each] * FIRST
    return list(product(*states))


def told_by(case: Problem, decision: Decision) -> Told:
    """The first slots of a decision in the same words."""
    found = [(0, 0.0)] * (len(case.sessions) * FIRST)
    for draw, amps in zip(case.draws, decision.current_a.tolist(), strict=True):
        if draw.slot < FIRST and amps > 0:
            found[draw.session * FIRST + draw.slot] = (draw.option, amps)
    return tuple(found)


def mean_value(rests: list[Rest], told: Told) -> tuple[float, float]:
    """Mean missing energy and money; inf where the case as expected misses anything."""
    values = [rest.value(told) for rest in rests]
    if values[0][0] > 1e-7:
        return np.inf, np.inf
    missing, money = (float(np.array(PROBABILITIES) @ [one[i] for one in values]) for i in (0, 1))
    return missing, money


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_nothing_that_can_be_told_is_better_in_the_mean(seed: int) -> None:
    problems = cases(seed)
    models = [model_of(one, time.monotonic, with_starts=False) for one in problems]
    decision = first_decision(
        models,
        PROBABILITIES,
        nothing_missing(problems[0]),
        FIRST,
        Aim(0.0, 0.0),
        Deadline.after(time.monotonic, 60.0),
    )
    rests = [Rest(one, whole=number == 0) for number, one in enumerate(problems)]
    values = [mean_value(rests, told) for told in everything(problems[0])]
    least = min(missing for missing, _ in values)
    if decision is None:
        assert least == np.inf
        return
    missing, money = mean_value(rests, told_by(problems[0], decision))
    assert missing == pytest.approx(least, abs=1e-4)
    assert money == pytest.approx(min(eur for kwh, eur in values if kwh <= least + 1e-6), abs=1e-4)
