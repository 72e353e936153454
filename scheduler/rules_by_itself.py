"""Rules of a battery that acts by itself that say nothing new of a plan, and lift the relaxation towards it.

The relaxation mixes modes of one slot: without these rows a battery half fills from a sun that cars take all
of, and half drains while it is held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.pyomo_later import pyo
from scheduler.rules_peak import one_slot_windows, users_at

if TYPE_CHECKING:
    from scheduler.problem import Problem


def variables(m: pyo.ConcreteModel, problem: Problem) -> None:
    """filling_kw per slot, and charger or flexible load: its draw while the battery fills."""
    m.users_at = users_at(m, problem, m.filling)
    m.beside_filling = {
        (t, n): min(most_kw, float(m.reach.most_left_kw[t]))
        for t in m.filling
        for n, (most_kw, _, _) in enumerate(m.users_at.get(t, ()))
    }
    m.filling_kw = pyo.Var(list(m.beside_filling), bounds=lambda m, t, n: (0.0, m.beside_filling[t, n]))


def draws_while_filling(m: pyo.ConcreteModel, _: Problem) -> None:
    """drawn_kw[t, n] <= most_kw[t, n] (1 - fills[t]) + filling_kw[t, n] for chargers and flexible loads n,
    and fill_kw[t] + sum_n filling_kw[t, n] <= M fills[t], with M the most that can be left: a battery fills
    with what those leave that draw meanwhile
    """

    def apart(m: pyo.ConcreteModel, t: int, n: int) -> object:
        most_kw, drawn_kw, _ = m.users_at[t][n]
        return drawn_kw + most_kw * m.fills[t] - m.filling_kw[t, n] <= most_kw

    def together(m: pyo.ConcreteModel, t: int) -> object:
        drawn: Any = sum(m.filling_kw[t, n] for n in range(len(m.users_at[t])))
        return m.fill_kw[t] + drawn - float(m.reach.most_left_kw[t]) * m.fills[t] <= 0

    m.draws_beside_filling = pyo.Constraint(list(m.beside_filling), rule=apart)
    m.draws_while_filling = pyo.Constraint(sorted({t for t, _ in m.beside_filling}), rule=together)


def drains_at_least(m: pyo.ConcreteModel, problem: Problem) -> None:
    """drain_kw[t] >= least_kw[t] drain_gives_all[t] + discharge_kw drain_at_most[t], with least_kw[t] what is
    missing without any car, up to discharge_kw
    """
    battery = problem.battery
    missing_kw = {t: -float(m.reach.most_left_kw[t]) for t in m.draining if m.reach.most_left_kw[t] < 0}

    def drained(m: pyo.ConcreteModel, t: int) -> object:
        assert battery is not None
        least_kw = min(missing_kw[t], battery.discharge_kw)
        given = least_kw * m.drain_gives_all[t] + battery.discharge_kw * m.drain_at_most[t]
        return m.drain_kw[t] - given >= 0

    m.drains_at_least = pyo.Constraint(list(missing_kw), rule=drained)


def peak_beside_battery(m: pyo.ConcreteModel, problem: Problem) -> None:
    """buy_kw[t] <= paid_kw[k] (1 - fills[t] - drain_gives_all[t]) + rise_kw[k] in a slot t that is a clock
    window of month k: where a battery fills, or gives all that is missing, nothing is bought
    """

    def below(m: pyo.ConcreteModel, k: int, t: int) -> object:
        paid_kw = problem.peaks[k].paid_kw
        nothing = m.fills[t] + sum(m.drain_gives_all[u] for u in (t,) if u in m.drain_gives_all)
        return m.buy_kw[t] + paid_kw * nothing - m.rise_kw[k] <= paid_kw

    m.peak_beside_battery = pyo.Constraint(one_slot_windows(problem) if m.by_itself else [], rule=below)
