"""The model: its variables, and the list of its rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from scheduler import (
    rules_battery,
    rules_by_itself,
    rules_charging,
    rules_circuit,
    rules_dead_time,
    rules_energy,
    rules_first,
    rules_flexible,
    rules_giving,
    rules_metering,
    rules_peak,
    rules_power,
    rules_runs,
    rules_sun,
    rules_switching,
    rules_taper,
)
from scheduler.pyomo_later import pyo

if TYPE_CHECKING:
    from scheduler.problem import Problem

Rule = Callable[["pyo.ConcreteModel", "Problem"], None]

RULES: Final[tuple[Rule, ...]] = (
    rules_power.power_balance,
    rules_power.one_direction,
    rules_power.forced_curtailment,
    rules_circuit.circuit_current,
    rules_circuit.circuit_feed_in,
    rules_circuit.circuit_power,
    rules_circuit.imbalance,
    rules_energy.energy_goal,
    rules_energy.energy_most,
    rules_energy.kept_shortfall,
    rules_charging.one_set,
    rules_charging.one_of,
    rules_charging.minimum_current,
    rules_charging.maximum_current,
    rules_charging.loss_while_drawn,
    rules_charging.counted_start,
    rules_charging.counted_change,
    rules_battery.battery_content,
    rules_battery.battery_one_way,
    rules_battery.fills_by_itself,
    rules_battery.drains_by_itself,
    rules_by_itself.draws_while_filling,
    rules_by_itself.drains_at_least,
    rules_flexible.run_time,
    rules_flexible.least_run,
    rules_peak.peak_rise,
    rules_switching.one_chosen,
    rules_switching.counted_switch,
    rules_switching.switch_budget,
    rules_switching.switch_hold,
    rules_switching.switch_one_way,
    rules_dead_time.dead_time,
    rules_runs.charging_run,
    rules_runs.charging_pause,
    rules_runs.goes_on_at_first,
    rules_metering.phase_balance,
    rules_metering.phase_direction,
    rules_peak.peak_level,
    rules_peak.peak_while_on,
    rules_by_itself.peak_beside_battery,
    rules_sun.solar_for_group,
    rules_taper.taken_energy,
    rules_taper.taper,
    rules_giving.give_current,
    rules_giving.draw_or_give,
    rules_giving.car_content,
    rules_first.held_first,
)
"""Each has a writer of its name in ``written_rules``, which makes its rows for the solver."""

CALM_RULES: Final = frozenset({rules_charging.counted_start, rules_charging.counted_change})
"""Rules that only the calm stage needs."""

ON_OFF: Final = frozenset(
    {
        *("one_of", "minimum_current", "maximum_current", "counted_start"),
        *("begins_charging", "charging_run", "ends_charging", "charging_pause"),
        *("runs_at_first", "pauses_at_first", "peak_level", "level_rise", "draw_or_give", "peak_while_on"),
    }
)
"""Constraints that speak of ``on``; without them the model is its relaxation, and as tight without ties:
``one_set``, ``loss_while_drawn`` and the bounds of ``current_a`` are all that they imply once ``on`` may be a
fraction."""


def build(problem: Problem, rules: Sequence[Rule] = RULES) -> pyo.ConcreteModel:
    """The model of ``problem`` by ``rules``, with the cost as its objective."""
    m = pyo.ConcreteModel()
    _variables(m, problem, calms=rules_charging.counted_change in rules)
    for rule in rules:
        rule(m, problem)
    m.cost_eur = pyo.Objective(expr=_cost(m, problem))
    return m


def _variables(m: pyo.ConcreteModel, problem: Problem, *, calms: bool) -> None:
    """current_a, on, start per draw; missing_kwh per session; buy, sell, curtailed power per slot."""
    table = problem.draw_table
    m.draws, m.sessions, m.slots = (
        rules_charging.keys(problem),
        range(len(problem.sessions)),
        range(problem.slots),
    )
    high = dict(zip(m.draws, table.max_a.tolist(), strict=True))
    m.known_draws = high.keys()
    m.current_a = pyo.Var(pyo.Any, bounds=lambda _, *d: (0.0, high[d]), dense=False)
    m.on = pyo.Var(pyo.Any, within=pyo.Binary, dense=False)
    m.start = pyo.Var(pyo.Any, bounds=(0.0, 1.0), dense=False)
    changeable = rules_charging.changeable(problem) if calms else []
    m.changed_a = pyo.Var([m.draws[j] for j in changeable], bounds=(0.0, None))
    m.missing_kwh = pyo.Var(
        m.sessions,
        bounds=lambda _, s: (0.0, rules_energy.most_missing_kwh(problem.sessions[s])),
    )
    sold = rules_power.most_sold_kw(problem).tolist()
    m.buy_kw = pyo.Var(m.slots, bounds=(0.0, None))
    m.sell_kw = pyo.Var(m.slots, bounds=lambda _, t: (0.0, sold[t]))
    m.tempting = rules_power.tempting_slots(problem)
    m.buying = pyo.Var(m.tempting, within=pyo.Binary)
    forced = problem.forced_kw.tolist()
    m.cut_slots = [t for t in m.slots if forced[t] > 0]
    m.curtailed_kw = pyo.Var(m.cut_slots, bounds=lambda _, t: (0.0, forced[t]))
    m.cutting = pyo.Var(m.cut_slots, within=pyo.Binary)
    by_itself = problem.battery is not None and not problem.battery.commanded
    tapers = any(session.taper is not None for session in problem.sessions)
    m.cars_at = rules_power.cars_at(problem) if by_itself or tapers else {}
    rules_giving.variables(m, problem)
    rules_switching.variables(m, problem)
    rules_dead_time.variables(m, problem)
    rules_runs.variables(m, problem)
    rules_taper.variables(m, problem)
    m.ties = [m.changed_a, m.chosen, m.switched, m.used, m.lost_a, m.goes_on, m.stops, m.taken_kwh]
    rules_battery.variables(m, problem)
    rules_flexible.variables(m, problem)
    rules_by_itself.variables(m, problem)
    rules_peak.variables(m, problem)
    rules_metering.variables(m, problem)
    rules_sun.variables(m, problem)


def _cost(m: pyo.ConcreteModel, problem: Problem) -> Any:
    """sum_t hours[t] (buy_eur_per_kwh[t] imported_kw[t] - export_value_eur_per_kwh[t] exported_kw[t]
    + solar_bonus_eur_per_kwh curtailed_kw[t]), and what battery, peak and solar for one group add [EUR].
    """
    buy = (problem.hours * problem.buy_eur_per_kwh).tolist()
    sell = (problem.hours * problem.export_value_eur_per_kwh).tolist()
    unused = (problem.hours * problem.wish.solar_bonus_eur_per_kwh).tolist()
    money = sum(
        buy[t] * rules_metering.imported(m, t) - sell[t] * rules_metering.exported(m, t) for t in m.slots
    )
    if problem.wish.solar_bonus_eur_per_kwh:
        money += sum(unused[t] * m.curtailed_kw[t] for t in m.cut_slots)
    beside: Any = rules_battery.cost(m, problem)
    beside += rules_giving.cost(m, problem)
    return money + beside + rules_peak.cost(m, problem) + rules_sun.cost(m, problem)
