"""Whether the chargers do what they are told: slow, not at all, or as somebody else says."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from executors.control.heard import Heard
from executors.control.quick import every, everybody, is_unknown, nobody, some, unknown
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import ChargerMemory
from executors.control.times import FED_WITHIN, LONGEST_SILENCE_S, OBEYS, OBEYS_A, REACTION_S


class Obedience(NamedTuple):
    """Who does what it was told (C,)."""

    due_a: Floats
    due_s: Floats
    """Cuts on their way: what must be reached, and when it was told; NaN: none."""
    disobeys: Bools
    disobeys_s: Floats
    """Since when; NaN: it obeys."""
    silence_s: Floats
    """How long a charger that does not obey is left alone; NaN: it never disobeyed."""


def obedience(
    wiring: Wiring, readings: Readings, heard: Heard, memory: ChargerMemory, now_s: float
) -> Obedience:
    """Cuts on their way and those that were not obeyed.

    Where the car is not measured, the offer read back stands for it, after the time that a car takes. What
    came down when its watchdog was due did not obey: it fell.
    """
    count, command_a = wiring.chargers, heard.command_a
    unmeasured = nobody(count) if heard.measured else np.isnan(heard.peak_a)
    drawn_a = np.where(unmeasured, heard.back_a, heard.peak_a) if some(unmeasured) else heard.peak_a
    above = drawn_a > ends_a(command_a)[1]
    if memory.due_a is unknown(count) and not some(above) and not some(memory.disobeys):
        return Obedience(unknown(count), unknown(count), nobody(count), unknown(count), memory.silence_s)
    waiting, late = np.isfinite(memory.due_a), now_s - memory.due_s > REACTION_S
    sampled_since = now_s - readings.charger_age_s > memory.due_s
    came_down = (drawn_a <= tolerated_a(memory.due_a)) & sampled_since & (~unmeasured | late)
    confirmed = waiting & (came_down | (late & np.isnan(drawn_a)))
    open_cut = waiting & ~confirmed
    begins = above & ~open_cut
    due_a = np.where(open_cut, memory.due_a, np.where(begins, command_a, np.nan))
    begun_s = np.where(confirmed, np.maximum(memory.cut_s, memory.due_s), now_s)
    due_s = np.where(open_cut, memory.due_s, np.where(begins, begun_s, np.nan))
    silent_s = now_s - memory.disobeys_s
    fell = (silent_s >= wiring.failsafe_after_s * (1 - FED_WITHIN)) & (silent_s <= memory.silence_s)
    disobeys = (open_cut & late & above) | (memory.disobeys & (above | fell))
    if some(disobeys):
        return _left_alone(wiring, memory, due_a, due_s, disobeys, now_s)
    if is_unknown(due_a):
        due_a, due_s = unknown(count), unknown(count)
    return Obedience(due_a, due_s, nobody(count), unknown(count), memory.silence_s)


def _left_alone(
    wiring: Wiring, memory: ChargerMemory, due_a: Floats, due_s: Floats, disobeys: Bools, now_s: float
) -> Obedience:
    """The same where some disobey: they are left alone, twice as long each time."""
    first_s = np.where(np.isfinite(wiring.failsafe_after_s), wiring.failsafe_after_s + REACTION_S, 0.0)
    longer_s = np.minimum(np.fmax(2.0 * memory.silence_s, first_s), LONGEST_SILENCE_S)
    return Obedience(
        due_a=np.where(disobeys, np.nan, due_a),
        due_s=np.where(disobeys, np.nan, due_s),
        disobeys=disobeys,
        disobeys_s=np.where(disobeys, np.fmin(memory.disobeys_s, now_s), np.nan),
        silence_s=np.where(disobeys & ~memory.disobeys, longer_s, memory.silence_s),
    )


def tolerated_a(offer_a: Floats) -> Floats:
    """What a car may draw under an offer and still obey [A]."""
    return offer_a + OBEYS_A + OBEYS * offer_a


@lru_cache(maxsize=16)
def _ends_a(offer_a: bytes) -> tuple[Floats, Floats]:
    told_a = np.frombuffer(offer_a)
    return told_a - OBEYS_A, tolerated_a(told_a)


def ends_a(offer_a: Floats) -> tuple[Floats, Floats]:
    """Below the first a car clearly draws less than its offer, above the second it does not obey (C) [A].

    Offers seldom change.
    """
    return _ends_a(offer_a.tobytes())


def foreign_changes(
    wiring: Wiring, readings: Readings, heard: Heard, memory: ChargerMemory, gap_s: float, now_s: float
) -> tuple[Bools, Bools]:
    """Offers that were once ours and are not any more, and which were ours since they were told.

    The last tick is ``gap_s`` ago.
    """
    count = wiring.chargers
    if heard.offer_a is heard.command_a:
        ours = everybody(count)
    else:
        ours = np.abs(heard.back_a - heard.command_a) <= rows_of(wiring).alike_a
    own = _on_its_own(wiring, memory, gap_s)
    matched = memory.matched & ~own if some(own) else memory.matched
    if every(ours) and every(matched) and not some(memory.foreign):
        return nobody(count), everybody(count)
    answered = np.isfinite(heard.back_a) & (now_s - readings.charger_age_s > memory.written_s)
    foreign = np.where(answered, matched & ~ours, memory.foreign)
    return foreign, np.where(answered, matched | ours, matched)


def _on_its_own(wiring: Wiring, memory: ChargerMemory, gap_s: float) -> Bools:
    """Chargers whose own watchdog or start may have changed the offer: nobody else's hand is needed (C)."""
    were_here = memory.lost_s is unknown(wiring.chargers) and memory.disobeys is nobody(wiring.chargers)
    if were_here and gap_s < rows_of(wiring).first_fallen_s:
        return memory.disobeys
    return np.isfinite(memory.lost_s) | memory.disobeys | (gap_s >= wiring.failsafe_after_s)
