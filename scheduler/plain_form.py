"""The form of a problem of which the written rows say nearly all, without Pyomo: cars, circuits, a battery.

Most sites are such: no peak, no flexible load, nothing that binds the slots of a session. Pyomo takes more
time to make their few other variables than HiGHS takes for the relaxation. What stands here is defined by
``model.build``; a test compares both.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.model import CALM_RULES, RULES
from scheduler.problem import FloatArray, IntArray, Problem
from scheduler.rules_battery import directed_slots
from scheduler.rules_charging import changeable
from scheduler.rules_circuit import feeds_in
from scheduler.rules_energy import most_missing_kwh
from scheduler.rules_power import most_sold_kw, tempting_slots
from scheduler.silent import silent_rules
from scheduler.standard_form import ABSENT, Columns, StandardForm
from scheduler.written import Rows, with_columns, with_rows
from scheduler.written_rules import WRITTEN, written_for

_HERE: Final = frozenset({"kept_shortfall", "battery_content", "battery_one_way"})
"""Rules whose rows are written here."""
_BY_SLOT: Final = frozenset({"one_direction", "forced_curtailment", "circuit_feed_in"})
"""Rules that have rows in some slots only; here in none."""
_BY_ITSELF: Final = frozenset({"fills_by_itself", "drains_by_itself"})
"""Rules of a battery that is not commanded."""


def is_plain(problem: Problem, *, with_starts: bool) -> bool:
    """Whether the rows written for ``problem`` and those of this file are all that it has."""
    battery = problem.battery
    if battery is not None and not battery.commanded:
        return False
    if set(written_for(problem, with_starts=True)) != set(WRITTEN):
        return False
    covered = silent_rules(problem) | _HERE | _BY_SLOT | _BY_ITSELF | set(WRITTEN)
    covered |= {rule.__name__ for rule in CALM_RULES}
    if any(rule.__name__ not in covered for rule in RULES) or (with_starts and changeable(problem)):
        return False
    by_slot = (
        problem.forced_kw.any() or len(tempting_slots(problem)) or any(m.any() for m in feeds_in(problem))
    )
    return not by_slot


def plain_form(problem: Problem) -> tuple[StandardForm, Columns]:
    """The form of a plain problem without its written rows, and the positions of its variables."""
    slots, draws = problem.slots, len(problem.draw_table.slot)
    form = _nothing()
    most_kwh = np.array([most_missing_kwh(session) for session in problem.sessions])
    form, missing = _more(form, most_kwh)
    form, buy = _more(form, np.full(slots, np.inf), problem.hours * problem.buy_eur_per_kwh)
    sell_eur_per_kw = -problem.hours * problem.export_value_eur_per_kwh
    form, sell = _more(form, most_sold_kw(problem), sell_eur_per_kw)
    added = {"kept_shortfall": _kept_shortfall(problem, missing, most_kwh)} if problem.sessions else {}
    fill = drain = np.zeros(0, dtype=np.int64)
    if problem.battery is not None:
        form, fill, drain, rows = _with_battery(form, problem)
        added |= rows
    none, no_draw = np.zeros(0, dtype=np.int64), np.full(draws, ABSENT)
    columns = Columns(
        current_a=no_draw, on=no_draw, start=no_draw, chosen=no_draw, missing_kwh=missing,
        buy_kw=buy, sell_kw=sell, fill_kw=fill, drain_kw=drain, curtailed_kw=none, running=none,
        rise_kw=none, phase_buy_kw=none, others_sun_kw=none, others_sun_slots=none, held=none,
        held_slots=none, give_a=none, giving=none, changed_a=none, tied=none, tied_session=none,
    )  # fmt: skip
    return with_rows(form, added), columns


def _nothing() -> StandardForm:
    none = np.zeros(0)
    empty = np.zeros(0, dtype=bool)
    names = np.zeros(0, dtype=np.str_)
    return StandardForm(sp.csc_array((0, 0)), none, none, none, none, empty, none, 0.0, names)


def _more(
    form: StandardForm, high: FloatArray, cost: FloatArray | float = 0.0, *, whole: bool = False
) -> tuple[StandardForm, IntArray]:
    """``form`` with a column from 0 to each of ``high``, at its cost, and their positions."""
    wider, positions = with_columns(form, np.full(len(high), ABSENT), high, whole=whole)
    costs = wider.cost.copy()
    costs[positions] = cost
    return wider.with_cost(costs, wider.offset), positions


def _kept_shortfall(problem: Problem, missing: IntArray, most_kwh: FloatArray) -> Rows:
    """Rows of ``rules_energy.kept_shortfall``."""
    members = np.concatenate(problem.classes)
    row = np.repeat(np.arange(len(problem.classes)), [len(one) for one in problem.classes])
    most: FloatArray = np.bincount(row, (problem.weights * most_kwh)[members]).astype(np.float64)
    return Rows(row, missing[members], problem.weights[members], np.full(len(most), -np.inf), most)


def _with_battery(
    form: StandardForm, problem: Problem
) -> tuple[StandardForm, IntArray, IntArray, dict[str, Rows]]:
    """``form`` with a commanded battery: where it fills and drains, and its rows."""
    battery, slots = problem.battery, np.arange(problem.slots)
    assert battery is not None
    n, hours = problem.slots, problem.hours
    form, fill = _more(form, np.full(n, battery.charge_kw))
    form, drain = _more(form, np.full(n, battery.discharge_kw), battery.wear_eur_per_kwh * hours)
    worth = np.zeros(n)
    worth[-1] = -battery.end_value_eur_per_kwh
    form, content = _more(form, np.full(n, battery.most_kwh), worth)
    form = form.with_bounds(content, battery.least_kwh, battery.most_kwh)
    form = form.with_cost(form.cost, form.offset + battery.end_value_eur_per_kwh * battery.start_kwh)
    first = np.where(slots == 0, battery.start_kwh, 0.0)
    terms = [
        (slots, content, np.ones(n)),
        (slots[1:], content[:-1], -np.ones(n - 1)),
        (slots, fill, -hours * battery.efficiency),
        (slots, drain, hours / battery.efficiency),
    ]
    rows = {"battery_content": Rows.of(terms, low=first, high=first)}
    directed = np.array(directed_slots(problem), dtype=np.int64)
    form, fills = _more(form, np.ones(len(directed)), whole=True)
    each, one = np.arange(len(directed)), np.ones(len(directed))
    for name, column, of_fills, most in (
        ("fills_only", fill, -battery.charge_kw, 0.0),
        ("drains_only", drain, battery.discharge_kw, battery.discharge_kw),
    ):
        terms = [(each, column[directed], one), (each, fills, of_fills * one)]
        rows[name] = Rows.of(terms, low=np.full(len(each), -np.inf), high=most * one)
    return form, fill, drain, rows
