"""The chargers as they may be reckoned with: obedient, slow, disobedient, lost, changed by somebody else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.heard import Heard, heard_of
from executors.control.obedience import ends_a, foreign_changes, obedience
from executors.control.quick import everybody, nobody, nothing, same, some, unknown
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import ChargerMemory
from executors.control.times import REACTION_S, UNUSED_PHASE_S


class Chargers(NamedTuple):
    """The chargers as they may be reckoned with in this tick."""

    command_a: Floats
    """What they were last told; in the first tick what they offer (C,)."""
    offer_a: Floats
    """What they may give their car: the larger of told and read back (C,)."""
    flow_a: Floats
    """What the cars draw, as far as known (C, 3)."""
    top_a: Floats
    """The same on each car's highest phase (C,)."""
    idles: Bools
    """Whether that is clearly less than it was told (C,)."""
    measured: bool
    """Whether every phase of every car is measured."""
    oldest_s: float
    """Age of the oldest value [s]."""
    calm: bool
    """Whether all answer and obey, with no cut on its way."""
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
    count, heard = wiring.chargers, heard_of(wiring, readings, memory, now_s)
    due_a, due_s, disobeys, disobeys_s, silence_s = obedience(wiring, readings, heard, memory, now_s)
    foreign, matched = foreign_changes(wiring, readings, heard, memory, gap_s, now_s)
    uses = memory.phases
    if not same(readings.phases, memory.phases):
        uses = wiring.wired & (readings.phases | memory.phases)
    if heard.unused_s is not unknown(count, 3):
        uses = uses & ~(now_s - heard.unused_s >= UNUSED_PHASE_S)
    all_here, obeyed = heard.here is everybody(count), disobeys is nobody(count)
    settled = due_a is unknown(count)
    fallen = nobody(count) if all_here else now_s - heard.lost_s > wiring.failsafe_after_s + REACTION_S
    command_a, offer_a = heard.command_a, heard.offer_a
    return Chargers(
        command_a=command_a,
        offer_a=offer_a if settled else np.where(np.isfinite(due_a), command_a, offer_a),
        flow_a=heard.flow_a,
        top_a=heard.top_a,
        idles=heard.top_a < ends_a(command_a)[0],
        measured=heard.measured,
        oldest_s=heard.oldest_s,
        calm=all_here and obeyed and settled,
        uses=uses,
        unused_s=heard.unused_s,
        lost_s=heard.lost_s,
        due_a=due_a,
        due_s=due_s,
        disobeys=disobeys,
        disobeys_s=disobeys_s,
        silence_s=silence_s,
        silent=disobeys if obeyed else disobeys & (now_s - disobeys_s <= silence_s),
        foreign=foreign,
        foreign_s=np.where(foreign, now_s, memory.foreign_s) if some(foreign) else memory.foreign_s,
        matched=matched,
        controlled=heard.here if obeyed else heard.here & ~disobeys,
        fallen=fallen,
        reserved_a=nothing(count, 3) if all_here else _reserved_a(wiring, heard, fallen) * uses,
    )


def _reserved_a(wiring: Wiring, heard: Heard, fallen: Bools) -> Floats:
    """What lost chargers may take: max(offer, measured, failsafe), then their failsafe (C, 3) [A]; else 0."""
    failsafe_a = rows_of(wiring).failsafe_a[:, np.newaxis]
    until_then_a = np.maximum(np.maximum(heard.command_a[:, np.newaxis], heard.flow_a), failsafe_a)
    away_a = np.where(fallen[:, np.newaxis], failsafe_a, until_then_a)
    return np.where(heard.here[:, np.newaxis], 0.0, away_a)
