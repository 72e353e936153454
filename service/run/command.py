"""What `run` does: check, go on where it was, start the loop, stop cleanly when told to."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.errors import Fault, InputError, NotBuilt
from domain.site import Site
from executors.control.failsafe_proof import prove
from executors.control.wiring import wiring_of
from executors.deciding import Deciding, deciding_of
from executors.tick import Ticking
from service.failsafe_words import proof_lines, verdict_words
from service.run.beside import Beside
from service.run.clocks import Clocks
from service.run.daemon import Around, Daemon
from service.run.keeper import Keeper
from service.run.kept import Kept, load, set_aside, state_file, state_folder
from service.run.lock import alone, only_one
from service.run.memory import resume
from service.run.pages import Pages, pages_of, served, starting
from service.run.plan_task import NO_FILES, PlanFiles
from service.run.refusals import all_simulated, refuse_without_wires
from service.run.supervisor import Supervisor
from service.run.view import health_of, state_of
from service.run.wired import wired_of
from service.run.wired_site import Wired
from service.site_file import read_site

PORT: Final = 8710


@dataclass(frozen=True, slots=True)
class RunOrder:
    """The arguments of `run`, as they were typed."""

    site: Path
    port: str | None = None
    simulated: bool = False
    state: Path | None = None
    files: PlanFiles = NO_FILES
    cache: Path | None = None


def run_command(order: RunOrder, clocks: Clocks | None = None) -> int:
    """Run until told to stop. Gives 0 after a request to end, 130 after Ctrl-C, 1 where silence is unsafe."""
    site = read_site(order.site)
    port = _port(order.port)
    _refuse_unbuilt(site)
    pretend = order.simulated or all_simulated(site)
    if not pretend:
        refuse_without_wires(site)
    if not _survives_silence(site, pretend=pretend):
        return 1
    supervisor = Supervisor(os.environ)
    around = Around(
        site=site,
        base=order.site.parent,
        clocks=clocks or Clocks(),
        say=say,
        keep=None if pretend else state_file(state_folder(os.environ, order.state), order.site),
        files=order.files,
        cache=order.cache,
        alive=supervisor.alive,
        source=str(order.site),
    )
    with alone(around.keep, say), nullcontext() if pretend else only_one(order.site, say):
        return asyncio.run(_run(around, port, supervisor, pretend=pretend))


def say(line: str) -> None:
    """One line on standard error, with its moment."""
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with suppress(OSError):
        sys.stderr.write(f"{moment} {' '.join(line.split())}\n")
        sys.stderr.flush()


async def _run(around: Around, port: int, supervisor: Supervisor, *, pretend: bool) -> int:
    stop, caught = asyncio.Event(), set[int]()
    loop = asyncio.get_running_loop()

    def hear(number: int) -> None:
        caught.add(number)
        supervisor.stopping()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)
    pages: Pages = starting()
    with served(pages, port) as there:
        await _run_wired(around, pages, there, stop, pretend=pretend)
    around.say("stopped; every charger is at its failsafe, or falls to it by itself")
    return 130 if signal.SIGINT in caught else 0


async def _run_wired(around: Around, pages: Pages, there: int, stop: asyncio.Event, *, pretend: bool) -> None:
    """Find the devices, run on them until ``stop``, and answer on the port ``there`` meanwhile."""
    async with wired_of(around, pretend=pretend) as (wired, made):
        kept = _kept(around)
        daemon = daemon_of(replace(around, site=wired.site) if pretend else around, wired, kept)
        if made is not None:
            daemon.take(made)
        loop = asyncio.get_running_loop()
        pages.update(pages_of(loop, lambda: health_of(daemon), lambda: state_of(daemon)))
        around.say(f"running {around.site.name}: http://127.0.0.1:{there}/api/state")
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection during a tick looks at it again
        await daemon.run(stop)


def daemon_of(around: Around, wired: Wired, kept: Kept | None) -> Daemon:
    """The daemon over these devices, going on with what was kept."""
    clocks = around.clocks
    deciding, kept = deciding_with(wired.site, kept, clocks.now(), around.say)
    if kept is not None and kept.session is not None and not resume(deciding, kept.session):
        around.say("the site has other chargers than before: sessions begin anew")
        kept = replace(kept, session=None)
    ticking = Ticking(
        wired.site, deciding, wired.meters, wired.chargers,
        clock=clocks.mono_s, wall=clocks.wall_s, sleep=clocks.sleep,
    )  # fmt: skip
    keeper = None
    if around.keep is not None and wired.site.curtailment is not None:
        keeper = Keeper(record_of(around.keep), clocks.now, around.say, clocks.sleep)
    ran = None if kept is None else kept.ran
    return Daemon(around, ticking, kept, Beside(wired, clocks, around.say, keeper=keeper, ran=ran))


def deciding_with(
    site: Site, kept: Kept | None, now: datetime, say: Callable[[str], None]
) -> tuple[Deciding, Kept | None]:
    """A beginning from what was kept; from nothing where that does not fit the site any more."""
    wiring = wiring_of(site)
    if kept is not None:
        try:
            return deciding_of(site, wiring, kept.plan, kept.requests, now=now), kept
        except (KeyError, ValueError, IndexError, TypeError) as error:
            why = f"{type(error).__name__}: {error}"
            say(f"what was kept does not fit the site any more ({why}); a new plan is made")
    return deciding_of(site, wiring, None, (), now=now), None


def record_of(keep: Path) -> Path:
    """The record of the grid operator's signal, beside the site's memory."""
    return keep.with_name(f"{keep.stem}.signal.jsonl")


def _kept(around: Around) -> Kept | None:
    if around.keep is None:
        return None
    kept, trouble = load(around.keep)
    if trouble:
        around.say(trouble)
        around.say(set_aside(around.keep))
    return kept


def _survives_silence(site: Site, *, pretend: bool) -> bool:
    """Whether the site may start; what stands in the way is told."""
    proof = prove(site)
    if not proof.ok or proof.findings:
        for line in (f"failsafe {verdict_words(proof)}", *proof_lines(proof)):
            say(line)
    return proof.ok or pretend


def _refuse_unbuilt(site: Site) -> None:
    from scheduler.not_built import NOT_BUILT, PLANNED_ONLY, unbuilt

    keys = unbuilt(site, requests=(), rows=(*NOT_BUILT, *PLANNED_ONLY))
    if keys:
        raise NotBuilt(keys)


def _port(typed: str | None) -> int:
    if typed is None:
        return PORT
    if not typed.isdecimal() or int(typed) > 65535:
        raise InputError([Fault("--port", f"'{typed}'", "0 to 65535 is allowed; 0 takes any free port")])
    return int(typed)
