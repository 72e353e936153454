"""When the daemon plans: at quarters, for prices, for cars that come and go; what it shows when it cannot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.site import parse_site
from executors.devices import devices_of
from service.run.clocks import Clocks
from service.run.command import daemon_of
from service.run.daemon import Around, Daemon
from service.run.in_worker import PlanFailed
from service.run.jobs import Jobs
from service.run.plan_task import PlanMade, PlanTask, planned
from service.run.view import state_of
from service.run.wired_site import Wired
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld
from tests.executors.ticks import SITE

SPEED = 8.0


def _is_planned(reason: str, line: str) -> bool:
    """Whether a plan was made for this reason; a quarter may have begun as well."""
    return line.startswith("planned (") and reason in line


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    last_s = time.monotonic() + 240
    while not holds():
        assert time.monotonic() < last_s, "it never came"
        await asyncio.sleep(0.02)


def test_a_plan_is_due_at_every_quarter_and_when_prices_are() -> None:
    async def test() -> None:
        began, begun = datetime(2026, 11, 20, 21, 7, tzinfo=UTC), time.monotonic()
        speed = 9000.0

        def now() -> datetime:
            return began + timedelta(seconds=(time.monotonic() - begun) * speed)

        reasons: list[tuple[str, datetime]] = []
        jobs = Jobs(lambda reason: reasons.append((reason, now())), now, speed)
        jobs.start()
        jobs.prices_at(now() + timedelta(minutes=20))
        await until(lambda: len(reasons) >= 4)
        jobs.stop()
        quarters = [at for reason, at in reasons if reason == "a new quarter"]
        assert quarters[0] >= datetime(2026, 11, 20, 21, 15, tzinfo=UTC)
        assert [reason for reason, _ in reasons].count("prices are due") == 1

    asyncio.run(test())


def test_after_the_clock_was_set_back_an_hour_the_next_quarter_is_not_an_hour_away() -> None:
    async def test() -> None:
        speed, begun = 9000.0, time.monotonic()
        step = [timedelta(0)]
        start = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)

        def now() -> datetime:
            return start + step[0] + timedelta(seconds=(time.monotonic() - begun) * speed)

        reasons: list[str] = []
        jobs = Jobs(reasons.append, now, speed)
        jobs.start()
        step[0] = timedelta(hours=-1)
        jobs.clock_was_set()
        await until(lambda: len(reasons) >= 1)
        jobs.stop()

    asyncio.run(test())


@asynccontextmanager
async def running(
    folder: Path, make_plan: Callable[[PlanTask], PlanMade]
) -> AsyncIterator[tuple[Daemon, SimpleWorld, list[str]]]:
    """A daemon on twins; plans are made by ``make_plan``."""
    clocks = Clocks(SPEED, (time.monotonic(), datetime.now(UTC).timestamp()))
    site, said = parse_site(SITE, "site.yaml"), list[str]()
    world = SimpleWorld(site, clocks.mono_s, datetime.now(UTC))
    settings = HostSettings(clocks.mono_s, folder, ZoneInfo("UTC"), answer_s=0.001, tick_s=0.01)

    plans: list[PlanMade] = []

    async def made(task: PlanTask) -> PlanMade:
        """One plan is enough: what counts here is that it was asked for."""
        if not plans:
            plans.append(await asyncio.to_thread(make_plan, task))
        return plans[0]

    async with TwinHost(site, world, settings) as host:
        here = on_twins(site, host, folder)
        async with devices_of(here, clocks.mono_s, folder, sleep=clocks.sleep) as devices:
            around = Around(here, folder, clocks, said.append, keep=folder / "kept.json", make_plan=made)
            daemon = daemon_of(around, Wired(here, devices.meters, devices.chargers), None)
            stop = asyncio.Event()
            task = asyncio.ensure_future(daemon.run(stop))
            try:
                yield daemon, world, said
            finally:
                stop.set()
                await task


def test_a_car_that_comes_or_goes_is_a_reason_for_a_plan(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path, planned) as (_, world, said):
            await until(lambda: any(_is_planned("the start", line) for line in said))
            world.points["left"].plug(Car())
            await until(lambda: any(_is_planned("a car came or went", line) for line in said))
            said.clear()
            world.points["left"].unplug()
            await until(lambda: any(_is_planned("a car came or went", line) for line in said))

    asyncio.run(test())


def test_a_planner_that_fails_is_shown_and_tried_again(tmp_path: Path) -> None:
    fails = [True]

    def sometimes(task: PlanTask) -> PlanMade:
        if fails[0]:
            raise PlanFailed("no prices today")
        return planned(task)

    async def test() -> None:
        async with running(tmp_path, sometimes) as (daemon, _, said):
            await until(
                lambda: any(
                    line.startswith("no new plan (the start") and "no prices today" in line for line in said
                )
            )
            state = state_of(daemon)
            assert state["plan"] == {"trouble": "no prices today"}
            await until(lambda: state_of(daemon)["health"]["ok"])
            fails[0] = False
            await until(lambda: daemon.planned == 1)
            assert not state_of(daemon)["plan"]["trouble"]

    asyncio.run(test())


def test_a_memory_that_cannot_be_written_is_told_once_and_shown(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "kept.json").mkdir()
        async with running(tmp_path, planned) as (daemon, _, said):
            await until(lambda: daemon.kept_trouble != "")
            await until(lambda: daemon.planned >= 1)
            assert "folder" in state_of(daemon)["kept"]["trouble"]
            (tmp_path / "kept.json").rmdir()
            await until(lambda: "kept again" in said)
            assert state_of(daemon)["kept"]["trouble"] == ""
            assert sum("not kept" in line for line in said) == 1

    asyncio.run(test())
