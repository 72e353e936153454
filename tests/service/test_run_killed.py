"""The daemon killed and frozen while twins of another process go on: failsafe, and back again."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.service.run_sites import ROOT
from tests.service.twin_site import ENERGY_KWH, STAY_S


class Scene:
    """Twins in one process, the daemon in another, both on one fast clock."""

    def __init__(self, folder: Path, speed: float, energy_kwh: float) -> None:
        self.folder, self.speed, self.energy_kwh = folder, speed, energy_kwh
        self._began = (time.monotonic(), time.time())
        self.daemon: subprocess.Popen[bytes] | None = None
        self.twins = self._process("tests.service.twin_site")

    def _process(self, module: str) -> subprocess.Popen[bytes]:
        numbers = [str(self.speed), *map(str, self._began), str(self.energy_kwh)]
        command = [sys.executable, "-m", module, str(self.folder), *numbers]
        log = (self.folder / f"{module}.log").open("ab")
        with log:
            return subprocess.Popen(command, cwd=ROOT, stderr=log)  # noqa: S603 - our own

    def start(self) -> None:
        """Start the daemon."""
        self.daemon = self._process("tests.service.fast_daemon")

    def send(self, number: signal.Signals) -> None:
        """Send the daemon a signal."""
        assert self.daemon is not None
        self.daemon.send_signal(number)
        if number is signal.SIGKILL:
            self.daemon.wait()

    def seen(self) -> dict[str, Any]:
        """What the twins' plant saw last."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "seen.json").read_text())
        except FileNotFoundError:
            return {}
        return found

    def until(self, holds: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """What is seen as soon as it holds; real seconds."""
        last_s = time.monotonic() + seconds
        while time.monotonic() < last_s:
            seen = self.seen()
            if holds(seen):
                return seen
            time.sleep(0.1)
        logs = "\n".join(path.read_text()[-2000:] for path in self.folder.glob("*.log"))
        raise AssertionError(f"never came: {self.seen()}\n{logs}")

    def end(self) -> None:
        """End both."""
        for process in (self.daemon, self.twins):
            if process is not None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()


@contextmanager
def scene(folder: Path, speed: float, energy_kwh: float = ENERGY_KWH) -> Iterator[Scene]:
    """Both processes, and nothing of them afterwards."""
    made = Scene(folder, speed, energy_kwh)
    try:
        made.until(lambda seen: bool(seen) and (folder / "site.yaml").exists(), 60)
        yield made
    finally:
        made.end()


def controlled(seen: dict[str, Any]) -> bool:
    """Two cars of 16 A and the house do not fit: only a daemon makes it less, and more than the failsafes,
    however its plan shares what there is. At the very beginning the cars are still on their way up.
    """
    return bool(seen) and seen["second"] > 40 and 14 < sum(seen["drawn_a"]) < 28


def at_the_failsafe(seen: dict[str, Any]) -> bool:
    return bool(seen) and all(abs(drawn - 6.0) < 0.1 for drawn in seen["drawn_a"])


def test_killed_or_frozen_every_charger_falls_to_its_failsafe_and_is_taken_back(tmp_path: Path) -> None:
    # 5.2 kWh in 40 min are 11 A on average: of 26 A for both, a plan never leaves both at 6 A
    with scene(tmp_path, speed=5.0, energy_kwh=5.2) as site:
        site.start()
        before_s = site.until(controlled, 60)["above_s"]
        site.send(signal.SIGKILL)
        killed_s = site.seen()["second"]
        fallen = site.until(at_the_failsafe, 40)
        assert fallen["second"] - killed_s <= 20 + 15  # its own time, and the car's
        site.start()
        site.until(controlled, 60)
        site.send(signal.SIGSTOP)
        site.until(at_the_failsafe, 40)
        site.send(signal.SIGCONT)
        site.until(controlled, 60)
        assert site.seen()["above_s"] == before_s


@pytest.mark.long
def test_no_request_is_lost_and_no_limit_broken_by_kills_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(6)  # noqa: S311 - moments, no secrets
    with scene(tmp_path, speed=10.0) as site:
        site.start()
        before_s = site.until(controlled, 60)["above_s"]
        site.send(signal.SIGKILL)
        for _ in range(8):
            site.start()
            time.sleep(chance.uniform(2.0, 20.0))
            site.send(signal.SIGKILL)
            time.sleep(chance.uniform(0.0, 3.0))
        site.start()
        seen = site.until(lambda seen: len(seen["ended_kwh"]) == 2, STAY_S / 10 + 60)
        assert min(seen["ended_kwh"]) >= ENERGY_KWH - 0.1
        assert seen["above_s"] == before_s
