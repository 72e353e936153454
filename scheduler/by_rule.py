"""Plans made by rule: one car after the other, in its best slots, as far as every limit allows.

They keep every limit but prove nothing: the fallback when the solver gives nothing, and the baseline
"charge at once".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.by_rule_tied import hold_first_runs, one_option, serve_in_one_run
from scheduler.problem import FloatArray, Problem, Session
from scheduler.room import EPS, Room, energy_per_a, on_grid_a


def charge_at_once(problem: Problem) -> FloatArray:
    """Currents per draw [A] when every car charges from its arrival on, as fast as the limits allow."""
    at_once = np.arange(problem.slots, dtype=np.float64)
    return _filled(problem, lambda _: at_once, by_arrival=True)


def cheapest_first(problem: Problem) -> FloatArray:
    """Currents per draw [A] when the car that leaves first takes its cheapest slots, then the next, class
    by class.
    """
    return _filled(problem, lambda session: _mean_price(problem, session), by_arrival=False)


def _mean_price(problem: Problem, session: Session) -> FloatArray:
    """(slots,) what a kWh costs where the car draws all it can: sun is not sold, the rest is bought."""
    most_kw = max((one.max_a * one.kw_per_a(problem.voltage_v) for one in session.options), default=np.inf)
    own = np.clip(problem.surplus_kw / most_kw, 0.0, 1.0)
    price: FloatArray = problem.buy_eur_per_kwh + own * (
        problem.export_value_eur_per_kwh - problem.buy_eur_per_kwh
    )
    return price


def _filled(problem: Problem, ranks: Callable[[Session], FloatArray], *, by_arrival: bool) -> FloatArray:
    """Currents per draw, sessions in order, slots by the rank that they have for the session."""
    room = Room(problem)
    order = sorted(
        range(len(problem.sessions)), key=lambda s: _turn(problem.sessions[s], by_arrival=by_arrival)
    )
    hold_first_runs(problem, room)
    for s in order:
        _serve(problem, s, ranks(problem.sessions[s]), room)
    return room.current_a


def _turn(session: Session, *, by_arrival: bool) -> tuple[int, int]:
    """What orders the sessions: the arrival, or the class and the departure."""
    if len(session.slots) == 0:
        return (0, 0)
    return (0, int(session.slots[0])) if by_arrival else (-session.priority, int(session.slots[-1]))


def _serve(problem: Problem, s: int, rank: FloatArray, room: Room) -> None:
    """Give session ``s`` its energy in its best slots, goal by goal."""
    session = problem.sessions[s]
    if session.options and (session.least_run_h > 0 or session.least_pause_h > 0):
        serve_in_one_run(problem, s, rank, room)
        return
    options = one_option(problem, s, room)
    for goal in session.goals:
        inside = np.flatnonzero(session.slots < goal.slots)
        for i in inside[np.argsort(rank[session.slots[inside]], kind="stable")]:
            missing = goal.least_kwh - room.delivered_kwh(s, goal.slots)
            if missing <= EPS:
                break
            spare = session.most_kwh - room.delivered_kwh(s, problem.slots)
            _draw(problem, s, int(i), options, missing, spare, room)


def _draw(
    problem: Problem, s: int, i: int, options: tuple[int, ...], missing: float, spare: float, room: Room
) -> None:
    """Draw ``missing`` energy [kWh] in the session's ``i``-th slot, by the best of ``options``."""
    session = problem.sessions[s]
    best: tuple[float, int, float] | None = None
    for k in options:
        option = session.options[k]
        kwh_per_a = energy_per_a(problem, session, i, option)
        steps = np.ceil((missing / kwh_per_a - option.min_a) / session.step_a - EPS)
        wanted = option.min_a + max(0.0, float(steps)) * session.step_a
        allowed = min(wanted, option.max_a, on_grid_a(spare / kwh_per_a, option, session))
        current = room.most_a(s, i, k, allowed)
        rest_a = missing / kwh_per_a - current
        if EPS < rest_a < option.min_a:
            current = on_grid_a(missing / kwh_per_a - option.min_a, option, session) or current
        if current > 0 and (best is None or current * kwh_per_a > best[0]):
            best = (current * kwh_per_a, k, current)
    if best is not None:
        room.take(s, i, best[1], best[2])
