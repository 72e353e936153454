"""What a charger does at this moment, as far as a new plan has to know."""

from __future__ import annotations

from dataclasses import dataclass

from domain.phases import PhaseSet


@dataclass(frozen=True, slots=True)
class ShownTaper:
    """A power that has been seen to fall along a straight line to 0."""

    kw_per_kwh: float
    """How much it falls with each kWh taken at the plug."""
    takes_kwh: float
    """What the car will still take [kWh]."""

    def __post_init__(self) -> None:
        if not (self.kw_per_kwh > 0 and self.takes_kwh >= 0):
            raise ValueError(f"{self}: kw_per_kwh must be above 0, takes_kwh 0 or more")


@dataclass(frozen=True, slots=True)
class Running:
    """What a charger does when a plan begins; the times count for the car that is there now."""

    phases: PhaseSet
    """The grid phases selected for the car, also while it pauses; empty: none yet, or nobody knows."""
    current_a: float
    """What the car may draw per phase [A]; 0 while it pauses."""
    since_s: float
    """So long it has charged, or paused, without a break [s]."""
    switched_s: float | None = None
    """So long ago its phases were switched last [s]; none when they have not been."""
    switches_used: int = 0
    """Phase switches of this session so far."""
    taper: ShownTaper | None = None
    """What the car shows of its taper; none where its power has not been seen to fall."""

    def __post_init__(self) -> None:
        if self.current_a < 0 or self.since_s < 0 or self.switches_used < 0:
            raise ValueError(f"{self}: nothing here may be below 0")
        if self.switched_s is not None and self.switched_s < 0:
            raise ValueError(f"switched {self.switched_s:g} s ago: must be 0 or more")
        if self.current_a > 0 and not self.phases:
            raise ValueError(f"{self.current_a:g} A on no phase: a charger that is on has phases")
