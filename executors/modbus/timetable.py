"""How long an exchange takes on a line, and how soon a site can therefore react."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.site_devices import SerialLine
from executors.modbus.blocks import Block

REQUEST_BYTES: Final = 8
REPLY_BYTES: Final = 5
"""Unit, function, count and checksum around the registers of a reply."""
FAST_GAP_S: Final = 0.00175
"""Silence between frames above 19200 baud (Modbus over Serial Line V1.02, 2.5.1.1)."""
SERIAL_ANSWER_S: Final = 0.05
"""What a device on a serial line usually takes to answer; meters 50 to 100 ms."""
TCP_ANSWER_S: Final = 0.03


def byte_s(line: SerialLine) -> float:
    """Wire time [s] of one byte: start bit, 8 data bits, parity, stop bits."""
    bits = 1 + 8 + (line.parity != "none") + line.stop_bits
    return bits / line.baud


def gap_s(line: SerialLine) -> float:
    """Least silence [s] between two frames: 3.5 characters, and no less than 1.75 ms."""
    return max(3.5 * byte_s(line), FAST_GAP_S)


def read_s(line: SerialLine | None, count: int, pause_s: float = 0.0) -> float:
    """Time [s] of reading ``count`` registers; ``line`` is none for TCP."""
    if line is None:
        return TCP_ANSWER_S + pause_s
    wire_s = (REQUEST_BYTES + REPLY_BYTES + 2 * count) * byte_s(line)
    return wire_s + SERIAL_ANSWER_S + max(2 * gap_s(line), pause_s)


def write_s(line: SerialLine | None, pause_s: float = 0.0) -> float:
    """Time [s] of writing one register; ``line`` is none for TCP."""
    if line is None:
        return TCP_ANSWER_S + pause_s
    return 2 * REQUEST_BYTES * byte_s(line) + SERIAL_ANSWER_S + max(2 * gap_s(line), pause_s)


@dataclass(frozen=True, slots=True)
class Work:
    """What one device asks of its line in every cycle."""

    reads: tuple[int, ...] = ()
    """Registers of each request."""
    writes: int = 0
    pause_s: float = 0.0

    @classmethod
    def of(cls, blocks: Iterable[Block], pause_s: float = 0.0) -> Work:
        """The reads of these blocks."""
        return cls(tuple(block.count for block in blocks), 0, pause_s)


def cycle_s(line: SerialLine | None, works: Iterable[Work]) -> float:
    """Time [s] of one cycle of all devices on a line, one request after the other."""
    return sum(
        sum(read_s(line, count, work.pause_s) for count in work.reads)
        + work.writes * write_s(line, work.pause_s)
        for work in works
    )


@dataclass(frozen=True, slots=True)
class Reaction:
    """From an overload to the last charger's command; the car follows up to 15 s later."""

    sample_s: float
    """Between two samples of the meter, its own pace included."""
    cuts_s: float
    """All writes, cuts before any read."""

    @property
    def worst_s(self) -> float:
        """An overload just after a sample waits for the next one."""
        return self.sample_s + self.cuts_s


def reaction(
    tick_s: float,
    meter: tuple[SerialLine | None, Work, float],
    chargers: Iterable[tuple[SerialLine | None, tuple[Work, ...], bool]],
) -> Reaction:
    """How soon a site reacts.

    ``meter``: its line, its work and how often it measures [s]. ``chargers``: for each link its line, its
    devices' work and whether the meter hangs on it too. Links work side by side, devices of one in turn.
    """
    line, work, pace_s = meter
    cycles, cuts = [tick_s], [0.0]
    for link_line, works, shared in chargers:
        full = cycle_s(link_line, works) + (cycle_s(line, (work,)) if shared else 0.0)
        cycles.append(full)
        cuts.append(cycle_s(link_line, tuple(Work((), w.writes, w.pause_s) for w in works)))
    cycles.append(cycle_s(line, (work,)))
    return Reaction(sample_s=max(*cycles, pace_s), cuts_s=max(cuts))
