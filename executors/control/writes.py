"""What goes over the wires in this tick: which setpoints in which order, which watchdogs may be fed."""

from __future__ import annotations

import numpy as np

from executors.control.chargers import Chargers
from executors.control.quick import every, everybody, nobody, on_any, some, unknown
from executors.control.seam import Bools, Floats, Ints, Readings, Wiring
from executors.control.state import ChargerMemory, SafetyState
from executors.control.times import LATE_S, RETRY_S


def told_again(readings: Readings, chargers: Chargers, memory: ChargerMemory, now_s: float) -> Bools:
    """Setpoints to write although they did not change: new, back, changed by others, not taken (C)."""
    count = len(chargers.command_a)
    nothing_to_mend = chargers.calm and memory.lost_s is unknown(count) and not some(chargers.foreign)
    if nothing_to_mend and every(chargers.matched) and chargers.command_a is memory.command_a:
        return nobody(count)
    due = now_s - memory.written_s >= RETRY_S
    back = np.isfinite(memory.lost_s) & np.isnan(chargers.lost_s)
    answered = np.isfinite(readings.offered_a) & (now_s - readings.charger_age_s > memory.written_s)
    not_taken = answered & ~chargers.matched
    return np.isnan(memory.command_a) | back | (due & (chargers.foreign | chargers.disobeys | not_taken))


def order_of(
    chargers: Chargers, told_a: Floats, phases: Bools, again: Bools, before: Bools, driven: Bools
) -> Ints:
    """Chargers to write: cuts first, the largest first; then the rest."""
    if told_a is chargers.command_a and phases is before and not some(again):
        return np.zeros(0, dtype=np.int64)
    change_a = (told_a - np.maximum(chargers.offer_a, chargers.command_a)) * phases.sum(axis=1)
    changed = (told_a != chargers.command_a) | on_any(phases != before)
    write = (changed | again) & np.isnan(chargers.lost_s) & ~chargers.silent & driven
    order = np.argsort(change_a, kind="stable")
    return np.asarray(order[write[order]])


def fed(wiring: Wiring, chargers: Chargers, state: SafetyState, now_s: float) -> tuple[Bools, Bools]:
    """Which watchdogs may be fed, and which chargers may be read without feeding one that must not be (C).

    A charger that does not obey is left to its own failsafe: it is neither fed nor told, and where any frame
    feeds, not read, until its silence is over. A late tick feeds nobody: the loop was not healthy.
    """
    late = now_s - state.tick_s > LATE_S
    if late:
        feed = nobody(wiring.chargers)
    elif chargers.calm:
        feed = wiring.driven
    else:
        feed = np.isnan(chargers.lost_s) & ~chargers.disobeys & wiring.driven
    return feed, everybody(wiring.chargers) if chargers.calm else ~(wiring.any_frame & chargers.silent)
