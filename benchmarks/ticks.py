"""The daemon over wires: from the tick's beginning until all that is offered fits again, and to the last
write; what many chargers cost, and whether memory grows: ``python -m benchmarks.ticks [SECONDS] [CASE ...]``.
A case is chargers/connections; ``g`` behind it: one frame limits all of a connection.

Twins in a process of their own answer after 30 ms on loopback. The daemon is that of `run`: it plans, keeps
its file and serves its pages. Memory is looked at once a minute; its slope is that of the second half.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from domain.site import Site, parse_site
from executors.devices import devices_of
from executors.tick import Ticking
from service.run.clocks import Clocks
from service.run.command import daemon_of
from service.run.daemon import Around, Daemon
from service.run.pages import pages_of, served
from service.run.view import health_of, state_of
from service.run.wired_site import Wired
from simulation.twins.charx import Charx
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld

CASES = ("12/12", "12/1", "12/1g", "48/1", "48/1g", "200/20")
BASE_A, ROOM_A = 3.0, 7.0
"""What the house takes on a phase after the jump, and what that leaves, for each charger [A]."""
MEASURED_AFTER_S = 80
"""48 points on one connection are found, armed and at their share after a minute [s]."""
LOOK_S = 60


@dataclass(frozen=True, slots=True)
class Case:
    """How many chargers there are, on how many connections, and whether one frame limits a connection."""

    chargers: int
    connections: int
    grouped: bool

    @classmethod
    def of(cls, text: str) -> Case:
        """From ``12/1g``."""
        chargers, connections = map(int, text.removesuffix("g").split("/"))
        return cls(chargers, connections, text.endswith("g"))


def site_of(case: Case) -> Site:
    """A site whose fuse carries 10 A for each charger."""
    chargers, connections = case.chargers, case.connections
    each = chargers // connections
    lines = [
        f"  - {{id: p{n}, driver: charx, host: h{n // each}, connector: {n % each + 1}, "
        f"in_load_circuit: {str(case.grouped).lower()}, "
        "current_a: {min: 6, max: 16}, failsafe: {current_a: 6, after_s: 30}}"
        for n in range(chargers)
    ]
    return parse_site(
        "name: Many\nlocation: {time_zone: UTC}\ndefault_request: full\n"
        f"grid: {{limit_a: {10 * chargers}, base_load_max_a: 10, meter: street}}\n"
        "meters: {street: {driver: shelly_3em, host: em}}\nchargers:\n"
        + "\n".join(lines)
        + "\ntariff: {buy: {source: fixed, eur_per_kwh: 0.3}}\n",
        "many.yaml",
    )


async def twins(case: Case) -> None:
    """Be the twins of a site: tell where they are, raise the house's load once, at a signal, and tell when
    all that is offered fits again [monotonic s].
    """
    site, chargers = site_of(case), case.chargers
    world = SimpleWorld(site, time.monotonic, datetime.now(UTC))
    for point in world.points.values():
        point.plug(Car())
    with tempfile.TemporaryDirectory() as name:
        settings = HostSettings(time.monotonic, Path(name), ZoneInfo("UTC"))
        async with TwinHost(site, world, settings) as host:
            here = on_twins(site, host, Path(name))
            print(here.model_dump_json(exclude_none=True), flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            world.meters["street"].base_a = (BASE_A * chargers,) * 3
            stations = {id(one): one for one in (host.charger(c.id).twin for c in site.chargers)}.values()
            points = [point for one in stations if isinstance(one, Charx) for point in one.points.values()]
            while sum(point.offer_a for point in points) > ROOM_A * chargers:  # noqa: ASYNC110 - looks at twins
                await asyncio.sleep(0.002)
            print(time.monotonic(), flush=True)
            await asyncio.to_thread(sys.stdin.readline)


@dataclass
class Seen:
    """What was seen of a daemon that runs."""

    took_s: list[float] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the beginning, and what is resident then."""
    fits_s: float = float("nan")
    """From the beginning of the tick that cut until all that is offered fits."""
    written_s: float = float("nan")
    """From there to the last order heard."""
    cpu: float = float("nan")
    """Share of a core."""

    @property
    def slope_mb_per_h(self) -> float:
        """Growth of the second half, by least squares; NaN where there is too little to tell."""
        half = self.memory_mb[len(self.memory_mb) // 2 :]
        if len(half) < 3:
            return float("nan")
        at_s, mb = np.array(half).T
        return float(np.polyfit(at_s / 3600, mb, 1)[0])


async def measured(text: str, seconds: int) -> str:
    """One line of figures."""
    command = [sys.executable, "-m", "benchmarks.ticks", "twins", text]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**24)
    assert process.stdout is not None
    assert process.stdin is not None
    site = parse_site((await process.stdout.readline()).decode(), "twins.json")
    with tempfile.TemporaryDirectory() as name:
        around = Around(site, Path(name), Clocks(), say=lambda _: None, keep=Path(name) / "kept.json")
        async with devices_of(site, time.monotonic, Path()) as devices:
            daemon = daemon_of(around, Wired(site, devices.meters, devices.chargers), None)
            pages = pages_of(asyncio.get_running_loop(), lambda: health_of(daemon), lambda: state_of(daemon))
            stop = asyncio.Event()
            with served(pages, 0):
                running = asyncio.ensure_future(daemon.run(stop))
                seen = await looked_at(daemon, seconds, process.stdin, process.stdout)
                stop.set()
                await running
    process.kill()
    await process.wait()
    if len(seen.memory_mb) > 2:
        looks = "  ".join(f"{at_s / 60:.0f} min {mb:.1f}" for at_s, mb in seen.memory_mb[::5])
        print(f"memory [MB]: {looks}", file=sys.stderr)
    return line_of(text, seen, daemon.ticking)


async def looked_at(
    daemon: Daemon, seconds: int, twins: asyncio.StreamWriter, said: asyncio.StreamReader
) -> Seen:
    """Wait until it has settled, raise the load, look for so many seconds."""
    seen, loop = Seen(), daemon.ticking
    await asyncio.sleep(MEASURED_AFTER_S)
    begun_s, cpu_s, counted = time.monotonic(), time.process_time(), loop.ring.count
    twins.write(b"\n")
    await asyncio.sleep(4)
    seen.written_s, cut_s = last_cut_s(loop, begun_s)
    seen.fits_s = float(await said.readline()) - cut_s
    while (left_s := begun_s + seconds - time.monotonic()) > 0:
        await asyncio.sleep(min(LOOK_S, left_s))
        new = loop.ring.count - counted
        counted = loop.ring.count
        seen.took_s += [tick.took_s for tick in list(loop.ring.ticks)[-new:]]
        seen.memory_mb.append((time.monotonic() - begun_s, resident_mb()))
    seen.cpu = (time.process_time() - cpu_s) / (time.monotonic() - begun_s)
    return seen


def resident_mb() -> float:
    """Memory of this process that is in use now [MB]; of Linux."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def last_cut_s(loop: Ticking, begun_s: float) -> tuple[float, float]:
    """From the beginning of the tick that cut to the last order heard [s], and that beginning [monotonic];
    NaN where none cut.
    """
    before = [tick for tick in loop.ring.ticks if tick.mono_s <= begun_s][-1]
    cut = next(
        (t for t in loop.ring.ticks if t.mono_s > begun_s and t.limit_a.sum() < before.limit_a.sum() - 1),
        None,
    )
    return (np.nan, np.nan) if cut is None else (loop.last_write_s - cut.mono_s, cut.mono_s)


HEAD = (
    "  case   fits s  last write s  tick p50 s tick p99 s      CPU  MB first   MB last  MB per h"
    "  skipped  failed"
)


def line_of(case: str, seen: Seen, loop: Ticking) -> str:
    """The figures of one case."""
    median_s, most_s = np.quantile(seen.took_s, (0.5, 0.99))
    return (
        f"{case:>6s} {seen.fits_s:8.2f} {seen.written_s:13.2f} {median_s:12.3f} {most_s:10.3f} "
        f"{seen.cpu:8.1%} {seen.memory_mb[0][1]:9.1f} {seen.memory_mb[-1][1]:9.1f} "
        f"{seen.slope_mb_per_h:9.1f} {loop.ring.skipped:8d} {loop.ring.failures:7d}"
    )


def main() -> None:
    """Print one line for each case."""
    if sys.argv[1:2] == ["twins"]:
        asyncio.run(twins(Case.of(sys.argv[2])))
        return
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    print(HEAD)
    for case in sys.argv[2:] or CASES:
        print(asyncio.run(measured(case, seconds)), flush=True)


if __name__ == "__main__":
    main()
