"""New plans while a simulated day runs, for the daemon's own reasons and from what its own eyes have seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from domain.errors import ChargewrightError
from domain.load_windows import windows_between
from domain.plan import Plan
from domain.site import Site
from domain.units import hours_from_s
from executors.tracking.orders import Orders, orders_of
from service.planning import Planned, options_of
from service.run.jobs import AFTER_S, QUARTER_S, SOON_S
from service.run.plan_task import PlanMade, PlanTask, planned_from
from service.run.seen import Seen

if TYPE_CHECKING:
    from executors.deciding import Deciding
    from service.run.car_limits import CarLimits
    from simulation.closed_loop import ClosedLoop

_SOON_S: Final = int(SOON_S)
EXPECTED_S: Final = 60.0
"""A car that comes or leaves so near to its planned time changes no plan [s]."""


class Replanning:
    """Plans anew when a car comes or goes unforeseen, and at every quarter that finds something changed.

    The daemon plans at every quarter, for prices and forecasts may be new. Here they stay what they were,
    so a quarter changes nothing while every car has had what its plan gave it, has shown nothing new, and
    the local day is the same: the plan that is there would be made again. So it would when a car comes or
    goes at its time. ``every_s`` asks for a plan at these distances whatever has changed.
    """

    def __init__(self, planned: Planned, site: Site, control: Deciding, every_s: int | None) -> None:
        """Take the site as it is simulated; the one that is planned is the owner's."""
        self._planned, self._site, self._control = planned, site, control
        self._every_s = every_s
        self._zone = ZoneInfo(site.location.time_zone)
        self._seen = Seen(site, control.wiring, 0.0)
        self.plan: Plan = planned.plan
        """The one that is followed."""
        self._looked_s = -1
        self._due_s: int | None = None
        self._quarter_s = self._next_quarter_s(0)
        self._known: tuple[dict[str, CarLimits], date] = ({}, self._day(0))
        self.plans = 1
        """How many plans the day has had."""
        self.failed: list[str] = []
        """Why no new plan could be made; the one before went on."""

    def look(self, loop: ClosedLoop) -> None:
        """After a second: see what the control has seen, and plan where there is a reason."""
        now_s = loop.plant.now_s
        if loop.decided_s != self._looked_s:
            self._looked_s = loop.decided_s
            self._see(loop)
        if now_s >= self._quarter_s:
            self._quarter_s = self._next_quarter_s(now_s)
            if self._every_s is not None or self._changed(now_s):
                self._due_s = now_s
        if self._due_s is not None and now_s >= self._due_s and now_s < self._last_s:
            self._due_s = None
            self._plan_anew(loop)

    @property
    def _last_s(self) -> int:
        """The end of the first plan, and of the day."""
        grid = self._planned.plan.grid
        return int((grid.end - grid.start).total_seconds()) - 1

    def _see(self, loop: ClosedLoop) -> None:
        if loop.last is None or loop.readings is None or self._control.tracked is None:
            return
        moved = self._seen.look(loop.readings, loop.last, self._control.tracked, float(loop.decided_s))
        if not all(self._is_expected(charger, loop.decided_s) for charger in moved):
            self._due_s = loop.decided_s + _SOON_S

    def _is_expected(self, charger: str, now_s: int) -> bool:
        """Whether the plan has a car come to a charger, or leave it, about now."""
        now, about = self._moment(now_s), timedelta(seconds=EXPECTED_S)
        asked = (one.request for one in self.plan.requests if one.request.charger == charger)
        return any(abs(at - now) <= about for one in asked for at in (one.arrival, one.departure))

    def _changed(self, now_s: int) -> bool:
        return self._seen.off_plan() or (self._seen.limits(), self._day(now_s)) != self._known

    def _plan_anew(self, loop: ClosedLoop) -> None:
        now_s = loop.plant.now_s
        self._known = (self._seen.limits(), self._day(now_s))
        ordered = self._planned.ordered
        options = replace(options_of(ordered.numbers), remedies_s=0.0)
        task = self._task(loop)
        try:
            made = planned_from(task, ordered.files, self._planned.live, options, ordered.numbers.slot_min)
        except ChargewrightError as error:
            self.failed.append(str(error))
            return
        self._take(made, loop)

    def _task(self, loop: ClosedLoop) -> PlanTask:
        now_s, seen, ordered = loop.plant.now_s, self._seen, self._planned.ordered
        battery = loop.plant.battery
        return PlanTask(
            site=self._planned.site,
            base=ordered.files.base,
            now=self._moment(now_s),
            delivered_kwh=dict(seen.delivered_kwh),
            limits=seen.limits(),
            running=seen.running(float(now_s)),
            previous=self.plan,
            peak=seen.imported.peak,
            window_import_kwh=seen.imported.running_kwh,
            battery_soc=None if ordered.numbers.battery_soc is None or battery is None else battery.soc,
            ran_h=self._ran_h(loop),
            curtailed=ordered.curtailed,
        )

    def _take(self, made: PlanMade, loop: ClosedLoop) -> None:
        """Follow a new plan from now on."""
        self.plan = made.plan
        self.plans += 1
        self._control.orders = self._orders(made)
        self._seen.keep_only({one.id for one in made.requests})
        loop.follow(made.plan)

    def _orders(self, made: PlanMade) -> Orders:
        plan, used_kwh = made.plan, made.inputs.window_import_kwh
        return orders_of(
            self._site, self._control.wiring, plan, made.requests, now=plan.made_at, used_kwh=used_kwh
        )

    def _moment(self, now_s: int) -> datetime:
        return self._planned.plan.grid.start + timedelta(seconds=now_s)

    def _ran_h(self, loop: ClosedLoop) -> dict[str, float]:
        """Hours that flexible loads have run in the windows that are open now."""
        now, runs = self._moment(loop.plant.now_s), loop.switches.runs_until(loop.plant.now_s)
        found: dict[str, float] = {}
        for load in self._site.flexible_loads:
            for window in windows_between(load, now, now + timedelta(seconds=1), self._zone):
                begin_s = (window.start - self._moment(0)).total_seconds()
                on_s = sum(max(0.0, until_s - max(since_s, begin_s)) for since_s, until_s in runs[load.id])
                found[load.id] = hours_from_s(on_s)
        return found

    def _day(self, now_s: int) -> date:
        return self._moment(now_s).astimezone(self._zone).date()

    def _next_quarter_s(self, now_s: int) -> int:
        """The next time at which the daemon's clockwork would ask for a plan, with its delay."""
        start_s = self._planned.plan.grid.start.timestamp()
        length_s = QUARTER_S if self._every_s is None else self._every_s
        delay_s = int(AFTER_S) + _SOON_S
        border_s = ((start_s + now_s - delay_s) // length_s + 1) * length_s
        return int(border_s - start_s) + delay_s
