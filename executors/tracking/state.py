"""All that tracking remembers from one tick to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.seam import Wanted
from executors.control.why import Event, Reason
from executors.tracking.arrays import Bools, Floats, Ints
from executors.tracking.by_energy import Ledger, first_ledger
from executors.tracking.cars import Cars
from executors.tracking.counters import Counters, first_counters
from executors.tracking.danger import Danger
from executors.tracking.learning import Learnt, Watched, first_watched
from executors.tracking.orders import Orders
from executors.tracking.peak_yields import NOTHING_KW
from executors.tracking.phase_change import PhaseChange, first_phase_change
from executors.tracking.plan_clock import PlanClock, PlanTime, first_clock
from executors.tracking.points import Points
from executors.tracking.quarter import Quarter, first_quarter
from executors.tracking.sun_choice import Sunny, first_sunny
from executors.tracking.surplus import Level
from executors.tracking.waking import Waking, first_waking
from executors.tracking.wishes import Session, Wishes, first_session


class Tracked(NamedTuple):
    """What tracking has to say after a tick."""

    wanted: Wanted
    state: TrackingState
    learnt: Learnt
    """For the next plan."""
    danger: Danger
    wishes: Wishes
    owed_kwh: Floats
    """What the plan owes each car; a large one is a reason for a new plan."""
    surplus_kw: float
    """Solar less load; NaN where it is not known."""
    time: PlanTime
    cars: Cars


class TrackingState(NamedTuple):
    """Memory of tracking; made by ``first_state``, replaced by every tick."""

    clock: PlanClock
    session: Session
    ledger: Ledger
    watched: Watched
    level: Level
    sunny: Sunny
    change: PhaseChange
    waking: Waking
    quarter: Quarter
    told_a: Floats
    """What was wanted last [A]."""
    mono_s: float
    """Time of the last tick [monotonic s]."""
    decided_s: float
    """Time of the last decision [monotonic s]."""
    drawn_kwh: Floats
    """What flowed since then."""
    counters: Counters
    warned: Bools
    """Shape (4, C): departures impossible and in danger, cars not taking, switches given up."""
    reasons: tuple[Reason, ...] = ()
    events: tuple[Event, ...] = ()
    """Of the last decision."""
    last: Tracked | None = None
    """The last decision, without its own state."""
    car: Ints | None = None
    """What the chargers said of their cars then."""
    orders: Orders | None = None
    lively: bool = True
    """A sequence runs, or the sun is followed."""
    yields_kw: float = NOTHING_KW
    """Mean import that departures need of the running window, as of the last decision [kW]."""
    full_in_s: float = 0.0
    """When the first car will have its energy, counted from the last decision."""


def first_state(points: Points, wall_s: float, mono_s: float) -> TrackingState:
    """Nothing known but the time; chargers are on all their phases."""
    count = points.wiring.chargers
    return TrackingState(
        clock=first_clock(wall_s, mono_s),
        session=first_session(count),
        ledger=first_ledger(count),
        watched=first_watched(count),
        level=Level(),
        sunny=first_sunny(count),
        change=first_phase_change(points.wiring.wired),
        waking=first_waking(count),
        quarter=first_quarter(),
        told_a=np.zeros(count),
        mono_s=mono_s,
        decided_s=mono_s,
        drawn_kwh=np.zeros(count),
        counters=first_counters(count),
        warned=np.zeros((4, count), dtype=np.bool_),
    )
