"""What a car really does: its highest current, its lowest, its phases, its taper, its efficiency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from executors.tracking.arrays import Bools, Floats, Ints, known

STEADY_S: Final = 60.0
"""So long an offer must have stood before what the car makes of it is believed [s]."""
BELOW_A: Final = 1.0
"""A car that draws so much less than its offer has a limit of its own [A]."""
DRAWS_A: Final = 1.0
"""Less is a standby current, not charging [A]."""
_TAPER_KW: Final = 0.3
_TAPER_KWH: Final = 0.3
_SOC_RISE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Learnt:
    """Facts about the cars that are here now; arrays over chargers, NaN where nothing is known yet."""

    max_a: Floats
    """The most that the car draws per phase, whatever it is offered [A]."""
    min_a: Floats
    """Least offer at which it charges [A]; known where a lower one has made it stop."""
    phases: Bools
    """Shape (C, 3): grid phases on which it has been seen to draw together; none before it drew."""
    pins: Floats
    """Phases that it uses, known where it was given more."""
    taper_kw_per_kwh: Floats
    """How much its power falls with each kWh more."""
    full_after_kwh: Floats
    """Energy that it will still take, by its taper [kWh]."""
    efficiency: Floats
    """From the plug into the battery, by its state of charge."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Memory of learning; arrays over chargers."""

    learnt: Learnt
    offer_a: Floats
    """The offer that stands."""
    since_s: Floats
    """Since when [monotonic s]."""
    lowest_used_a: Floats
    """Lowest offer at which it drew; NaN before."""
    knee_kw: Floats
    """Power where the car's own limit was first seen; NaN before."""
    knee_kwh: Floats
    """Energy of the session then."""
    knee_lines: Floats
    """Phases on which it drew then."""
    session_kwh: Floats
    """Energy of the session at the last look; NaN before."""
    first_soc: Floats
    first_kwh: Floats
    """State of charge and energy when the first was known."""


def first_watched(count: int) -> Watched:
    """Nothing known."""
    nan = np.full(count, np.nan)
    learnt = Learnt(nan, nan, np.zeros((count, 3), dtype=np.bool_), nan, nan, nan, nan)
    return Watched(learnt, *(nan,) * 9)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of the cars now; arrays over chargers."""

    here: Bools
    offered_a: Floats
    drawn_a: Floats
    """Shape (C, 3), NaN missing."""
    lines: Ints
    """Phases that the charger energises."""
    power_kw: Floats
    session_kwh: Floats
    soc: Floats
    battery_kwh: Floats


def learn(watched: Watched, sight: Sight, mono_s: float) -> Watched:
    """What is known after this look; a car that leaves takes its facts with it."""
    watched = _only_here(watched, sight.here)
    same = np.abs(sight.offered_a - watched.offer_a) < 0.5
    since_s = np.where(same, watched.since_s, mono_s)
    steady = sight.here & (sight.offered_a > 0) & (mono_s - since_s >= STEADY_S)
    drawn_a = known(sight.drawn_a)
    highest_a = np.max(drawn_a, axis=1)
    measured = ~np.isnan(sight.drawn_a).all(axis=1)
    draws = measured & (highest_a >= DRAWS_A)
    old = watched.learnt
    max_a = _highest(old.max_a, sight.offered_a, highest_a, steady & draws, draws)
    lowest_a = np.where(
        steady & draws, np.fmin(watched.lowest_used_a, sight.offered_a), watched.lowest_used_a
    )
    refused = steady & measured & ~draws & (sight.offered_a < lowest_a - 0.5)
    min_a = np.where(refused, np.fmax(old.min_a, lowest_a), old.min_a)
    min_a = np.where(draws & steady, np.minimum(min_a, sight.offered_a), min_a)
    seen = drawn_a >= DRAWS_A
    phases = np.where((steady & draws)[:, None], seen, old.phases)
    used = seen.sum(axis=1)
    pins = np.where(steady & draws & (used < sight.lines), used, np.nan)
    pins = np.where(np.isnan(pins) & (used <= old.pins), old.pins, pins)
    by_itself = steady & draws & (highest_a < sight.offered_a - BELOW_A)
    knee, slope, left_kwh = _taper(watched, sight, by_itself, used.astype(np.float64))
    first_soc = np.where(np.isnan(watched.first_soc), sight.soc, watched.first_soc)
    first_kwh = np.where(np.isnan(watched.first_soc), sight.session_kwh, watched.first_kwh)
    efficiency = _efficiency(old.efficiency, sight, first_soc, first_kwh)
    learnt = Learnt(max_a, min_a, phases, pins, slope, left_kwh, efficiency)
    taken_kwh = np.where(np.isnan(sight.session_kwh), watched.session_kwh, sight.session_kwh)
    return Watched(learnt, sight.offered_a, since_s, lowest_a, *knee, taken_kwh, first_soc, first_kwh)


def _highest(old_a: Floats, offered_a: Floats, drawn_a: Floats, steady: Bools, draws: Bools) -> Floats:
    """Its own limit [A]: what it draws while it is offered more; forgotten when it draws more after all."""
    limited = steady & (drawn_a < offered_a - BELOW_A)
    max_a = np.where(limited, drawn_a, old_a)
    risen = draws & (drawn_a > max_a + 0.5)
    raised: Floats = np.where(risen, np.where(drawn_a < offered_a - BELOW_A, drawn_a, np.nan), max_a)
    return raised


def _taper(
    watched: Watched, sight: Sight, limited: Bools, lines: Floats
) -> tuple[tuple[Floats, Floats, Floats], Floats, Floats]:
    """Knee (power, energy, phases), slope [kW per kWh] and what is left [kWh] of a power that falls along a
    straight line to 0, while the car and not its offer holds it down.
    """
    first = limited & np.isnan(watched.knee_kw)
    higher = limited & ((sight.power_kw > watched.knee_kw) | (lines != watched.knee_lines))
    moved = first | higher
    knee_kw = np.where(moved, sight.power_kw, watched.knee_kw)
    knee_kwh = np.where(moved, sight.session_kwh, watched.knee_kwh)
    knee_lines = np.where(moved, lines, watched.knee_lines)
    fallen_kw, more_kwh = knee_kw - sight.power_kw, sight.session_kwh - knee_kwh
    falls = limited & (fallen_kw >= _TAPER_KW) & (more_kwh >= _TAPER_KWH)
    slope = np.where(falls, fallen_kw / np.where(falls, more_kwh, 1.0), watched.learnt.taper_kw_per_kwh)
    since_kwh = known(sight.session_kwh - watched.session_kwh)
    rest_kwh = np.maximum(watched.learnt.full_after_kwh - np.maximum(since_kwh, 0.0), 0.0)
    left_kwh = np.where(falls, sight.power_kw / np.where(falls, slope, 1.0), rest_kwh)
    return (knee_kw, knee_kwh, knee_lines), slope, left_kwh


def _efficiency(old: Floats, sight: Sight, first_soc: Floats, first_kwh: Floats) -> Floats:
    """Energy that arrived in the battery by energy at the plug, once the state of charge has risen enough."""
    rise = sight.soc - first_soc
    taken_kwh = sight.session_kwh - first_kwh
    enough = (rise >= _SOC_RISE) & (taken_kwh > 0)
    share = rise * sight.battery_kwh / np.where(enough, taken_kwh, 1.0)
    learnt: Floats = np.where(enough & (share > 0.5) & (share <= 1.0), share, old)
    return learnt


def _only_here(watched: Watched, here: Bools) -> Watched:
    if here.all():
        return watched

    def kept(values: Floats) -> Floats:
        return np.where(here, values, np.nan)

    old = watched.learnt
    learnt = Learnt(
        kept(old.max_a),
        kept(old.min_a),
        old.phases & here[:, None],
        kept(old.pins),
        kept(old.taper_kw_per_kwh),
        kept(old.full_after_kwh),
        kept(old.efficiency),
    )
    return Watched(
        learnt,
        kept(watched.offer_a),
        kept(watched.since_s),
        kept(watched.lowest_used_a),
        kept(watched.knee_kw),
        kept(watched.knee_kwh),
        kept(watched.knee_lines),
        kept(watched.session_kwh),
        kept(watched.first_soc),
        kept(watched.first_kwh),
    )
