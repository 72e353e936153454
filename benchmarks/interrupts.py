"""How fast Ctrl-C stops `plan`: ``python -m benchmarks.interrupts [--interrupts 20] [--seed 1]``.

A workplace of 200 cars of which some ask for too much, so that all phases are gone through,
remedies too. Each run has a terminal of its own, in which Ctrl-C is typed at a random moment of a phase,
phase after phase; a phase is known by the words that the terminal shows. Told are the seconds from
the key to the end of the program, and how much processor time it still took: on a machine that is busy the
first is many times the second. The exit code is 1 where one took longer than a second, left a traceback or
half a file, or ended with another code than 130.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import random
import re
import select
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.workplace import write_workplace

ROOT: Final = Path(__file__).parents[1]
CTRL_C: Final = b"\x03"
LONGEST_S: Final = 1.0
"""A second is what a person waits for."""
GIVEN_UP_S: Final = 120.0
STARTING: Final = "loading the program"
FINISHED: Final = "done before the key"
PYTHON_S: Final = 0.1
"""Processor time of Python's own start; what is interrupted there never was our program."""
WORDS: Final = {
    "Reading prices": "gather",
    "Solving": "build",
    "relaxing": "relaxation",
    "searching": "search",
    "rounding": "rounding",
    "calming": "calm",
    "looking for what would help": "remedies",
    "Drawing": "chart",
}
"""What the terminal says, and the phase that begins with it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What one interrupt came to."""

    phase: str
    after_s: float
    """From the start of the program to the key."""
    took_s: float
    """From the key to the end."""
    cpu_s: float
    """Processor time from the key to the end."""
    code: int
    said: str

    @property
    def clean(self) -> bool:
        """Whether it ended as a person expects it."""
        if self.phase == FINISHED:
            return self.code == 0
        return self.code == 130 and self.said.endswith("Stopped.") and "Traceback" not in self.said


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, arguments: list[str]) -> None:
        self.begun_s = time.monotonic()
        self.said = ""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execv(sys.executable, [sys.executable, "-m", "service.program", *arguments])  # noqa: S606 - our own

    def phases(self, until_s: float) -> Iterator[str]:
        """Phases as they begin, until the program ends or ``until_s`` on the clock."""
        seen: set[str] = set()
        while self._read(until_s):
            for words, phase in WORDS.items():
                if phase not in seen and words in self.said:
                    seen.add(phase)
                    yield phase

    def _read(self, until_s: float) -> bool:
        """Take in what the program says; False at its end, or when it is time."""
        left_s = until_s - time.monotonic()
        if left_s <= 0 or not select.select([self._fd], [], [], left_s)[0]:
            return False
        try:
            more = os.read(self._fd, 65536)
        except OSError:  # the other end is closed
            return False
        self.said += more.decode("utf-8", "replace")
        return bool(more)

    def type(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._fd, key)

    @property
    def cpu_s(self) -> float:
        """Processor time that it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ended(self) -> tuple[int, float]:
        """Exit code (-9 where it was not to be stopped) and processor time in all, once it has ended."""
        until_s = time.monotonic() + GIVEN_UP_S
        while self._read(until_s):
            pass
        if time.monotonic() >= until_s:
            os.kill(self.pid, 9)
        _, status, used = os.wait4(self.pid, 0)
        os.close(self._fd)
        return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def lengths_s(arguments: list[str]) -> dict[str, float]:
    """How long each phase of an undisturbed run takes [s]."""
    terminal = Terminal(arguments)
    begins = {STARTING: terminal.begun_s}
    for phase in terminal.phases(terminal.begun_s + GIVEN_UP_S):
        begins[phase] = time.monotonic()
    if terminal.ended()[0] != 0:
        raise SystemExit(f"the plan failed: {terminal.said[-2000:]}")
    names, times = list(begins), [*begins.values(), time.monotonic()]
    return {name: times[i + 1] - times[i] for i, name in enumerate(names)}


def stopped(arguments: list[str], wanted: str, delay_s: float) -> Stop:
    """A run that is stopped ``delay_s`` after the phase ``wanted`` has begun."""
    terminal = Terminal(arguments)
    phase, until_s = STARTING, terminal.begun_s + GIVEN_UP_S
    if wanted == STARTING:
        while terminal.cpu_s < PYTHON_S:
            time.sleep(0.01)
        until_s = time.monotonic() + delay_s
    for phase in terminal.phases(until_s):
        if phase == wanted:
            break
    for later in terminal.phases(time.monotonic() + (0.0 if wanted == STARTING else delay_s)):
        phase = later
    pressed_s, used_s = time.monotonic(), terminal.cpu_s
    terminal.type(CTRL_C)
    code, cpu_s = terminal.ended()
    return Stop(
        FINISHED if code == 0 else phase,
        pressed_s - terminal.begun_s,
        time.monotonic() - pressed_s,
        max(0.0, cpu_s - used_s),
        code,
        plain(terminal.said),
    )


def table(stops: list[Stop]) -> str:
    """The distribution, phase by phase."""
    by_phase: dict[str, list[Stop]] = defaultdict(list)
    for one in stops:
        by_phase[one.phase].append(one)
        by_phase["all"].append(one)
    lines = [f"{'phase':<22}{'n':>4}{'least s':>9}{'median s':>10}{'most s':>8}{'most CPU s':>12}"]
    for phase in (STARTING, *WORDS.values(), FINISHED, "all"):
        if found := sorted(one.took_s for one in by_phase[phase]):
            most_cpu_s = max(one.cpu_s for one in by_phase[phase])
            middle = found[len(found) // 2]
            lines.append(
                f"{phase:<22}{len(found):>4}{found[0]:>9.2f}{middle:>10.2f}{found[-1]:>8.2f}{most_cpu_s:>12.2f}"
            )
    return "\n".join(lines)


def plain(said: str) -> str:
    """What a terminal was told, without its colours, its movements and the line that turns."""
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said).replace("\r", "\n")
    return "\n".join(
        line for line in text.splitlines() if line.strip() and not line.rstrip().endswith(" ...")
    )


def half_written(folder: Path) -> list[str]:
    """Files that a stopped run left and that are none; whole ones are taken away."""
    found = []
    for path in folder.iterdir():
        if path.name == "plan.json":
            json.loads(path.read_text())
            path.unlink()
        elif path.suffix not in {".yaml", ".csv", ".png"}:
            found.append(path.name)
    return found


def main() -> int:
    """Measure and print; the exit code is 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(description="how fast Ctrl-C stops a plan")
    parser.add_argument("--interrupts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "plan.json"
        words = write_workplace(Path(folder), "site200", greedy=3)
        arguments = ["plan", *words, "--out", str(out), "--chart", str(out.with_suffix(".png"))]
        lengths = lengths_s(arguments)
        print(
            "phases of an undisturbed run:", *(f"{name} {s:.2f} s" for name, s in lengths.items()), sep="\n  "
        )
        out.unlink()
        stops = []
        for i in range(asked.interrupts):
            wanted = list(lengths)[i % len(lengths)]
            stops.append(stopped(arguments, wanted, chance.uniform(0, lengths[wanted])))
            if half := half_written(Path(folder)):
                raise SystemExit(f"left behind: {half}")
            if not stops[-1].clean:
                print(f"not clean: {stops[-1].phase}, code {stops[-1].code}\n{stops[-1].said[-1500:]}")
    print(table(stops))
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return int(any(one.took_s > LONGEST_S or not one.clean for one in stops))


if __name__ == "__main__":
    sys.exit(main())
