"""What a meter's samples are worth: garbage and repeats taken out, ages per phase, the step of the ladder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from executors.control.seam import Bools, Floats, Ints, Readings, Wiring
from executors.control.state import MeterMemory
from executors.control.times import FRESH_PERIODS, FRESH_S, HELD_S, IMPLAUSIBLE, STOP_S


class Stage(IntEnum):
    """Steps of the ladder, down."""

    FRESH = 0
    HELD = 1
    FAILSAFE = 2
    STOP = 3


@dataclass(frozen=True, slots=True)
class Samples:
    """The meters as they may be used in this tick."""

    meter_a: Floats
    """Last valid sample of each phase (K, 3)."""
    meter_kw: Floats
    """Last valid power; from the currents where the meter does not say (K,)."""
    seen_s: Floats
    """When each phase was last sampled (K, 3)."""
    mark: Floats
    age_s: Floats
    """Age of each phase (K, 3)."""
    fresh_for_s: Floats
    """How long a sample of the row's meter is fresh (K,)."""
    stage: Ints
    """Step of the ladder by age alone; fresh where there is no meter (K,)."""
    phase_stale: Bools
    """Phases without a fresh sample, on rows with a meter (K, 3)."""


def samples(wiring: Wiring, readings: Readings, memory: MeterMemory, now_s: float) -> Samples:
    """Take the new samples; a repeated telegram is none, nor is a value beyond all reason."""
    taken_s = now_s - readings.meter_age_s
    repeated = np.isfinite(readings.meter_mark) & (readings.meter_mark == memory.mark)
    ceiling_a = IMPLAUSIBLE * np.where(np.isfinite(wiring.limit_a), wiring.limit_a, np.inf)
    with np.errstate(invalid="ignore"):
        sane = np.isfinite(readings.meter_a) & (np.abs(readings.meter_a) <= ceiling_a)
    new = sane & ~repeated[:, np.newaxis] & (taken_s[:, np.newaxis] > memory.seen_s)
    seen_s = np.where(new, taken_s[:, np.newaxis], memory.seen_s)
    meter_a = np.where(new, readings.meter_a, memory.meter_a)
    from_currents_kw = np.nansum(meter_a, axis=1) * (wiring.voltage_v / 1000)
    said_kw = np.isfinite(readings.meter_kw) & new.any(axis=1)
    meter_kw = np.where(said_kw, readings.meter_kw, from_currents_kw)
    fresh_for_s = np.fmax(FRESH_S, FRESH_PERIODS * wiring.meter_period_s)
    age_s = now_s - seen_s
    metered = wiring.metered
    counted = metered[:, np.newaxis] & wiring.grid_phases
    oldest_s = np.where(counted, age_s, 0.0).max(axis=1)
    return Samples(
        meter_a=meter_a,
        meter_kw=meter_kw,
        seen_s=seen_s,
        mark=np.where(np.isfinite(readings.meter_mark), readings.meter_mark, memory.mark),
        age_s=age_s,
        fresh_for_s=fresh_for_s,
        stage=stage_of(oldest_s, fresh_for_s),
        phase_stale=counted & (age_s > fresh_for_s[:, np.newaxis]),
    )


def stage_of(age_s: Floats, fresh_for_s: Floats) -> Ints:
    """Step of the ladder by age (K,)."""
    stage = (age_s > fresh_for_s).astype(np.int64)
    stage += age_s > fresh_for_s + HELD_S
    stage += age_s > STOP_S
    return stage
