"""The record of the grid operator's signal: every event a line that a crash cannot break or time rewrite.

A line is JSON: number, time in UTC, what happened, its numbers, and the SHA-256 of the line before. It is on
the disk before ``record`` returns. A line that a crash tore stays where it is, and the next begins below it;
a line that was changed or taken out no longer fits the one after it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from executors.control.times import REACTION_S, SIGNAL_S
from executors.control.why import Event, Told
from executors.readings import SignalReading

DRAW_S: Final = 60.0
"""While the ceiling holds the draw is recorded so often [s]."""
WORDS: Final[Mapping[Told, str]] = {
    Told.CEILING_ON: "ceiling_on",
    Told.CEILING_STALE: "ceiling_on_signal_missing",
    Told.CEILING_OFF: "ceiling_off",
}
"""Events of control that are evidence."""
WATCHING: Final = "watching"
"""We began to watch: before this line nobody may have."""
STOPPED: Final = "stopped"
DRAW: Final = "draw"
SIGNAL: Final = "signal_"
"""Before ``on``, ``off`` or ``missing``: what the signal itself became."""
_TAIL: Final = 65_536
_FIRST: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that was read back."""

    number: int
    at: datetime
    what: str
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was read back: its entries, and what is wrong with it, in words."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]


def line_of(number: int, at: datetime, what: str, numbers: Mapping[str, float], before: bytes) -> bytes:
    """One line of the record without its end; ``before``: the last line. A number that is missing is null."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    body = {
        "number": number,
        "time": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "what": what,
        "numbers": {name: value if math.isfinite(value) else None for name, value in numbers.items()},
        "before": hashlib.sha256(before).hexdigest() if before else _FIRST,
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=True).encode()


class Evidence:
    """A record that is written to; one process at a time.

    ``record`` waits for the disk: call it in a thread, never in the tick. An ``OSError`` is the caller's to
    tell; it must not keep control from its work.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last, self._number = _end_of(path)

    def record(self, at: datetime, what: str, numbers: Mapping[str, float]) -> None:
        """Append a line and wait until it is on the disk; ``at`` is the wall clock, with its zone."""
        line = line_of(self._number + 1, at, what, numbers, self._last)
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            torn = not _ends_whole(descriptor)
            _write_all(descriptor, (b"\n" if torn else b"") + line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            _sync_folder(self.path.parent)
        self._last, self._number = line, self._number + 1


def evidence_of(events: Iterable[Event]) -> list[tuple[str, Mapping[str, float]]]:
    """What of a tick's events belongs into the record: words and numbers."""
    return [(WORDS[event.what], event.numbers) for event in events if event.what in WORDS]


def signal_word(reading: SignalReading | None, now_s: float) -> str:
    """What the signal is now, as the record says it."""
    if reading is None or now_s - reading.sampled_s > SIGNAL_S:
        return f"{SIGNAL}missing"
    return f"{SIGNAL}on" if reading.on else f"{SIGNAL}off"


def draw_is_due(now_s: float, last_s: float, on_since_s: float) -> bool:
    """Whether the grid draw belongs into the record now; times are monotonic [s].

    ``on_since_s`` is when the ceiling began to hold, inf while it does not. The first line comes when every
    car must have followed, and shows what the cut did.
    """
    if not math.isfinite(on_since_s):
        return False
    first_s = on_since_s + REACTION_S
    return now_s >= first_s if last_s < on_since_s else now_s - last_s >= DRAW_S


def read_record(path: Path) -> Record:
    """The entries of a record, and every line that is torn or does not fit the one before it."""
    entries: list[Entry] = []
    faults: list[str] = []
    before = b""
    content = path.read_bytes() if path.exists() else b""
    for place, line in enumerate(content.removesuffix(b"\n").split(b"\n") if content else (), 1):
        try:
            entry, told = _parsed(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            faults.append(f"line {place} is torn or no line of a record")
            continue
        if told != (hashlib.sha256(before).hexdigest() if before else _FIRST):
            faults.append(f"line {place} does not fit the line before it: one was changed or taken out")
        entries.append(entry)
        before = line
    return Record(tuple(entries), tuple(faults))


def _parsed(line: bytes) -> tuple[Entry, str]:
    body = json.loads(line)
    numbers = {str(name): math.nan if v is None else float(v) for name, v in body["numbers"].items()}
    at = datetime.fromisoformat(str(body["time"]))
    return Entry(int(body["number"]), at, str(body["what"]), numbers), str(body["before"])


def _end_of(path: Path) -> tuple[bytes, int]:
    """The last whole line of a record and its number; nothing and 0 for a new one."""
    if not path.exists():
        return b"", 0
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        lines = file.read().split(b"\n")
    for line in reversed(lines):
        try:
            return line, _parsed(line)[0].number
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return b"", 0


def _ends_whole(descriptor: int) -> bool:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    return end == 0 or os.pread(descriptor, 1, end - 1) == b"\n"


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_folder(folder: Path) -> None:
    """Have the folder know of a new file after a crash too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
