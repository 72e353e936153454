"""Solar surplus: what the roof makes beyond the house, before cars and before the home battery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FALL_S: Final = 5.0
"""Time constant with which the level follows a falling surplus [s]: shorter dips are the sky's noise."""
RISE_AFTER_S: Final = 20.0
"""The level rises to what the surplus has not been below for so long [s]."""
BLIND_S: Final = 60.0
"""So long an unknown surplus leaves the level as it was; then it is 0 [s]."""


def surplus_kw(
    grid_kw: float,
    cars_kw: float,
    battery_kw: float = 0.0,
    *,
    solar_kw: float = float("nan"),
    planned_kw: float = float("nan"),
) -> float:
    """Solar less load [kW]: what would be fed in without cars and battery; NaN where it is not known.

    ``grid_kw`` is + for import, ``battery_kw`` + when it charges, NaN where the site has a battery that
    nobody reads. Such a battery makes up every kilowatt that a car takes, so that the grid meter alone
    would call its discharge a surplus: what ``solar_kw`` (measured) or ``planned_kw`` (solar less load of
    the plan) allows is then the ceiling, and without either there is no known surplus.
    """
    seen_kw = -grid_kw + cars_kw
    if battery_kw == battery_kw:  # noqa: PLR0124 -- NaN is the one value that differs from itself
        return seen_kw + battery_kw
    ceilings = [kw for kw in (solar_kw, planned_kw) if kw == kw]  # noqa: PLR0124 -- the same
    return min(seen_kw, *(max(kw, 0.0) for kw in ceilings)) if ceilings else float("nan")


@dataclass(frozen=True, slots=True)
class Level:
    """The surplus that currents follow: down with the sky, up only when it lasts."""

    kw: float = 0.0
    rising_since_s: float | None = None
    """Since when the surplus has been above the level [monotonic s]."""
    least_kw: float = 0.0
    """Least surplus since then."""
    seen_at_s: float | None = None
    """When a surplus was last known [monotonic s]."""


def next_level(level: Level, now_kw: float, dt_s: float, mono_s: float) -> Level:
    """The level after ``dt_s`` seconds of a surplus of ``now_kw`` (NaN: not known)."""
    if now_kw != now_kw:  # noqa: PLR0124 -- NaN
        seen_s = mono_s if level.seen_at_s is None else level.seen_at_s
        return Level(level.kw if mono_s - seen_s < BLIND_S else 0.0, None, 0.0, seen_s)
    if now_kw <= level.kw:
        share = min(dt_s / FALL_S, 1.0)
        return Level(level.kw + share * (now_kw - level.kw), None, 0.0, mono_s)
    since_s = mono_s if level.rising_since_s is None else level.rising_since_s
    least_kw = now_kw if level.rising_since_s is None else min(level.least_kw, now_kw)
    if mono_s - since_s >= RISE_AFTER_S:
        return Level(least_kw, mono_s, now_kw, mono_s)
    return Level(level.kw, since_s, least_kw, mono_s)
