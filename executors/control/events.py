"""What happened that somebody should know: the edges of what holds in this tick and did not in the last."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from executors.control.chargers import Chargers
from executors.control.quick import nobody, same, some, unknown
from executors.control.seam import Bools, Floats, Wiring
from executors.control.seen import Seen
from executors.control.state import ChargerMemory, SafetyState
from executors.control.times import FOREIGN_QUIET_S
from executors.control.verdicts import Trust
from executors.control.why import Event, Told

_OF_TRUST = {
    Trust.BELIEVED: Told.METER_TRUSTED_AGAIN,
    Trust.UNSEEN: Told.METER_FROZEN,
    Trust.FLIPPED: Told.SIGN_FLIPPED,
    Trust.SWAPPED: Told.PHASES_SWAPPED,
    Trust.MIRRORED: Told.SIGN_FLIPPED,
}

_OBEDIENCE = (Told.DISOBEYS, Told.OBEYS_AGAIN)
_FOREIGN = (Told.FOREIGN_CHANGE, None)
_LINK = (Told.LINK_LOST, Told.LINK_BACK)
_METER = (Told.METER_LOST, Told.METER_BACK)
_ABOVE = (Told.ABOVE_LIMIT_WITHOUT_CHARGING, Told.ABOVE_LIMIT_ENDS)
_HEAT = (Told.PROTECTION_HOT, Told.PROTECTION_COOL)


def events_of(
    wiring: Wiring,
    state: SafetyState,
    seen: Seen,
    above: Bools,
    now_s: float,
) -> tuple[Event, ...]:
    """Every edge of this tick."""
    if _nothing_new(state, seen, above):
        return ()
    chargers, compare, supply = seen.chargers, seen.compare, seen.supply
    hot = seen.hot
    before = state.chargers
    ids, rows = wiring.charger_ids, wiring.circuit_ids
    numbers = {"offer_a": chargers.offer_a, "drawn_a": chargers.flow_a, "told_a": chargers.command_a}
    found = [
        *_edges(before.disobeys, chargers.disobeys, ids, _OBEDIENCE, now_s, numbers),
        *_edges(_told_foreign(before, chargers, now_s), chargers.foreign, ids, _FOREIGN, now_s, numbers),
        *_edges(_known(before.lost_s), _known(chargers.lost_s), ids, _LINK, now_s),
        *_edges(state.meters.lost, seen.meter_lost, rows, _METER, now_s),
        *_edges(state.above, above, rows, _ABOVE, now_s),
        *_edges(state.hot, hot, rows, _HEAT, now_s),
    ]
    for k in np.flatnonzero(compare.trust != state.compare.trust):
        told = _OF_TRUST[Trust(int(compare.trust[k]))]
        if told is not _OF_TRUST[Trust(int(state.compare.trust[k]))]:
            found.append(Event(told, rows[k], now_s))
    if supply.ceiling_on != state.ceiling_on:
        on = Told.CEILING_STALE if supply.stale else Told.CEILING_ON
        ceiling = {"ceiling_kw": wiring.ceiling_kw}
        found.append(Event(on if supply.ceiling_on else Told.CEILING_OFF, rows[0], now_s, ceiling))
    return tuple(found)


def _nothing_new(state: SafetyState, seen: Seen, above: Bools) -> bool:
    """Whether all that is told holds as in the last tick; False also where it takes a closer look."""
    before, chargers = state.chargers, seen.chargers
    return (
        chargers.disobeys is before.disobeys
        and chargers.lost_s is before.lost_s
        and not some(chargers.foreign)
        and same(seen.meter_lost, state.meters.lost)
        and same(above, state.above)
        and same(seen.hot, state.hot)
        and same(seen.compare.trust, state.compare.trust)
        and seen.supply.ceiling_on == state.ceiling_on
    )


def _told_foreign(before: ChargerMemory, chargers: Chargers, now_s: float) -> Bools:
    """Chargers whose foreign changes were told not long ago (C,)."""
    if not some(chargers.foreign):
        return chargers.foreign
    return before.foreign | (now_s - before.foreign_s < FOREIGN_QUIET_S)


def _known(values: Floats) -> Bools:
    return nobody(len(values)) if values is unknown(len(values)) else np.isfinite(values)


def _edges(
    before: Bools,
    after: Bools,
    names: tuple[str, ...],
    told: tuple[Told, Told | None],
    now_s: float,
    numbers: dict[str, Floats] | None = None,
) -> Iterator[Event]:
    if before is after or same(before, after):
        return
    for i in np.flatnonzero(before != after):
        what = told[0] if after[i] else told[1]
        if what is not None:
            values = {name: float(value[i].max()) for name, value in (numbers or {}).items()}
            yield Event(what, names[i], now_s, values)
