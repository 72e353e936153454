"""The time axis: half-open slots in UTC that break at local quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.units import S_PER_H, S_PER_MIN

SLOT_MINUTES: Final = (1, 3, 5, 15, 30, 60)
"""Slot lengths [min] that may be asked for; each breaks at the local hour."""
_QUARTER_S: Final = 900


@dataclass(frozen=True)
class TimeGrid:
    """Consecutive half-open slots ``[edges_s[i], edges_s[i + 1])`` in UTC seconds since 1970.

    All slots are ``slot_min`` long but the first and the last, which may be cut by the horizon.
    """

    edges_s: NDArray[np.int64]
    time_zone: str
    slot_min: int = 15

    def __post_init__(self) -> None:
        if self.edges_s.ndim != 1 or len(self.edges_s) < 2:
            raise ValueError("a time grid needs at least one slot")
        if np.any(np.diff(self.edges_s) <= 0):
            raise ValueError("the edges of a time grid must rise")
        self.edges_s.setflags(write=False)

    @classmethod
    def between(cls, start: datetime, end: datetime, time_zone: str, slot_min: int = 15) -> TimeGrid:
        """Slots from ``start`` to ``end`` (both aware) that break where the local clock shows a
        multiple of ``slot_min``; the first and the last may be shorter.
        """
        if slot_min not in SLOT_MINUTES:
            raise ValueError(f"slots of {slot_min} min: allowed are {SLOT_MINUTES}")
        first_s, last_s = utc_s(start), utc_s(end)
        if last_s <= first_s:
            raise ValueError(f"horizon ends at {end}, before its start at {start}")
        step_s = min(int(slot_min * S_PER_MIN), _QUARTER_S)
        ticks = np.arange((first_s // step_s + 1) * step_s, last_s, step_s, dtype=np.int64)
        inner = ticks[_breaks_slot(ticks, ZoneInfo(time_zone), slot_min)]
        return cls(np.concatenate(([first_s], inner, [last_s])), time_zone, slot_min)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TimeGrid):
            return NotImplemented
        return self.time_zone == other.time_zone and np.array_equal(self.edges_s, other.edges_s)

    def __hash__(self) -> int:
        return hash((self.time_zone, self.edges_s.tobytes()))

    def __len__(self) -> int:
        return len(self.edges_s) - 1

    @cached_property
    def hours(self) -> NDArray[np.float64]:
        """Length of every slot [h]."""
        return np.diff(self.edges_s) / S_PER_H

    @property
    def start(self) -> datetime:
        """Start of the first slot, UTC."""
        return from_utc_s(int(self.edges_s[0]))

    @property
    def end(self) -> datetime:
        """End of the last slot, UTC."""
        return from_utc_s(int(self.edges_s[-1]))

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """Start of every slot, UTC."""
        return tuple(from_utc_s(int(edge)) for edge in self.edges_s[:-1])

    @cached_property
    def ends(self) -> tuple[datetime, ...]:
        """End of every slot, UTC."""
        return tuple(from_utc_s(int(edge)) for edge in self.edges_s[1:])

    @cached_property
    def local_starts(self) -> tuple[datetime, ...]:
        """Start of every slot on the local clock."""
        zone = ZoneInfo(self.time_zone)
        return tuple(start.astimezone(zone) for start in self.starts)

    def share(self, start: datetime, end: datetime) -> NDArray[np.float64]:
        """Share 0..1 of every slot that lies in ``[start, end)``."""
        low = np.maximum(self.edges_s[:-1], start.timestamp())
        high = np.minimum(self.edges_s[1:], end.timestamp())
        covered: NDArray[np.float64] = np.maximum(high - low, 0.0) / np.diff(self.edges_s)
        return covered


def utc_s(moment: datetime) -> int:
    """Whole seconds since 1970 of an aware moment."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return int(moment.timestamp())


def from_utc_s(seconds: int) -> datetime:
    """The moment in UTC at ``seconds`` since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _breaks_slot(ticks_s: NDArray[np.int64], zone: ZoneInfo, slot_min: int) -> NDArray[np.bool_]:
    """Where the local clock shows a multiple of ``slot_min`` minutes."""
    minutes = [from_utc_s(int(tick)).astimezone(zone).minute for tick in ticks_s]
    breaks: NDArray[np.bool_] = np.array(minutes, dtype=np.int64) % slot_min == 0
    return breaks
