"""A tick in which nothing has moved since the last whole decision: what was told stands.

A whole decision is made at once when anything moves by more than noise, and every ``STILL_S`` in any case. A
tick counts as still only after one that wanted, cut and awaited nothing, with room left on every row for the
noise that it lets pass; so no limit is looked at less sharply.
"""

from __future__ import annotations

import numpy as np

from executors.control.binding import Course
from executors.control.meters import Samples, samples
from executors.control.pacing import mean_kw
from executors.control.quick import every, nonzero, same, some
from executors.control.rows import rows_of
from executors.control.seam import Floats, Readings, Setpoints, Wanted, Wiring
from executors.control.seen import Seen
from executors.control.shares import on_the_grid_of
from executors.control.state import SafetyState, Still
from executors.control.times import IN_STEP_S, LATE_S, SIGNAL_S, STILL_A, STILL_S

_PHASES = 3
_NEGLIGIBLE = 1e-6
_SPARE_A = 2.0 * STILL_A


def stands(
    wiring: Wiring, readings: Readings, wanted: Wanted, state: SafetyState, now_s: float
) -> tuple[Setpoints, SafetyState] | None:
    """What was told last and the memory after it; None where this tick needs a whole decision."""
    still = state.still
    if still is None or now_s - state.whole_s >= STILL_S or now_s - state.tick_s > LATE_S:
        return None
    if not (_same_wish(still, wanted) and _same_chargers(still.readings, readings)):
        return None
    if readings.ceiling_on != still.readings.ceiling_on or readings.ceiling_age_s > SIGNAL_S:
        return None
    if not _within_budget(wiring, wanted, still.draw_kw):
        return None
    meters = samples(wiring, readings, state.meters, now_s)
    if some(meters.stale) or not _same_load(meters, still):
        return None
    high_a = np.fmax(still.high_a, meters.meter_a)
    memory = state.meters._replace(
        meter_a=meters.meter_a,
        meter_kw=meters.meter_kw,
        seen_s=meters.seen_s,
        mark=meters.mark,
    )
    after = state._replace(tick_s=now_s, meters=memory, still=still._replace(high_a=high_a))
    return still.setpoints, after


def still_after(
    wiring: Wiring, readings: Readings, wanted: Wanted, seen: Seen, way: Course, setpoints: Setpoints
) -> Still | None:
    """What the next ticks may be compared with; None after a tick that leaves anything open."""
    cars = seen.chargers
    if setpoints.order.size or setpoints.events or not same(setpoints.feed_watchdog, wiring.driven):
        return None
    if not cars.calm or some(cars.foreign) or way.told_a is not cars.command_a:
        return None
    if nonzero(seen.stage) or nonzero(seen.heat) or nonzero(seen.compare.trust):
        return None
    if some(np.abs(on_the_grid_of(wiring, way.usable_a) - way.told_a) > _NEGLIGIBLE):
        return None
    if not _room_for_noise(wiring, seen, way.told_a):
        return None
    draw_kw = float(seen.base.cut[0, 3] + rows_of(wiring).kw_per_a[-1] @ (seen.uses.sum(axis=1) * way.told_a))
    return Still(readings, wanted, setpoints, seen.meters.meter_a, seen.meters.meter_a, draw_kw)


def _room_for_noise(wiring: Wiring, seen: Seen, told_a: Floats) -> bool:
    """Whether every row would still fit if its load were ``_SPARE_A`` higher on each phase."""
    slack = seen.supply.cut - seen.weights @ told_a
    amps = len(seen.rows.amp_row)
    spare_kw = _PHASES * _SPARE_A * wiring.voltage_v / 1000
    fits = bool((slack[:amps] >= _SPARE_A).all() and (slack[amps:] >= spare_kw).all())
    if not np.isfinite(wiring.imbalance_limit_a):
        return fits
    grid_a = seen.base.cut[0, :3] + told_a @ (seen.uses & seen.chargers.controlled[:, np.newaxis])
    spread_a = float(grid_a.max() - np.min(seen.base.low_a))
    return fits and spread_a + 2 * _SPARE_A <= wiring.imbalance_limit_a


def _same_wish(still: Still, wanted: Wanted) -> bool:
    """Whether the layer above hands on the very arrays that it did then."""
    before = still.wanted
    return (
        wanted.current_a is before.current_a
        and wanted.phases is before.phases
        and wanted.priority is before.priority
        and wanted.weight is before.weight
    )


def _same_chargers(before: Readings, now: Readings) -> bool:
    """Whether all chargers answer as they did, and their cars draw the same but for noise."""
    if not every(now.link) or float(now.charger_age_s.max()) > IN_STEP_S:
        return False
    return (
        same(now.offered_a, before.offered_a)
        and same(now.car, before.car)
        and same(now.phases, before.phases)
        and _near(now.measured_a, before.measured_a, STILL_A / 4)
    )


def _same_load(meters: Samples, still: Still) -> bool:
    return _near(meters.meter_a, still.meter_a, STILL_A)


def _near(now: Floats, before: Floats, by: float) -> bool:
    """Whether no value differs by more, and what was missing is missing."""
    return not some(np.abs(now - before) > by) and same(np.isnan(now), np.isnan(before))


def _within_budget(wiring: Wiring, wanted: Wanted, draw_kw: float) -> bool:
    """Whether the running quarter's energy leaves room for the noise too."""
    if wanted.budget_kwh == float("inf"):
        return True
    return mean_kw(wanted) >= draw_kw + _PHASES * _SPARE_A * wiring.voltage_v / 1000
