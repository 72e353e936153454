"""What each charger does with its offer: obeys, is slow, disobeys, is lost, was changed by somebody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.control.rows import rows_of
from executors.control.seam import Bools, CarState, Floats, Readings, Wiring
from executors.control.state import ChargerMemory
from executors.control.times import (
    FED_WITHIN,
    LINK_S,
    LONGEST_SILENCE_S,
    OBEYS,
    OBEYS_A,
    REACTION_S,
    UNUSED_PHASE_A,
    UNUSED_PHASE_S,
    USED_PHASE_A,
)


@dataclass(frozen=True, slots=True)
class Chargers:
    """The chargers as they may be reckoned with in this tick."""

    command_a: Floats
    """What they were last told; in the first tick what they offer (C,)."""
    offer_a: Floats
    """What they may give their car: the larger of told and read back (C,)."""
    flow_a: Floats
    """What the cars draw, as far as known (C, 3)."""
    uses: Bools
    """Phases that count: energised, and not known to be unused (C, 3)."""
    unused_s: Floats
    lost_s: Floats
    """Since when the link is lost; NaN: it is there (C,)."""
    due_a: Floats
    due_s: Floats
    """Cuts on their way; NaN: none (C,)."""
    disobeys: Bools
    disobeys_s: Floats
    silence_s: Floats
    """How long a charger that does not obey is left alone; NaN: it never disobeyed (C,)."""
    silent: Bools
    """Left to its own watchdog: neither fed nor told, nor read where any frame feeds (C,)."""
    foreign: Bools
    """Offer changed behind our back (C,)."""
    foreign_s: Floats
    """When that was seen last; -inf: never (C,)."""
    matched: Bools
    controlled: Bools
    """Answers and obeys: what it is told counts (C,)."""
    fallen: Bools
    """Lost for so long that it is at its failsafe (C,)."""
    reserved_a: Floats
    """What a charger beyond control may take, per phase (C, 3)."""


def chargers(
    wiring: Wiring, readings: Readings, memory: ChargerMemory, gap_s: float, now_s: float
) -> Chargers:
    """Judge every charger by what it says and by what it was told; the last tick is ``gap_s`` ago."""
    lost_s = _lost_since(readings, memory, now_s)
    here = np.isnan(lost_s)
    back_a = np.where(here, readings.offered_a, np.nan)
    peak_a = _peak_a(readings.measured_a, here)
    first = np.isnan(memory.command_a)
    seen_a = np.fmax(np.fmax(back_a, peak_a), 0.0)
    command_a = np.where(first, seen_a, memory.command_a)
    flow_a = _flow_a(wiring, readings, memory, command_a, here)
    drawn_a = np.where(np.isnan(peak_a), back_a, peak_a)
    due_a, due_s, disobeys = _cuts(
        readings, memory, command_a, drawn_a, np.isfinite(peak_a), wiring.failsafe_after_s, now_s
    )
    disobeys_s = np.where(disobeys, np.fmin(memory.disobeys_s, now_s), np.nan)
    silence_s = _silences(wiring, memory, disobeys)
    unused_s = _unused_since(readings, memory, flow_a, here, now_s)
    uses = wiring.wired & (readings.phases | memory.phases) & ~(now_s - unused_s >= UNUSED_PHASE_S)
    offer_a = np.where(np.isfinite(due_a), command_a, np.fmax(command_a, back_a))
    ours_until_now = memory.matched & ~_on_its_own(wiring, memory, gap_s)
    foreign, matched = _foreign(wiring, readings, memory, ours_until_now, command_a, back_a, now_s)
    fallen = now_s - lost_s > wiring.failsafe_after_s + REACTION_S
    reserved_a = _reserved_a(wiring, here, fallen, command_a, flow_a) * uses
    return Chargers(
        command_a=command_a,
        offer_a=offer_a,
        flow_a=flow_a,
        uses=uses,
        unused_s=unused_s,
        lost_s=lost_s,
        due_a=due_a,
        due_s=due_s,
        disobeys=disobeys,
        disobeys_s=disobeys_s,
        silence_s=silence_s,
        silent=disobeys & (now_s - disobeys_s <= silence_s),
        foreign=foreign,
        foreign_s=np.where(foreign, now_s, memory.foreign_s),
        matched=matched,
        controlled=here & ~disobeys,
        fallen=fallen,
        reserved_a=reserved_a,
    )


def _lost_since(readings: Readings, memory: ChargerMemory, now_s: float) -> Floats:
    here = readings.link & (readings.charger_age_s <= LINK_S)
    return np.where(here, np.nan, np.fmin(memory.lost_s, now_s))


def _peak_a(measured_a: Floats, here: Bools) -> Floats:
    """Highest current of each car; NaN where no phase is measured or the link is lost (C,)."""
    peak_a = np.fmax(np.fmax(measured_a[:, 0], measured_a[:, 1]), measured_a[:, 2])
    return np.where(here & np.isfinite(peak_a), peak_a, np.nan)


def _flow_a(
    wiring: Wiring, readings: Readings, memory: ChargerMemory, command_a: Floats, here: Bools
) -> Floats:
    """Measured; without a measurement the offer of a car that charges, the old one while a cut is on its way.

    Of a lost charger the last known.
    """
    missing = np.isnan(readings.measured_a)
    if here.all() and not missing.any():
        return np.maximum(readings.measured_a, 0.0)
    may_draw = (readings.car == CarState.CHARGING) | (readings.car == CarState.UNKNOWN)
    assumed_a = np.where(may_draw, command_a, 0.0)[:, np.newaxis] * (wiring.wired & memory.phases)
    falling = np.isfinite(memory.due_a)[:, np.newaxis]
    assumed_a = np.where(falling, np.maximum(memory.flow_a, assumed_a), assumed_a)
    known_a = np.where(missing, assumed_a, np.maximum(readings.measured_a, 0.0))
    return np.where(here[:, np.newaxis], known_a, memory.flow_a)


def tolerated_a(offer_a: Floats) -> Floats:
    """What a car may draw under an offer and still obey [A]."""
    return offer_a + OBEYS_A + OBEYS * offer_a


def _cuts(
    readings: Readings,
    memory: ChargerMemory,
    command_a: Floats,
    drawn_a: Floats,
    measured: Bools,
    after_s: Floats,
    now_s: float,
) -> tuple[Floats, Floats, Bools]:
    """Cuts on their way and those that were not obeyed: what is due, since when, who disobeys.

    Where the car is not measured, the offer read back stands for it, after the time that a car takes. What
    came down when its watchdog was due did not obey: it fell.
    """
    sample_s = now_s - readings.charger_age_s
    waiting = np.isfinite(memory.due_a)
    with np.errstate(invalid="ignore"):
        late = now_s - memory.due_s > REACTION_S
        came_down = (drawn_a <= tolerated_a(memory.due_a)) & (sample_s > memory.due_s) & (measured | late)
        above = drawn_a > tolerated_a(command_a)
    if not (waiting.any() or above.any() or memory.disobeys.any()):
        return memory.due_a, memory.due_s, memory.disobeys
    confirmed = waiting & (came_down | (late & np.isnan(drawn_a)))
    open_cut = waiting & ~confirmed
    begins = above & ~open_cut
    due_a = np.where(open_cut, memory.due_a, np.where(begins, command_a, np.nan))
    begun_s = np.where(confirmed, np.maximum(memory.cut_s, memory.due_s), now_s)
    due_s = np.where(open_cut, memory.due_s, np.where(begins, begun_s, np.nan))
    with np.errstate(invalid="ignore"):
        silent_s = now_s - memory.disobeys_s
        fell = (silent_s >= after_s * (1 - FED_WITHIN)) & (silent_s <= memory.silence_s)
    disobeys = (open_cut & late & above) | (memory.disobeys & (above | fell))
    due_a, due_s = np.where(disobeys, np.nan, due_a), np.where(disobeys, np.nan, due_s)
    return due_a, due_s, disobeys


def _silences(wiring: Wiring, memory: ChargerMemory, disobeys: Bools) -> Floats:
    """How long each charger that does not obey is left alone: twice as long each time (C) [s]."""
    if not disobeys.any():
        return memory.silence_s
    first_s = np.where(np.isfinite(wiring.failsafe_after_s), wiring.failsafe_after_s + REACTION_S, 0.0)
    longer_s = np.minimum(np.fmax(2.0 * memory.silence_s, first_s), LONGEST_SILENCE_S)
    return np.where(disobeys & ~memory.disobeys, longer_s, memory.silence_s)


def _unused_since(
    readings: Readings, memory: ChargerMemory, flow_a: Floats, here: Bools, now_s: float
) -> Floats:
    """Since when a phase has carried nothing while another one of the same car did (C, 3)."""
    known = here & ~np.isnan(readings.measured_a).any(axis=1)
    idle = (flow_a < UNUSED_PHASE_A) & (flow_a.max(axis=1) > USED_PHASE_A)[:, np.newaxis]
    counting = (idle | (flow_a < UNUSED_PHASE_A) & np.isfinite(memory.unused_s)) & known[:, np.newaxis]
    same_car = (readings.car != CarState.NONE)[:, np.newaxis]
    return np.where(counting & same_car, np.fmin(memory.unused_s, now_s), np.nan)


def _on_its_own(wiring: Wiring, memory: ChargerMemory, gap_s: float) -> Bools:
    """Chargers whose own watchdog or start may have changed the offer: nobody else's hand is needed (C)."""
    return np.isfinite(memory.lost_s) | memory.disobeys | (gap_s >= wiring.failsafe_after_s)


def _foreign(
    wiring: Wiring,
    readings: Readings,
    memory: ChargerMemory,
    matched: Bools,
    command_a: Floats,
    back_a: Floats,
    now_s: float,
) -> tuple[Bools, Bools]:
    """Offers that were once ours and are not any more, and which were ours since they were told."""
    answered = np.isfinite(back_a) & (now_s - readings.charger_age_s > memory.written_s)
    with np.errstate(invalid="ignore"):
        ours = np.abs(back_a - command_a) <= wiring.step_a / 2 + 0.05
    foreign = np.where(answered, matched & ~ours, memory.foreign)
    return foreign, np.where(answered, matched | ours, matched)


def _reserved_a(wiring: Wiring, here: Bools, fallen: Bools, command_a: Floats, flow_a: Floats) -> Floats:
    """What lost chargers may take: max(offer, measured, failsafe), then their failsafe (C, 3) [A]; else 0."""
    if here.all():
        return np.zeros_like(flow_a)
    failsafe_a = rows_of(wiring).failsafe_a[:, np.newaxis]
    until_then_a = np.maximum(np.maximum(command_a[:, np.newaxis], flow_a), failsafe_a)
    away_a = np.where(fallen[:, np.newaxis], failsafe_a + np.zeros_like(flow_a), until_then_a)
    return np.where(here[:, np.newaxis], 0.0, away_a)
