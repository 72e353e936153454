"""Whose turn it is when not all fit at their minimum: weighted fair shares, long turns, few starts."""

from __future__ import annotations

import numpy as np

from executors.control.chargers import Chargers
from executors.control.quick import same, some
from executors.control.seam import Bools, Floats, Ints, Wiring
from executors.control.state import TurnMemory
from executors.control.times import DWELL_S, STARTS_WITHIN_S

_BEHIND = 0.5
"""How many turns somebody must be behind to take over."""
_ASLEEP = 0.5
"""A car that draws nothing has its turn counted with this share of its offer."""


def served(
    chargers: Chargers, memory: TurnMemory, wants: Bools, weight: Floats, elapsed_s: float
) -> TurnMemory:
    """Count what everybody had since the last tick; who comes anew starts level with the one served least."""
    counted_a = np.maximum(chargers.top_a, _ASLEEP * chargers.command_a)
    had = memory.served + counted_a * elapsed_s / weight
    counted = np.isfinite(had)
    if same(counted, wants):
        return memory._replace(served=had)
    waiting = had[wants & counted]
    least = float(waiting.min()) if waiting.size else 0.0
    had = np.where(wants, np.where(counted, had, least), np.nan)
    return memory._replace(served=had, stopped=memory.stopped & wants)


def rank_of(wiring: Wiring, memory: TurnMemory, weight: Floats, now_s: float) -> Ints:
    """Order in which chargers keep or get their minimum (C): 0 first.

    Running turns that are not over come first; then whoever was served least, with the one that runs ahead of
    those that are not half a turn behind it; last those that have used up their starts.
    """
    on = np.isfinite(memory.on_s)
    in_turn = on & (now_s - memory.on_s < DWELL_S)
    credit = np.where(on, _BEHIND * DWELL_S * wiring.min_a / weight, 0.0)
    tired = ~on & used_up(memory, now_s)
    group = np.where(in_turn, 0, np.where(tired, 2, 1))
    order = np.lexsort((np.where(np.isnan(memory.served), np.inf, memory.served) - credit, group))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def used_up(memory: TurnMemory, now_s: float) -> Bools:
    """Chargers that were stopped though they were wanted, and had two starts within the hour (C).

    One that was not wanted for a while, as its plan has it or because another car has come, may start.
    """
    if not some(memory.stopped):
        return memory.stopped
    return np.asarray(memory.stopped & (now_s - memory.starts_s.min(axis=1) < STARTS_WITHIN_S))


def turned(memory: TurnMemory, before_a: Floats, told_a: Floats, now_s: float) -> TurnMemory:
    """The turns after this tick's offers."""
    on, known = told_a > 0, np.isfinite(memory.on_s)
    begins = on & ~((before_a > 0) & known)
    if not some(begins) and not some(known & ~on):
        return memory
    real_start = begins & ~(before_a > 0)
    on_s = np.where(on, np.where(begins, now_s, memory.on_s), np.nan)
    starts_s = np.where(
        real_start[:, np.newaxis],
        np.stack((memory.starts_s.max(axis=1), np.full(len(told_a), now_s)), axis=1),
        memory.starts_s,
    )
    stopped = ~on & (memory.stopped | (known & np.isfinite(memory.served)))
    return memory._replace(on_s=on_s, starts_s=starts_s, stopped=stopped)
