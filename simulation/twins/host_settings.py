"""How the twins of a site are run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from simulation.twins.dsmr_telegram import MeterKind
from simulation.twins.physics import Clock


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What all twins of a site have in common."""

    clock: Clock
    """Runs the twins' watchdogs and cars; a fast clock makes a fast site."""
    folder: Path
    """For serial devices and certificates; must exist."""
    zone: ZoneInfo
    """Local time of the meters."""
    answer_s: float = 0.03
    """From question to answer, real seconds [s]."""
    tick_s: float = 0.25
    """How often watchdogs and cars go on without being asked, real seconds [s]."""
    speed: float = 1.0
    """How much faster than a real one bytes cross a serial wire."""
    p1_kind: MeterKind = MeterKind.BELGIAN
    """What the P1 meters are."""
