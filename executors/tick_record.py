"""What the last ticks were: a bounded ring, for people and for measuring."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from executors.control.seam import Bools, Floats, Readings, Setpoints
from executors.control.why import Event

KEPT: Final = 900
"""Ticks that are kept: a quarter of an hour."""
EVENTS_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class TickRecord:
    """One tick."""

    mono_s: float
    wall_s: float
    took_s: float
    """From its beginning to the last order handed out [s]."""
    late_s: float
    """How much later than planned it began [s]."""
    limit_a: Floats
    measured_a: Floats
    meter_a: Floats
    fed: Bools


@dataclass(slots=True)
class Ring:
    """The last ticks and events, and counts of what went wrong."""

    ticks: deque[TickRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    events: deque[tuple[float, Event]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    """Wall clock [s since 1970] and event."""
    count: int = 0
    skipped: int = 0
    """Ticks whose time was over before they could begin."""
    failures: int = 0
    last_failure: str = ""

    def add(self, record: TickRecord, happened: tuple[Event, ...]) -> None:
        """Keep a tick and what it told."""
        self.ticks.append(record)
        self.events.extend((record.wall_s, event) for event in happened)
        self.count += 1

    def failed(self, fault: str) -> None:
        """Count a tick that went wrong, and keep why."""
        self.failures += 1
        self.last_failure = fault


def record_of(
    readings: Readings, setpoints: Setpoints, *, began_s: float, wall_s: float, took_s: float, late_s: float
) -> TickRecord:
    """The record of a tick that began at ``began_s`` [monotonic]."""
    return TickRecord(
        mono_s=began_s,
        wall_s=wall_s,
        took_s=took_s,
        late_s=late_s,
        limit_a=setpoints.limit_a,
        measured_a=readings.measured_a,
        meter_a=readings.meter_a,
        fed=setpoints.feed_watchdog,
    )
