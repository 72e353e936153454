"""Why a car that stands at its charger is not charged: one reason for each slot."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from domain.phases import PHASES
from domain.plan import Wait
from scheduler.evaluate import Outcome
from scheduler.problem import Circuit, FloatArray, IntArray, Option, Problem, Session
from scheduler.standard_form import BoolArray
from scheduler.violations import circuit_power_kw
from scheduler.violations_taper import plug_powers

Cause = tuple[str, str | None, str | None]
"""Kind, circuit, phase."""
_EPS: Final = 1e-6
_KW_EPS: Final = 1e-3


@dataclass(frozen=True)
class Standing:
    """A plan as a car sees it that would like to charge beside all others."""

    problem: Problem
    outcome: Outcome

    @cached_property
    def price_eur_per_kwh(self) -> FloatArray:
        """(slots,) what a little more energy costs: bought, or not sold."""
        bought = self.outcome.import_kw > _KW_EPS
        unsold = (self.outcome.export_kw > _KW_EPS) | (self.outcome.curtailed_kw > _KW_EPS)
        problem = self.problem
        price: FloatArray = np.where(
            unsold & ~bought, problem.export_value_eur_per_kwh, problem.buy_eur_per_kwh
        )
        return price

    @cached_property
    def power_kw(self) -> dict[int, FloatArray]:
        """(slots,) power of every circuit with a limit in kW."""
        outcome = self.outcome
        flows = outcome.flows(self.problem)
        return {
            c: circuit_power_kw(self.problem, c, outcome.current_a, flows)
            for c, circuit in enumerate(self.problem.circuits)
            if circuit.limit_kw is not None
        }

    @cached_property
    def below_peak_kw(self) -> FloatArray:
        """(slots,) import that would raise no month's peak; inf where none counts."""
        room = np.full(self.problem.slots, np.inf)
        for peak in self.problem.peaks:
            level_kw = peak.paid_kw + peak.rise_kw(self.outcome.import_kw)
            for window in peak.windows:
                left_kw = level_kw - window.mean_kw(self.outcome.import_kw)
                share = window.overlap_h / window.hours
                room[window.slots] = np.minimum(room[window.slots], left_kw / np.maximum(share, _EPS))
        return room

    @cached_property
    def drawing(self) -> BoolArray:
        """(chargers, slots) whether some car draws at a charger."""
        table = self.problem.draw_table
        chargers = int(table.charger.max(initial=-1)) + 1
        busy = np.zeros((chargers, self.problem.slots), dtype=bool)
        on = self.outcome.current_a > 0
        busy[table.charger[on], table.slot[on]] = True
        return busy

    @cached_property
    def session_kw(self) -> FloatArray:
        """(sessions, slots) mean power of every session, - where it gives."""
        table = self.problem.draw_table
        power = np.zeros((len(self.problem.sessions), self.problem.slots))
        np.add.at(power, (table.session, table.slot), self.outcome.draw_kw)
        gives = self.problem.gives
        np.add.at(power, (gives.session, gives.slot), -self.outcome.given_kw)
        return power


def waits_of(standing: Standing, s: int) -> tuple[Wait, ...]:
    """The reasons of session ``s`` for waiting, each with its slots; by their first slot.

    What each kind means is told at ``domain.plan.Wait``; limits are asked for the car's least current, and a
    price counts only where no energy is missing.
    """
    session = standing.problem.sessions[s]
    here = session.slots
    waiting = here[standing.session_kw[s][here] == 0]
    causes = _causes(standing, session, s, waiting)
    found: dict[Cause, list[int]] = defaultdict(list)
    for t, cause in zip(waiting.tolist(), causes, strict=True):
        found[cause].append(t)
    return tuple(Wait(*cause, slots=tuple(slots)) for cause, slots in found.items())


def _causes(standing: Standing, session: Session, s: int, waiting: IntArray) -> list[Cause]:
    """The reason for each of the slots in which a session waits."""
    if not session.options:
        return [("charger", None, None)] * len(waiting)
    used = np.flatnonzero(standing.session_kw[s] > 0)
    last = int(used.max(initial=-1))
    served = standing.outcome.missing_kwh[s] <= 0
    price = standing.price_eur_per_kwh
    highest = float(price[used].max()) if served and len(used) else np.inf
    easiest = min(session.options, key=lambda option: len(option.phases) * option.min_a)
    blocked = _blocked(standing, session, easiest)
    least_kw = easiest.min_a * easiest.kw_per_a(standing.problem.voltage_v)
    causes: list[Cause] = []
    for t in waiting.tolist():
        if served and t > last:
            causes.append(("done", None, None))
        elif standing.drawing[session.charger, t]:
            causes.append(("shared", None, None))
        elif price[t] > highest + _EPS:
            causes.append(("price", None, None))
        elif t in blocked:
            causes.append(blocked[t])
        elif least_kw > standing.below_peak_kw[t] + _KW_EPS:
            causes.append(("peak", None, None))
        else:
            causes.append(("calm", None, None))
    return causes


def _blocked(standing: Standing, session: Session, option: Option) -> dict[int, Cause]:
    """Slots in which the option's least current has no room, with the first limit in its way from the charger
    up.
    """
    problem, here = standing.problem, session.slots
    found: dict[int, Cause] = {}
    for c in session.circuits:
        circuit = problem.circuits[c]
        for p in option.phases:
            room_a = circuit.limit_a[p, here] - standing.outcome.phase_a[c][p, here]
            kind = "group" if circuit.kind == "group" else "circuit"
            for t in here[option.min_a > room_a + _EPS].tolist():
                found.setdefault(t, (kind, circuit.id, PHASES[p]))
        for t in here[_without_power(standing, session, c, option)].tolist():
            found.setdefault(t, (power_kind(circuit), circuit.id, None))
    if problem.imbalance_limit_a is not None:
        after = standing.outcome.phase_a[0][:, here].copy()
        after[list(option.phases)] += option.min_a
        apart = after.max(axis=0) - after.min(axis=0) > problem.imbalance_limit_a[here] + _EPS
        for t in here[apart].tolist():
            found.setdefault(t, ("imbalance", problem.circuits[0].id, None))
    for t in here[_nearly_full(standing, session, option)].tolist():
        found.setdefault(t, ("taper", None, None))
    return found


def _nearly_full(standing: Standing, session: Session, option: Option) -> BoolArray:
    """In which of its slots a tapering car takes less than the option's least power."""
    problem, here = standing.problem, session.slots
    if session.taper is None:
        return np.zeros(len(here), dtype=bool)
    s = next(s for s, one in enumerate(problem.sessions) if one is session)
    _, energy_kwh = plug_powers(problem, s, standing.outcome.decision)
    before_kwh, hours = np.cumsum(energy_kwh) - energy_kwh, problem.hours[here] * session.share
    least_kw = option.min_a * option.kw_per_a(problem.voltage_v) * session.at_car
    most_kw = [session.taper.most_kw(*slot) for slot in zip(before_kwh.tolist(), hours.tolist(), strict=True)]
    less: BoolArray = np.array(most_kw) < least_kw - _EPS
    return less


def power_kind(circuit: Circuit) -> str:
    """The word for a limit in kW."""
    return "cabinet" if circuit.kind == "cabinet" else "power"


def _without_power(standing: Standing, session: Session, c: int, option: Option) -> BoolArray:
    """In which of the session's slots a circuit's limit in kW leaves no room for the option's least power."""
    circuit, here = standing.problem.circuits[c], session.slots
    if circuit.limit_kw is None:
        return np.zeros(len(here), dtype=bool)
    least_kw = option.min_a * option.kw_per_a(standing.problem.voltage_v)
    least_kw *= session.at_car if circuit.counts_at_car else 1.0
    full: BoolArray = standing.power_kw[c][here] + least_kw > circuit.limit_kw[here] + _EPS
    return full
