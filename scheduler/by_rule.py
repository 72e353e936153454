"""Plans made by rule: one car after the other, in its best slots, as far as every limit allows.

They keep every limit but prove nothing: the fallback when the solver gives nothing, and the baseline
"charge at once".
"""

from __future__ import annotations

import numpy as np

from domain.units import kw_per_a
from scheduler.problem import FloatArray, Option, Problem, Session

_EPS = 1e-9


def charge_at_once(problem: Problem) -> FloatArray:
    """Currents per draw [A] when every car charges from its arrival on, as fast as the limits allow."""
    return _filled(problem, np.arange(problem.slots, dtype=np.float64), by_arrival=True)


def cheapest_first(problem: Problem) -> FloatArray:
    """Currents per draw [A] when the car that leaves first takes its cheapest slots, then the next."""
    own = problem.surplus_kw > 0
    price = np.where(own, problem.sell_eur_per_kwh, problem.buy_eur_per_kwh)
    return _filled(problem, price, by_arrival=False)


def _filled(problem: Problem, rank: FloatArray, *, by_arrival: bool) -> FloatArray:
    """Currents per draw, sessions in order, slots by ``rank``."""
    room = _Room(problem)
    order = sorted(
        range(len(problem.sessions)),
        key=lambda s: (
            problem.sessions[s].slots[0 if by_arrival else -1] if len(problem.sessions[s].slots) else 0
        ),
    )
    for s in order:
        _serve(problem, s, rank, room)
    return room.current_a


def _serve(problem: Problem, s: int, rank: FloatArray, room: _Room) -> None:
    """Give session ``s`` its energy in its best slots, goal by goal."""
    session = problem.sessions[s]
    for goal in session.goals:
        inside = np.flatnonzero(session.slots < goal.slots)
        for i in inside[np.argsort(rank[session.slots[inside]], kind="stable")]:
            missing = goal.least_kwh - room.delivered_kwh(s, goal.slots)
            if missing <= _EPS:
                break
            spare = session.most_kwh - room.delivered_kwh(s, problem.slots)
            _draw(problem, s, int(i), missing, spare, room)


def _draw(problem: Problem, s: int, i: int, missing: float, spare: float, room: _Room) -> None:
    """Draw ``missing`` energy [kWh] in the session's ``i``-th slot, by the option that gives most of it."""
    session = problem.sessions[s]
    best: tuple[float, int, float] | None = None
    for k, option in enumerate(session.options):
        kwh_per_a = _kwh_per_a(problem, session, i, option)
        steps = np.ceil((missing / kwh_per_a - option.min_a) / session.step_a - _EPS)
        wanted = option.min_a + max(0.0, float(steps)) * session.step_a
        allowed = min(wanted, option.max_a, _on_grid(spare / kwh_per_a, option, session))
        current = room.most_a(s, i, k, allowed)
        rest_a = missing / kwh_per_a - current
        if _EPS < rest_a < option.min_a:
            current = _on_grid(missing / kwh_per_a - option.min_a, option, session) or current
        if current > 0 and (best is None or current * kwh_per_a > best[0]):
            best = (current * kwh_per_a, k, current)
    if best is not None:
        room.take(s, i, best[1], best[2])


def _kwh_per_a(problem: Problem, session: Session, i: int, option: Option) -> float:
    """Energy of one ampere in the session's ``i``-th slot [kWh/A]."""
    hours = problem.hours[session.slots[i]] * session.share[i]
    return float(kw_per_a(problem.voltage_v, len(option.phases)) * hours)


def _on_grid(current_a: float, option: Option, session: Session) -> float:
    """The largest current of the option's grid that is at most ``current_a``; 0 below its minimum."""
    if current_a < option.min_a - _EPS:
        return 0.0
    steps = np.floor((min(current_a, option.max_a) - option.min_a) / session.step_a + _EPS)
    return float(option.min_a + steps * session.step_a)


class _Room:
    """What the limits still allow while the plan fills up."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._first = np.cumsum([0, *(len(x.slots) * len(x.options) for x in problem.sessions)])
        self.current_a = np.zeros(len(problem.draw_table.slot))
        self._taken: set[tuple[int, int]] = set()
        cut = problem.forced_kw
        self._phase_a = [c.base_a + np.maximum(c.relief_a_per_kw, 0.0) * cut for c in problem.circuits]
        self._kw = [c.base_kw + c.relief_kw_per_kw * cut for c in problem.circuits]
        self._grid_a = problem.circuits[0].base_a + problem.circuits[0].relief_a_per_kw * cut
        self._energy_kwh = [np.zeros(problem.slots) for _ in problem.sessions]

    def delivered_kwh(self, s: int, slots: int) -> float:
        """Energy of session ``s`` in the first ``slots`` slots [kWh]."""
        return float(self._energy_kwh[s][:slots].sum())

    def most_a(self, s: int, i: int, k: int, current_a: float) -> float:
        """The largest current up to ``current_a`` that breaks nothing; 0 where none is possible."""
        session = self._problem.sessions[s]
        option, t = session.options[k], int(session.slots[i])
        if current_a <= 0 or (session.charger, t) in self._taken:
            return 0.0
        phases = list(option.phases)
        for c in session.circuits:
            circuit = self._problem.circuits[c]
            current_a = min(
                current_a, float((circuit.limit_a[phases, t] - self._phase_a[c][phases, t]).min())
            )
            if circuit.limit_kw is not None:
                per_a = kw_per_a(self._problem.voltage_v, len(phases))
                current_a = min(current_a, float(circuit.limit_kw[t] - self._kw[c][t]) / per_a)
        current_a = _on_grid(current_a, option, session)
        while current_a > 0 and not self._balanced(phases, t, current_a):
            current_a = _on_grid(current_a - session.step_a, option, session)
        return current_a

    def _balanced(self, phases: list[int], t: int, current_a: float) -> bool:
        """Whether the grid stays within its imbalance limit."""
        if self._problem.imbalance_limit_a is None:
            return True
        after = self._grid_a[:, t].copy()
        after[phases] += current_a
        return bool(after.max() - after.min() <= self._problem.imbalance_limit_a[t] + _EPS)

    def take(self, s: int, i: int, k: int, current_a: float) -> None:
        """Book a current."""
        session = self._problem.sessions[s]
        option, t = session.options[k], int(session.slots[i])
        phases = list(option.phases)
        self.current_a[self._first[s] + i * len(session.options) + k] = current_a
        self._taken.add((session.charger, t))
        self._grid_a[phases, t] += current_a
        for c in session.circuits:
            self._phase_a[c][phases, t] += current_a
            self._kw[c][t] += current_a * kw_per_a(self._problem.voltage_v, len(phases))
        self._energy_kwh[s][t] += current_a * _kwh_per_a(self._problem, session, i, option)
