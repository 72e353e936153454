"""One tick's inputs together: the site, what is wished, what was read, and the time."""

from __future__ import annotations

from dataclasses import dataclass

from executors.control.seam import Readings
from executors.tracking.cars import Beyond
from executors.tracking.orders import Orders
from executors.tracking.plan_clock import PlanTime
from executors.tracking.points import Points


@dataclass(frozen=True, slots=True)
class Tick:
    """Everything that a tick goes by."""

    points: Points
    orders: Orders
    readings: Readings
    beyond: Beyond
    time: PlanTime
    dt_s: float
    """Since the last tick [s, monotonic]."""
    mono_s: float
