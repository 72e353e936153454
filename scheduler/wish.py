"""What the modes want: what counts beside the money, and what comes before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.site import Site


class First(StrEnum):
    """What is made least before the money."""

    NOTHING = ""
    PEAK = "peak"
    """Rise of the peaks [kW]."""
    GRID_ENERGY = "grid energy"
    """Import, and surplus that is not there for the car that takes it [kWh]."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The objective after the shortfall."""

    first: First = First.NOTHING
    peak_counts: bool = True
    """Whether the price of the peak is part of what is made least."""
    solar_bonus_eur_per_kwh: float = 0.0
    """What own solar is worth more on the site than sold."""


MONEY: Final = Wish()
"""Nothing but the money."""


def wish_of(site: Site) -> Wish:
    """What the modes of ``site`` want; see "Modes" in docs/planner.md."""
    modes, bonus = frozenset(site.mode), site.solar_bonus_eur_per_kwh
    if modes == {"solar"}:
        return Wish(first=First.GRID_ENERGY, peak_counts=False)
    if "capacity" in modes and (modes == {"capacity"} or site.tariff.peak is None):
        return Wish(first=First.PEAK, solar_bonus_eur_per_kwh=bonus if "solar" in modes else 0.0)
    return Wish(peak_counts="capacity" in modes, solar_bonus_eur_per_kwh=bonus if "solar" in modes else 0.0)
