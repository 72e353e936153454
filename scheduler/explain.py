"""What keeps a session from its energy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np

from domain.phases import PHASES
from domain.plan import Binding
from scheduler.problem import Option, Session
from scheduler.violations_taper import plug_powers
from scheduler.waiting import Cause, Standing, power_kind

_FULL: Final[Cause] = ("stay", None, None)
_RANGE: Final[Cause] = ("charger", None, None)
_EPS: Final = 1e-6


def bindings_of(standing: Standing, s: int) -> tuple[Binding, ...]:
    """Every limit that leaves a session no room for a step more in some of its slots, the main one first.

    The main one binds in most of the slots that lie below full current, the first one from the charger up
    among equals; where there is no such slot it is the stay itself. The others follow likewise.
    """
    session = standing.problem.sessions[s]
    found: dict[Cause, list[int]] = defaultdict(list)
    below: dict[Cause, int] = defaultdict(int)
    for i, t in enumerate(session.slots.tolist()):
        causes = _causes(standing, s, i) if session.options else [_RANGE]
        for cause in causes:
            found[cause].append(t)
            below[cause] += _FULL not in causes
    ranked = sorted(found, key=lambda cause: (below[cause], cause == _FULL, len(found[cause])), reverse=True)
    told = [cause for at, cause in enumerate(ranked) if at == 0 or cause != _RANGE]
    return tuple(Binding(*cause, tuple(found[cause])) for cause in told)


def _causes(standing: Standing, s: int, i: int) -> list[Cause]:
    """What stops the session from drawing a step more in its ``i``-th slot, from the charger up."""
    problem, outcome = standing.problem, standing.outcome
    session, table = problem.sessions[s], problem.draw_table
    t = int(session.slots[i])
    mine = np.flatnonzero((table.session == s) & (table.slot == t))
    on = mine[outcome.current_a[mine] > 0]
    option = session.options[int(table.option[on[0]])] if len(on) else session.options[0]
    full = len(on) > 0 and float(outcome.current_a[on[0]]) > option.max_a - session.step_a / 2
    extra_a = session.step_a if len(on) else option.min_a
    causes = [_FULL] if full else []
    causes += _full_wires(standing, session, t, option, extra_a)
    if _tapers(standing, s, (i, option, extra_a)):
        causes.append(("taper", None, None))
    return causes or [_RANGE]


def _tapers(standing: Standing, s: int, more: tuple[int, Option, float]) -> bool:
    """Whether the car does not take ``more``, a position, option and current [A], beside what it gets."""
    problem, (i, option, extra_a) = standing.problem, more
    session = problem.sessions[s]
    if session.taper is None:
        return False
    power_kw, energy_kwh = plug_powers(problem, s, standing.outcome.decision)
    extra_kw = extra_a * option.kw_per_a(problem.voltage_v) * session.at_car
    power_kw[i] += extra_kw
    energy_kwh[i] += extra_kw * problem.hours[session.slots[i]] * session.share[i]
    return not session.taper.holds(power_kw, energy_kwh)


def _full_wires(
    standing: Standing, session: Session, t: int, option: Option, extra_a: float
) -> Iterator[Cause]:
    """The wires, from the charger up, that have no room for ``extra_a`` more, and the imbalance."""
    problem, phase_a = standing.problem, standing.outcome.phase_a
    phases = list(option.phases)
    for c in session.circuits:
        circuit = problem.circuits[c]
        for p in phases:
            if phase_a[c][p, t] + extra_a > circuit.limit_a[p, t] + _EPS:
                yield "group" if circuit.kind == "group" else "circuit", circuit.id, PHASES[p]
        if circuit.limit_kw is not None:
            extra_kw = extra_a * option.kw_per_a(problem.voltage_v)
            extra_kw *= session.at_car if circuit.counts_at_car else 1.0
            if standing.power_kw[c][t] + extra_kw > circuit.limit_kw[t] + _EPS:
                yield power_kind(circuit), circuit.id, None
    if problem.imbalance_limit_a is not None:
        after = phase_a[0][:, t].copy()
        after[phases] += extra_a
        if after.max() - after.min() > problem.imbalance_limit_a[t] + _EPS:
            yield "imbalance", problem.circuits[0].id, None
