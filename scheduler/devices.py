"""What a site moves besides cars, as plain numbers: a home battery and runs of flexible loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Control = Literal["none", "hold", "full"]


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a device hangs, and how its power spreads over the grid's phases."""

    circuits: tuple[int, ...]
    """Circuits that carry its current, from its own up to the grid."""
    a_per_kw: tuple[float, float, float]
    """Current on L1, L2, L3 of one kW [A/kW]."""

    @property
    def even(self) -> bool:
        """Whether it loads all three phases alike, and so leaves their imbalance as it is."""
        return min(self.a_per_kw) > max(self.a_per_kw) - 1e-9


@dataclass(frozen=True, slots=True)
class Battery:
    """A home battery; energies are inside it, powers at its terminals."""

    feed: Feed
    control: Control
    """none: it fills from surplus and drains into what is left over, by itself; hold: it can be kept from
    draining; full: it follows a power."""
    least_kwh: float
    most_kwh: float
    start_kwh: float
    charge_kw: float
    discharge_kw: float
    efficiency: float
    """One way: of 1 kWh that goes in, so much is stored; of 1 kWh stored, so much comes out."""
    wear_eur_per_kwh: float
    """Per kWh that comes out."""
    end_value_eur_per_kwh: float
    """What a kWh that is stored at the end of the horizon is worth."""

    @property
    def commanded(self) -> bool:
        """Whether it follows what it is told."""
        return self.control == "full"


@dataclass(frozen=True, slots=True)
class Run:
    """What a flexible load has to do within one window of one day: whole slots, all of its power or none."""

    load: str
    feed: Feed
    power_kw: float
    slots: IntArray
    """Slots in which it may run, ascending and side by side."""
    need_h: float
    """Least run time [h]."""
    most_h: float
    """Most run time [h]."""
    least_at_a_time_h: float
    """Least time between a start and the stop after it [h]; 0 for none."""
    usual: IntArray
    """Slots in which it would run without a plan, a subset of ``slots`` that keeps every limit."""
