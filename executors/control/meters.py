"""What a meter's samples are worth: garbage and repeats taken out, and ages per phase."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.quick import highest, is_unknown, nobody, nothing, on_any, some
from executors.control.rows import rows_of
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import MeterMemory


class Samples(NamedTuple):
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
    rows = rows_of(wiring)
    taken_s = (now_s - readings.meter_age_s)[:, np.newaxis]
    new = (np.abs(readings.meter_a) <= rows.implausible_a) & (taken_s > memory.seen_s)
    mark = memory.mark
    if not is_unknown(readings.meter_mark):
        new &= (readings.meter_mark != mark)[:, np.newaxis]
        mark = np.where(np.isfinite(readings.meter_mark), readings.meter_mark, mark)
    seen_s = np.where(new, taken_s, memory.seen_s)
    meter_a = np.where(new, readings.meter_a, memory.meter_a)
    age_s = now_s - seen_s
    oldest_s = highest(np.where(rows.counted, age_s, nothing(*age_s.shape)))
    stale = oldest_s > rows.fresh_for_s
    return Samples(
        meter_a=meter_a,
        meter_kw=_power_kw(wiring, readings, meter_a, new),
        seen_s=seen_s,
        mark=mark,
        age_s=age_s,
        fresh_for_s=rows.fresh_for_s,
        stale=stale,
        oldest_s=oldest_s,
        phase_stale=rows.counted & (age_s > rows.fresh_for_s[:, np.newaxis])
        if some(stale)
        else nobody(*age_s.shape),
    )


def _power_kw(wiring: Wiring, readings: Readings, meter_a: Floats, new: Bools) -> Floats:
    """Power as the meter says in a new sample, else from the currents (K,) [kW]."""
    of_phases_a = np.where(np.isnan(meter_a), nothing(*meter_a.shape), meter_a)
    from_currents_kw: Floats = of_phases_a.dot(rows_of(wiring).kw_per_phase)
    if is_unknown(readings.meter_kw):
        return from_currents_kw
    said = np.isfinite(readings.meter_kw) & on_any(new)
    return np.where(said, readings.meter_kw, from_currents_kw)
