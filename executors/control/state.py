"""All memory of the safety layer: one frozen value that goes in and comes out of every tick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.control.seam import Bools, Floats, Ints, Readings, Setpoints, Wanted, Wiring
from executors.control.window import Window, empty_window


@dataclass(frozen=True, slots=True)
class ChargerMemory:
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


@dataclass(frozen=True, slots=True)
class MeterMemory:
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


@dataclass(frozen=True, slots=True)
class CompareMemory:
    """What is remembered to compare each meter with confirmed changes of charging (K)."""

    trust: Ints
    """``Trust``."""
    flow_a: Floats
    meter_a: Floats
    """Both at the reference (K, 3); NaN: no reference."""
    moved_s: Floats
    """When charging below last moved."""
    last_flow_a: Floats
    """Charging below in the last tick (K, 3)."""
    since_s: Floats
    """When the trust was lost; NaN: it is there."""
    doubted_a: Floats
    """Sample of that moment (K, 3)."""


@dataclass(frozen=True, slots=True)
class TurnMemory:
    """What is remembered to take turns (C)."""

    served: Floats
    """Charge per weight so far [A s]; NaN: not waiting and not charging."""
    on_s: Floats
    """Since when it is offered something; NaN: it is not."""
    starts_s: Floats
    """Its last two starts (C, 2)."""
    target_a: Floats
    """Fair offer as last computed."""
    target_s: float
    """When that was."""


@dataclass(frozen=True, slots=True)
class Still:
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


@dataclass(frozen=True, slots=True)
class SafetyState:
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
    rows = wiring.circuits
    nan_k3 = np.full((rows, 3), np.nan)
    return SafetyState(
        tick_s=float("nan"),
        whole_s=float("nan"),
        chargers=_no_chargers(wiring),
        meters=_no_meters(rows),
        compare=CompareMemory(
            trust=np.zeros(rows, dtype=np.int64),
            flow_a=nan_k3,
            meter_a=nan_k3,
            moved_s=np.full(rows, -np.inf),
            last_flow_a=np.zeros((rows, 3)),
            since_s=np.full(rows, np.nan),
            doubted_a=nan_k3,
        ),
        turns=TurnMemory(
            served=np.full(wiring.chargers, np.nan),
            on_s=np.full(wiring.chargers, np.nan),
            starts_s=np.full((wiring.chargers, 2), -np.inf),
            target_a=np.zeros(wiring.chargers),
            target_s=-np.inf,
        ),
        ceiling_on=False,
        above=np.zeros(rows, dtype=bool),
        hot=np.zeros(rows, dtype=bool),
    )


def _no_chargers(wiring: Wiring) -> ChargerMemory:
    count = wiring.chargers
    never, unknown, off = np.full(count, -np.inf), np.full(count, np.nan), np.zeros(count, dtype=bool)
    return ChargerMemory(
        command_a=unknown,
        phases=wiring.wired,
        written_s=never,
        cut_s=never,
        rose_s=never,
        due_a=unknown,
        due_s=unknown,
        disobeys=off,
        disobeys_s=unknown,
        silence_s=unknown,
        foreign=off,
        foreign_s=never,
        matched=off,
        flow_a=np.zeros((count, 3)),
        unused_s=np.full((count, 3), np.nan),
        lost_s=unknown,
        before_loss_a=unknown,
        lags=off,
    )


def _no_meters(rows: int) -> MeterMemory:
    nan_k3 = np.full((rows, 3), np.nan)
    return MeterMemory(
        meter_a=nan_k3,
        meter_kw=np.full(rows, np.nan),
        seen_s=np.full((rows, 3), -np.inf),
        mark=np.full(rows, np.nan),
        base_a=nan_k3,
        dark_a=nan_k3,
        window=empty_window(rows),
        fresh_since_s=np.full(rows, np.inf),
        at_cut_a=nan_k3,
        expected_a=np.zeros((rows, 3)),
        heat=np.zeros((rows, 3)),
        lost=np.zeros(rows, dtype=bool),
        blind_since_s=np.full(rows, np.nan),
    )
