"""What a set of executable currents does: powers, currents, energy, money, and what it breaks.

Written apart from the rules of the model, so that neither can hide a fault of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.problem import FloatArray, Problem
from scheduler.violations import TOLERANCE, phase_currents_a, violations


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from the currents of the draws; (slots,) unless said otherwise."""

    current_a: FloatArray
    """(draws,) current per phase of every draw [A]."""
    charging_kw: FloatArray
    import_kw: FloatArray
    export_kw: FloatArray
    curtailed_kw: FloatArray
    phase_a: tuple[FloatArray, ...]
    """Per circuit (3, slots), signed [A]."""
    delivered_kwh: FloatArray
    """(sessions,)"""
    missing_kwh: FloatArray
    """(sessions,) energy below the least of the goals."""
    bought_eur: float
    sold_eur: float
    starts: int
    """Starts and phase switches of all sessions."""
    violations: tuple[str, ...]
    """Every limit that is broken, in words; empty for a plan that may be published."""

    @property
    def cost_eur(self) -> float:
        """Bought less sold."""
        return self.bought_eur - self.sold_eur


def evaluate(problem: Problem, current_a: FloatArray) -> Outcome:
    """The outcome of ``current_a``, one current [A] per draw, 0 where it is off."""
    table = problem.draw_table
    charging = np.zeros(problem.slots)
    np.add.at(charging, table.slot, table.mean_kw_per_a * current_a)
    left_kw = problem.surplus_kw - charging
    export = np.maximum(left_kw, 0.0)
    limit = np.inf if problem.export_limit_kw is None else problem.export_limit_kw
    curtailed = np.minimum(np.maximum(export - limit, 0.0), problem.solar_kw)
    export = export - curtailed
    bought = np.maximum(-left_kw, 0.0)
    circuits = range(len(problem.circuits))
    phase_a = tuple(phase_currents_a(problem, c, current_a, curtailed) for c in circuits)
    delivered, missing = _energies(problem, current_a)
    return Outcome(
        current_a=current_a,
        charging_kw=charging,
        import_kw=bought,
        export_kw=export,
        curtailed_kw=curtailed,
        phase_a=phase_a,
        delivered_kwh=delivered,
        missing_kwh=missing,
        bought_eur=float(problem.hours * problem.buy_eur_per_kwh @ bought),
        sold_eur=float(problem.hours * problem.sell_eur_per_kwh @ export),
        starts=_starts(problem, current_a),
        violations=violations(problem, current_a, curtailed, phase_a, delivered),
    )


def _energies(problem: Problem, current_a: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Delivered and missing energy of every session [kWh]."""
    table = problem.draw_table
    energy = table.mean_kw_per_a * current_a * problem.hours[table.slot]
    delivered = np.zeros(len(problem.sessions))
    np.add.at(delivered, table.session, energy)
    missing = np.zeros(len(problem.sessions))
    for s, session in enumerate(problem.sessions):
        mine = table.session == s
        for goal in session.goals:
            flowed = float(energy[mine & (table.slot < goal.slots)].sum())
            missing[s] = max(missing[s], goal.least_kwh - flowed)
    missing[missing < TOLERANCE] = 0.0
    return delivered, missing


def _starts(problem: Problem, current_a: FloatArray) -> int:
    """Draws that are on while the same one a slot earlier is not."""
    on = {(d.session, d.slot, d.option) for d in (problem.draws[j] for j in np.flatnonzero(current_a > 0))}
    return sum((s, t - 1, k) not in on for s, t, k in on)
