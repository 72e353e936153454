"""A car as it behaves at the plug, and one visit of it at a charger."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

Pins = tuple[int, ...]
"""Pins of the plug in use, from 1 on, ascending."""

ANY_OR_ALL: tuple[Pins, ...] = ((1,), (2,), (3,), (1, 2, 3))
"""A 3-phase car that charges on any one pin, or on all."""


@dataclass(frozen=True, slots=True)
class Car:
    """What a car does with what it is offered.

    A car follows a changed offer within 5 s (IEC 61851-1 annex A); typical ones need 1 to 3 s and then
    ramp.
    """

    battery_kwh: float
    max_current_a: float
    """Per phase; what it really draws at most, whatever its papers say [A]."""
    min_current_a: float = 6.0
    """Offered less than this, it draws nothing [A]."""
    pin_sets: tuple[Pins, ...] = ANY_OR_ALL
    efficiency: float = 0.9
    """From the plug into the battery."""
    reaction_s: int = 2
    """From a changed offer to the first change of its current [s]."""
    up_a_per_s: float = 2.0
    down_a_per_s: float = 10.0
    start_s: int = 8
    """From plugging in to the first current [s]."""
    taper_from_soc: float = 0.95
    """From here on its most falls evenly to its least when full."""
    taper_end_share: float = 0.3
    """Share of its most that it still draws just before it is full; never below its minimum."""
    full_soc: float = 1.0
    """Where it stops by itself."""
    sleeps_after_s: float = inf
    """Without an offer for so long, it sleeps and overhears the next one; the one after wakes it [s]."""
    bears_switches: float = inf
    """Phase switches in one visit that it bears; one more, and it wants to be unplugged."""

    def __post_init__(self) -> None:
        if not 0 < self.min_current_a <= self.max_current_a:
            raise ValueError(
                f"car from {self.min_current_a:g} to {self.max_current_a:g} A: must rise from above 0"
            )
        if self.battery_kwh <= 0 or not 0 < self.efficiency <= 1:
            raise ValueError(f"car with {self.battery_kwh:g} kWh and efficiency {self.efficiency:g}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay of a car at a charger, in seconds since the start of the plant."""

    charger: str
    car: Car
    arrive_s: int
    leave_s: int
    energy_kwh: float
    """AC energy that its driver wants at least [kWh]."""
    soc: float
    """State of charge on arrival, 0..1."""
    id: str = ""

    def __post_init__(self) -> None:
        if self.leave_s <= self.arrive_s:
            raise ValueError(f"visit '{self.id}' leaves at {self.leave_s} s, arrives at {self.arrive_s} s")
        if not 0 <= self.soc <= 1:
            raise ValueError(f"visit '{self.id}' arrives with a state of charge of {self.soc:g}")


def drawn_pins(powered: frozenset[int], pin_sets: tuple[Pins, ...]) -> Pins:
    """The largest set of its pins that a car can use of those that have power; empty where there is none."""
    usable = [pins for pins in pin_sets if powered.issuperset(pins)]
    return max(usable, key=lambda pins: (len(pins), [-pin for pin in pins]), default=())
