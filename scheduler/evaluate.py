"""What a set of executable currents does: powers, currents, energy, money, and what it breaks.

Written apart from the rules of the model, so that neither can hide a fault of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.decision import Decision
from scheduler.first_slots import FirstSlots
from scheduler.giving import given_at_kw, given_by_session_kwh, given_flows, given_kw
from scheduler.goals import Goals
from scheduler.metering import registers_kw
from scheduler.others_sun import others_sun_kw, price_eur_per_kwh
from scheduler.problem import FloatArray, Problem
from scheduler.storage import battery_power_kw, content_kwh
from scheduler.switches import lost_share
from scheduler.violations import TOLERANCE, Flows, broken_limits, phase_currents_a, violations


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from the currents of the draws; (slots,) unless said otherwise."""

    decision: Decision
    given_kw: FloatArray
    """(gives,) power that cars give back."""
    draw_kw: FloatArray
    """(draws,) mean power of the slot, less what the dead time of a phase switch takes."""
    charging_kw: FloatArray
    import_kw: FloatArray
    export_kw: FloatArray
    curtailed_kw: FloatArray
    flexible_kw: FloatArray
    """(runs, slots)"""
    battery_kw: FloatArray
    """+ when charging."""
    phase_a: tuple[FloatArray, ...]
    """Per circuit (3, slots), signed [A]."""
    delivered_kwh: FloatArray
    """(sessions,) AC energy."""
    counted_kwh: FloatArray
    """(sessions,) energy as the goals count it: the same, less what the car loses at some currents."""
    missing_kwh: FloatArray
    """(sessions,) energy below the least of the goals."""
    bought_eur: float
    sold_eur: float
    wear_eur: float
    stored_eur: float
    """Worth of what the battery holds at the end above what it held at the start."""
    peak_eur: float
    """Price of the rise of every month's peak."""
    rise_kw: float
    """Sum of these rises."""
    others_sun_kw: FloatArray
    """Surplus that cars take that it is not there for."""
    preference_eur: float
    """What the modes and solar for one group add to the money, or leave out of it."""
    starts: int
    """Starts and phase switches of all sessions."""
    violations: tuple[str, ...]
    """Every limit that is broken, in words; empty for a plan that may be published."""

    @property
    def current_a(self) -> FloatArray:
        """(draws,) current per phase of every draw [A]."""
        return self.decision.current_a

    def flows(self, problem: Problem) -> Flows:
        """The powers besides what cars draw."""
        given = given_flows(problem, self.given_kw)
        return Flows(self.curtailed_kw, self.flexible_kw, self.battery_kw, given)

    @property
    def money_eur(self) -> float:
        """Bought less sold, plus wear and peak."""
        return self.bought_eur - self.sold_eur + self.wear_eur + self.peak_eur

    @property
    def cost_eur(self) -> float:
        """What a plan makes least: the money less the worth of what was stored, as the modes count it."""
        return self.money_eur - self.stored_eur + self.preference_eur


def evaluate(problem: Problem, decision: Decision) -> Outcome:
    """The outcome of a decision."""
    draw_kw = _draw_kw(problem, decision.current_a)
    charging = np.zeros(problem.slots)
    np.add.at(charging, problem.draw_table.slot, draw_kw)
    flexible = np.array([run.power_kw for run in problem.runs]).reshape(-1, 1) * decision.running
    given = given_kw(problem, decision)
    left_kw = problem.surplus_kw - charging - flexible.sum(axis=0) + given_at_kw(problem, given)
    battery = battery_power_kw(problem, decision, left_kw)
    left_kw = left_kw - battery
    export, curtailed = _exported(problem, left_kw)
    bought = np.maximum(-left_kw, 0.0)
    flows = Flows(curtailed, flexible, battery, given_flows(problem, given))
    bought, sold = registers_kw(problem, draw_kw, flows, bought - export)
    unfair = others_sun_kw(problem, draw_kw, bought)
    phase_a = _phase_a(problem, decision, flows)
    delivered, counted, missing = _energies(problem, draw_kw, given)
    wear, stored = _storage_eur(problem, battery)
    peak_eur, rise_kw = _peak(problem, bought)
    return Outcome(
        decision=decision,
        given_kw=given,
        draw_kw=draw_kw,
        charging_kw=charging,
        import_kw=bought,
        export_kw=sold,
        curtailed_kw=curtailed,
        flexible_kw=flexible,
        battery_kw=battery,
        phase_a=phase_a,
        delivered_kwh=delivered,
        counted_kwh=counted,
        missing_kwh=missing,
        bought_eur=float(problem.hours * problem.buy_eur_per_kwh @ bought),
        sold_eur=float(problem.hours * problem.sell_eur_per_kwh @ sold),
        wear_eur=wear + _worn_eur(problem, given),
        stored_eur=stored,
        peak_eur=peak_eur,
        rise_kw=rise_kw,
        others_sun_kw=unfair,
        preference_eur=_preference_eur(problem, sold + curtailed, unfair, peak_eur),
        starts=_starts(problem, decision.current_a),
        violations=_broken(problem, decision, flows, export, counted),
    )


def _broken(
    problem: Problem, decision: Decision, flows: Flows, export_kw: FloatArray, counted_kwh: FloatArray
) -> tuple[str, ...]:
    """All that is broken, as it is expected to come and, in the first slots, as it may come."""
    here = violations(problem, decision, flows, export_kw, counted_kwh)
    return here + tuple(f"{words} in slot {slot}" for slot, words in broken_in_cases(problem.first, decision))


def broken_in_cases(first: FirstSlots | None, decision: Decision) -> tuple[tuple[int, str], ...]:
    """Slot and words of the limits that a decision breaks in the first slots, in any case that may come."""
    if first is None:
        return ()
    found: list[tuple[int, str]] = []
    for case in first.cases:
        outcome = evaluate(case, decision)
        flows, export_kw = outcome.flows(case), _fed_in(case, outcome)
        broken = broken_limits(case, decision.current_a, flows, export_kw)
        found += [one for one in broken if one[0] < first.slots]
    return tuple(dict.fromkeys(found))


def _fed_in(problem: Problem, outcome: Outcome) -> FloatArray:
    """What is fed in of the sum of the phases [kW], however the meter counts them."""
    drawn_kw = outcome.charging_kw + outcome.flexible_kw.sum(axis=0) + outcome.battery_kw
    left_kw = problem.surplus_kw - drawn_kw + given_at_kw(problem, outcome.given_kw)
    return _exported(problem, left_kw)[0]


def _phase_a(problem: Problem, decision: Decision, flows: Flows) -> tuple[FloatArray, ...]:
    """Signed currents of every circuit [A]."""
    circuits = range(len(problem.circuits))
    return tuple(phase_currents_a(problem, c, decision.current_a, flows) for c in circuits)


def _exported(problem: Problem, left_kw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What is fed in of the power that is left over, and what the export limit cuts off [kW]."""
    export = np.maximum(left_kw, 0.0)
    limit = np.inf if problem.export_limit_kw is None else problem.export_limit_kw
    curtailed = np.minimum(np.maximum(export - limit, 0.0), problem.solar_kw)
    return export - curtailed, curtailed


def _peak(problem: Problem, import_kw: FloatArray) -> tuple[float, float]:
    """Price of the rise of every month's peak [EUR], and the sum of these rises [kW]."""
    rises_kw = [peak.rise_kw(import_kw) for peak in problem.peaks]
    price = sum(peak.eur_per_kw * kw for peak, kw in zip(problem.peaks, rises_kw, strict=True))
    return price, sum(rises_kw)


def _draw_kw(problem: Problem, current_a: FloatArray) -> FloatArray:
    """Mean power of every draw, less what dead times take [kW]."""
    kept: FloatArray = 1.0 - lost_share(problem, current_a)
    return problem.draw_table.mean_kw_per_a * current_a * kept


def _preference_eur(problem: Problem, unused_kw: FloatArray, unfair_kw: FloatArray, peak_eur: float) -> float:
    """The bonus that own solar misses where it is sold or cut off, the grid's price of surplus that is not
    there for who takes it, less a peak that does not count [EUR].
    """
    missed = problem.wish.solar_bonus_eur_per_kwh * float(problem.hours @ unused_kw)
    missed += float(problem.hours * price_eur_per_kwh(problem) @ unfair_kw)
    return missed if problem.wish.peak_counts else missed - peak_eur


def _storage_eur(problem: Problem, battery_kw: FloatArray) -> tuple[float, float]:
    """Wear of the battery, and the worth of what it holds more at the end [EUR]."""
    battery = problem.battery
    if battery is None:
        return 0.0, 0.0
    drained_kwh = float(problem.hours @ np.maximum(-battery_kw, 0.0))
    gained_kwh = float(content_kwh(problem, battery_kw)[-1]) - battery.start_kwh
    return battery.wear_eur_per_kwh * drained_kwh, battery.end_value_eur_per_kwh * gained_kwh


def _worn_eur(problem: Problem, power_kw: FloatArray) -> float:
    """Wear of the batteries of cars that give [EUR]."""
    if not len(power_kw):
        return 0.0
    given_kwh = given_by_session_kwh(problem, power_kw).sum(axis=1)
    givers = [(s, one.giver) for s, one in enumerate(problem.sessions) if one.giver is not None]
    return sum(giver.wear_eur_per_kwh * float(given_kwh[s]) for s, giver in givers)


def _energies(
    problem: Problem, draw_kw: FloatArray, power_kw: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Delivered, counted and missing energy of every session [kWh], what its car gives taken off."""
    table = problem.draw_table
    lost_kw = np.where(draw_kw > 0, table.loss_kw * table.share, 0.0)
    energy = (draw_kw * table.gain - lost_kw) * problem.hours[table.slot]
    delivered, counted = np.zeros(len(problem.sessions)), np.zeros(len(problem.sessions))
    np.add.at(delivered, table.session, draw_kw * problem.hours[table.slot])
    np.add.at(counted, table.session, energy)
    undone_kwh = np.zeros((len(problem.sessions), problem.slots if len(power_kw) else 0))
    if len(power_kw):
        given_kwh = given_by_session_kwh(problem, power_kw)
        undone = [one.giver.undone_per_kwh if one.giver else 0.0 for one in problem.sessions]
        undone_kwh = given_kwh * np.array(undone)[:, np.newaxis]
        delivered -= given_kwh.sum(axis=1)
        counted -= undone_kwh.sum(axis=1)
    return delivered, counted, _missing_kwh(problem, energy, undone_kwh)


def _missing_kwh(problem: Problem, energy_kwh: FloatArray, undone_kwh: FloatArray) -> FloatArray:
    """(sessions,) energy below the least of the goals, of what draws bring and giving undoes [kWh]."""
    goals = Goals.of(problem)
    flowed = goals.flowed_kwh(problem, energy_kwh)
    if undone_kwh.size:
        places = zip(goals.owner, goals.until, strict=True)
        flowed -= np.array([undone_kwh[s, :until].sum() for s, until in places])
    missing = np.zeros(len(problem.sessions))
    np.maximum.at(missing, goals.owner, goals.least_kwh - flowed)
    missing[missing < TOLERANCE] = 0.0
    return missing


def _starts(problem: Problem, current_a: FloatArray) -> int:
    """Draws that are on while the same one a slot earlier is not."""
    table, used = problem.draw_table, np.flatnonzero(current_a > 0)
    places = zip(
        table.session[used].tolist(), table.slot[used].tolist(), table.option[used].tolist(), strict=True
    )
    on = set(places)
    return sum((s, t - 1, k) not in on and not problem.sessions[s].was_on(t, k) for s, t, k in on)
