"""Reasons and events of tracking: codes with their numbers, made anew only where something has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from executors.control.why import Event, Reason, Told, Why
from executors.tracking.arrays import Bools, Floats
from executors.tracking.base import Base
from executors.tracking.danger import Danger
from executors.tracking.hand_over import Choice
from executors.tracking.learning import Learnt
from executors.tracking.overrides import Hands
from executors.tracking.phase_change import PhaseChange
from executors.tracking.waking import Waking
from executors.tracking.wishes import Wishes

DIGITS: Final = 1
"""Numbers of reasons are rounded to so many digits, so that a reason is not new every second."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the reasons are made from."""

    choice: Choice
    base: Base
    wishes: Wishes
    owed_kwh: Floats
    danger: Danger
    hands: Hands
    surplus_kw: float
    share_kw: Floats
    learnt: Learnt
    change: PhaseChange
    waking: Waking


def _columns(ground: Ground) -> dict[str, Floats]:
    """Every number by its name, over chargers."""
    return {
        "current_a": ground.choice.current_a,
        "plan_a": ground.base.planned_a,
        "owed_kwh": ground.owed_kwh,
        "left_kwh": ground.wishes.left_kwh,
        "left_h": ground.wishes.left_s / 3600.0,
        "share_kw": ground.share_kw,
        "car_a": ground.learnt.max_a,
        "shortfall_kwh": ground.danger.shortfall_kwh,
        "possible_kwh": ground.danger.possible_kwh,
        "spare_h": ground.danger.spare_h,
        "hand_a": ground.hands.limit_a,
        "switches": ground.change.used.astype(np.float64),
        "tries": ground.waking.tries.astype(np.float64),
    }


_ALWAYS: Final = ("current_a", "plan_a")
NUMBERS: Final[Mapping[Why, tuple[str, ...]]] = {
    Why.PLAN_CARRIED: ("owed_kwh",),
    Why.NO_PLAN: ("left_kwh", "left_h"),
    Why.PLAN_TOO_OLD: ("left_kwh", "left_h"),
    Why.SURPLUS: ("share_kw",),
    Why.CAR_LIMIT: ("car_a",),
    Why.WAKE_UP: ("tries",),
    Why.CAR_SLEEPS: ("tries",),
    Why.PHASE_SWITCH: ("switches",),
    Why.SWITCH_BUDGET_USED: ("switches",),
    Why.SWITCH_GIVEN_UP: ("switches",),
    Why.MANUAL_LIMIT: ("hand_a",),
    Why.DEADLINE_IN_DANGER: ("left_kwh", "left_h", "spare_h"),
    Why.DEADLINE_IMPOSSIBLE: ("left_kwh", "left_h", "shortfall_kwh"),
}
"""Numbers that belong to a code, besides the current and what the plan asks (the counterfactual)."""


def reasons_of(ground: Ground, before: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """One reason per charger; the old one where nothing that it tells has changed."""
    columns = _columns(ground)
    table = np.round(np.stack(list(columns.values())), DIGITS)
    place = {name: row for row, name in enumerate(columns)}
    reasons = []
    for charger, code in enumerate(ground.choice.code.tolist()):
        why = Why(code)
        names = (*_ALWAYS, *NUMBERS.get(why, ()))
        values = table[[place[name] for name in names], charger].tolist()
        numbers = {name: value for name, value in zip(names, values, strict=True) if np.isfinite(value)}
        old = before[charger] if before else None
        same = old is not None and old.code is why and old.numbers == numbers
        reasons.append(old if same and old is not None else Reason(why, numbers))
    return tuple(reasons)


def events_of(
    ground: Ground, ids: tuple[str, ...], warned: Bools, mono_s: float
) -> tuple[tuple[Event, ...], Bools]:
    """What begins or ends with this tick, and the memory of it."""
    states = np.stack(
        [
            ground.danger.impossible,
            ground.danger.tight & ~ground.danger.impossible,
            ground.waking.not_taking,
            ground.change.given_up,
        ]
    )
    if not (states != warned).any():
        return (), warned
    columns = _columns(ground)
    events = [
        Event(
            _WORDS[kind][0 if states[kind, charger] else 1],
            ids[charger],
            mono_s,
            _told(columns, kind, charger),
        )
        for kind, charger in np.argwhere(states != warned).tolist()
    ]
    return tuple(events), states


_WORDS: Final = (
    (Told.DEADLINE_IMPOSSIBLE, Told.DEADLINE_POSSIBLE_AGAIN),
    (Told.DEADLINE_IN_DANGER, Told.DEADLINE_CALM_AGAIN),
    (Told.NOT_TAKING, Told.TAKES_AGAIN),
    (Told.SWITCH_GIVEN_UP, Told.SWITCH_POSSIBLE_AGAIN),
)
_OF_EVENTS: Final = (
    ("left_kwh", "left_h", "shortfall_kwh"),
    ("left_kwh", "left_h", "spare_h"),
    ("tries",),
    ("switches",),
)


def _told(columns: Mapping[str, Floats], kind: int, charger: int) -> dict[str, float]:
    values = {name: round(float(columns[name][charger]), 2) for name in _OF_EVENTS[kind]}
    return {name: value for name, value in values.items() if np.isfinite(value)}
