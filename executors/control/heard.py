"""What the chargers say: which of them answer, what they offer, and what their cars draw."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from executors.control.quick import every, everybody, highest, nothing, on_any, same, some, unknown
from executors.control.seam import Bools, CarState, Floats, Readings, Wiring
from executors.control.state import ChargerMemory
from executors.control.times import LINK_S, UNUSED_PHASE_A, USED_PHASE_A

_UNKNOWN, _NO_CAR, _CHARGING = int(CarState.UNKNOWN), int(CarState.NONE), int(CarState.CHARGING)


class Heard(NamedTuple):
    """What was heard in this tick, beside what was told (C,)."""

    lost_s: Floats
    """Since when the link is lost; NaN: it is there."""
    here: Bools
    """Whether it is there."""
    oldest_s: float
    """Age of the oldest value [s]."""
    back_a: Floats
    """Offer read back; NaN: not known."""
    measured: bool
    """Whether every phase of every car is measured."""
    peak_a: Floats
    """Current of each car's highest phase as measured; NaN: not known."""
    command_a: Floats
    """What each was told last; in the first tick what it offers or gives."""
    offer_a: Floats
    """The larger of told and read back; the very array that was told where both are the same."""
    flow_a: Floats
    """What the cars draw, as far as known (C, 3)."""
    top_a: Floats
    """The same on each car's highest phase."""
    unused_s: Floats
    """Since when a phase has carried nothing while another one did; NaN: not so (C, 3)."""


def heard_of(wiring: Wiring, readings: Readings, memory: ChargerMemory, now_s: float) -> Heard:
    """What was heard of every charger."""
    count, oldest_s = wiring.chargers, float(np.maximum.reduce(readings.charger_age_s))
    lost_s = _lost_since(readings, memory, oldest_s, now_s)
    if lost_s is unknown(count):
        here, back_a = everybody(count), readings.offered_a
        measured = every(np.isfinite(readings.measured_a))
    else:
        here, measured = np.isnan(lost_s), False
        back_a = np.where(here, readings.offered_a, np.nan)
    first = math.isnan(memory.command_a[0])
    if measured:
        flow_a = np.maximum(readings.measured_a, nothing(count, 3))
        peak_a = top_a = highest(flow_a)
        command_a = np.fmax(back_a, top_a) if first else memory.command_a
    else:
        peak_a = _peak_a(readings.measured_a, here)
        command_a = np.fmax(np.fmax(back_a, peak_a), 0.0) if first else memory.command_a
        flow_a = _flow_a(wiring, readings, memory, command_a, here)
        top_a = highest(flow_a)
    return Heard(
        lost_s=lost_s,
        here=here,
        oldest_s=oldest_s,
        back_a=back_a,
        measured=measured,
        peak_a=peak_a,
        command_a=command_a,
        offer_a=command_a if same(back_a, command_a) else np.fmax(command_a, back_a),
        flow_a=flow_a,
        top_a=top_a,
        unused_s=_unused_since(readings, memory, flow_a, top_a, here, now_s),
    )


def _lost_since(readings: Readings, memory: ChargerMemory, oldest_s: float, now_s: float) -> Floats:
    count = len(readings.link)
    if every(readings.link) and oldest_s <= LINK_S:
        return unknown(count)
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
    may_draw = (readings.car == _CHARGING) | (readings.car == _UNKNOWN)
    assumed_a = np.where(may_draw, command_a, 0.0)[:, np.newaxis] * (wiring.wired & memory.phases)
    falling = np.isfinite(memory.due_a)[:, np.newaxis]
    assumed_a = np.where(falling, np.maximum(memory.flow_a, assumed_a), assumed_a)
    known_a = np.where(missing, assumed_a, np.maximum(readings.measured_a, 0.0))
    return np.where(here[:, np.newaxis], known_a, memory.flow_a)


def _unused_since(
    readings: Readings, memory: ChargerMemory, flow_a: Floats, top_a: Floats, here: Bools, now_s: float
) -> Floats:
    """Since when a phase has carried nothing while another one of the same car did (C, 3)."""
    low = flow_a < UNUSED_PHASE_A
    idle = low & (top_a > USED_PHASE_A)[:, np.newaxis]
    none = unknown(*flow_a.shape)
    if memory.unused_s is none and not some(idle):
        return none
    known = here & ~on_any(np.isnan(readings.measured_a)) & (readings.car != _NO_CAR)
    counting = (idle | low & np.isfinite(memory.unused_s)) & known[:, np.newaxis]
    return np.where(counting, np.fmin(memory.unused_s, now_s), np.nan) if some(counting) else none
