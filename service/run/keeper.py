"""Lines of the signal's record on their way to the disk: in order, in a thread; the loop waits for none."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.errors import ChargewrightError
from executors.evidence import STOPPED, WATCHING, Evidence, read_record
from executors.modbus.link import Sleep
from service.writing import make_folder

LINES: Final = 10_000
"""So many lines may wait for a disk that takes nothing; then the oldest are given up, and told."""
AGAIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line that waits."""

    at: datetime
    what: str
    numbers: Mapping[str, float]


class Keeper:
    """Writes the record of one site; ``run`` is a task."""

    def __init__(self, path: Path, now: Callable[[], datetime], say: Callable[[str], None], sleep: Sleep):
        self.path = path
        self.trouble = ""
        """Why lines wait, in words."""
        self.written = 0
        self._now, self._say, self._sleep = now, say, sleep
        self._evidence: Evidence | None = None
        self._waiting: deque[Line] = deque()
        self._more = asyncio.Event()
        self._ending = False
        self.put(WATCHING, {})

    @property
    def waiting(self) -> int:
        """Lines that are not on the disk yet."""
        return len(self._waiting)

    def put(self, what: str, numbers: Mapping[str, float]) -> None:
        """Have a line written; returns at once."""
        if len(self._waiting) >= LINES:
            self._waiting.popleft()
            self._say(f"{self.path}: a line of the signal's record is lost, {LINES} wait for the disk")
        self._waiting.append(Line(self._now(), what, dict(numbers)))
        self._more.set()

    async def run(self) -> None:
        """Write until the last line of ``finish`` is on the disk."""
        while not (self._ending and not self._waiting):
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                if not await self._written():
                    await self._sleep(AGAIN_S)

    def finish(self) -> None:
        """Have it said that we stopped; ``run`` ends with that."""
        self.put(STOPPED, {})
        self._ending = True

    async def _written(self) -> bool:
        """Write the oldest line that waits. True where the disk took it."""
        line = self._waiting[0]
        try:
            await asyncio.to_thread(self._write, line)
        except (OSError, ChargewrightError) as error:
            if not self.trouble:
                self._say(f"the signal's record is not written: {error}")
            self.trouble = str(error)
            return False
        if self._waiting[0] is line:
            self._waiting.popleft()
        self.trouble, self.written = "", self.written + 1
        return True

    def _write(self, line: Line) -> None:
        if self._evidence is None:
            make_folder(self.path.parent)
            for fault in read_record(self.path).faults:
                self._say(f"{self.path}: {fault}")
            self._evidence = Evidence(self.path)
        self._evidence.record(line.at, line.what, line.numbers)
