"""The devices of a site as the daemon and commissioning find them: real ones, or twins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import SourceError
from executors.devices import devices_of
from service.run.daemon import Around
from service.run.in_worker import PlanFailed, plan_in_worker
from service.run.plan_task import PlanMade, PlanTask
from service.run.wired_site import Wired


@asynccontextmanager
async def wired_of(
    around: Around, *, pretend: bool, only_looks: bool = False
) -> AsyncIterator[tuple[Wired, PlanMade | None]]:
    """The devices of the site; of a simulated one, twins on the day of a first plan, and that plan."""
    if not pretend:
        clocks = around.clocks
        async with devices_of(
            around.site, clocks.mono_s, around.base, around.source, clocks.sleep, only_looks=only_looks
        ) as devices:
            yield Wired(
                around.site, devices.meters, devices.chargers,
                devices.switches, devices.battery, devices.signal,
            ), None  # fmt: skip
        return
    around.say("simulated: nothing real is spoken to; load, sun and cars are those of the first plan")
    task = PlanTask(around.site, around.base, around.clocks.now(), around.files, around.cache)
    try:
        made = await plan_in_worker(task)
    except PlanFailed as error:
        raise SourceError(f"no plan, so that nothing can be simulated: {error}") from error
    from service.run.simulated import simulated

    async with simulated(around.site, made.inputs, around.clocks) as wired:
        yield wired, made
