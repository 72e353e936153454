"""One tick of tracking: from orders, readings and memory to what every charger should have."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.control.seam import Readings, Wanted
from executors.control.why import Why
from executors.tracking.arrays import Floats, known
from executors.tracking.base import Base, base_now, planned_for, usable
from executors.tracking.by_energy import count_energy
from executors.tracking.cars import Beyond, Cars, cars_now, flowing_kw, of_wish, pins_of, ranges
from executors.tracking.counters import put_right
from executors.tracking.danger import Danger, danger
from executors.tracking.hand_over import Choice, by_hand, in_sequence, with_sun
from executors.tracking.learning import Sight, learn
from executors.tracking.orders import Orders
from executors.tracking.overrides import hands_now
from executors.tracking.peak_yields import NOTHING_KW, needs_kw, window_kw
from executors.tracking.phase_change import new_sessions
from executors.tracking.plan_clock import QUARTER_S, read_clock
from executors.tracking.points import ANY_NUMBER, Points
from executors.tracking.quarter import UNBOUND_KW, Quarter, budget, next_quarter
from executors.tracking.say import Ground, events_of, reasons_of
from executors.tracking.state import Tracked, TrackingState
from executors.tracking.sun import Sun, follow_sun, switch_limits
from executors.tracking.sun_choice import ALL, OFF, ONE
from executors.tracking.surplus import surplus_kw
from executors.tracking.tick import Tick
from executors.tracking.wishes import Wishes, follow

EVERY_S: Final = 5.0
"""Between two decisions [s] while the sun is followed or a sequence runs: a car needs as long to follow."""
CALM_S: Final = 30.0
"""The same while only a plan is held [s]; each new minute, and so each slot, is a decision too."""
MINUTE_S: Final = 60.0
CANNOT_WAIT: Final = 100.0
"""So many times its share counts a car that just cannot wait for the end of a quarter with little energy."""
SHORTEST_WAIT_S: Final = 10.0
LONGEST_S: Final = 60.0
"""A longer silence between two ticks counts as this long for the energy of that time [s]."""


def track(
    points: Points,
    orders: Orders,
    readings: Readings,
    state: TrackingState,
    *,
    wall_s: float,
    mono_s: float,
    beyond: Beyond | None = None,
) -> Tracked:
    """What every charger should have now, before safety.

    ``wall_s`` is the wall clock in seconds since 1970: slots, departures and the owner's ends go by it;
    ``mono_s`` the monotonic clock: everything that lasts goes by it. Safety looks every second; this layer
    counts energy every second and decides anew every ``EVERY_S`` or ``CALM_S``, and at once when a car comes
    or goes or when the orders are new.
    """
    time, clock = read_clock(state.clock, wall_s, mono_s)
    dt_s = min(max(mono_s - state.mono_s, 0.0), LONGEST_S)
    tick = Tick(points, orders, readings, beyond or Beyond(), time, dt_s, mono_s)
    power_kw = powers_kw(tick, state)
    flowed_kwh, counters = put_right(
        state.counters, tick.beyond.counter_kwh, power_kw * (dt_s / S_PER_H), points.full_kw
    )
    state = state._replace(
        clock=clock,
        mono_s=mono_s,
        drawn_kwh=state.drawn_kwh + flowed_kwh,
        counters=counters,
        quarter=_quarter(tick, state),
    )
    last = state.last
    if last is None or not _as_before(tick, state):
        return _decide(replace(tick, dt_s=mono_s - state.decided_s), state, power_kw)
    left_kwh, left_s = _budget(tick, state)
    wanted = last.wanted._replace(budget_kwh=left_kwh, budget_left_s=left_s)
    return last._replace(wanted=wanted, state=state._replace(events=()), time=time)


def _as_before(tick: Tick, state: TrackingState) -> bool:
    """Nothing has happened that could not wait for the next decision."""
    every_s = min(EVERY_S if state.lively else CALM_S, state.full_in_s)
    minute = tick.time.wall_s // MINUTE_S == (tick.time.wall_s - tick.dt_s) // MINUTE_S
    young = minute and tick.mono_s - state.decided_s < every_s - 1e-6
    same = state.car is not None and np.array_equal(state.car, tick.readings.car)
    return young and same and state.orders is tick.orders


def _decide(tick: Tick, state: TrackingState, power_kw: Floats) -> Tracked:
    """A new decision, from all that is known."""
    points = tick.points
    cars, wishes, state = _look(tick, state, power_kw)
    base, risk, state = _base(tick, cars, wishes, state)
    now_kw = _surplus_kw(tick, cars)
    choice, sun, state = _with_sun(tick, base, cars, wishes, state, now_kw)
    hands = hands_now(tick.orders.overrides, points.wiring.charger_ids, tick.time.wall_s)
    limits = switch_limits(points, state.change, _car_switches(tick, wishes), tick.mono_s)
    choice = by_hand(points, choice, cars, hands)
    choice, change, waking = in_sequence(tick, choice, cars, (state.change, state.waking), limits)
    current_a = choice.current_a if tick.time.may_rise else np.minimum(choice.current_a, state.told_a)
    choice = replace(choice, current_a=current_a)
    ground = Ground(
        choice, base, wishes, state.ledger.owed_kwh, risk, hands, now_kw, sun.share_kw,
        state.watched.learnt, change, waking,
    )  # fmt: skip
    events, warned = events_of(ground, points.wiring.charger_ids, state.warned, tick.mono_s)
    state = state._replace(change=change, waking=waking, told_a=current_a, warned=warned, events=events)
    state = state._replace(
        reasons=reasons_of(ground, state.reasons), orders=tick.orders, car=tick.readings.car
    )
    lively = bool(change.busy.any() or (waking.tries > 0).any() or sun.follows)
    state = state._replace(
        yields_kw=_yields_kw(tick, state, cars, wishes, risk),
        decided_s=tick.mono_s,
        drawn_kwh=np.zeros(len(current_a)),
        last=None,
        lively=lively,
        full_in_s=_full_in_s(wishes.left_kwh, np.maximum(power_kw, _told_kw(tick, choice.current_a, cars))),
    )
    wanted = _wanted(tick, choice, wishes, cars, state)
    tracked = Tracked(
        wanted, state, state.watched.learnt, risk, wishes, state.ledger.owed_kwh, now_kw, tick.time, cars
    )
    return tracked._replace(state=state._replace(last=tracked))


def _full_in_s(left_kwh: Floats, power_kw: Floats) -> float:
    """When the first car that still misses energy will have it [s], if it takes ``power_kw`` from now on."""
    misses = (left_kwh > 0) & (power_kw > 0)
    return float(np.min(left_kwh[misses] / power_kw[misses], initial=np.inf)) * S_PER_H


def _told_kw(tick: Tick, current_a: Floats, cars: Cars) -> Floats:
    """What every car takes with the current that it should have [kW]."""
    told: Floats = current_a * cars.lines * tick.points.kw_per_a
    return told


def _look(tick: Tick, state: TrackingState, power_kw: Floats) -> tuple[Cars, Wishes, TrackingState]:
    """Who is there, what flowed, whose wish counts, what is learnt."""
    points, table = tick.points, tick.orders.table
    told = state.change.told
    here, draws, missing = cars_now(tick.readings)
    new = here & ~state.session.connected
    wishes, session = follow(state.session, table, tick.time.wall_s, here, state.drawn_kwh)
    count = len(here)
    sight = Sight(
        here=here,
        offered_a=known(tick.readings.offered_a),
        drawn_a=tick.readings.measured_a,
        lines=told.sum(axis=1),
        power_kw=power_kw,
        session_kwh=session.delivered_kwh,
        soc=np.full(count, np.nan) if tick.beyond.soc is None else tick.beyond.soc,
        battery_kwh=of_wish(wishes.row, table.battery_kwh),
    )
    watched = learn(state.watched, sight, tick.mono_s)
    pins = pins_of(points, wishes.row, table, watched.learnt)
    min_a, most_a, real_a = ranges(points, wishes, table, watched.learnt)
    lines = np.minimum(pins, told.sum(axis=1))
    cars = Cars(here, draws, missing, power_kw, wishes.row, lines, pins, min_a, most_a, real_a)
    change = new_sessions(state.change, new)
    return cars, wishes, state._replace(session=session, watched=watched, change=change)


def _base(tick: Tick, cars: Cars, wishes: Wishes, state: TrackingState) -> tuple[Base, Danger, TrackingState]:
    """What plan, request and default say, with the ledger and the departures in danger."""
    plan_s = tick.time.wall_s
    plan = usable(tick.orders.rows, plan_s)
    counts = planned_for(plan[0], wishes, tick.orders.table, cars.here)
    ledger = count_energy(state.ledger, plan[0], plan_s, state.drawn_kwh, counts, wishes.left_kwh)
    most_kw = cars.full_a * cars.all_lines * tick.points.kw_per_a
    most_kw = np.where(tick.points.switches, most_kw, most_kw * cars.lines / np.maximum(cars.all_lines, 1))
    takes_kwh = state.watched.learnt.full_after_kwh
    longer_kwh = of_wish(wishes.row, tick.orders.table.longer_kwh, 0.0)
    risk = danger(plan[0], plan_s, wishes.left_kwh, wishes.left_s, most_kw, takes_kwh, longer_kwh)
    base = base_now(tick.points, plan, counts, wishes, cars, ledger.owed_kwh, state.told_a, risk, plan_s)
    return base, risk, state._replace(ledger=ledger)


def _surplus_kw(tick: Tick, cars: Cars) -> float:
    """Surplus [kW] before cars and battery; NaN where it is not known."""
    battery_kw = tick.beyond.battery_kw if tick.points.has_battery else 0.0
    rows, slot, _ = usable(tick.orders.rows, tick.time.wall_s)
    planned_kw = float("nan") if rows is None else float(rows.surplus_kw[slot])
    grid_kw = float(tick.readings.meter_kw[0])
    cars_kw = float(cars.power_kw.sum())
    return surplus_kw(grid_kw, cars_kw, battery_kw, solar_kw=tick.beyond.solar_kw, planned_kw=planned_kw)


def _with_sun(
    tick: Tick, base: Base, cars: Cars, wishes: Wishes, state: TrackingState, now_kw: float
) -> tuple[Choice, Sun, TrackingState]:
    """The base with the surplus on top, where mode or default request say so."""
    points = tick.points
    free = cars.here & ~base.asked & (points.default_request == "solar")
    takes = points.sun & cars.here & ~state.waking.not_taking & ((base.asked & points.follows_sun) | free)
    limits = switch_limits(points, state.change, _car_switches(tick, wishes), tick.mono_s)
    single = np.where(base.phases.any(axis=1), base.phases.sum(axis=1), state.change.told.sum(axis=1)) == 1
    one = single & (points.wiring.wired.sum(axis=1) > 1)
    base_way = np.where(base.current_a > 0, np.where(one, ONE, ALL), OFF)
    numbers = (now_kw, tick.dt_s, tick.mono_s)
    sun, sunny, level = follow_sun(
        points, state.sunny, state.level, state.change, cars, takes, limits, base_way, numbers
    )
    only = free | (base.done & (sun.current_a > 0))
    choice = with_sun(points, base, sun, cars, only)
    if points.has_battery and np.isnan(now_kw):
        hidden = only & (choice.current_a == 0)
        choice = replace(choice, code=np.where(hidden, int(Why.BATTERY_FIRST), choice.code))
    return choice, sun, state._replace(sunny=sunny, level=level)


def _car_switches(tick: Tick, wishes: Wishes) -> Floats:
    """Phase switches that the cars bear in a session."""
    return of_wish(wishes.row, tick.orders.table.switches.astype(np.float64), float(ANY_NUMBER))


def _quarter(tick: Tick, state: TrackingState) -> Quarter:
    """The running window of the peak, with what was imported since the last tick."""
    grid_kw = float(tick.readings.meter_kw[0])
    peak_kw, window_s = tick.orders.peak_kw, tick.points.window_s
    return next_quarter(state.quarter, grid_kw, tick.dt_s, tick.time.wall_s, window_s, peak_kw)


def _yields_kw(tick: Tick, state: TrackingState, cars: Cars, wishes: Wishes, risk: Danger) -> float:
    """Mean import that departures need of the running window [kW], above its budget where it must be."""
    peak_kw, window_s = tick.orders.peak_kw, tick.points.window_s
    if peak_kw == UNBOUND_KW:
        return NOTHING_KW
    _, left_s = budget(state.quarter, tick.time.wall_s, window_s, peak_kw)
    most_kw = cars.full_a * cars.lines * tick.points.kw_per_a
    needed_kw = needs_kw(risk, wishes.left_kwh, wishes.left_s, np.where(cars.here, most_kw, 0.0), left_s)
    return window_kw(float(tick.readings.meter_kw[0]), float(cars.power_kw.sum()), needed_kw)


def _budget(tick: Tick, state: TrackingState) -> tuple[float, float]:
    """Energy [kWh] that may be imported in what is left of the running window, and how long that is [s]."""
    left_kwh, left_s = budget(state.quarter, tick.time.wall_s, tick.points.window_s, tick.orders.peak_kw)
    return max(left_kwh, state.yields_kw * left_s / S_PER_H), left_s


def powers_kw(tick: Tick, state: TrackingState) -> Floats:
    """What flows into every car [kW]; with the phases of the last decision where nobody measures it."""
    lines = None if state.last is None else state.last.cars.lines
    return flowing_kw(tick.points, tick.readings, tick.beyond, state.told_a, lines)


def _wanted(tick: Tick, choice: Choice, wishes: Wishes, cars: Cars, state: TrackingState) -> Wanted:
    """What goes to safety: currents, phases, reasons, the quarter's budget, classes and weights."""
    points, table = tick.points, tick.orders.table
    left_kwh, left_s = _budget(tick, state)
    priority = of_wish(wishes.row, table.priority)
    weight = of_wish(wishes.row, table.weight)
    weight = np.where(np.isnan(weight), points.wiring.weight, weight)
    if np.isfinite(left_kwh):
        most_kw = cars.full_a * cars.lines * points.kw_per_a
        weight = weight * _haste(wishes, most_kw, left_s)
    classes = np.where(np.isnan(priority), points.wiring.priority, known(priority))
    return Wanted(
        current_a=choice.current_a,
        phases=state.change.told,
        reasons=state.reasons,
        budget_kwh=left_kwh,
        budget_left_s=left_s,
        priority=classes.astype(np.int64),
        weight=weight,
    )


def _haste(wishes: Wishes, most_kw: Floats, seconds: float) -> Floats:
    """How much more than its share a car counts where the energy of a quarter is kept (C,).

    The plan counts with the mean of the quarter, and has cars charge while they are there. So whoever would
    miss energy if it waited for the quarter's end, ``seconds`` from now, comes first, the one that can wait
    least before all others; the rest can have theirs when they are gone.
    """
    needs_s = np.where(most_kw > 0, wishes.left_kwh * S_PER_H / np.where(most_kw > 0, most_kw, 1.0), 0.0)
    can_wait_s = wishes.left_s - needs_s
    hurries = (wishes.left_kwh > 0) & (can_wait_s <= seconds)
    soonest = QUARTER_S / np.maximum(np.where(hurries, can_wait_s, QUARTER_S), SHORTEST_WAIT_S)
    return np.where(hurries, CANNOT_WAIT * soonest, 1.0)
