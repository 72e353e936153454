"""A day of the daemon over wires at a fast clock, killed with -9 at random moments.

``python -m benchmarks.kills [--hours 24] [--speed 10] [--kills 20] [--seed 6]``: twins in one process, the
daemon in another, a garage whose fuse is too small for all cars at once. What is judged is what the plant
behind the twins has recorded. The exit code is 1 where a request got too little or charging broke a limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from domain.site import Site, parse_site
from forecasting.requests_file import read_requests
from service.run.clocks import Clocks
from service.run.command import RunOrder, run_command
from service.run.plan_task import PlanFiles
from service.run.simulated import on_wires
from simulation.plant.build import plant_of, visits_of
from simulation.plant.house import quiet_house
from simulation.plant.plant import Plant
from simulation.plant.record import Record
from simulation.plant.score import Score
from simulation.plant.trips import trips_of
from simulation.twins.plant_world import PlantWorld

ROOT: Final = Path(__file__).parent.parent
HOUSE_KW: Final = 5.5
RUNS: Final = "runs"
"""This file is there once a daemon has ticked."""
MISSED_KWH: Final = 0.2
"""A request may miss so much: half a current step of a slot, and the ramp of a car."""
LONGEST_S: Final = 5
"""Charging may add to a current above its limit for so long at a time: car and charger follow a cut."""
_SITE: Final = """
name: Garage
location: {time_zone: UTC}
grid: {limit_a: 32, base_load_max_a: 10, protection: {type: gg, rating_a: 40}, meter: street}
meters: {street: {driver: shelly_3em, host: em}}
chargers:
  - {id: left, driver: charx, host: box, connector: 1, current_a: {min: 6, max: 16},
     failsafe: {current_a: 6, after_s: 30}}
  - {id: right, driver: charx, host: box, connector: 2, wiring: [L2, L3, L1], current_a: {min: 6, max: 16},
     failsafe: {current_a: 6, after_s: 30}}
  - {id: shed, driver: teltocharge, unit: 1, serial: {device: /dev/ttyUSB0, baud: 115200, parity: none},
     current_a: {min: 6, max: 16}, failsafe: {current_a: 6, after_s: 30}}
load: {source: fixed, kw: 5.5}
tariff: {buy: {source: bands, bands: [{eur_per_kwh: 0.2, from: "00:00", to: "06:00"}, {eur_per_kwh: 0.35}]}}
"""


def requests_of(start: datetime, hours: float, chance: random.Random) -> str:
    """Stays one after the other at each charger, as a table; all of them end within the time."""
    lines = ["charger,arrival,departure,energy_kwh"]
    for charger in ("left", "right", "shed"):
        at_h = chance.uniform(0.05, 0.25)
        while (stay_h := min(chance.uniform(2.0, 5.0), hours - at_h - 0.02)) > 0.4:
            arrival, departure = (start + timedelta(hours=one) for one in (at_h, at_h + stay_h))
            energy_kwh = stay_h * chance.uniform(1.5, 4.0)
            lines.append(f"{charger},{arrival.isoformat()},{departure.isoformat()},{energy_kwh:.2f}")
            at_h += stay_h + chance.uniform(0.1, 0.5)
    return "\n".join(lines) + "\n"


async def twins(folder: Path, clocks: Clocks, hours: float, seed: int) -> None:
    """Be the site: write ``site.yaml`` with the twins' addresses, and ``seen.json`` again and again."""
    start = datetime.fromtimestamp(int(clocks.wall_s()), UTC)
    site = parse_site(_SITE, "garage.yaml")
    chance = random.Random(seed)  # noqa: S311 - stays, no secrets
    (folder / "requests.csv").write_text(requests_of(start, hours, chance))
    visits = visits_of(site, read_requests(folder / "requests.csv", site), start)
    judge = Judge(site, start)
    plant = plant_of(site, quiet_house(HOUSE_KW), visits, start, judge.hear)
    wanted = {visit.id: visit.energy_kwh for visit in visits}
    async with on_wires(site, PlantWorld(plant, clocks.mono_s), clocks) as wired:
        (folder / "site.yaml").write_text(wired.site.model_dump_json(exclude_none=True, by_alias=True))
        while True:
            plant.flush()
            judge.on = judge.on or (folder / RUNS).exists()
            _write(folder / "seen.json", _seen(plant, judge) | {"wanted_kwh": wanted})
            await asyncio.sleep(0.2)


class Judge:
    """What the plant records from the first daemon's first tick on: before, nobody holds any limit."""

    def __init__(self, site: Site, start: datetime) -> None:
        self.score, self.trips = Score(site, start.timestamp()), trips_of(site)
        self.on = False

    def hear(self, record: Record) -> None:
        """Take a stretch of seconds."""
        if self.on:
            self.score.hear(record)
            self.trips.hear(record)


def _seen(plant: Plant, judge: Judge) -> dict[str, Any]:
    score, trips = judge.score, judge.trips
    return {
        "second": plant.now_s,
        "got_kwh": {end.visit.id: end.energy_kwh for end in plant.visit_ends},
        "caused_s": int(score.current.caused_s.sum()),
        "longest_s": int(score.current.longest_caused_s.max()),
        "worst_a": float(score.current.worst_caused.max()),
        "heat": float(trips.most_heat.max()),
        "tripped": trips.tripped,
    }


def _write(path: Path, body: dict[str, Any]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(body))
    beside.replace(path)


@dataclass
class Kills:
    """What came of it."""

    seen: dict[str, Any] = field(default_factory=dict)
    back_s: list[float] = field(default_factory=list)
    """From each start of the process to its first healthy tick, real seconds."""
    back_cpu_s: list[float] = field(default_factory=list)
    """Processor time of the same, which other work on the computer does not stretch as much."""
    without_plan: int = 0
    """Starts after which no plan was there at once, though the one before had one."""
    tracebacks: int = 0

    @property
    def missed_kwh(self) -> dict[str, float]:
        """What each request that is over got too little, above the tolerance [kWh]."""
        missed = {
            name: wanted - self.seen["got_kwh"].get(name, 0.0)
            for name, wanted in self.seen["wanted_kwh"].items()
        }
        return {name: kwh for name, kwh in missed.items() if kwh > MISSED_KWH}

    @property
    def ok(self) -> bool:
        """Whether no request was lost and no limit broken."""
        kept = self.seen["longest_s"] <= LONGEST_S and not self.seen["tripped"]
        return kept and not self.missed_kwh and not self.tracebacks and not self.without_plan


class Harness:
    """Both processes on one fast clock."""

    def __init__(self, folder: Path, speed: float, hours: float, seed: int) -> None:
        self.folder, self.speed, self.hours = folder, speed, hours
        self._began = (time.monotonic(), time.time())
        self._twins = self._process("twins", str(hours), str(seed))
        self._daemon: subprocess.Popen[bytes] | None = None
        self._page, self._had_plan = "", False

    def _process(self, part: str, *more: str) -> subprocess.Popen[bytes]:
        numbers = [str(self.speed), *map(str, self._began)]
        command = [sys.executable, "-m", "benchmarks.kills", part, str(self.folder), *numbers, *more]
        with (self.folder / f"{part}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, stderr=log)  # noqa: S603 - our own

    @property
    def second(self) -> float:
        """Seconds of the day."""
        return (time.monotonic() - self._began[0]) * self.speed

    def seen(self) -> dict[str, Any]:
        """What the plant had recorded last."""
        found: dict[str, Any] = json.loads((self.folder / "seen.json").read_text())
        return found

    def start(self, result: Kills) -> None:
        """Start the daemon and wait for its first healthy tick."""
        log = self.folder / "daemon.log"
        before = log.stat().st_size if log.exists() else 0
        begun_s = time.monotonic()
        self._daemon = self._process("daemon")
        page = ""
        while not page:
            if self._daemon.poll() is not None:
                raise RuntimeError(f"the daemon ended: {log.read_text()[-2000:]}")
            said = log.read_bytes()[before:].decode()
            page = said.partition("http://")[2].partition("\n")[0].removesuffix("/api/state")
            time.sleep(0.02)
        while not self._asked(page, "/health"):
            time.sleep(0.02)
        result.back_s.append(time.monotonic() - begun_s)
        result.back_cpu_s.append(_cpu_s(self._daemon.pid))
        (self.folder / RUNS).touch()
        self._page = page
        if self._had_plan and not self._has_plan():
            result.without_plan += 1

    def _asked(self, address: str, page: str) -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(f"http://{address}{page}", timeout=5) as reply:
                answer: dict[str, Any] = json.load(reply)
                return answer
        except OSError:
            return None

    def _has_plan(self) -> bool:
        state = self._asked(self._page, "/api/state")
        return bool(state and state["plan"] and "made_at" in state["plan"])

    def kill(self) -> None:
        """Kill the daemon."""
        assert self._daemon is not None
        self._had_plan = self._has_plan()
        self._daemon.send_signal(signal.SIGKILL)
        self._daemon.wait()

    def end(self) -> None:
        """End both."""
        for process in (self._daemon, self._twins):
            if process is not None:
                process.kill()
                process.wait()


def _cpu_s(pid: int) -> float:
    """Processor time that a process has used [s]; of Linux."""
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def ran(folder: Path, *, hours: float, speed: float, kills: int, seed: int) -> Kills:
    """The whole of it; waits as long as the time takes at this speed."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    moments_s = sorted(chance.uniform(60.0, hours * 3600.0 - 300.0) for _ in range(kills))
    result, harness = Kills(), Harness(folder, speed, hours, seed)
    try:
        while not (folder / "seen.json").exists():
            time.sleep(0.1)
        harness.start(result)
        for number, moment_s in enumerate(moments_s, 1):
            time.sleep(max(0.0, moment_s - harness.second) / speed)
            harness.kill()
            down_s = chance.uniform(0.0, 90.0)
            time.sleep(down_s / speed)
            harness.start(result)
            seen = harness.seen()
            print(
                f"kill {number:2d} at {moment_s / 3600:5.2f} h, {down_s:4.0f} s down, back in "
                f"{result.back_s[-1]:.1f} s ({result.back_cpu_s[-1]:.1f} s of processor); "
                f"{seen['caused_s']} s above limits so far",
                flush=True,
            )
        while harness.seen()["second"] < hours * 3600.0:
            time.sleep(1.0)
        result.seen = harness.seen()
    finally:
        harness.end()
    result.tracebacks = (folder / "daemon.log").read_text().count("Traceback")
    return result


def told(result: Kills) -> str:
    """What came of it, in words."""
    seen = result.seen
    back_s = sorted(result.back_s)
    return (
        f"requests {len(seen['wanted_kwh'])}, with too little: {result.missed_kwh or 'none'}\n"
        f"charging added to a current above its limit for {seen['caused_s']} s, {seen['longest_s']} s at a "
        f"time, by up to {seen['worst_a']:.1f} A; nearest to a trip {seen['heat']:.0%}\n"
        f"from start to first healthy tick: {back_s[len(back_s) // 2]:.1f} s, at most {back_s[-1]:.1f} s "
        f"real, {max(result.back_cpu_s):.1f} s of processor; "
        f"starts without the kept plan: {result.without_plan}; tracebacks: {result.tracebacks}\n"
        f"{'all kept' if result.ok else 'NOT kept'}"
    )


def _part(arguments: list[str]) -> int:
    """One of the two processes."""
    part, folder = arguments[0], Path(arguments[1])
    speed, mono_s, wall_s, *more = map(float, arguments[2:])
    clocks = Clocks(speed, (mono_s, wall_s))
    if part == "twins":
        asyncio.run(twins(folder, clocks, more[0], int(more[1])))
        return 0
    files = PlanFiles(requests=folder / "requests.csv")
    order = RunOrder(folder / "site.yaml", "0", state=folder / "state", files=files)
    return run_command(order, clocks)


def main() -> int:
    """Run it and say what came of it."""
    if sys.argv[1:2] in (["twins"], ["daemon"]):
        return _part(sys.argv[1:])
    parser = argparse.ArgumentParser(prog="benchmarks.kills")
    for name, usual in (("hours", 24.0), ("speed", 10.0), ("kills", 20), ("seed", 6)):
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    asked = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as name:
        result = ran(Path(name), **asked)
        print(told(result))
        return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
