"""The best of all executable plans of two cars, found by trying every one of them.

In each slot every pair of states (off, or a current on a phase set) is checked and priced at once; the slots
then only share the energy of each car, so of all combinations with the same energies the cheapest is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.problem import Circuit, Problem, Session

Array = NDArray[np.float64]
EPS = 1e-7
_PICO = 1e9
"""Energies that agree to a billionth of a kWh are the same."""


@dataclass(frozen=True)
class States:
    """What one car can do in one slot, the first of all nothing; arrays over these states."""

    circuits: tuple[int, ...]
    full_a: Array
    """(states, 3) current on L1, L2, L3 while the car is there [A]."""
    share: float
    full_kw: Array
    """(states,) power while the car is there [kW]."""
    counted_kw: Array
    """(states,) what counts for the car's energy while it is there [kW]."""
    at_car: float = 1.0
    """Share of it that a DC point gives at the car."""

    @property
    def sure_a(self) -> Array:
        """What flows for the whole slot [A]: nothing of a car that is not there all the time."""
        return self.full_a if self.share >= 1 - 1e-9 else np.zeros_like(self.full_a)


@dataclass(frozen=True)
class Reached:
    """Energies that can be reached [kWh], shape (found, 2), and the least money [EUR] for each."""

    kwh: Array
    cost_eur: Array

    def cheapest(self) -> Reached:
        """The same energies, each once."""
        whole = np.round(self.kwh * _PICO).astype(np.int64)
        order = np.lexsort((self.cost_eur, whole[:, 1], whole[:, 0]))
        first = np.ones(len(order), dtype=bool)
        first[1:] = np.any(np.diff(whole[order], axis=0) != 0, axis=1)
        kept = order[first]
        return Reached(self.kwh[kept], self.cost_eur[kept])

    def then(self, following: Reached) -> Reached:
        """Everything that these and the pairs of the following slot reach together."""
        kwh = self.kwh[:, np.newaxis, :] + following.kwh[np.newaxis, :, :]
        cost = self.cost_eur[:, np.newaxis] + following.cost_eur[np.newaxis, :]
        return Reached(kwh.reshape(-1, 2), cost.reshape(-1)).cheapest()


@dataclass(frozen=True)
class Lattice:
    """All executable plans by what they miss [kWh] and cost [EUR]."""

    each_kwh: Array
    """(plans, 2) missing energy of each car."""
    cost_eur: Array

    @property
    def missing_kwh(self) -> Array:
        """Missing energy in all."""
        total: Array = self.each_kwh.sum(axis=1)
        return total

    @property
    def least_missing_kwh(self) -> float:
        """The least sum of missing energy."""
        return float(self.missing_kwh.min())

    def best(self, problem: Problem) -> Lattice:
        """The plans that the first stage leaves: class by class the least weighted sum, then the fairest."""
        kept = self
        asked = np.array([car.goals[-1].asked_kwh for car in problem.sessions])
        for rank in sorted({car.priority for car in problem.sessions}, reverse=True):
            mine = np.array([car.priority == rank for car in problem.sessions])
            weights = np.array([car.weight for car in problem.sessions])
            kept = kept._least_of(kept.each_kwh[:, mine] @ weights[mine])
            for worst in range(int(mine.sum())):
                kept = kept._least_of(-np.sort(-(kept.each_kwh / asked)[:, mine], axis=1)[:, worst])
        return kept

    def _least_of(self, value: Array) -> Lattice:
        kept = value <= value.min() + EPS
        return Lattice(self.each_kwh[kept], self.cost_eur[kept])

    def least_cost_eur(self, missing_kwh: float) -> float:
        """The least money of a plan that misses at most ``missing_kwh``."""
        return float(self.cost_eur[self.missing_kwh <= missing_kwh + EPS].min())


def lattice_of(problem: Problem) -> Lattice:
    """Every executable plan of a problem with two cars that each have one goal, by departure."""
    first, second = problem.sessions
    assert all(len(car.goals) == 1 and car.goals[0].slots > car.slots.max() for car in problem.sessions)
    most = np.array([car.most_kwh for car in problem.sessions])
    found = Reached(np.zeros((1, 2)), np.zeros(1))
    for t in range(problem.slots):
        found = found.then(_pairs(problem, t, first, second))
        inside = np.all(found.kwh <= most + EPS, axis=1)
        found = Reached(found.kwh[inside], found.cost_eur[inside])
    least = np.array([car.goals[0].least_kwh for car in problem.sessions])
    return Lattice(np.maximum(least - found.kwh, 0.0), found.cost_eur)


def _pairs(problem: Problem, t: int, first: Session, second: Session) -> Reached:
    """What the two cars can do together in slot ``t``."""
    a, b = _states(problem, first, t), _states(problem, second, t)
    i, j = (index.ravel() for index in np.indices((len(a.full_a), len(b.full_a))))
    a_kw, b_kw = a.full_kw[i] * a.share, b.full_kw[j] * b.share
    free_kw = problem.solar_kw[t] - problem.load_kw[t] - a_kw - b_kw
    most_out = np.inf if problem.export_limit_kw is None else problem.export_limit_kw
    cut_kw = np.maximum(free_kw - most_out, 0.0)
    sold_kw, bought_kw = np.clip(free_kw, 0.0, most_out), np.maximum(-free_kw, 0.0)
    price = bought_kw * problem.buy_eur_per_kwh[t] - sold_kw * problem.sell_eur_per_kwh[t]
    price = price + _price_of_the_group(
        problem, t, (a_kw * (not first.own_sun) + b_kw * (not second.own_sun)), bought_kw
    )
    possible = _balanced(problem, t, (a, b), (i, j), cut_kw)
    for c, circuit in enumerate(problem.circuits):
        possible &= _carried(problem, t, (c, circuit), (a, b), (i, j), cut_kw)
    if first.charger == second.charger:
        possible &= (i == 0) | (j == 0)
    hours = problem.hours[t]
    kwh = np.stack([a.counted_kw[i] * a.share, b.counted_kw[j] * b.share], axis=1) * hours
    return Reached(kwh[possible], (price * hours)[possible]).cheapest()


def _price_of_the_group(problem: Problem, t: int, others_kw: Array, bought_kw: Array) -> Array:
    """What others pay for the sun of a group beyond its sale, as far as nothing is bought for them."""
    if problem.surplus_kw[t] <= 0:
        return np.zeros_like(others_kw)
    beyond = np.maximum(others_kw - bought_kw, 0.0)
    bonus: Array = beyond * max(0.0, problem.buy_eur_per_kwh[t] - problem.sell_eur_per_kwh[t])
    return bonus


def _states(problem: Problem, car: Session, t: int) -> States:
    at = np.flatnonzero(car.slots == t)
    rows, powers_kw, counted_kw = [np.zeros(3)], [0.0], [0.0]
    if len(at):
        for option in car.options:
            steps = int(np.floor((option.max_a - option.min_a) / car.step_a + 1e-6))
            currents = option.min_a + car.step_a * np.arange(steps + 1)
            used = np.isin(np.arange(3), option.phases)
            rows += [np.where(used, current, 0.0) for current in currents]
            apparent_kw = problem.voltage_v / 1000 * len(option.phases) * currents
            powers_kw += (apparent_kw * option.power_factor).tolist()
            counted_kw += (apparent_kw * option.power_factor * option.gain - option.loss_kw).tolist()
    share = float(car.share[at[0]]) if len(at) else 0.0
    return States(car.circuits, np.array(rows), share, np.array(powers_kw), np.array(counted_kw), car.at_car)


def _carried(
    problem: Problem,
    t: int,
    numbered: tuple[int, Circuit],
    cars: tuple[States, States],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    cut_kw: Array,
) -> NDArray[np.bool_]:
    """Which pairs a circuit carries: its currents in both directions, and its power."""
    c, circuit = numbered
    alone = circuit.base_a[:, t] + circuit.relief_a_per_kw[:, t] * cut_kw[:, np.newaxis]
    full, sure = alone.copy(), alone.copy()
    power = circuit.base_kw[t] + circuit.relief_kw_per_kw[t] * cut_kw
    for car, index in zip(cars, pairs, strict=True):
        if c in car.circuits:
            full += car.full_a[index]
            sure += car.sure_a[index]
            power = power + car.full_kw[index] * (car.at_car if circuit.kind == "cabinet" else 1.0)
    fits: NDArray[np.bool_] = np.all(full <= circuit.limit_a[:, t] + EPS, axis=1)
    fits &= np.all(sure >= -circuit.feed_limit_a[:, t] - EPS, axis=1)
    if circuit.limit_kw is not None:
        fits &= power <= circuit.limit_kw[t] + EPS
    return fits


def _balanced(
    problem: Problem,
    t: int,
    cars: tuple[States, States],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    cut_kw: Array,
) -> NDArray[np.bool_]:
    """Which pairs keep the phases of the grid together, whether a car is there yet or gone."""
    fits = np.ones(len(cut_kw), dtype=bool)
    if problem.imbalance_limit_a is None:
        return fits
    grid = problem.circuits[0]
    alone = grid.base_a[:, t] + grid.relief_a_per_kw[:, t] * cut_kw[:, np.newaxis]
    for p, q in ((0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)):
        apart = alone[:, p] - alone[:, q]
        for car, index in zip(cars, pairs, strict=True):
            own = car.full_a[index, p] - car.full_a[index, q]
            apart = apart + (own if car.share >= 1 - 1e-9 else np.maximum(own, 0.0))
        fits &= apart <= problem.imbalance_limit_a[t] + EPS
    return fits
