"""What a set of executable currents does: powers, currents, energy, money, and what it breaks.

Written apart from the rules of the model, so that neither can hide a fault of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from scheduler.problem import FloatArray, Problem

TOLERANCE: Final = 1e-6
"""Room for rounding in the last digits [A, kW, kWh, steps]."""


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
    phase_a = tuple(_phase_a(problem, c, current_a, curtailed) for c in range(len(problem.circuits)))
    delivered, missing = _energies(problem, current_a)
    violations = (
        *_broken_setpoints(problem, current_a),
        *_broken_wires(problem, current_a, curtailed, phase_a),
        *_broken_energies(problem, delivered),
    )
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
        violations=violations,
    )


def _phase_a(problem: Problem, c: int, current_a: FloatArray, curtailed_kw: FloatArray) -> FloatArray:
    """Signed current of circuit ``c`` per phase and slot [A], with the full current of every draw."""
    table, circuit = problem.draw_table, problem.circuits[c]
    below = np.array([c in session.circuits for session in problem.sessions], dtype=bool)
    drawn: FloatArray = circuit.base_a + circuit.relief_a_per_kw * curtailed_kw
    if len(table.session):
        mine = below[table.session]
        for p in range(3):
            on_phase = mine & table.phases[:, p]
            np.add.at(drawn[p], table.slot[on_phase], current_a[on_phase])
    return drawn


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


def _broken_setpoints(problem: Problem, current_a: FloatArray) -> Iterator[str]:
    """Currents that a charger cannot be told, and two at once."""
    table = problem.draw_table
    on = current_a > TOLERANCE
    steps = (current_a - table.min_a) / table.step_a
    off_grid = np.abs(steps - np.round(steps)) * table.step_a > TOLERANCE
    outside = (current_a < table.min_a - TOLERANCE) | (current_a > table.max_a + TOLERANCE)
    for j in np.flatnonzero((on & (off_grid | outside)) | (current_a < 0)):
        session = problem.sessions[table.session[j]].id
        yield f"{session} is told {current_a[j]:.3f} A in slot {table.slot[j]}, which its charger cannot do"
    place = table.charger * problem.slots + table.slot
    for double in np.flatnonzero(np.bincount(place[on], minlength=1) > 1):
        yield f"charger {double // problem.slots} is told two currents in slot {double % problem.slots}"


def _broken_wires(
    problem: Problem, current_a: FloatArray, curtailed_kw: FloatArray, phase_a: tuple[FloatArray, ...]
) -> Iterator[str]:
    """Circuits whose current or power, and slots whose imbalance, is above the limit."""
    table = problem.draw_table
    for c, circuit in enumerate(problem.circuits):
        for p, t in np.argwhere(phase_a[c] > circuit.limit_a + TOLERANCE):
            yield f"{circuit.id} L{p + 1} carries {phase_a[c][p, t]:.3f} A in slot {t}"
        for p, t in np.argwhere(-phase_a[c] > circuit.feed_limit_a + TOLERANCE):
            yield f"{circuit.id} L{p + 1} feeds in {-phase_a[c][p, t]:.3f} A in slot {t}"
        if circuit.limit_kw is not None:
            below = np.array([c in problem.sessions[s].circuits for s in table.session], dtype=bool)
            power = circuit.base_kw + circuit.relief_kw_per_kw * curtailed_kw
            np.add.at(power, table.slot[below], (table.kw_per_a * current_a)[below])
            for t in np.flatnonzero(power > circuit.limit_kw + TOLERANCE):
                yield f"{circuit.id} takes {power[t]:.3f} kW in slot {t}"
    if problem.imbalance_limit_a is not None:
        spread = phase_a[0].max(axis=0) - phase_a[0].min(axis=0)
        for t in np.flatnonzero(spread > problem.imbalance_limit_a + TOLERANCE):
            yield f"the phases differ by {spread[t]:.3f} A in slot {t}"


def _broken_energies(problem: Problem, delivered_kwh: FloatArray) -> Iterator[str]:
    """Sessions that get more than they may."""
    for session, energy in zip(problem.sessions, delivered_kwh, strict=True):
        if energy > session.most_kwh + TOLERANCE:
            yield f"{session.id} gets {energy:.3f} kWh, at most {session.most_kwh:.3f} are wanted"
