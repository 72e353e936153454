"""The variables of a problem as columns: their bounds, which are whole, and what they cost.

What stands here is defined by ``model.build`` and the ``variables`` and ``cost`` of its rules; a test
compares both.
"""

from __future__ import annotations

import numpy as np

from scheduler.battery_reach import reach
from scheduler.flexible_rows import run_places
from scheduler.giving_rows import content_places
from scheduler.on_off_rows import first_draws
from scheduler.others_sun import others, price_eur_per_kwh, sunny
from scheduler.peak_levels import peak_levels
from scheduler.problem import IntArray, Problem
from scheduler.rules_battery import ROOM_KWH, directed_slots
from scheduler.rules_charging import changeable
from scheduler.rules_energy import most_missing_kwh
from scheduler.rules_giving import givers, lowest_kwh
from scheduler.rules_peak import rising_windows
from scheduler.rules_power import most_sold_kw, tempting_slots
from scheduler.rules_switching import closed_slots, switching_sessions
from scheduler.rules_taper import binding_lines
from scheduler.sheet import Sheet
from scheduler.standard_form import ABSENT, Columns, StandardForm
from scheduler.user_rows import beside_filling, user_slots

Places = dict[str, IntArray]
"""Positions of some variables, by their name in ``Columns``."""
_WHY = ("fill_takes_all", "fill_at_most", "drain_gives_all", "drain_at_most")


def written_columns(problem: Problem, *, with_starts: bool) -> tuple[StandardForm, Columns]:
    """The form of all variables, without rows, and their positions; starts and changes only where asked."""
    sheet, battery = Sheet(), problem.battery
    most_kwh = np.array([most_missing_kwh(one) for one in problem.sessions], dtype=np.float64)
    places = {"missing_kwh": sheet.add(len(most_kwh), most_kwh)}
    places |= _meter(sheet, problem) | _battery(sheet, problem)
    places |= _cars(sheet, problem, with_starts=with_starts) | _ties(sheet, problem)
    places |= _devices(sheet, problem) | _by_itself(sheet, problem)
    places |= _tied(problem, places)
    offset = battery.end_value_eur_per_kwh * battery.start_kwh if battery is not None else 0.0
    return sheet.form(offset), Columns(**places)


def _meter(sheet: Sheet, problem: Problem) -> Places:
    """What is bought, sold and cut off, in all and by phase, and solar that other cars take."""
    slots, phases = problem.slots, 3 * problem.slots if problem.per_phase else 0
    forced_kw = problem.forced_kw
    cuts = forced_kw > 0
    buy_eur = problem.hours * problem.buy_eur_per_kwh
    sell_eur = -problem.hours * problem.export_value_eur_per_kwh
    in_all = 0.0 if phases else 1.0
    tempting = np.zeros(slots, dtype=bool)
    tempting[tempting_slots(problem)] = True
    on_phase = np.tile(problem.export_value_eur_per_kwh > problem.buy_eur_per_kwh, 3)[:phases]
    unused_eur = problem.hours * problem.wish.solar_bonus_eur_per_kwh
    others_slots = np.unique(problem.draw_table.slot[others(problem)])
    sun_slots = others_slots[sunny(problem)[others_slots]]
    sun_eur = (problem.hours * price_eur_per_kwh(problem))[sun_slots]
    return {
        "buy_kw": sheet.add(slots, cost=in_all * buy_eur),
        "sell_kw": sheet.add(slots, most_sold_kw(problem), cost=in_all * sell_eur),
        "buying": sheet.add(tempting, 1.0, whole=True),
        "curtailed_kw": _of(sheet.add(cuts, forced_kw, cost=unused_eur)),
        "cutting": _of(sheet.add(cuts, 1.0, whole=True)),
        "phase_buy_kw": sheet.add(phases, cost=np.tile(buy_eur, 3)[:phases]),
        "phase_sell_kw": sheet.add(phases, cost=np.tile(sell_eur, 3)[:phases]),
        "phase_buying": sheet.add(on_phase, 1.0, whole=True),
        "others_sun_kw": sheet.add(len(sun_slots), cost=sun_eur),
        "others_sun_slots": sun_slots,
    }


def _battery(sheet: Sheet, problem: Problem) -> Places:
    """What a battery does and holds."""
    battery, slots = problem.battery, problem.slots
    if battery is None:
        return dict.fromkeys(("fill_kw", "drain_kw", "content_kwh", "fills"), np.zeros(0, dtype=np.int64))
    ends = reach(problem)
    room_kwh = 0.0 if battery.commanded else ROOM_KWH
    worth = np.zeros(slots)
    worth[-1] = -battery.end_value_eur_per_kwh
    directed = np.zeros(slots, dtype=bool)
    directed[directed_slots(problem)] = True
    low, high = ends.least_kwh - room_kwh, ends.most_kwh + room_kwh
    return {
        "fill_kw": sheet.add(slots, ends.fill_kw),
        "drain_kw": sheet.add(slots, ends.drain_kw, cost=battery.wear_eur_per_kwh * problem.hours),
        "content_kwh": sheet.add(slots, high, low=low, cost=worth),
        "fills": sheet.add(directed, 1.0, whole=True),
    }


def _by_itself(sheet: Sheet, problem: Problem) -> Places:
    """Why a battery that acts by itself does no more than it does."""
    battery = problem.battery
    if battery is None:
        return dict.fromkeys((*_WHY, "filling_kw", "held", "held_slots"), np.zeros(0, dtype=np.int64))
    ends = reach(problem)
    filling, draining = ((not battery.commanded) & (one > 0) for one in (ends.fill_kw, ends.drain_kw))
    held = draining & (battery.control == "hold")
    (slot, most_kw), beside = user_slots(problem), beside_filling(problem)
    return {
        **{
            name: sheet.add(filling if name.startswith("fill") else draining, 1.0, whole=True)
            for name in _WHY
        },
        "filling_kw": sheet.add(len(beside), np.minimum(most_kw, ends.most_left_kw[slot])[beside]),
        "held": _of(sheet.add(held, 1.0, whole=True)),
        "held_slots": np.flatnonzero(held),
    }


def _devices(sheet: Sheet, problem: Problem) -> Places:
    """Flexible loads, and the peaks."""
    run, _ = run_places(problem)
    least_h = np.array([one.least_at_a_time_h for one in problem.runs])
    rises = np.zeros(len(problem.peaks), dtype=bool)
    rises[[k for k, _ in rising_windows(problem)]] = True
    rises |= problem.wish.peak_counts and problem.battery is not None and not problem.battery.commanded
    eur = np.array([one.eur_per_kw for one in problem.peaks]) * problem.wish.peak_counts
    return {
        "running": sheet.add(len(run), 1.0, whole=True),
        "begins": sheet.add(least_h[run] > 0, 1.0),
        "rise_kw": sheet.add(rises | (eur != 0), cost=eur),
        "reached": sheet.add(len(peak_levels(problem)), 1.0, whole=True),
    }


def _ties(sheet: Sheet, problem: Problem) -> Places:
    """What binds the slots of a session: selected phase sets, runs, pauses and what was taken."""
    table = problem.draw_table
    first, draws = first_draws(table), len(table.slot)
    owner = table.session[first]
    chosen, later, lossy = (np.zeros(draws, dtype=bool) for _ in range(3))
    left = np.full(len(problem.sessions), np.nan)
    for s, session, switching in switching_sessions(problem):
        mine = table.session == s
        chosen |= mine
        may = mine & ((table.slot > session.slots[0]) | (switching.selected is not None))
        later |= may
        if switching.dead_h > 0:
            lossy[mine] = ~np.repeat(closed_slots(problem, session, switching), len(session.options))
        left[s] = np.nan if switching.left is None else switching.left
    run_h, pause_h = (
        np.array([getattr(one, part) for one in problem.sessions], dtype=np.float64)[owner]
        for part in ("least_run_h", "least_pause_h")
    )
    tapering = np.isin(owner, [s for s, _, _ in binding_lines(problem)])
    lowest = np.array([0.0 if one.giver is None else -np.inf for one in problem.sessions])[owner]
    return {
        "chosen": sheet.add(chosen, 1.0, whole=True),
        "switched": sheet.add(later, 1.0),
        "used": sheet.add(~np.isnan(left[owner]), left[owner]),
        "lost_a": sheet.add(later & lossy, table.max_a),
        "goes_on": sheet.add(run_h > 0, 1.0),
        "stops": sheet.add(pause_h > 0, 1.0),
        "taken_kwh": sheet.add(tapering, low=lowest),
    }


def _cars(sheet: Sheet, problem: Problem, *, with_starts: bool) -> Places:
    """What cars draw and give."""
    table, gives, found, hours = problem.draw_table, problem.gives, givers(problem), problem.hours
    owner, _ = content_places(problem)
    ends = np.array([(lowest_kwh(found[s]), found[s].most_kwh) for s in owner.tolist()]).reshape(-1, 2)
    wear = np.array([found[s].wear_eur_per_kwh for s in gives.session.tolist()], dtype=np.float64)
    draws = len(table.slot)
    return {
        "give_a": sheet.add(len(gives.slot), gives.max_a, cost=wear * hours[gives.slot] * gives.kw_per_a),
        "giving": sheet.add(len(gives.slot), 1.0, whole=True),
        "car_kwh": sheet.add(len(owner), ends[:, 1], low=ends[:, 0]),
        "current_a": sheet.add(draws, table.max_a),
        "on": sheet.add(draws, 1.0, whole=True),
        "start": sheet.add(np.full(draws, with_starts), 1.0),
        "changed_a": sheet.add(len(changeable(problem)) if with_starts else 0),
    }


def _tied(problem: Problem, places: Places) -> Places:
    """All that belongs to the ties of a session, and the session of each."""
    session = problem.draw_table.session
    stays = session[first_draws(problem.draw_table)]
    changed = session[changeable(problem)][: len(places["changed_a"])]
    owners = {"changed_a": changed} | dict.fromkeys(("chosen", "switched", "lost_a"), session)
    owners |= dict.fromkeys(("used", "goes_on", "stops", "taken_kwh"), stays)
    return {
        "tied": np.concatenate([_of(places[name]) for name in owners]),
        "tied_session": np.concatenate([of[places[name] != ABSENT] for name, of in owners.items()]),
    }


def _of(places: IntArray) -> IntArray:
    """The positions of what there is."""
    found: IntArray = places[places != ABSENT]
    return found
