"""One tick's decision: tracking wants, safety tells; the memory of both is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.site import Site
from executors.after_a_gap import SETTLED_S, compared_anew, looked_anew
from executors.control.decide import decide_safe
from executors.control.quick import nobody
from executors.control.seam import Readings, Setpoints, Wanted, Wiring
from executors.control.state import SafetyState, start
from executors.control.times import LATE_S
from executors.tracking.arrays import Floats
from executors.tracking.cars import Beyond
from executors.tracking.learning import Learnt
from executors.tracking.orders import Orders, orders_of
from executors.tracking.overrides import Override
from executors.tracking.points import Points, points_of
from executors.tracking.state import Tracked, TrackingState, first_state
from executors.tracking.track import track
from executors.tracking.wishes import Session

Memory = tuple[Tracked | None, SafetyState]
"""Of tracking and of safety."""


class Deciding:
    """Decides tick after tick: tracking says what is wanted, safety what may be told of it.

    ``orders`` may be replaced at any time: by a new plan, a new request, a word of the owner.
    """

    def __init__(self, wiring: Wiring, points: Points, orders: Orders) -> None:
        self.wiring = wiring
        self.points = points
        self.orders = orders
        self.tracked: Tracked | None = None
        """What tracking said last: what it learnt, departures in danger."""
        self._safety = start(wiring)
        self._settles_s = float("-inf")
        self._begin: tuple[Session, Learnt] | None = None

    def resume(self, session: Session, learnt: Learnt) -> None:
        """Before the first tick: the cars that were there, what they have had, what they showed."""
        self._begin = (session, learnt)

    @property
    def memory(self) -> Memory:
        """What the next decision goes on from: to go back to where one was not carried out."""
        return self.tracked, self._safety

    @memory.setter
    def memory(self, before: Memory) -> None:
        self.tracked, self._safety = before

    def credit(self, kwh: Floats) -> None:
        """Count energy that flowed while nobody ticked (C,) [kWh]; NaN counts as none."""
        if self.tracked is None:
            return
        state = self.tracked.state
        delivered_kwh = state.session.delivered_kwh + np.nan_to_num(kwh) * state.session.connected
        session = replace(state.session, delivered_kwh=delivered_kwh)
        self.tracked = self.tracked._replace(state=state._replace(session=session))

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        """Setpoints of this tick; ``wall_s`` counts from 1970 and may jump, ``mono_s`` may not."""
        before = self._first(wall_s, mono_s) if self.tracked is None else self.tracked.state
        if mono_s - self._safety.tick_s > LATE_S:
            self._settles_s = mono_s + SETTLED_S
        if mono_s < self._settles_s:
            before, self._safety = looked_anew(before), compared_anew(self._safety, self.wiring)
        self.tracked = track(
            self.points, self.orders, readings, before, wall_s=wall_s, mono_s=mono_s, beyond=beyond
        )
        setpoints, self._safety = decide_safe(
            self.wiring, readings, self.tracked.wanted, self._safety, mono_s
        )
        return setpoints

    def cuts_alone(self, readings: Readings, mono_s: float) -> Setpoints:
        """What safety cuts in a tick in which tracking failed: nothing rises, nobody is fed, limits are kept.

        Where any frame feeds a watchdog, nothing is read either.
        """
        chargers = self._safety.chargers
        wanted = Wanted(np.nan_to_num(chargers.command_a), chargers.phases)
        decided, self._safety = decide_safe(self.wiring, readings, wanted, self._safety, mono_s)
        lower = decided.limit_a[decided.order] < chargers.command_a[decided.order]
        return replace(
            decided,
            order=decided.order[lower],
            feed_watchdog=nobody(self.wiring.chargers),
            may_read=~self.wiring.any_frame,
        )

    def _first(self, wall_s: float, mono_s: float) -> TrackingState:
        state = first_state(self.points, wall_s, mono_s)
        if self._begin is None:
            return state
        session, learnt = self._begin
        return state._replace(session=session, watched=replace(state.watched, learnt=learnt))


def deciding_of(
    site: Site,
    wiring: Wiring,
    plan: Plan | None,
    requests: Sequence[ChargeRequest],
    overrides: Sequence[Override] = (),
    *,
    now: datetime,
) -> Deciding:
    """A beginning from a plan and requests; ``now`` tells the month of the peak."""
    orders = orders_of(site, wiring, plan, requests, overrides, now=now)
    return Deciding(wiring, points_of(site, wiring), orders)
