"""What a meter's samples are worth: garbage and repeats taken out, and ages per phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import MeterMemory


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
    stale: Bools
    """Rows with a meter and without a fresh sample on every phase (K,)."""
    oldest_s: Floats
    """Age of the oldest phase; 0 where there is no meter (K,)."""
    phase_stale: Bools
    """Phases without a fresh sample, on rows with a meter (K, 3)."""


def samples(wiring: Wiring, readings: Readings, memory: MeterMemory, now_s: float) -> Samples:
    """Take the new samples; a repeated telegram is none, nor is a value beyond all reason."""
    taken_s = now_s - readings.meter_age_s
    repeated = np.isfinite(readings.meter_mark) & (readings.meter_mark == memory.mark)
    rows = rows_of(wiring)
    with np.errstate(invalid="ignore"):
        sane = np.isfinite(readings.meter_a) & (np.abs(readings.meter_a) <= rows.implausible_a)
    new = sane & ~repeated[:, np.newaxis] & (taken_s[:, np.newaxis] > memory.seen_s)
    seen_s = np.where(new, taken_s[:, np.newaxis], memory.seen_s)
    meter_a = np.where(new, readings.meter_a, memory.meter_a)
    from_currents_kw = np.where(np.isnan(meter_a), 0.0, meter_a).sum(axis=1) * (wiring.voltage_v / 1000)
    said_kw = np.isfinite(readings.meter_kw) & new.any(axis=1)
    meter_kw = np.where(said_kw, readings.meter_kw, from_currents_kw)
    fresh_for_s = rows.fresh_for_s
    age_s = now_s - seen_s
    counted = rows.counted
    oldest_s = np.where(counted, age_s, 0.0).max(axis=1)
    return Samples(
        meter_a=meter_a,
        meter_kw=meter_kw,
        seen_s=seen_s,
        mark=np.where(np.isfinite(readings.meter_mark), readings.meter_mark, memory.mark),
        age_s=age_s,
        fresh_for_s=fresh_for_s,
        stale=np.asarray(oldest_s > fresh_for_s),
        oldest_s=oldest_s,
        phase_stale=counted & (age_s > fresh_for_s[:, np.newaxis]),
    )
