"""What keeps a session from its energy."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from domain.phases import PHASES
from domain.plan import Binding
from scheduler.evaluate import Outcome
from scheduler.problem import Option, Problem, Session
from scheduler.violations import circuit_power_kw
from scheduler.violations_taper import plug_powers

_FULL: tuple[str, str | None, str | None] = ("stay", None, None)
Cause = tuple[str, str | None, str | None]
"""Kind, circuit, phase."""


def binding_of(problem: Problem, outcome: Outcome, s: int) -> Binding:
    """The limit that binds in most of the session's slots: a circuit, the imbalance, or the stay itself."""
    session = problem.sessions[s]
    if not session.options:
        return Binding("charger", None, None, tuple(session.slots.tolist()))
    found: dict[Cause, list[int]] = defaultdict(list)
    for i, t in enumerate(session.slots.tolist()):
        found[_cause(problem, outcome, s, i)].append(t)
    others = {cause: slots for cause, slots in found.items() if cause != _FULL}
    kind, circuit, phase = max(others or found, key=lambda cause: len(found[cause]))
    return Binding(kind, circuit, phase, tuple(found[kind, circuit, phase]))


def _cause(problem: Problem, outcome: Outcome, s: int, i: int) -> Cause:
    """What stops the session from drawing a step more in its ``i``-th slot."""
    session, table = problem.sessions[s], problem.draw_table
    t = int(session.slots[i])
    mine = np.flatnonzero((table.session == s) & (table.slot == t))
    on = mine[outcome.current_a[mine] > 0]
    option = session.options[int(table.option[on[0]])] if len(on) else session.options[0]
    if len(on) and outcome.current_a[on[0]] > option.max_a - session.step_a / 2:
        return _FULL
    extra_a = session.step_a if len(on) else option.min_a
    wire = _full_wire(problem, outcome, session, t, option, extra_a)
    if wire[0] == "charger" and _tapers(problem, outcome, s, (i, option, extra_a)):
        return ("taper", None, None)
    return wire


def _tapers(problem: Problem, outcome: Outcome, s: int, more: tuple[int, Option, float]) -> bool:
    """Whether the car does not take ``more``, a position, option and current [A], beside what it gets."""
    session, (i, option, extra_a) = problem.sessions[s], more
    if session.taper is None:
        return False
    power_kw, energy_kwh = plug_powers(problem, s, outcome.decision)
    extra_kw = extra_a * option.kw_per_a(problem.voltage_v) * session.at_car
    power_kw[i] += extra_kw
    energy_kwh[i] += extra_kw * problem.hours[session.slots[i]] * session.share[i]
    return not session.taper.holds(power_kw, energy_kwh)


def _full_wire(
    problem: Problem, outcome: Outcome, session: Session, t: int, option: Option, extra_a: float
) -> Cause:
    """The first wire, from the charger up, that has no room for ``extra_a`` more."""
    phases = option.phases
    flows = outcome.flows(problem)
    for c in session.circuits:
        circuit = problem.circuits[c]
        for p in phases:
            if outcome.phase_a[c][p, t] + extra_a > circuit.limit_a[p, t] + 1e-6:
                return ("group" if circuit.kind == "group" else "circuit", circuit.id, PHASES[p])
        if circuit.limit_kw is not None:
            extra_kw = extra_a * option.kw_per_a(problem.voltage_v)
            extra_kw *= session.at_car if circuit.counts_at_car else 1.0
            power_kw = float(circuit_power_kw(problem, c, outcome.current_a, flows)[t])
            if power_kw + extra_kw > circuit.limit_kw[t] + 1e-6:
                return ("cabinet" if circuit.kind == "cabinet" else "power", circuit.id, None)
    if problem.imbalance_limit_a is not None:
        after = outcome.phase_a[0][:, t].copy()
        after[list(phases)] += extra_a
        if after.max() - after.min() > problem.imbalance_limit_a[t] + 1e-6:
            return ("imbalance", problem.circuits[0].id, None)
    return ("charger", None, None)
