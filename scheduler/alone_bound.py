"""The cheapest bound there is: every car alone, in its cheapest slots, with no circuit in its way."""

from __future__ import annotations

import numpy as np

from scheduler.decision import nothing_charges
from scheduler.devices import Run
from scheduler.evaluate import evaluate
from scheduler.giving import most_given_kw
from scheduler.problem import FloatArray, Problem
from scheduler.storage import without_devices


def alone_bound_eur(problem: Problem, missing_kwh: float) -> float:
    """No plan with at most ``missing_kwh`` missing in all costs less [EUR].

    What is missing saves at most the dearest price.
    """
    price = least_price(problem)
    saved = missing_kwh * max(float(price.max(initial=0.0)), 0.0) + _most_gain_eur(problem)
    bare = without_devices(problem)
    nothing = evaluate(bare, nothing_charges(bare)).cost_eur
    runs = sum(_run_eur(problem, run, price) for run in problem.runs)
    return nothing - saved + runs + sum(_alone_eur(problem, s, price) for s in range(len(problem.sessions)))


def _most_gain_eur(problem: Problem) -> float:
    """More than batteries can earn, of the home and of cars: all they give at the dearest, all they take for
    nothing, no peak.
    """
    battery = problem.battery
    if battery is None and not problem.gives.keys:
        return 0.0
    dear = np.maximum(np.maximum(problem.buy_eur_per_kwh, problem.export_value_eur_per_kwh), 0.0)
    paid = np.maximum(-np.minimum(problem.buy_eur_per_kwh, problem.export_value_eur_per_kwh), 0.0)
    table = problem.draw_table
    drawn = np.zeros(problem.slots)
    np.add.at(drawn, table.slot, table.mean_kw_per_a * table.max_a)
    traded = float(problem.hours @ (most_given_kw(problem) * dear + bool(problem.gives.keys) * drawn * paid))
    peaks = evaluate(without_devices(problem), nothing_charges(without_devices(problem))).peak_eur
    if battery is None:
        return peaks + traded
    traded += float(problem.hours @ (battery.discharge_kw * dear + battery.charge_kw * paid))
    return peaks + traded + battery.end_value_eur_per_kwh * (battery.most_kwh - battery.least_kwh)


def _run_eur(problem: Problem, run: Run, price: FloatArray) -> float:
    """Least cost of one run of a flexible load [EUR]."""
    hours, cost = 0.0, 0.0
    for t in run.slots[np.argsort(price[run.slots], kind="stable")]:
        most = run.most_h if price[t] < 0 else run.need_h
        part = min(float(problem.hours[t]), max(0.0, most - hours))
        hours, cost = hours + part, cost + part * run.power_kw * float(price[t])
    return cost


def least_price(problem: Problem) -> FloatArray:
    """The least that one more kWh can cost in every slot [EUR/kWh]: bought, not sold, or not cut off."""
    sun = problem.surplus_kw > 0
    if problem.per_phase:
        sun = sun | (problem.circuits[0].base_a < 0).any(axis=0)
    price = np.where(
        sun, np.minimum(problem.export_value_eur_per_kwh, problem.buy_eur_per_kwh), problem.buy_eur_per_kwh
    )
    least: FloatArray = np.where(
        problem.forced_kw > 0, np.minimum(price, -problem.wish.solar_bonus_eur_per_kwh), price
    )
    return least


def _alone_eur(problem: Problem, s: int, price: FloatArray) -> float:
    """Least cost of one session's energy when it is alone in the world [EUR]."""
    session, table = problem.sessions[s], problem.draw_table
    most_per_slot = np.zeros(problem.slots)
    mine = table.session == s
    energy = (table.mean_kw_per_a * table.max_a * problem.hours[table.slot])[mine]
    np.maximum.at(most_per_slot, table.slot[mine], energy)
    need = session.goals[-1].least_kwh if session.goals else 0.0
    taken = cost = 0.0
    for t in np.argsort(price, kind="stable"):
        wanted = session.most_kwh if price[t] < 0 else need
        chunk = min(float(most_per_slot[t]), max(0.0, wanted - taken))
        taken, cost = taken + chunk, cost + chunk * float(price[t])
    return cost
