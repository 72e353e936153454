"""The values between wires, tracking and safety: arrays over chargers (C), circuits (K) and phases (3).

Circuits come with the grid first, then the site's circuits, then cabinets and groups with a limit: whatever
limits several chargers together is a row. Phases are L1, L2, L3 of the grid, never terminals. Times are
monotonic seconds. What is not known is NaN, never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from executors.control.why import Event, Reason, Why

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class CarState(IntEnum):
    """What a charger says of its car (IEC 61851-1, table 2); unknown counts as a car that may draw."""

    UNKNOWN = 0
    NONE = 1
    """A: no car."""
    WAITING = 2
    """B: a car that does not draw."""
    CHARGING = 3
    """C and D."""
    FAULT = 4
    """E and F."""


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """The site as safety sees it: static, compiled from the site file once; equal only to itself."""

    charger_ids: tuple[str, ...]
    circuit_ids: tuple[str, ...]
    """``grid`` first, then circuits, cabinets, groups (K)."""
    meter_ids: tuple[str | None, ...]
    """Meter of each row; None: limits less ``base_max_a`` count (K)."""
    below: Bools
    """Whether a charger hangs below a row (K, C)."""
    terminals: Ints
    """Grid phase of terminal 1, 2, 3 as an index; -1 where there is none (C, 3)."""
    wired: Bools
    """Grid phases that a charger can energise (C, 3)."""
    grid_phases: Bools
    """Phases that the grid has (3,)."""
    voltage_v: float
    """Phase to neutral."""
    limit_a: Floats
    """What may flow per phase, reserve and continuous share taken off; inf where nothing limits (K, 3)."""
    fuse_a: Floats
    """The same before the reserve is taken off (K, 3)."""
    limit_kw: Floats
    """inf where nothing limits (K,)."""
    kw_per_a: Floats
    """Power that one ampere on one phase of a charger counts on a row (K, C) [kW/A]."""
    imbalance_limit_a: float
    """inf where there is none."""
    base_max_a: Floats
    """Highest current of everything but charging; NaN where nobody said (K,)."""
    rating_a: Floats
    """Rating of the protection; inf where there is none (K, 3)."""
    curves: tuple[tuple[tuple[float, float], ...], ...]
    """Points (current [A], time [s]) of rows with a curve of their own; empty for the others (K)."""
    hold_multiple: Floats
    """Multiple of the rating that never trips (K,)."""
    trip_k_s: Floats
    """Trip time = ``trip_k_s`` / (multiple^2 - ``hold_multiple``^2), lower edge, hot (K,) [s]."""
    meter_period_s: Floats
    """How often the row's meter has a new sample; NaN without a meter (K,)."""
    min_a: Floats
    max_a: Floats
    step_a: Floats
    """What a charger can be told: 0, or min, min + step, ... max (C,)."""
    failsafe_a: Floats
    """What it does by itself in silence; NaN where nobody said (C,)."""
    failsafe_after_s: Floats
    """inf where it has no watchdog (C,)."""
    any_frame: Bools
    """Whether every frame feeds the watchdog, reads too (C,)."""
    driven: Bools
    """Whether it is spoken to at all; False for plan only (C,)."""
    priority: Ints
    """Class; higher classes come strictly first (C,)."""
    weight: Floats
    """Shares inside a class (C,)."""
    ceiling_kw: float
    """Grid draw of all chargers while the grid operator's signal is on; inf where there is no rule."""
    netted: bool
    """Whether the utility's meter sums the phases before it counts."""
    hidden_a: Floats
    """How far a home battery can move by itself, from full discharge to full charge (K, 3)."""

    @property
    def chargers(self) -> int:
        """Number of chargers C."""
        return len(self.charger_ids)

    @property
    def circuits(self) -> int:
        """Number of rows K."""
        return len(self.circuit_ids)

    @property
    def metered(self) -> Bools:
        """Rows that have a meter (K,)."""
        return np.array([meter is not None for meter in self.meter_ids])


@dataclass(frozen=True, slots=True)
class Readings:
    """What the wires last said, each with its age; made anew for every tick."""

    meter_a: Floats
    """Signed current per row, + towards the loads; NaN missing or no meter (K, 3)."""
    meter_kw: Floats
    """Signed power per row; NaN where the meter does not say (K,)."""
    meter_age_s: Floats
    """Age of the sample by the monotonic clock; inf: never (K,)."""
    meter_mark: Floats
    """Telegram time or counter: any number that changes with each telegram; NaN: none (K,)."""
    measured_a: Floats
    """Current that a car draws; NaN missing (C, 3)."""
    offered_a: Floats
    """Offer as read back; NaN missing (C,)."""
    phases: Bools
    """Grid phases that a charger energises as read back; its wiring where the device does not say (C, 3)."""
    car: Ints
    """``CarState`` (C,)."""
    charger_age_s: Floats
    """Age of a charger's values; inf: never (C,)."""
    link: Bools
    """Whether a charger answers (C,)."""
    ceiling_on: bool = False
    """Signal of the grid operator."""
    ceiling_age_s: float = float("inf")
    """Age of that signal; a stale one counts as on."""
    meter_raised_a: Floats | None = None
    """By how much ``meter_a`` was raised, as its meter rounds; None: nowhere (K,)."""


class Wanted(NamedTuple):
    """What the layer above would like, before safety: it may be anything."""

    current_a: Floats
    """Per phase; 0: off; inf: as much as there is (C,)."""
    phases: Bools
    """Grid phases to energise (C, 3)."""
    reasons: tuple[Reason, ...] = ()
    """One per charger, or none at all."""
    budget_kwh: float = float("inf")
    """Grid energy that may still be drawn in the running quarter."""
    budget_left_s: float = 900.0
    """Time left of the running quarter [s]."""
    priority: Ints | None = None
    """Class of each charger now (user, request); None: as in the wiring (C,)."""
    weight: Floats | None = None
    """Share of each charger now; None: as in the wiring (C,)."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What held each charger below what was wanted: codes and their numbers as arrays (C,)."""

    code: Ints
    """``Why``."""
    row: Ints
    """Index of the circuit; -1: none."""
    phase: Ints
    """Index of the phase; -1: none."""
    used: Floats
    """Taken by others on that row and phase, A or kW; NaN: does not apply."""
    limit: Floats
    """What that row and phase may carry, A or kW; NaN: does not apply."""


@dataclass(frozen=True, slots=True)
class Setpoints:
    """What every charger is told in this tick, and what else there is to tell."""

    limit_a: Floats
    """0, or between minimum and maximum on the charger's own grid (C,)."""
    phases: Bools
    """Grid phases to energise (C, 3)."""
    order: Ints
    """Chargers to write now: cuts first, largest first, then rises."""
    feed_watchdog: Bools
    """Whether the watchdog may be fed in this tick (C,)."""
    may_read: Bools
    """Whether a read may be sent: False where any frame would feed a watchdog that must not be (C,)."""
    wanted_a: Floats
    """What the layer above wanted (C,)."""
    binding: Binding | Callable[[], Binding]
    """What held them down, or how to make it: hardly a tick is asked for it."""
    events: tuple[Event, ...] = ()
    wanted_reasons: tuple[Reason, ...] = field(default=())
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """Ids of chargers and of circuits."""

    def bound(self) -> Binding:
        """What held each charger below what was wanted."""
        return self.binding() if callable(self.binding) else self.binding

    def reason(self, charger: int) -> Reason:
        """Why the charger at that position is told its current."""
        binding = self.bound()
        code = Why(int(binding.code[charger]))
        if code is Why.AS_WANTED and self.wanted_reasons:
            return self.wanted_reasons[charger]
        row, phase = int(binding.row[charger]), int(binding.phase[charger])
        numbers = {"limit_a": float(self.limit_a[charger]), "wanted_a": float(self.wanted_a[charger])}
        unit = "kw" if code in {Why.POWER_LIMIT, Why.SECTION_14A, Why.QUARTER_BUDGET} else "a"
        for name, values in (("used", binding.used), ("of", binding.limit)):
            if np.isfinite(values[charger]):
                numbers[f"{name}_{unit}"] = float(values[charger])
        circuit = self.names[1][row] if row >= 0 else ""
        return Reason(code, numbers, circuit, f"L{phase + 1}" if phase >= 0 else "")
