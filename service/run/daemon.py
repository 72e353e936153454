"""The daemon: the tick goes on whatever happens beside it; plans come from a worker and are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from domain.errors import ChargewrightError
from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.site import Site
from executors.deciding import Deciding
from executors.tick import Ticking
from executors.tracking.orders import orders_of
from service.run.beside import Beside
from service.run.clocks import Clocks
from service.run.in_worker import PlanFailed, plan_in_worker
from service.run.jobs import SOON_S, Jobs
from service.run.kept import Kept, save
from service.run.memory import Missed, session_of
from service.run.meter_peak import with_meter_peak
from service.run.plan_task import NO_FILES, PlanFiles, PlanMade, PlanTask
from service.run.seen import Seen

RETRY_S: Final = 60.0
SAVE_S: Final = 60.0
STEP_S: Final = 30.0
"""A clock of the walls that went so much otherwise than the monotonic one was set [s]."""

Say = Callable[[str], None]
MakePlan = Callable[[PlanTask], Coroutine[Any, Any, PlanMade]]


@dataclass(frozen=True, slots=True)
class Around:
    """What the daemon has around its loop."""

    site: Site
    """As the owner wrote it."""
    base: Path
    clocks: Clocks
    say: Say
    keep: Path | None = None
    """Where it keeps its memory; none for a simulated site."""
    files: PlanFiles = NO_FILES
    """What a plan reads beside the site file; read anew for every plan."""
    cache: Path | None = None
    make_plan: MakePlan = plan_in_worker
    alive: Callable[[], None] = lambda: None
    """Called after every healthy tick."""
    source: str = "site file"
    """Name of the site file, for faults."""


class Daemon:
    """One site that runs."""

    def __init__(self, around: Around, ticking: Ticking, kept: Kept | None, beside: Beside) -> None:
        self.around, self.ticking, self.beside = around, ticking, beside
        self.plan: Plan | None = None if kept is None else kept.plan
        beside.plan = self.plan
        beside.connect(ticking)
        self.requests: tuple[ChargeRequest, ...] = () if kept is None else kept.requests
        delivered_kwh = {} if kept is None else kept.delivered_kwh
        self.seen = Seen(around.site, ticking.wiring, around.clocks.mono_s(), delivered_kwh)
        self.plan_trouble = ""
        self.kept_trouble = ""
        """Why the last attempt to keep what is known failed."""
        self.planned = 0
        """Plans since the start."""
        session = None if kept is None else kept.session
        nothing = np.full(ticking.wiring.chargers, np.nan)
        self._missed = Missed(nothing if session is None else session.total_kwh)
        self._jobs = Jobs(self.plan_soon, around.clocks.now, around.clocks.speed)
        self._wanted = asyncio.Event()
        self._reasons: list[str] = []
        """Why a new plan is wanted, each once."""
        self._told_s = 0.0
        self._healthy_s = ticking.ticked_s
        self._ahead_s = around.clocks.wall_s() - around.clocks.mono_s()
        self._saver = ThreadPoolExecutor(1, "chargewright-saving")

    async def run(self, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set; then leave every charger at its failsafe and keep what is known."""
        self._jobs.start()
        keeper = self.beside.keeper
        writing = None if keeper is None else asyncio.ensure_future(keeper.run())
        works = (self._keep_planning(), self._keep_saving(), self.beside.others.run())
        beside = [asyncio.ensure_future(work) for work in works]
        ticks = asyncio.ensure_future(self.ticking.run(self._heard))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            self.plan_soon("the start")
            await asyncio.wait({ticks, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._jobs.stop()
            for task in (*beside, ticks, stopped):
                task.cancel()
            ended = await asyncio.gather(ticks, *beside, return_exceptions=True)
            self._saver.shutdown(cancel_futures=True)
            await self.beside.finish(writing)
            self._save()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def plan_soon(self, reason: str) -> None:
        """Ask for a new plan; several reasons at once make one."""
        if reason not in self._reasons:
            self._reasons.append(reason)
        self._wanted.set()

    def take(self, made: PlanMade) -> None:
        """Follow a new plan from the next tick on."""
        self.plan, self.requests, self.plan_trouble = made.plan, made.requests, ""
        self.beside.plan = self.plan
        self.planned += 1
        self._jobs.prices_at(made.ask_again)
        used_kwh = made.inputs.window_import_kwh
        follow(self.ticking.deciding, self.around, self.plan, self.requests, used_kwh)
        self.seen.keep_only({one.id for one in made.requests})

    async def _keep_planning(self) -> None:
        while True:
            await self._wanted.wait()
            await self.around.clocks.sleep(SOON_S)
            self._wanted.clear()
            reasons, self._reasons = self._reasons, []
            why = ", ".join(reasons)
            try:
                self.take(await self.around.make_plan(self._task()))
            except Exception as error:  # noqa: BLE001 - without a plan the tick goes on by requests alone
                words = str(error) if isinstance(error, PlanFailed) else f"{type(error).__name__}: {error}"
                self.plan_trouble = words
                self.around.say(f"no new plan ({why}): {words}")
                await self.around.clocks.sleep(RETRY_S)
                for reason in reasons:
                    self.plan_soon(reason)
            else:
                self.around.say(f"planned ({why})")
                await self._save_beside()

    def _task(self) -> PlanTask:
        around, seen = self.around, self.seen
        return PlanTask(
            site=self._site_now(),
            base=around.base,
            now=around.clocks.now(),
            files=around.files,
            cache=around.cache,
            delivered_kwh=dict(seen.delivered_kwh),
            limits=seen.limits(),
            running=seen.running(around.clocks.mono_s()),
            previous=self.plan,
            peak=seen.imported.peak,
            window_import_kwh=seen.imported.running_kwh,
            ran_h=self.beside.ran_h(),
            battery_soc=self.beside.others.battery_soc,
            curtailed=self.beside.curtailed(),
        )

    def _site_now(self) -> Site:
        """The site as a plan is made for it now."""
        site, clocks = self.around.site, self.around.clocks
        reading = None if site.grid.meter is None else self.ticking.heard().meters.get(site.grid.meter)
        return with_meter_peak(site, reading, clocks.now(), clocks.mono_s())

    async def _keep_saving(self) -> None:
        while True:
            await self.around.clocks.sleep(SAVE_S)
            await self._save_beside()

    async def _save_beside(self) -> None:
        """Keep what is known without keeping the loop waiting; one at a time."""
        await asyncio.get_running_loop().run_in_executor(self._saver, self._save)

    def _save(self) -> None:
        """Keep what is known; a disk that takes nothing is told and ends nothing."""
        if self.around.keep is None:
            return
        session = session_of(self.ticking)
        delivered_kwh = dict(self.seen.delivered_kwh)
        wall_s = self.around.clocks.wall_s()
        kept = Kept(wall_s, self.plan, self.requests, delivered_kwh, session, self.beside.ran)
        try:
            save(self.around.keep, kept)
        except Exception as error:  # noqa: BLE001 - planning and saving go on, whatever stands in the way now
            words = str(error) if isinstance(error, ChargewrightError) else f"{type(error).__name__}: {error}"
            if words != self.kept_trouble:
                self.around.say(f"not kept: {words}")
            self.kept_trouble = words
        else:
            if self.kept_trouble:
                self.around.say("kept again")
            self.kept_trouble = ""

    def _heard(self) -> None:
        """After a tick; whatever goes wrong here must not end the loop."""
        if self.ticking.ticked_s > self._healthy_s:
            self._healthy_s = self.ticking.ticked_s
            self.around.alive()
        try:
            self._look_at_the_clock()
            self._after_tick()
        except Exception as error:  # noqa: BLE001 - counting and telling come after safety
            self.around.say(f"after a tick: {type(error).__name__}: {error}")

    def _look_at_the_clock(self) -> None:
        """Plan anew where somebody has set the clock of the walls: slots and departures go by it."""
        clocks = self.around.clocks
        ahead_s = clocks.wall_s() - clocks.mono_s()
        if abs(ahead_s - self._ahead_s) > STEP_S:
            self.around.say(f"the clock was set by {ahead_s - self._ahead_s:+.0f} s")
            self._jobs.clock_was_set()
            self.plan_soon("the clock was set")
            self._ahead_s = ahead_s

    def _after_tick(self) -> None:
        """Count energy, see cars and the signal come and go, tell what happened."""
        if self.beside.after_tick(self.ticking):
            self.plan_soon("the grid operator's signal")
        if self.ticking.last is None or self.ticking.deciding.tracked is None:
            return
        self._missed.count(self.ticking)
        readings, decided = self.ticking.last
        tracked = self.ticking.deciding.tracked
        if self.seen.look(readings, decided, tracked, self.around.clocks.mono_s()):
            self.plan_soon("a car came or went")
        self._tell()

    def _tell(self) -> None:
        """Say what happened since the last tick."""
        events = self.ticking.ring.events
        latest = events[-1][0] if events else 0.0
        if latest <= self._told_s:
            return
        for at_s, event in events:
            if at_s > self._told_s:
                self.around.say(f"{event.subject}: {event.what.name.lower().replace('_', ' ')}")
        self._told_s = latest


def follow(
    deciding: Deciding,
    around: Around,
    plan: Plan | None,
    requests: tuple[ChargeRequest, ...],
    used_kwh: float | None = None,
) -> None:
    """Make a plan and its requests what tracking goes by; ``used_kwh`` as ``orders_of`` wants it."""
    now = around.clocks.now()
    deciding.orders = orders_of(around.site, deciding.wiring, plan, requests, now=now, used_kwh=used_kwh)
