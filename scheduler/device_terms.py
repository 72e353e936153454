"""What battery, flexible loads and cars that give add to a circuit, for the rules of the wires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.devices import Feed
    from scheduler.problem import FloatArray, Option, Problem


def device_range(problem: Problem, weight: FloatArray, c: int) -> tuple[FloatArray, FloatArray]:
    """Least and most that the devices add in circuit ``c`` per slot; ``weight`` per phase and ampere.

    With unit weights of one phase these are currents [A].
    """
    least, most = np.zeros(problem.slots), np.zeros(problem.slots)
    for run in problem.runs:
        if c in run.feed.circuits:
            change = run.power_kw * per_kw(run.feed, weight)
            (most if change > 0 else least)[run.slots] += change
    for session in problem.sessions:
        if session.giver is not None and c in session.circuits:
            flows = [-_on(option, weight) * option.max_a for option in session.giver.options]
            least[session.giver.slots] += min(0.0, *flows)
            most[session.giver.slots] += max(0.0, *flows)
    battery = problem.battery
    if battery is not None and c in battery.feed.circuits:
        change = per_kw(battery.feed, weight)
        ends = (change * battery.charge_kw, -change * battery.discharge_kw)
        least, most = least + min(ends), most + max(ends)
    return least, most


def devices_at(
    m: pyo.ConcreteModel, problem: Problem, weight: FloatArray, c: int, t: int, *, leant: bool = True
) -> list[Any]:
    """Terms that the devices add in circuit ``c`` in slot ``t``, weighted per phase and ampere.

    ``leant``: a battery that is not commanded relieves no wire, so its draining is left out.
    """
    terms: list[Any] = []
    for r in m.runs_at[t]:
        run = problem.runs[r]
        change = per_kw(run.feed, weight)
        if c in run.feed.circuits and change:
            terms.append(run.power_kw * change * m.running[r, t])
    for kw_per_a, feed, g in m.given_at.get(t, ()):
        per_a = kw_per_a * per_kw(feed, weight)
        if c in feed.circuits and per_a:
            terms.append(-per_a * m.give_a[g])
    battery = problem.battery
    if battery is not None and c in battery.feed.circuits and per_kw(battery.feed, weight):
        change = per_kw(battery.feed, weight)
        terms.append(change * m.fill_kw[t])
        if battery.commanded or not leant:
            terms.append(-change * m.drain_kw[t])
    return terms


def _on(option: Option, weight: FloatArray) -> float:
    """Weight of one ampere of an option."""
    return float(sum(weight[p] for p in option.phases))


def per_kw(feed: Feed, weight: FloatArray) -> float:
    """What one kW of a device adds, weighted per phase and ampere."""
    return float(np.dot(feed.a_per_kw, weight))
