"""Off, one phase or all: a car on surplus changes when waiting has cost more than the change does.

What is better is worth its energy: solar used less grid drawn. For each way to charge the energy lost by
not doing it is summed up (never below 0), and a change is made when the sum passes the price of a change.
A deep shadow so acts fast, a thin one slowly, and a flicker not at all: power and time in one number. The
price of a phase switch grows as the session's switches are used up, so that a cloudy morning leaves some
for the afternoon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Bools, Floats, Ints
from executors.tracking.points import ANY_NUMBER
from executors.tracking.steps import down_to_step

OFF, ONE, ALL = 0, 1, 2
"""The ways to charge."""
START_S: Final = 45.0
"""Price of a start: so long at the least power [s]."""
STOP_S: Final = 45.0
"""Price of a stop, in the same measure [s]."""
SWITCH_S: Final = 90.0
"""Price of a phase switch: so long at the least power on all phases [s]; dead time and restart."""
REST_S: Final = 60.0
"""Least run and least pause [s]."""


@dataclass(frozen=True, slots=True)
class Sunny:
    """Memory of the choice; arrays over chargers."""

    way: Ints
    """OFF, ONE or ALL."""
    regret_kwh: Floats
    """Shape (C, 3): what the other ways would have brought more."""
    changed_s: Floats
    """Monotonic time of the last start or stop; -inf before the first."""


@dataclass(frozen=True, slots=True)
class SunRules:
    """What a car on surplus may do now; arrays over chargers."""

    can: Bools
    """Shape (C, 3): ways that charger, car and budget allow now, the present one included."""
    min_a: Floats
    most_a: Floats
    step_a: Floats
    kw_per_a: Floats
    """Shape (C, 3): 0 for OFF."""
    present: Ints
    """The way that the phases are set for, ONE or ALL."""
    switches_left: Ints
    switches_used: Ints
    may_switch: Bools
    """The hold since the last phase switch is over."""
    hysteresis_kw: Floats


def first_sunny(count: int) -> Sunny:
    """All off."""
    return Sunny(np.zeros(count, dtype=np.int64), np.zeros((count, 3)), np.full(count, -np.inf))


def choose(sunny: Sunny, rules: SunRules, share_kw: Floats, dt_s: float, mono_s: float) -> Sunny:
    """The ways to charge after ``dt_s`` seconds with ``share_kw`` of surplus for each car."""
    worth_kw = worth(rules, share_kw)
    rows = np.arange(len(share_kw))
    own_kw = worth_kw[rows, sunny.way][:, None]
    regret_kwh = np.maximum(sunny.regret_kwh + (worth_kw - own_kw) * dt_s / S_PER_H, 0.0)
    regret_kwh = np.where(rules.can, regret_kwh, 0.0)
    ripe = np.where(_allowed(sunny, rules, share_kw, mono_s), regret_kwh - price_kwh(sunny.way, rules), -1.0)
    best = np.argmax(ripe, axis=1)
    stranded = ~rules.can[rows, sunny.way]
    change = (ripe[rows, best] > 0) | stranded
    way = np.where(stranded, OFF, np.where(change, best, sunny.way))
    start_or_stop = change & ((way == OFF) != (sunny.way == OFF))
    return Sunny(
        way=way.astype(np.int64),
        regret_kwh=np.where(change[:, None], 0.0, regret_kwh),
        changed_s=np.where(start_or_stop, mono_s, sunny.changed_s),
    )


def worth(rules: SunRules, share_kw: Floats) -> Floats:
    """Shape (C, 3): solar used less grid drawn [kW] of each way at its best current; OFF is 0."""
    worth_kw = np.zeros((len(share_kw), 3))
    for way in (ONE, ALL):
        power_kw = best_a(rules, share_kw, way) * rules.kw_per_a[:, way]
        worth_kw[:, way] = power_kw - 2 * np.maximum(power_kw - share_kw, 0.0)
    return worth_kw


def best_a(rules: SunRules, share_kw: Floats, way: int) -> Floats:
    """Current [A] that uses the share without the grid, and the least current where it is too small."""
    wanted_a = share_kw / np.maximum(rules.kw_per_a[:, way], 1e-9)
    wanted_a = np.maximum(wanted_a, rules.min_a)
    return down_to_step(wanted_a, rules.min_a, rules.most_a, rules.step_a)


def price_kwh(way: Ints, rules: SunRules) -> Floats:
    """Shape (C, 3): what a change from ``way`` to each other way must have cost before it is made [kWh]."""
    least_kwh = rules.min_a[:, None] * rules.kw_per_a / S_PER_H
    begin = least_kwh * START_S
    own = np.take_along_axis(least_kwh, way[:, None], axis=1)[:, 0]
    used_up = rules.switches_used / np.maximum(rules.switches_left, 1)
    scarce = np.where(rules.switches_left >= ANY_NUMBER // 2, 1.0, 1.0 + used_up)
    switch = least_kwh[:, ALL] * SWITCH_S * scarce
    other = np.arange(3) != rules.present[:, None]
    price = np.where((way == OFF)[:, None], begin + other * switch[:, None], switch[:, None])
    price[:, OFF] = own * STOP_S
    return price


def _allowed(sunny: Sunny, rules: SunRules, share_kw: Floats, mono_s: float) -> Bools:
    """Shape (C, 3): changes that are possible now: rests are over, and a switch is clear of its threshold."""
    allowed = rules.can.copy()
    rows = np.arange(len(share_kw))
    rested = mono_s - sunny.changed_s >= REST_S
    running = sunny.way != OFF
    allowed[:, OFF] &= rested
    allowed[~running] &= rested[~running, None]
    threshold_kw = rules.min_a * rules.kw_per_a[:, ALL]
    up = (sunny.way == ONE) & rules.may_switch & (share_kw >= threshold_kw + rules.hysteresis_kw)
    down = (sunny.way == ALL) & rules.may_switch & (share_kw <= threshold_kw - rules.hysteresis_kw)
    for to, clear in ((ALL, up), (ONE, down)):
        allowed[:, to] &= np.where(running, clear, rules.may_switch | (rules.present == to))
    allowed[rows, sunny.way] = False
    return allowed
