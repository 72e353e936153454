"""The base load of every row, from one sample of its meter and what the chargers are known to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.rows import Rows, rows_of
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import ChargerMemory, MeterMemory
from executors.control.times import IN_STEP_S, REACTION_S


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """Everything but controlled offers, as three answers to three questions; kW beside amperes."""

    cut_a: Floats
    cut_kw: Floats
    """What offers must leave room for now: cuts on their way are taken off (K, 3), (K,)."""
    high_a: Floats
    high_kw: Floats
    """What a rise must leave room for: nothing is taken off that is not confirmed (K, 3), (K,)."""
    low_a: Floats
    """What flows at the grid without controlled charging (3,)."""
    estimate_a: Floats
    """From this sample alone, to be compared with the next one (K, 3)."""
    falling_a: Floats
    """Sum of cuts on their way by the cars' own currents (K, 3)."""
    coming_a: Floats
    """The part of it that the meter has not seen yet (K, 3)."""
    overtaken_a: Floats
    """The part of that by cars that follow an older offer after their cut, first seen in this tick (K, 3)."""
    uncontrolled_a: Floats
    """What chargers beyond control may take (K, 3)."""
    dark_a: Floats
    """Base load when the first charger was lost that may still draw its offer; NaN: none (K, 3)."""


class Below(NamedTuple):
    """Sums over the chargers below each row (K, 3) [A]."""

    told: Floats
    """Offers of those under control."""
    flow: Floats
    """What their cars draw."""
    falling: Floats
    """How much of that cuts on their way will end."""
    overtaken: Floats
    """The part of that by cars that now follow an offer older than their cut."""
    in_meter: Floats
    """The most of it that the meter may show already."""
    least: Floats
    """The least of it that the meter shows for certain and offers cover."""
    spare: Floats
    """Offers above what was told, set by somebody else."""
    beyond: Floats
    """What lost chargers at their failsafe may draw more than they did last."""
    dark: Floats
    """All that lost chargers may draw until they have fallen to it; NaN where none is lost."""
    outside: Floats
    """All that chargers beyond control may draw."""


def base_load(
    wiring: Wiring,
    rows: Rows,
    below: Below,
    meters: Samples,
    memory: MeterMemory,
    blind: Bools,
) -> BaseLoad:
    """Base load of every row; a blind row keeps its last estimate, one without meter has what is stated."""
    seen_a = np.maximum(memory.at_cut_a - meters.meter_a, 0.0)
    coming = np.minimum(below.falling, np.fmax(memory.expected_a - seen_a, 0.0) + below.overtaken)
    estimate = meters.meter_a - below.in_meter + (below.falling - coming)
    steady = np.fmin(estimate, memory.base_a)
    dark = np.where(np.isnan(below.dark), np.nan, np.fmin(memory.dark_a, memory.base_a))
    reserved = dark + below.dark + below.beyond
    seen = np.fmax(meters.meter_a - coming - below.told, steady) + below.beyond
    cut = np.fmax(seen, reserved) + below.spare
    stated = rows.static_a[:, np.newaxis] + below.outside
    held = np.fmax(np.where(np.isnan(memory.base_a), stated, memory.base_a + below.beyond), reserved)
    without = ~rows.metered[:, np.newaxis]
    cut = np.where(without, stated + below.spare, np.where(blind[:, np.newaxis], held, cut))
    high = np.fmax(meters.meter_a - below.least + below.beyond, reserved)
    high = np.where(without, stated, high)
    watts = _Watts(wiring, meters, rows, stated)
    return BaseLoad(
        cut_a=cut,
        cut_kw=watts.of(cut, below.told),
        high_a=high,
        high_kw=watts.of(high, below.least),
        low_a=(meters.meter_a - below.flow + below.falling - coming)[0],
        estimate_a=estimate,
        falling_a=below.falling,
        coming_a=coming,
        overtaken_a=below.overtaken,
        uncontrolled_a=below.outside,
        dark_a=dark,
    )


def charging_below(
    wiring: Wiring,
    readings: Readings,
    meters: Samples,
    chargers: Chargers,
    memory: ChargerMemory,
    lags: Bools,
    now_s: float,
) -> Below:
    """What the chargers below each row are told, draw and may draw."""
    controlled = chargers.controlled[:, np.newaxis]
    told_a = np.where(chargers.uses & controlled, chargers.command_a[:, np.newaxis], 0.0)
    flow_a = np.where(controlled, chargers.flow_a, 0.0)
    measured = ~(np.isnan(readings.measured_a) & wiring.wired).any(axis=1)
    shown = (now_s - memory.rose_s >= REACTION_S) | (measured & ~lags)
    in_step = _in_step(wiring, readings, meters, chargers, shown)[:, np.newaxis]
    in_meter_a = np.where(in_step, flow_a, np.maximum(flow_a, told_a))
    least_a = np.minimum(flow_a, told_a)
    spare_a = np.where(chargers.uses & controlled, chargers.offer_a[:, np.newaxis] - told_a, 0.0)
    if chargers.controlled.all() and not np.isfinite(chargers.due_a).any():
        told, flow, in_meter, least, spare = rows_of(wiring).below @ np.stack(
            (told_a, flow_a, in_meter_a, least_a, spare_a)
        )
        none = np.zeros_like(told)
        return Below(told, flow, none, none, in_meter, least, spare, none, np.full_like(told, np.nan), none)
    falls_a = np.where(np.isfinite(chargers.due_a)[:, np.newaxis], np.maximum(flow_a - told_a, 0.0), 0.0)
    overtaken = np.isnan(memory.due_a) & (now_s - memory.cut_s <= REACTION_S)
    overtaken_a = np.where(overtaken[:, np.newaxis], falls_a, 0.0)
    fallen = (chargers.fallen & np.isfinite(chargers.lost_s))[:, np.newaxis]
    beyond_a = np.where(fallen, np.maximum(chargers.reserved_a - chargers.flow_a, 0.0), 0.0)
    lost = np.isfinite(chargers.lost_s) & ~chargers.fallen
    dark_a = np.where(lost[:, np.newaxis], chargers.reserved_a, 0.0)
    outside_a = np.where(controlled, 0.0, np.maximum(chargers.reserved_a, chargers.flow_a))
    parts = Below(
        told_a, flow_a, falls_a, overtaken_a, in_meter_a, least_a, spare_a, beyond_a, dark_a, outside_a
    )
    below = Below(*(rows_of(wiring).below @ np.stack(parts)))
    any_lost = np.asarray((wiring.below & lost).any(axis=1))
    return below._replace(dark=np.where(any_lost[:, np.newaxis], below.dark, np.nan))


class _Watts:
    """From currents of base load to power: the meter's own power, moved by what the currents were moved."""

    def __init__(self, wiring: Wiring, meters: Samples, rows: Rows, stated_a: Floats) -> None:
        self._per_a = wiring.voltage_v / 1000
        self._meters = meters
        self._rows = rows
        self._stated_kw = (stated_a * wiring.grid_phases).sum(axis=1) * self._per_a

    def of(self, base_a: Floats, taken_off_a: Floats) -> Floats:
        """Power of a base load (K, 3) from which offers ``taken_off_a`` were taken off (K,) [kW].

        Offers below a power factor of 1 took off less power than current; the difference comes back. Where
        there is no meter nothing was taken off.
        """
        moved_a = base_a - self._meters.meter_a
        moved_kw = np.where(np.isnan(moved_a), 0.0, moved_a).sum(axis=1) * self._per_a
        back_kw = (1 - self._rows.true_power) * taken_off_a.sum(axis=1) * self._per_a
        metered_kw = self._meters.meter_kw + moved_kw + back_kw
        return np.asarray(np.where(self._rows.metered, metered_kw, self._stated_kw))


def _in_step(wiring: Wiring, readings: Readings, meters: Samples, chargers: Chargers, shown: Bools) -> Bools:
    """Chargers of which the meter shows what they say themselves, and no more (C,).

    Their value is of the meter's moment, and would have ``shown`` a rise by now: it is measured, and was
    never seen to come late, or car and charger have had their time. Or the car draws all that it may.
    """
    meter_age_s = np.where(wiring.grid_phases & np.isfinite(meters.age_s), meters.age_s, 0.0).min()
    fresh = readings.charger_age_s <= meter_age_s + IN_STEP_S
    follows = chargers.flow_a.max(axis=1) >= chargers.command_a - 1.0
    in_step: Bools = (fresh & shown) | follows
    return in_step
