"""The base load of every row, from one sample of its meter and what the chargers are known to draw."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from executors.control.chargers import Chargers
from executors.control.meters import Samples
from executors.control.quick import every, nothing, on_any, some, unknown
from executors.control.rows import Rows, rows_of, with_kw
from executors.control.seam import Bools, Floats, Readings, Wiring
from executors.control.state import ChargerMemory, MeterMemory
from executors.control.times import IN_STEP_S, REACTION_S


class BaseLoad(NamedTuple):
    """Everything but controlled offers, as three answers to three questions."""

    cut: Floats
    """What offers must leave room for now: cuts on their way are taken off (K, 4) [A of the phases, kW]."""
    high: Floats
    """What a rise must leave room for: nothing is taken off that is not confirmed (K, 4)."""
    low_a: Floats
    """What flows at the grid without controlled charging (3,)."""
    estimate_a: Floats
    """From this sample alone, to be compared with the next one (K, 3)."""
    coming_a: Floats
    """The part of cuts on their way that the meter has not seen yet (K, 3)."""
    dark_a: Floats
    """Base load when the first charger was lost that may still draw its offer; NaN: none (K, 3)."""
    below: Below
    """What the chargers below take part with."""


class Below(NamedTuple):
    """Sums over the chargers below each row (K, 3) [A]."""

    told: Floats
    """Offers of those under control."""
    flow: Floats
    """What their cars draw."""
    in_meter: Floats
    """The most of it that the meter may show already."""
    least: Floats
    """The least of it that the meter shows for certain and offers cover."""
    spare: Floats
    """Offers above what was told, set by somebody else."""
    falling: Floats
    """How much of that cuts on their way will end."""
    overtaken: Floats
    """The part of that by cars that now follow an offer older than their cut."""
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
    risen: Bools,
) -> BaseLoad:
    """Base load of every row; a blind row keeps its last estimate, one without meter has what is stated.

    ``risen``: where a blind row counts with more than its estimate, if its meter shows more (K, 3).
    """
    none = nothing(*meters.meter_a.shape)
    coming, dark, reserved = none, below.dark, below.dark
    estimate, shown = meters.meter_a - below.in_meter, meters.meter_a
    low_a = meters.meter_a[0] - below.flow[0]
    if below.falling is not none:
        seen_a = np.maximum(memory.at_cut_a - meters.meter_a, 0.0)
        coming = np.minimum(below.falling, np.fmax(memory.expected_a - seen_a, 0.0) + below.overtaken)
        estimate, shown = estimate + (below.falling - coming), meters.meter_a - coming
        low_a = low_a + below.falling[0] - coming[0]
    seen = np.fmax(shown - below.told, np.fmin(estimate, memory.base_a))
    high = meters.meter_a - below.least
    if below.outside is not none:
        dark = np.where(np.isnan(below.dark), np.nan, np.fmin(memory.dark_a, memory.base_a))
        reserved = dark + below.dark + below.beyond
        seen, high = np.fmax(seen + below.beyond, reserved), np.fmax(high + below.beyond, reserved)
    if below.spare is not none:
        seen = seen + below.spare
    if some(blind):
        held = _held_a(rows, below, memory, reserved)
        seen = np.where(blind[:, np.newaxis], np.where(risen, np.fmax(held, seen), held), seen)
    return BaseLoad(
        *_loads(wiring, rows, below, meters, seen, high),
        low_a=low_a,
        estimate_a=estimate,
        coming_a=coming,
        dark_a=dark,
        below=below,
    )


def _held_a(rows: Rows, below: Below, memory: MeterMemory, reserved_a: Floats) -> Floats:
    """The last estimate of each row, as stated where there is none, with what is lost since (K, 3) [A]."""
    stated_a, never = rows.static[:, :3], np.isnan(memory.base_a)
    if below.outside is nothing(*stated_a.shape):
        return np.where(never, stated_a, memory.base_a)
    return np.fmax(np.where(never, stated_a + below.outside, memory.base_a + below.beyond), reserved_a)


def _loads(
    wiring: Wiring, rows: Rows, below: Below, meters: Samples, cut_a: Floats, high_a: Floats
) -> tuple[Floats, Floats]:
    """What cuts and rises must leave room for, with its power (K, 4) each; as stated where there is no meter.

    From currents to power: the meter's own power, moved by what the currents were moved. Offers below a power
    factor of 1 took off less power than current; the difference comes back.
    """
    loads = np.empty((2, len(cut_a), 4))
    loads[0, :, :3] = cut_a
    loads[1, :, :3] = high_a
    moved_a = loads[:, :, :3] - meters.meter_a
    known_a = np.where(np.isnan(moved_a), nothing(*moved_a.shape), moved_a)
    loads[:, :, 3] = meters.meter_kw + known_a.dot(rows.kw_per_phase)
    if rows.reactive:
        back = (1 - rows.true_power) * (wiring.voltage_v / 1000)
        loads[:, :, 3] += back * np.stack((below.told.sum(axis=1), below.least.sum(axis=1)))
    outside = below.outside is not nothing(*cut_a.shape)
    stated = with_kw(wiring, rows.static[:, :3] + below.outside) if outside else rows.static
    np.copyto(loads, stated, where=rows.unmetered)
    cut, high = loads
    if below.spare is not nothing(*cut_a.shape):
        cut[:, :3] += np.where(rows.metered[:, np.newaxis], 0.0, below.spare)
    return cut, high


@lru_cache(maxsize=16)
def _told(wiring: Wiring, command_a: bytes, uses: bytes) -> tuple[Floats, Floats]:
    on = np.frombuffer(uses, dtype=np.bool_).reshape(-1, 3)
    told_a = np.where(on, np.frombuffer(command_a)[:, np.newaxis], 0.0)
    told_below_a = rows_of(wiring).below @ told_a
    told_a.flags.writeable = told_below_a.flags.writeable = False
    return told_a, told_below_a


def charging_below(
    wiring: Wiring,
    readings: Readings,
    meters: Samples,
    chargers: Chargers,
    memory: ChargerMemory,
    lags: Bools,
    flow_below_a: Floats,
    now_s: float,
) -> Below:
    """What the chargers below each row are told, draw and may draw; offers seldom change, nor do their sums.

    ``flow_below_a``: what all cars below each row draw (K, 3).
    """
    below, shape = rows_of(wiring).below, flow_below_a.shape
    none = nothing(*shape)
    controlled = chargers.controlled[:, np.newaxis]
    on = chargers.uses if chargers.calm else chargers.uses & controlled
    told_a, told = _told(wiring, chargers.command_a.tobytes(), on.tobytes())
    flow_a, flow = chargers.flow_a, flow_below_a
    if not chargers.calm:
        flow_a = np.where(controlled, flow_a, 0.0)
        flow = below @ flow_a
    least_a = np.minimum(flow_a, told_a)
    behind = _behind(wiring, readings, meters, chargers, memory, lags, now_s)
    in_meter = flow
    if some(behind):
        in_meter = below @ np.where(behind[:, np.newaxis], np.maximum(flow_a, told_a), flow_a)
    spare = none
    if chargers.offer_a is not chargers.command_a:
        spare = below @ np.where(on, chargers.offer_a[:, np.newaxis] - told_a, 0.0)
    parts = Below(told, flow, in_meter, below.dot(least_a), spare, none, none, none, unknown(*shape), none)
    return parts if chargers.calm else _with_the_rest(wiring, parts, chargers, memory, flow_a, told_a, now_s)


def _with_the_rest(
    wiring: Wiring,
    parts: Below,
    chargers: Chargers,
    memory: ChargerMemory,
    flow_a: Floats,
    told_a: Floats,
    now_s: float,
) -> Below:
    """The same with cuts on their way and with chargers beyond control."""
    below = rows_of(wiring).below
    due = np.isfinite(chargers.due_a)
    if some(due):
        falls_a = np.where(due[:, np.newaxis], np.maximum(flow_a - told_a, 0.0), 0.0)
        overtaken = np.isnan(memory.due_a) & (now_s - memory.cut_s <= REACTION_S)
        overtaken_a = np.where(overtaken[:, np.newaxis], falls_a, 0.0)
        parts = parts._replace(falling=below @ falls_a, overtaken=below @ overtaken_a)
    if every(chargers.controlled):
        return parts
    beyond = ~chargers.controlled[:, np.newaxis]
    fallen = (chargers.fallen & np.isfinite(chargers.lost_s))[:, np.newaxis]
    beyond_a = np.where(fallen, np.maximum(chargers.reserved_a - chargers.flow_a, 0.0), 0.0)
    lost = np.isfinite(chargers.lost_s) & ~chargers.fallen
    dark_a = np.where(lost[:, np.newaxis], chargers.reserved_a, 0.0)
    still_a = np.where(fallen, 0.0, chargers.flow_a)
    outside_a = np.where(beyond, np.maximum(chargers.reserved_a, still_a), 0.0)
    any_lost = np.asarray((wiring.below & lost).any(axis=1))
    return parts._replace(
        beyond=below @ beyond_a,
        dark=np.where(any_lost[:, np.newaxis], below @ dark_a, np.nan),
        outside=below @ outside_a,
    )


def _behind(
    wiring: Wiring,
    readings: Readings,
    meters: Samples,
    chargers: Chargers,
    memory: ChargerMemory,
    lags: Bools,
    now_s: float,
) -> Bools:
    """Chargers of which the meter may show more than they say themselves (C,).

    It shows what they say where their value is of the meter's moment, and would have shown a rise by now: it
    is measured, and was never seen to come late, or car and charger have had their time. Or the car draws all
    that it may.
    """
    if not some(chargers.idles):
        return chargers.idles
    shown = now_s - memory.rose_s >= REACTION_S
    if chargers.measured:
        shown |= ~lags
    else:
        shown |= ~(on_any(np.isnan(readings.measured_a) & wiring.wired) | lags)
    if chargers.oldest_s <= IN_STEP_S:
        return chargers.idles & ~shown
    ages_s = np.where(wiring.grid_phases & np.isfinite(meters.age_s), meters.age_s, 0.0)
    fresh = readings.charger_age_s <= ages_s.min() + IN_STEP_S
    behind: Bools = chargers.idles & ~(fresh & shown)
    return behind
