"""All memory of the safety layer: one frozen value that goes in and comes out of every tick."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.quick import nobody, nothing, unknown
from executors.control.seam import Bools, Floats, Ints, Readings, Setpoints, Wanted, Wiring
from executors.control.window import Window, empty_window


class ChargerMemory(NamedTuple):
    """What is remembered of each charger (C)."""

    command_a: Floats
    """Last offer told; NaN before the first tick."""
    phases: Bools
    """Grid phases told (C, 3)."""
    written_s: Floats
    """When the offer last changed or was told again; -inf: never."""
    cut_s: Floats
    rose_s: Floats
    """When it was last cut and last raised."""
    due_a: Floats
    """Offer that a cut on its way must reach; NaN: none."""
    due_s: Floats
    """When that cut was told."""
    disobeys: Bools
    disobeys_s: Floats
    """Since when; NaN: it obeys."""
    silence_s: Floats
    """How long it was left alone for that the last time; NaN: never."""
    foreign: Bools
    foreign_s: Floats
    """When a foreign offer was seen last; -inf: never."""
    matched: Bools
    """Whether the offer read back was the one told, since it was told."""
    flow_a: Floats
    """Last known current of the car (C, 3)."""
    unused_s: Floats
    """Since when a phase has carried nothing while another one did; NaN: not so (C, 3)."""
    lost_s: Floats
    """Since when the link is lost; NaN: it is there."""
    before_loss_a: Floats
    """Offer when a meter above was lost; NaN: none is lost."""
    lags: Bools
    """Whether it was seen to say later than the meter what its car draws."""


class MeterMemory(NamedTuple):
    """What is remembered of each row and its meter (K)."""

    meter_a: Floats
    """Last valid sample (K, 3)."""
    meter_kw: Floats
    seen_s: Floats
    """When each phase was last sampled; -inf: never (K, 3)."""
    mark: Floats
    """Telegram mark of the last sample; NaN: none."""
    base_a: Floats
    """Base load as last estimated; NaN: never (K, 3)."""
    dark_a: Floats
    """Base load when the first charger below was lost; NaN: none is (K, 3)."""
    window: Window
    """Highest base load of the last seconds."""
    fresh_since_s: Floats
    """Since when every sample has been fresh; inf: not now."""
    at_cut_a: Floats
    """Sample when the last cut below was told (K, 3)."""
    expected_a: Floats
    """Drop that was expected then (K, 3)."""
    heat: Floats
    """How far the protection has gone towards tripping (K, 3)."""
    lost: Bools
    """Rows whose meter is told to be lost."""
    blind_since_s: Floats
    """Since when the row is blind; NaN: it sees."""


class CompareMemory(NamedTuple):
    """What is remembered to compare each meter with confirmed changes of charging (K)."""

    trust: Ints
    """``Trust``."""
    flow_a: Floats
    meter_a: Floats
    """Both at the reference (K, 3); NaN: no reference."""
    stirred: Bools
    """Whether the meter has shown any other value since."""
    house_a: Floats
    """How far the house has moved by itself of late, from one reference to the next (K, 3)."""
    suspected: Bools
    """Whether most phases, but not all, have shown a change with the wrong sign once."""
    moved_s: Floats
    """When charging below last moved."""
    last_flow_a: Floats
    """Charging below in the last tick (K, 3)."""
    since_s: Floats
    """When the trust was lost; NaN: it is there."""
    doubted_a: Floats
    """Sample of that moment (K, 3)."""


class TurnMemory(NamedTuple):
    """What is remembered to take turns (C)."""

    served: Floats
    """Charge per weight so far [A s]; NaN: not waiting and not charging."""
    on_s: Floats
    """Since when it is offered something; NaN: it is not."""
    starts_s: Floats
    """Its last two starts (C, 2)."""
    stopped: Bools
    """Told 0 though it was wanted, since it last charged or was not wanted."""
    target_a: Floats
    """Fair offer as last computed."""
    target_s: float
    """When that was."""


class Still(NamedTuple):
    """A whole decision after which nothing was open: what the next ticks are compared with."""

    readings: Readings
    wanted: Wanted
    setpoints: Setpoints
    meter_a: Floats
    """Samples that it went by (K, 3)."""
    high_a: Floats
    """Highest samples since then (K, 3)."""
    draw_kw: float
    """What the site draws with all offers used [kW]."""


class SafetyState(NamedTuple):
    """Everything that safety remembers between two ticks."""

    tick_s: float
    """Monotonic time of the last tick; NaN before the first one."""
    whole_s: float
    """The same of the last whole decision."""
    chargers: ChargerMemory
    meters: MeterMemory
    compare: CompareMemory
    turns: TurnMemory
    ceiling_on: bool
    """Whether the ceiling on grid draw was in force."""
    above: Bools
    """Rows that load alone held above their limit (K,)."""
    hot: Bools
    """Rows whose protection is warm (K,)."""
    still: Still | None = None
    """None where the next tick needs a whole decision."""


def start(wiring: Wiring) -> SafetyState:
    """Memory of a safety layer that has seen nothing yet."""
    rows, count = wiring.circuits, wiring.chargers
    return SafetyState(
        tick_s=float("nan"),
        whole_s=float("nan"),
        chargers=_no_chargers(wiring),
        meters=_no_meters(rows),
        compare=CompareMemory(
            trust=np.zeros(rows, dtype=np.int64),
            flow_a=unknown(rows, 3),
            meter_a=unknown(rows, 3),
            stirred=np.zeros(rows, dtype=bool),
            house_a=np.zeros((rows, 3)),
            suspected=np.zeros(rows, dtype=bool),
            moved_s=np.full(rows, -np.inf),
            last_flow_a=nothing(rows, 3),
            since_s=unknown(rows),
            doubted_a=unknown(rows, 3),
        ),
        turns=TurnMemory(
            served=unknown(count),
            on_s=unknown(count),
            starts_s=np.full((count, 2), -np.inf),
            stopped=nobody(count),
            target_a=nothing(count),
            target_s=-np.inf,
        ),
        ceiling_on=False,
        above=nobody(rows),
        hot=nobody(rows),
    )


def _no_chargers(wiring: Wiring) -> ChargerMemory:
    count = wiring.chargers
    never = np.full(count, -np.inf)
    return ChargerMemory(
        command_a=unknown(count),
        phases=wiring.wired,
        written_s=never,
        cut_s=never,
        rose_s=never,
        due_a=unknown(count),
        due_s=unknown(count),
        disobeys=nobody(count),
        disobeys_s=unknown(count),
        silence_s=unknown(count),
        foreign=nobody(count),
        foreign_s=never,
        matched=nobody(count),
        flow_a=nothing(count, 3),
        unused_s=unknown(count, 3),
        lost_s=unknown(count),
        before_loss_a=unknown(count),
        lags=nobody(count),
    )


def _no_meters(rows: int) -> MeterMemory:
    return MeterMemory(
        meter_a=unknown(rows, 3),
        meter_kw=unknown(rows),
        seen_s=np.full((rows, 3), -np.inf),
        mark=unknown(rows),
        base_a=unknown(rows, 3),
        dark_a=unknown(rows, 3),
        window=empty_window(rows),
        fresh_since_s=np.full(rows, np.inf),
        at_cut_a=unknown(rows, 3),
        expected_a=nothing(rows, 3),
        heat=nothing(rows, 3),
        lost=nobody(rows),
        blind_since_s=unknown(rows),
    )
