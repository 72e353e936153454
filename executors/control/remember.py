"""What is carried to the next tick."""

from __future__ import annotations

from math import isnan

import numpy as np

from executors.control.quick import nobody, some, unknown
from executors.control.rises import Target
from executors.control.seam import Bools, Floats, Ints
from executors.control.seen import Seen
from executors.control.state import ChargerMemory, MeterMemory, SafetyState, Still
from executors.control.turns import turned

_NEGLIGIBLE = 1e-6


def remembered(
    state: SafetyState,
    seen: Seen,
    aims: Target,
    before_loss_a: Floats,
    told_a: Floats,
    order: Ints,
    above: Bools,
    still: Still | None,
    now_s: float,
) -> SafetyState:
    """The state after this tick."""
    cars = _chargers(state, seen, before_loss_a, told_a, order, now_s)
    turns = seen.turns
    if isnan(state.tick_s) or told_a is not seen.chargers.command_a:
        turns = turned(turns, seen.chargers.command_a, told_a, now_s)
    if aims.at_s > -np.inf:
        turns = turns._replace(target_a=aims.offers_a, target_s=aims.at_s)
    return SafetyState(
        tick_s=now_s,
        whole_s=now_s,
        chargers=cars,
        meters=_meters(state, seen, cars, told_a),
        compare=seen.compare,
        turns=turns,
        ceiling_on=seen.supply.ceiling_on,
        above=above,
        hot=seen.hot,
        still=still,
    )


def above_alone(seen: Seen) -> Bools:
    """Rows that load alone holds above their limit (K,)."""
    over = seen.supply.above_alone
    if not some(over):
        return nobody(len(seen.stage))
    above = np.zeros(len(seen.stage), dtype=bool)
    above[seen.rows.amp_row[over]] = True
    return above


def _chargers(
    state: SafetyState, seen: Seen, before_loss_a: Floats, told_a: Floats, order: Ints, now_s: float
) -> ChargerMemory:
    before, cars = state.chargers, seen.chargers
    after = ChargerMemory(
        command_a=told_a,
        phases=seen.phases,
        written_s=before.written_s,
        cut_s=before.cut_s,
        rose_s=before.rose_s,
        due_a=cars.due_a,
        due_s=cars.due_s,
        disobeys=cars.disobeys,
        disobeys_s=cars.disobeys_s,
        silence_s=cars.silence_s,
        foreign=cars.foreign,
        foreign_s=cars.foreign_s,
        matched=cars.matched,
        flow_a=cars.flow_a,
        unused_s=cars.unused_s,
        lost_s=cars.lost_s,
        before_loss_a=before_loss_a,
        lags=seen.lags,
    )
    if order.size:
        written = np.zeros(len(told_a), dtype=bool)
        written[order] = True
        after = after._replace(
            written_s=np.where(written, now_s, before.written_s),
            foreign=cars.foreign & ~written,
            matched=cars.matched & ~written,
        )
    return after if told_a is cars.command_a else _moved(after, seen, told_a, now_s)


def _moved(after: ChargerMemory, seen: Seen, told_a: Floats, now_s: float) -> ChargerMemory:
    """The same with the offers that were cut or raised."""
    cars = seen.chargers
    cut = (told_a < cars.command_a - _NEGLIGIBLE) & cars.controlled
    rose = told_a > cars.command_a + _NEGLIGIBLE
    begins = cut & np.isnan(cars.due_a)
    if some(begins):
        after = after._replace(
            due_a=np.where(begins, told_a, cars.due_a), due_s=np.where(begins, now_s, cars.due_s)
        )
    return after._replace(
        cut_s=np.where(cut, now_s, after.cut_s),
        rose_s=np.where(rose, now_s, after.rose_s),
        matched=after.matched & ~(cut | rose),
    )


def _meters(state: SafetyState, seen: Seen, cars: ChargerMemory, told_a: Floats) -> MeterMemory:
    """Memory of the meters, with the drop that this tick's cuts will bring."""
    before, base = state.meters, seen.base
    at_cut_a, expected_a = before.at_cut_a, before.expected_a
    if cars.due_a is not unknown(len(told_a)):
        on_its_way = np.isfinite(cars.due_a) & seen.chargers.controlled
        told_phases_a = np.where(seen.uses, told_a[:, np.newaxis], 0.0)
        falls_a = np.maximum(seen.chargers.flow_a - told_phases_a, 0.0) * on_its_way[:, np.newaxis]
        more_a = seen.rows.below @ falls_a - base.below.falling
        new = (more_a > _NEGLIGIBLE) | (base.below.overtaken > _NEGLIGIBLE)
        at_cut_a = np.where(new, seen.meters.meter_a, at_cut_a)
        expected_a = np.where(new, base.coming_a + more_a, expected_a)
    base_a = base.estimate_a
    if some(seen.blind):
        base_a = np.where(seen.blind[:, np.newaxis], before.base_a, base_a)
    return MeterMemory(
        meter_a=seen.meters.meter_a,
        meter_kw=seen.meters.meter_kw,
        seen_s=seen.meters.seen_s,
        mark=seen.meters.mark,
        base_a=base_a,
        dark_a=base.dark_a,
        window=seen.window,
        fresh_since_s=seen.fresh_since_s,
        at_cut_a=at_cut_a,
        expected_a=expected_a,
        heat=seen.heat,
        lost=seen.meter_lost,
        blind_since_s=seen.blind_since_s,
    )
