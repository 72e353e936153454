"""Cars on surplus: what each may have, on how many phases, and the current that follows the sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.tracking.arrays import Bools, Floats, Ints
from executors.tracking.cars import Cars
from executors.tracking.phase_change import PhaseChange
from executors.tracking.points import Points
from executors.tracking.shares import shared_kw
from executors.tracking.sun_choice import ALL, OFF, ONE, Sunny, SunRules, best_a, choose
from executors.tracking.surplus import Level, next_level


@dataclass(frozen=True, slots=True)
class Sun:
    """What surplus gives; arrays over chargers."""

    current_a: Floats
    """0 where the car is off or has no share."""
    phases: Bools
    """Shape (C, 3): wanted for it."""
    share_kw: Floats
    follows: bool
    """Some car may have surplus, and there is some."""


def switch_limits(
    points: Points, change: PhaseChange, car_switches: Floats, mono_s: float
) -> tuple[Ints, Bools]:
    """Switches left in this session, and where the hold since the last one is over and one may begin."""
    cap = np.minimum(points.max_switches, car_switches.astype(np.int64))
    left = np.where(points.switches & ~change.given_up, np.maximum(cap - change.used, 0), 0)
    ready = (left > 0) & (mono_s - change.switched_s >= points.hold_s)
    return left, ready


def may_go(points: Points, change: PhaseChange, wanted: Bools, left: Ints) -> Bools:
    """Whether a switch to ``wanted`` (C, 3) is the owner's kind: one way, and the last one to where it ends
    when the budget is used up. The first selection of a session is no switch and may be any.
    """
    lines = wanted.sum(axis=1)
    fits = ~points.oneway | (lines < change.told.sum(axis=1))
    last = (left == 1) & (points.at_limit > 0)
    ends = np.where(points.at_limit == 1, lines == 1, lines == points.wiring.wired.sum(axis=1))
    goes: Bools = ~change.selected | (fits & (~last | ends))
    return goes


def follow_sun(
    points: Points,
    sunny: Sunny,
    level: Level,
    change: PhaseChange,
    cars: Cars,
    takes: Bools,
    limits: tuple[Ints, Bools],
    base_way: Ints,
    surplus: tuple[float, float, float],
) -> tuple[Sun, Sunny, Level]:
    """What the surplus gives now. ``base_way``: the way of a car that charges anyhow, OFF for the others;
    ``surplus``: now [kW], seconds since the last look, monotonic time.
    """
    now_kw, dt_s, mono_s = surplus
    level = next_level(level, now_kw, dt_s, mono_s)
    if not takes.any():
        return *_without_sun(points, sunny, base_way, mono_s), level
    rules = _rules(points, change, cars, limits, takes)
    forced = base_way != OFF
    sunny = Sunny(np.where(forced, base_way, sunny.way), sunny.regret_kwh, sunny.changed_s)
    seen_kw = level.kw if now_kw != now_kw else now_kw  # noqa: PLR0124 -- NaN
    share_kw = _shares(points, rules, sunny, takes, seen_kw)
    chosen = choose(sunny, rules, share_kw, dt_s, mono_s)
    way = np.where(forced, base_way, np.where(takes, chosen.way, OFF))
    chosen = Sunny(way, chosen.regret_kwh * (takes & ~forced)[:, None], chosen.changed_s)
    calm_kw = _shares(points, rules, chosen, takes, level.kw)
    current_a = np.select(
        [way == ONE, way == ALL], [best_a(rules, calm_kw, ONE), best_a(rules, calm_kw, ALL)], 0.0
    )
    current_a = np.where(takes, current_a, 0.0)
    short = forced & (calm_kw < rules.min_a * np.take_along_axis(rules.kw_per_a, way[:, None], 1)[:, 0])
    phases = np.where((way == ONE)[:, None], _one(points, change), points.wiring.wired)
    follows = bool(takes.any()) and (max(seen_kw, level.kw) > 0 or bool((way != OFF).any()))
    return Sun(np.where(short, 0.0, current_a), phases, share_kw, follows), chosen, level


def _without_sun(points: Points, sunny: Sunny, base_way: Ints, mono_s: float) -> tuple[Sun, Sunny]:
    """What surplus gives where no car may have any: nothing; what runs for another reason is known."""
    count = len(base_way)
    ran = (base_way != OFF) | (sunny.way != OFF)
    changed_s = np.where(ran, mono_s, sunny.changed_s)
    nothing = np.zeros(count)
    sun = Sun(nothing, points.wiring.wired, nothing, follows=False)
    return sun, Sunny(base_way.astype(np.int64), np.zeros((count, 3)), changed_s)


def _one(points: Points, change: PhaseChange) -> Bools:
    """The single phase that a car has, or would get."""
    single = change.told.sum(axis=1) == 1
    return np.where(single[:, None], change.told, points.one_phase)


def present_way(points: Points, change: PhaseChange) -> Ints:
    """ONE where a charger of several phases is set to one, else ALL."""
    target = np.where(change.busy[:, None], change.target, change.told)
    return np.where((target.sum(axis=1) == 1) & (points.wiring.wired.sum(axis=1) > 1), ONE, ALL)


def _rules(
    points: Points, change: PhaseChange, cars: Cars, limits: tuple[Ints, Bools], takes: Bools
) -> SunRules:
    left, ready = limits
    present = present_way(points, change)
    kw_per_a = np.zeros((len(present), 3))
    kw_per_a[:, ONE] = points.kw_per_a
    kw_per_a[:, ALL] = points.kw_per_a * cars.all_lines
    can = np.zeros((len(present), 3), dtype=np.bool_)
    can[:, OFF] = True
    going = change.busy
    for way, phases in ((ONE, points.one_phase), (ALL, points.wiring.wired)):
        switch = may_go(points, change, phases, left) & (left > 0) & (cars.all_lines > 1) & ~going
        can[:, way] = (present == way) | switch
    able = takes & (cars.most_a > 0)
    can[:, ONE] &= able
    can[:, ALL] &= able
    return SunRules(
        can=can,
        min_a=cars.min_a,
        most_a=cars.most_a,
        step_a=points.wiring.step_a,
        kw_per_a=kw_per_a,
        present=present,
        switches_left=left,
        switches_used=change.used,
        may_switch=ready & ~going,
        hysteresis_kw=points.hysteresis_kw,
    )


def _shares(points: Points, rules: SunRules, sunny: Sunny, takes: Bools, surplus_kw: float) -> Floats:
    """Share of every car: by class, those that run first, then in the order of the site file."""
    least_way = np.where(rules.can[:, ONE], ONE, ALL)
    least_kw = rules.min_a * np.take_along_axis(rules.kw_per_a, least_way[:, None], 1)[:, 0]
    most_kw = rules.most_a * np.where(rules.can[:, ALL], rules.kw_per_a[:, ALL], rules.kw_per_a[:, ONE])
    rank = -2 * points.wiring.priority + (sunny.way == OFF)
    return shared_kw(surplus_kw, takes, least_kw, most_kw, rank, points.wiring.weight)
