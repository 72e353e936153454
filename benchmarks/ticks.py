"""The tick over wires: from the meter's sample to the last write, and what many chargers cost.

``python -m benchmarks.ticks [SECONDS]``: twins in a process of their own answer after 30 ms on loopback.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from domain.site import Site, parse_site
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from executors.devices import devices_of
from executors.tick import Ticking
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld

CASES = ((12, 12), (12, 1), (200, 20))
"""Chargers, and the connections that they share."""
MEASURED_AFTER_S = 40


def site_of(chargers: int, connections: int) -> Site:
    """A site whose fuse carries 10 A for each charger."""
    each = chargers // connections
    lines = [
        f"  - {{id: p{n}, driver: charx, host: h{n // each}, connector: {n % each + 1}, "
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


async def twins(chargers: int, connections: int) -> None:
    """Be the twins of a site: tell where they are, then raise the house's load once, at a signal."""
    site = site_of(chargers, connections)
    world = SimpleWorld(site, time.monotonic, datetime.now(UTC))
    for point in world.points.values():
        point.plug(Car())
    with tempfile.TemporaryDirectory() as name:
        settings = HostSettings(time.monotonic, Path(name), ZoneInfo("UTC"))
        async with TwinHost(site, world, settings) as host:
            here = on_twins(site, host, Path(name))
            print(here.model_dump_json(exclude_none=True), flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            world.meters["street"].base_a = (3.0 * chargers,) * 3
            await asyncio.to_thread(sys.stdin.readline)


async def measured(chargers: int, connections: int, seconds: int) -> str:
    """One line of figures."""
    command = [sys.executable, "-m", "benchmarks.ticks", "twins", str(chargers), str(connections)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**24)
    assert process.stdout is not None
    assert process.stdin is not None
    site = parse_site((await process.stdout.readline()).decode(), "twins.json")
    clock = time.monotonic
    async with devices_of(site, clock, Path()) as devices:
        deciding = deciding_of(site, wiring_of(site), None, (), now=datetime.now(UTC))
        loop = Ticking(site, deciding, devices.meters, devices.chargers, clock=clock, wall=time.time)
        running = asyncio.ensure_future(loop.run())
        await asyncio.sleep(MEASURED_AFTER_S)
        begun, cpu_s = clock(), time.process_time()
        process.stdin.write(b"\n")
        await asyncio.sleep(3)
        written_s = last_cut_s(loop, begun)
        await asyncio.sleep(max(0, seconds - 3))
        cpu = (time.process_time() - cpu_s) / (clock() - begun)
        took = np.array([tick.took_s for tick in loop.ring.ticks if tick.mono_s > begun])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    process.kill()
    await process.wait()
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{chargers:8d} {connections:11d} {written_s:12.2f} {np.quantile(took, 0.5):10.3f} "
        f"{np.quantile(took, 0.99):10.3f} {cpu:8.0%} {memory_mb:8.0f} "
        f"{loop.ring.skipped:8d} {loop.ring.failures:7d}"
    )


def last_cut_s(loop: Ticking, begun: float) -> float:
    """From the beginning of the tick that cut to the last order heard [s]; NaN where none cut."""
    before = [tick for tick in loop.ring.ticks if tick.mono_s <= begun][-1]
    cut = next(
        (t for t in loop.ring.ticks if t.mono_s > begun and t.limit_a.sum() < before.limit_a.sum() - 1), None
    )
    return float("nan") if cut is None else loop.last_write_s - cut.mono_s


def main() -> None:
    """Print one line for each case."""
    if sys.argv[1:2] == ["twins"]:
        asyncio.run(twins(int(sys.argv[2]), int(sys.argv[3])))
        return
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    print("chargers connections last write s  tick p50 s tick p99 s      CPU   MB max  skipped  failed")
    for chargers, connections in CASES:
        print(asyncio.run(measured(chargers, connections, seconds)), flush=True)


if __name__ == "__main__":
    main()
