"""The planner's mathematics a second time: written apart, with scipy.

Columns: one on/off and one current per choice (car, slot, phase set); per slot the bought, sold and cut off
power, whether it sells, whether it cuts off; per goal the missing energy; the worst of several sums of it;
and, where currents shall lie on the charger's steps, the number of steps of each choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from domain.phases import PhaseSet
from scheduler.problem import Circuit, Problem, Session
from scheduler.wish import First

Array = NDArray[np.float64]
Sum = dict[int, float]
"""A sum of missing energies: session and factor."""
Limit = tuple[Sum, float]
"""A sum, and the most that it may be."""
_WHOLE = 1 - 1e-9
"""A car is there for the whole slot from this share on."""


@dataclass(frozen=True)
class Choice:
    """One car that draws through one of its phase sets in one slot."""

    session: Session
    slot: int
    share: float
    carries: Array
    """(3,) 1 on the grid phases that carry its current."""
    low_a: float
    high_a: float
    power_factor: float = 1.0
    gain: float = 1.0
    loss_kw: float = 0.0

    @property
    def most_steps(self) -> float:
        """Steps between its least and its highest current."""
        return float(np.floor((self.high_a - self.low_a) / self.session.step_a + 1e-6))

    def full_kw_per_a(self, voltage_v: float) -> float:
        """Power of one ampere per phase while the car is there [kW/A]."""
        return voltage_v * float(self.carries.sum()) / 1000 * self.power_factor


def choices_of(problem: Problem) -> list[Choice]:
    """All choices, in the order of ``problem.draws``."""
    return [
        Choice(
            *(car, int(t), float(share), carried(way.phases), way.min_a, way.max_a),
            *(way.power_factor, way.gain, way.loss_kw),
        )
        for car in problem.sessions
        for t, share in zip(car.slots, car.share, strict=True)
        for way in car.options
    ]


def carried(phases: PhaseSet) -> Array:
    """(3,) 1 on the phases of the set, 0 on the others."""
    return np.array([p in phases for p in range(3)], dtype=np.float64)


class Rows:
    """Rows of a sparse matrix, ``low <= row @ x <= high``."""

    def __init__(self) -> None:
        self._at: list[tuple[int, int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def add(self, terms: dict[int, float], low: float = -np.inf, high: float = np.inf) -> None:
        """One more row, where it limits anything."""
        if low == -np.inf and high == np.inf:
            return
        self._at += [(len(self._low), column, factor) for column, factor in terms.items() if factor]
        self._low.append(low)
        self._high.append(high)

    @property
    def any(self) -> bool:
        """Whether a row has a term."""
        return bool(self._at)

    def as_constraint(self, columns: int) -> LinearConstraint:
        """All rows together."""
        rows, cols, factors = zip(*self._at, strict=True)
        matrix = csr_array((factors, (rows, cols)), shape=(len(self._low), columns))
        return LinearConstraint(matrix, np.array(self._low), np.array(self._high))


def _solved(
    cost: Array, whole: NDArray[np.int64], bounds: Bounds, rows: list[LinearConstraint]
) -> Iterator[float]:
    """The least of ``cost``, with presolve and without: on a model as tight as the second stage each of the
    two may miss the best solution. A limit may be broken by 1e-6, as HiGHS does.
    """
    answers = [
        milp(
            cost,
            integrality=whole,
            bounds=bounds,
            constraints=rows,
            options={"mip_rel_gap": 0.0, "time_limit": 60.0, "presolve": presolve},
        )
        for presolve in (True, False)
    ]
    assert any(answer.success for answer in answers), [answer.message for answer in answers]
    yield from (float(answer.fun) for answer in answers if answer.success)


class SecondFormulation:
    """One problem, written again; ``least_worst`` and ``least_cost_eur`` make its two stages.

    Currents are continuous from an option's minimum up, or ``on_steps``: what a charger can be told.
    """

    def __init__(self, problem: Problem, *, on_steps: bool = False) -> None:
        self._problem = problem
        self._choices = choices_of(problem)
        n, t = len(self._choices), problem.slots
        self._goals = [(car, goal) for car in problem.sessions for goal in car.goals]
        self._columns = 0
        self._on, self._current = self._new_columns(n), self._new_columns(n)
        self._bought, self._sold, self._cut = (self._new_columns(t) for _ in range(3))
        self._sells, self._cuts = self._new_columns(t), self._new_columns(t)
        self._missing = self._new_columns(len(self._goals))
        self._worst, self._one = self._new_columns(2)
        self._rises = self._new_columns(len(problem.peaks))
        counted = 3 * t if problem.per_phase else 0
        self._in, self._out, self._inwards = (self._new_columns(counted) for _ in range(3))
        self._steps = self._new_columns(n if on_steps else 0)
        self._rows = Rows()
        self._one_choice_per_charger()
        self._currents_in_range()
        self._energies()
        self._unfair = self._new_columns(t)
        for slot in range(t):
            self._sun_of_others(slot)
            self._meter(slot)
            for c, circuit in enumerate(problem.circuits):
                self._wires(slot, c, circuit)
            self._imbalance(slot)
            self._phases(slot)
        self._peaks()

    def _new_columns(self, count: int) -> list[int]:
        self._columns += count
        return list(range(self._columns - count, self._columns))

    def least_missing_kwh(self) -> float:
        """The least sum of missing energy [kWh], whoever misses it."""
        cost = np.zeros(self._columns)
        cost[self._missing] = 1
        return self._least(cost, [])

    def least_worst(self, sums: list[Sum], limits: list[Limit]) -> float:
        """The least that the largest of several sums of missing energies can be, within ``limits``."""
        cost = np.zeros(self._columns)
        cost[self._worst] = 1
        rows = [({self._missing[s]: factor for s, factor in one.items()}, 0.0) for one in sums]
        return self._least(cost, limits, [{**row, self._worst: -1.0} for row, _ in rows])

    def least_cost_eur(self, missing: list[Limit], first: float | None = None) -> float:
        """Stage 2: the least money, as the modes count it, within limits of what is missing [EUR].

        ``first`` is the most of what comes before the money; its least where it is not given.
        """
        problem, cost = self._problem, np.zeros(self._columns)
        bonus = problem.wish.solar_bonus_eur_per_kwh
        for slot in range(problem.slots):
            cost[self._imported(slot)] = problem.buy_eur_per_kwh[slot] * problem.hours[slot]
            cost[self._exported(slot)] = (bonus - problem.sell_eur_per_kwh[slot]) * problem.hours[slot]
            dearer = problem.buy_eur_per_kwh[slot] - problem.sell_eur_per_kwh[slot] + bonus
            cost[self._unfair[slot]] = max(0.0, dearer) * problem.hours[slot]
        cost[self._cut] = bonus * problem.hours
        if problem.wish.peak_counts:
            cost[self._rises] = [peak.eur_per_kw for peak in problem.peaks]
        if problem.wish.first is First.NOTHING:
            return self._least(cost, missing)
        if first is None:
            first = self._least(self._first(), missing) + 1e-5
        return self._least(cost, missing, [{**dict(enumerate(self._first())), self._one: -first}])

    def _first(self) -> Array:
        """What comes before the money."""
        cost = np.zeros(self._columns)
        if self._problem.wish.first is First.PEAK:
            cost[self._rises] = 1
        else:
            for slot in range(self._problem.slots):
                cost[[*self._imported(slot), self._unfair[slot]]] = self._problem.hours[slot]
        return cost

    def _least(self, cost: Array, limits: list[Limit], below_0: Sequence[dict[int, float]] = ()) -> float:
        whole = np.zeros(self._columns, dtype=np.int64)
        whole[[*self._on, *self._sells, *self._cuts, *self._inwards]] = 1
        high = np.where(whole > 0, 1.0, np.inf)
        whole[self._steps] = 1
        high[self._one] = 1.0
        high[self._missing] = [goal.least_kwh if goal.least_kwh > 0 else 0.0 for _, goal in self._goals]
        low = np.zeros(self._columns)
        low[self._one] = 1.0
        more = Rows()
        for terms, most in limits:
            more.add({self._missing[s]: factor for s, factor in terms.items()}, high=most)
        for row in below_0:
            more.add(row, high=0.0)
        rows = [one.as_constraint(self._columns) for one in (self._rows, more) if one.any]
        return min(_solved(cost, whole, Bounds(low, high), rows))

    def _in_slot(self, slot: int) -> list[int]:
        return [j for j, choice in enumerate(self._choices) if choice.slot == slot]

    def _one_choice_per_charger(self) -> None:
        at: dict[tuple[int, int], list[int]] = {}
        for j, choice in enumerate(self._choices):
            at.setdefault((choice.session.charger, choice.slot), []).append(self._on[j])
        for columns in at.values():
            self._rows.add(dict.fromkeys(columns, 1.0), high=1)

    def _currents_in_range(self) -> None:
        for j, choice in enumerate(self._choices):
            self._rows.add({self._current[j]: 1, self._on[j]: -choice.low_a}, low=0)
            self._rows.add({self._current[j]: 1, self._on[j]: -choice.high_a}, high=0)
        for j, (steps, choice) in enumerate(zip(self._steps, self._choices[: len(self._steps)], strict=True)):
            told = {self._on[j]: -choice.low_a, steps: -choice.session.step_a}
            self._rows.add({self._current[j]: 1} | told, 0, 0)
            self._rows.add({steps: 1, self._on[j]: -choice.most_steps}, high=0)

    def _mean_kw_per_a(self, j: int) -> float:
        return self._choices[j].full_kw_per_a(self._problem.voltage_v) * self._choices[j].share

    def _energies(self) -> None:
        """What a car receives: up to each goal at least its least energy, in all at most its most."""
        hours = self._problem.hours
        for car in self._problem.sessions:
            mine = [j for j, choice in enumerate(self._choices) if choice.session is car]
            rows: dict[int, dict[int, float]] = {}
            for j in mine:
                choice = self._choices[j]
                h = float(hours[choice.slot])
                stored = self._mean_kw_per_a(j) * choice.gain * h
                rows[j] = {self._current[j]: stored, self._on[j]: -choice.loss_kw * choice.share * h}
            everything = {column: kwh for row in rows.values() for column, kwh in row.items()}
            self._rows.add(everything, high=car.most_kwh)
            for g, (owner, goal) in enumerate(self._goals):
                if owner is car:
                    before = [row for j, row in rows.items() if self._choices[j].slot < goal.slots]
                    early = {column: kwh for row in before for column, kwh in row.items()}
                    self._rows.add(early | {self._missing[g]: 1}, low=goal.least_kwh)

    def _meter(self, slot: int) -> None:
        """Bought - sold = load - (solar - cut) + cars, in one direction, cut only as far as it must be."""
        problem, rows = self._problem, self._rows
        here = self._in_slot(slot)
        surplus = float(problem.solar_kw[slot] - problem.load_kw[slot])
        cars = {self._current[j]: -self._mean_kw_per_a(j) for j in here}
        rows.add(
            cars | {self._bought[slot]: 1, self._sold[slot]: -1, self._cut[slot]: -1}, -surplus, -surplus
        )
        most_in = float(problem.load_kw[slot]) + sum(
            self._choices[j].high_a * self._choices[j].full_kw_per_a(problem.voltage_v) for j in here
        )
        most_out = float(problem.solar_kw[slot])
        rows.add({self._bought[slot]: 1, self._sells[slot]: most_in}, high=most_in)
        rows.add({self._sold[slot]: 1, self._sells[slot]: -most_out}, high=0)
        limit = problem.export_limit_kw
        if limit is None:
            rows.add({self._cut[slot]: 1}, high=0)
            return
        rows.add({self._sold[slot]: 1}, high=limit)
        rows.add({self._cut[slot]: 1, self._cuts[slot]: -most_out}, high=0)
        rows.add({self._sold[slot]: 1, self._cuts[slot]: -limit}, low=0)
        rows.add({self._cuts[slot]: 1, self._sells[slot]: -1}, high=0)

    def _imported(self, slot: int) -> list[int]:
        """Columns that the import register adds up."""
        return self._in[3 * slot : 3 * slot + 3] if self._problem.per_phase else [self._bought[slot]]

    def _exported(self, slot: int) -> list[int]:
        """Columns that the export register adds up."""
        return self._out[3 * slot : 3 * slot + 3] if self._problem.per_phase else [self._sold[slot]]

    def _phases(self, slot: int) -> None:
        """What comes in on each phase less what goes out, never both."""
        grid, kw = self._problem.circuits[0], self._problem.voltage_v / 1000
        for p, (come, go) in enumerate(zip(self._in[3 * slot :][:3], self._out[3 * slot :][:3], strict=True)):
            cars = {
                self._current[j]: -self._mean_kw_per_a(j)
                * float(self._choices[j].carries[p] / self._choices[j].carries.sum())
                for j in self._in_slot(slot)
            }
            base = kw * float(grid.base_a[p, slot])
            cut = {self._cut[slot]: -kw * float(grid.relief_a_per_kw[p, slot])}
            self._rows.add(cars | cut | {come: 1, go: -1}, base, base)
            most = abs(base) + sum(kw * self._choices[j].high_a for j in self._in_slot(slot)) + 50.0
            inwards = self._inwards[3 * slot + p]
            self._rows.add({come: 1, inwards: -most}, high=0)
            self._rows.add({go: 1, inwards: most}, high=most)

    def _sun_of_others(self, slot: int) -> None:
        """What cars without a right to the sun draw beyond the import, where there is a surplus."""
        problem = self._problem
        sunny = problem.solar_kw[slot] > problem.load_kw[slot]
        if problem.per_phase:
            sunny |= bool((problem.circuits[0].base_a[:, slot] < 0).any())
        left_out = [j for j in self._in_slot(slot) if not self._choices[j].session.own_sun]
        if sunny and left_out:
            cars = {self._current[j]: -self._mean_kw_per_a(j) for j in left_out}
            came = dict.fromkeys(self._imported(slot), 1.0)
            self._rows.add(cars | came | {self._unfair[slot]: 1}, low=0)

    def _peaks(self) -> None:
        """Energy of every window of a month, at most that of the month's peak for as long."""
        for rise, peak in zip(self._rises, self._problem.peaks, strict=True):
            for window in peak.windows:
                parts = zip(window.slots.tolist(), window.overlap_h.tolist(), strict=True)
                energy = {column: h for slot, h in parts for column in self._imported(slot)}
                most = peak.paid_kw * window.hours - window.known_kwh
                self._rows.add({**energy, rise: -window.hours}, high=most)

    def _wires(self, slot: int, c: int, circuit: Circuit) -> None:
        """Currents of a circuit in both directions, and its power."""
        inside = [j for j in self._in_slot(slot) if c in self._choices[j].session.circuits]
        for p in range(3):
            cut = {self._cut[slot]: float(circuit.relief_a_per_kw[p, slot])}
            base = float(circuit.base_a[p, slot])
            taken = {self._current[j]: float(self._choices[j].carries[p]) for j in inside}
            self._rows.add(taken | cut, high=float(circuit.limit_a[p, slot]) - base)
            sure = {self._current[j]: taken[self._current[j]] for j in inside if self._stays(j)}
            self._rows.add(sure | cut, low=-float(circuit.feed_limit_a[p, slot]) - base)
        if circuit.limit_kw is not None:
            power = {
                self._current[j]: self._choices[j].full_kw_per_a(self._problem.voltage_v)
                * (self._choices[j].session.at_car if circuit.kind == "cabinet" else 1.0)
                for j in inside
            }
            power[self._cut[slot]] = float(circuit.relief_kw_per_kw[slot])
            self._rows.add(power, high=float(circuit.limit_kw[slot] - circuit.base_kw[slot]))

    def _stays(self, j: int) -> bool:
        """Whether the car is there for the whole slot."""
        return self._choices[j].share >= _WHOLE

    def _imbalance(self, slot: int) -> None:
        """Each phase of the grid above each other one by no more than the limit."""
        problem, grid = self._problem, self._problem.circuits[0]
        if problem.imbalance_limit_a is None:
            return
        base, relief = grid.base_a[:, slot], grid.relief_a_per_kw[:, slot]
        for p, q in ((0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)):
            terms = {self._cut[slot]: float(relief[p] - relief[q])}
            for j in self._in_slot(slot):
                if 0 in self._choices[j].session.circuits:
                    apart = float(self._choices[j].carries[p] - self._choices[j].carries[q])
                    terms[self._current[j]] = apart if self._stays(j) else max(0.0, apart)
            self._rows.add(terms, high=float(problem.imbalance_limit_a[slot] - base[p] + base[q]))
