"""Random base loads of two minutes behind a breaker or a fuse: ``python -m benchmarks.traces 10000``.

Loads are random steps, and pieces of recorded and made-up houses by the second, scaled up to what the
protection bears beside the failsafe current, and in a quarter of the cases beyond. Protections are judged by
an integrator of this file: the points that the standards guarantee, straight between them on logarithmic
paper, the shares of the time to trip summed up, with half of it used up at the start and no cooling.

Charging is late where it does not fit beside the smallest load of the time that cars and chargers need to
follow, also just after a rise: the charger says that its car does not draw yet, so the jump is the house's.

Many houses are decided on at once: each is a circuit of its own with a meter, on a grid that limits nothing.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.site import parse_site
from executors.control.decide import decide_safe
from executors.control.seam import CarState, Readings, Wanted, Wiring
from executors.control.state import start
from executors.control.wiring import wiring_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SHARED: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
TRACE_S: Final = 120
CALM_S: Final = 40
"""Before a trace its first second lasts so long, so that the car charges when it begins [s]."""
BATCH: Final = 100
FAILSAFE_A: Final = 6.0
USED_UP: Final = 0.5
"""Share of the time to trip that is used up at the start: the protection is warm."""
_LATE_S: Final = 2
"""From a sample to the write, and from the car's answer to the next sample [s]."""
_LOAD_PHASES: Final = 3

POINTS: Final = {
    # IEC 60898-1, table 7: 1.13 is borne for an hour, 2.55 for a second; B trips at once from 3 on.
    "mcb": ((1.13, 3600.0), (2.55, 1.0), (3.0, 0.1)),
    # IEC 60269-1: 1.25 is borne for an hour; gates of a 25 A fuse: 52 A for 10 s, 150 A for 0.1 s.
    "gg": ((1.25, 3600.0), (2.08, 10.0), (6.0, 0.1)),
}
"""Multiples of the rating, and how long they are borne at least [s]."""


@dataclass(frozen=True, slots=True)
class House:
    """One trace and what stands behind it."""

    kind: str
    """``steps``, ``made`` (synthetic house), ``p1`` (recorded)."""
    protection: str
    rating_a: float
    base_a: Floats
    """Shape (CALM_S + TRACE_S, 3) [A]."""
    phases: Bools
    """Grid phases on which the car draws (3,)."""
    delay_s: int
    """From a write to the car's answer."""
    wish_a: Floats
    """What is wanted each second [A]."""
    beyond: bool
    """Load alone is more than the protection bears."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a trace."""

    house: House
    used: float
    """Share of the time to trip that was used up in the worst phase; 1 may trip."""
    used_alone: float
    """The same of load and failsafe."""
    excess_a: float
    """Current above the limit that charging added later than the reaction to the load before."""

    @property
    def good(self) -> bool:
        """Charging took nothing that was not there, and a protection that could hold did."""
        return self.excess_a <= 1e-6 and (self.house.beyond or self.used < 1.0)


def used_up(protection: str, rating_a: float, current_a: Floats) -> float:
    """Share of the time to trip that currents by the second (S, 3) [A] use up, in the worst phase."""
    multiples, times_s = np.array(POINTS[protection]).T
    multiple = np.abs(current_a) / rating_a
    bears_s = np.exp(np.interp(np.log(np.maximum(multiple, 1e-3)), np.log(multiples), np.log(times_s)))
    shares = np.where(multiple <= multiples[0], 0.0, 1.0 / bears_s)
    return USED_UP + float(shares.sum(axis=0).max())


def houses(first: int, count: int) -> list[House]:
    """The traces with the seeds ``first`` to ``first + count - 1``."""
    recorded = recorded_a()
    return [_house(seed, recorded) for seed in range(first, first + count)]


def recorded_a() -> dict[str, Floats]:
    """Loads by the second, shape (seconds, 3) [A]; empty where the shared data is not on this machine."""
    found: dict[str, Floats] = {}
    made = SHARED / "synthetic" / "house_pv_grid_3phase_1s_2h_SYNTHETIC.parquet"
    if made.exists():
        table = pq.read_table(made, columns=[f"load_l{phase}_w" for phase in (1, 2, 3)])
        found["made"] = np.array([column.to_numpy() for column in table.columns], dtype=float).T / 230.0
    p1 = SHARED / "fast" / "dsmr5_p1_1s_2019-03-24.csv"
    if p1.exists():
        with p1.open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        power_kw = [[float(row[f"imp_l{phase}_kw"]) for phase in (1, 2, 3)] for row in rows]
        found["p1"] = np.array(power_kw) * 1000.0 / 230.0
    return found


def _house(seed: int, recorded: dict[str, Floats]) -> House:
    chance = np.random.default_rng([20261130, seed])
    protection, rating_a = ("mcb", "gg")[seed % 2], float(chance.choice([25.0, 32.0, 40.0]))
    kind = ("steps", "made", "p1", "steps")[seed // 2 % 4]
    kind = kind if kind in recorded else "steps"
    load_a = _steps(chance, rating_a) if kind == "steps" else _piece(chance, recorded[kind], rating_a)
    load_a = np.vstack((np.repeat(load_a[:1], CALM_S, axis=0), load_a))
    lines = np.ones(3, dtype=np.bool_) if chance.random() < 0.7 else np.eye(3, dtype=np.bool_)[1]
    beyond = bool(chance.random() < 0.25)
    failsafe_a: Floats = np.where(lines, FAILSAFE_A, 0.0)
    push = bool(chance.random() < 0.5)
    load_a = _near(protection, rating_a, load_a, failsafe_a, beyond=beyond, push=push)
    wishes = chance.choice([0.0, 8.0, 16.0, np.inf], len(load_a) // 20, p=[0.1, 0.2, 0.3, 0.4])
    return House(
        kind, protection, rating_a, load_a, lines,
        int(chance.integers(1, 13)), np.repeat(wishes, 20), beyond,
    )  # fmt: skip


def _steps(chance: np.random.Generator, rating_a: float) -> Floats:
    """Levels that jump, now and then far above the rating for some seconds, and noise."""
    load_a = np.zeros((TRACE_S, _LOAD_PHASES))
    for phase in range(_LOAD_PHASES):
        level_a, spike_until = chance.uniform(0, 0.8 * rating_a), -1
        for second in range(TRACE_S):
            if chance.random() < 0.04:
                level_a = chance.choice([0.5, chance.uniform(0, rating_a), rating_a - FAILSAFE_A])
            if chance.random() < 0.01:
                spike_until = second + int(chance.integers(1, 15))
            spike_a = rating_a * 0.6 if second < spike_until else 0.0
            load_a[second, phase] = level_a + spike_a + chance.normal(0, 0.2)
    return np.clip(load_a, 0.0, None)


def _piece(chance: np.random.Generator, record_a: Floats, rating_a: float) -> Floats:
    """Two minutes of a house, its phases in some order, scaled to somewhere around the rating."""
    first = int(chance.integers(0, len(record_a) - TRACE_S))
    piece = record_a[first : first + TRACE_S, chance.permutation(_LOAD_PHASES)]
    highest_a = max(float(piece.max()), 1.0)
    return piece * (rating_a * chance.uniform(0.4, 1.3) / highest_a)


def _near(
    protection: str, rating_a: float, load_a: Floats, failsafe_a: Floats, *, beyond: bool, push: bool
) -> Floats:
    """The load, scaled down until the protection bears it beside the failsafe; with ``push`` first up until
    it does not; ``beyond``: up until it does not bear the load alone.
    """
    beside_a = np.zeros(3) if beyond else failsafe_a
    while (push or beyond) and used_up(protection, rating_a, load_a + beside_a) < 1.0:
        load_a = 1.05 * load_a
    while not beyond and used_up(protection, rating_a, load_a + failsafe_a) >= 1.0:
        load_a = 0.97 * load_a
    return load_a


def wiring_for(batch: Sequence[House]) -> Wiring:
    """All houses of a batch, each behind a circuit of its own."""
    data: dict[str, Any] = {
        "name": "Street",
        "location": {"time_zone": "UTC"},
        "grid": {"limit_a": 10_000, "base_load_max_a": 0, "protection": {"type": "mcb", "rating_a": 10_000}},
        "circuits": [
            {
                "id": f"k{place}", "parent": "grid", "limit_a": house.rating_a, "meter": f"m{place}",
                "protection": {"type": house.protection, "rating_a": house.rating_a},
                "base_load_max_a": float(round(house.base_a.max() + 0.1, 1)),
            }
            for place, house in enumerate(batch)
        ],
        "meters": {f"m{place}": {"driver": "simulated"} for place in range(len(batch))},
        "chargers": [
            {
                "id": f"c{place}", "circuit": f"k{place}", "driver": "simulated",
                "current_a": {"min": 6, "max": 16}, "failsafe": {"current_a": FAILSAFE_A, "after_s": 30},
                "wiring": ["L1", "L2", "L3"] if house.phases.all() else ["L2"],
            }
            for place, house in enumerate(batch)
        ],
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
    }  # fmt: skip
    return wiring_of(parse_site(json.dumps(data), "street.yaml"))


def judged(batch: Sequence[House]) -> list[Verdict]:
    """Run the houses of a batch beside each other, and judge every one."""
    charging_a = _charging_a(batch, wiring_for(batch))
    return [_verdict(house, charging_a[:, place]) for place, house in enumerate(batch)]


def _charging_a(batch: Sequence[House], wiring: Wiring) -> Floats:
    """What the cars draw (seconds, houses, 3) [A]."""
    base_a = np.stack([house.base_a for house in batch], axis=1)
    wish_a = np.stack([house.wish_a for house in batch], axis=1)
    lines = np.stack([house.phases for house in batch]) * 1.0
    delay_s, places = np.array([house.delay_s for house in batch]), np.arange(len(batch))
    seconds = len(base_a)
    told_a, drawn_a = np.zeros((seconds + 1, len(batch))), np.zeros_like(base_a)
    state = start(wiring)
    for second in range(seconds):
        arrived = np.maximum(second - delay_s, 0)
        drawn_a[second] = told_a[arrived, places][:, None] * lines
        total_a = base_a[second] + drawn_a[second]
        readings = _readings(wiring, total_a, drawn_a[second], told_a[second])
        wanted = Wanted(wish_a[second], wiring.wired)
        setpoints, state = decide_safe(wiring, readings, wanted, state, 1000.0 + second)
        told_a[second + 1] = setpoints.limit_a
    return drawn_a


def _readings(wiring: Wiring, total_a: Floats, drawn_a: Floats, offered_a: Floats) -> Readings:
    none = np.full((1, 3), np.nan)
    count = len(offered_a)
    return Readings(
        meter_a=np.vstack((none, total_a)),
        meter_kw=np.full(wiring.circuits, np.nan),
        meter_age_s=np.where(wiring.metered, 0.0, np.inf),
        meter_mark=np.full(wiring.circuits, np.nan),
        measured_a=drawn_a,
        offered_a=offered_a,
        phases=wiring.wired,
        car=np.where(drawn_a.max(axis=1) > 0.5, CarState.CHARGING, CarState.WAITING).astype(np.int64),
        charger_age_s=np.zeros(count),
        link=np.ones(count, dtype=np.bool_),
        ceiling_age_s=0.0,
    )


def _verdict(house: House, charging_a: Floats) -> Verdict:
    """How the house fared with what its car drew."""
    bears = (house.protection, house.rating_a)
    return Verdict(
        house,
        used_up(*bears, house.base_a + charging_a),
        used_up(*bears, house.base_a + FAILSAFE_A * house.phases),
        float(_too_much_a(house, charging_a, house.delay_s + _LATE_S).max()),
    )


def _too_much_a(house: House, charging_a: Floats, back_s: int) -> Floats:
    """Charging of each second that does not fit beside the smallest load of ``back_s`` seconds [A]."""
    padded_a = np.vstack((np.repeat(house.base_a[:1], back_s, axis=0), house.base_a))
    windows = np.lib.stride_tricks.sliding_window_view(padded_a, back_s + 1, axis=0)
    room_a = np.maximum(house.rating_a - windows.min(axis=2), 0.0)
    too_much_a: Floats = np.maximum(charging_a - room_a - 1e-9, 0.0).max(axis=1)
    return too_much_a


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the traces, and prints how near any came."""
    given = sys.argv[1:] if arguments is None else arguments
    count = int(given[0]) if given else 10_000
    begin_s = time.process_time()
    verdicts: list[Verdict] = []
    for first in range(0, count, BATCH):
        verdicts += judged(houses(first, min(BATCH, count - first)))
    took_s = time.process_time() - begin_s
    kept = [one for one in verdicts if not one.house.beyond]
    print(
        f"{count} traces of {TRACE_S} s, {took_s:.0f} s of processor; {len(kept)} bearable without charging"
    )
    for kind in sorted({one.house.kind for one in verdicts}):
        mine = [one for one in verdicts if one.house.kind == kind]
        worst = max((one.used for one in mine if not one.house.beyond), default=0.0)
        excess_a = max(one.excess_a for one in mine)
        print(f"  {kind}: {len(mine)}, nearest to a trip {worst:.3f} of 1, late excess {excess_a:.2f} A")
    bad = [one for one in verdicts if not one.good]
    print(f"  charging was late or took what was not there: {len(bad)}")
    if bad:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
