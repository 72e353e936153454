"""How long the safety layer takes, and what it lets through: ``python -m benchmarks.control``.

Time of the processor for one tick on sites of many sizes, the best of some runs, beside a house that moves by
some ampere and beside one that jumps by 5 % of the fuse every second; and random base loads of 120 s behind
a breaker whose curve base load and failsafe respect: how often it would have tripped, by a plant of its own
(some minutes).
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any, Final

import numpy as np

from domain.site import parse_site
from executors.control.decide import decide_safe
from executors.control.seam import CarState, Floats, Readings, Wanted, Wiring
from executors.control.state import start
from executors.control.wiring import wiring_of
from tests.executors.control.random_traces import worst_heat

TICKS: Final = 600
RUNS: Final = 7
TRACES: Final = 10_000


def site(points: int, floors: int) -> Wiring:
    """A site with so many points on so many floors, each with a limit, and a meter at the grid."""
    chargers = [
        {
            "id": f"c{i}",
            "circuit": f"floor{i % floors}",
            "driver": "simulated",
            "wiring": [["L1", "L2", "L3"], ["L2", "L3", "L1"], ["L3", "L1", "L2"]][i % 3],
            "current_a": {"min": 6, "max": 32, "step": 0.1},
            "failsafe": {"current_a": 6, "after_s": 30},
        }
        for i in range(points)
    ]
    data: dict[str, Any] = {
        "name": "Bench",
        "location": {"time_zone": "Europe/Brussels"},
        "grid": {"limit_a": points * 10, "meter": "m", "imbalance_limit_a": 60},
        "circuits": [
            {"id": f"floor{k}", "parent": "grid", "limit_a": points * 14 / floors} for k in range(floors)
        ],
        "meters": {"m": {"driver": "simulated"}},
        "chargers": chargers,
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
    }
    return wiring_of(parse_site(json.dumps(data), "bench.yaml"))


def steady_a(limit_a: float, second: int, chance: np.random.Generator) -> Floats:
    """A house of about a third of the fuse that moves by some ampere (3,) [A]."""
    load_a: Floats = 0.35 * limit_a + 5 * np.sin(second / 40) + 2 * chance.normal(size=3)
    return load_a


def wild_a(limit_a: float, second: int, chance: np.random.Generator) -> Floats:
    """A house that jumps by 5 % of the fuse every second (3,) [A]."""
    load_a: Floats = limit_a * (0.3 + 0.2 * np.sin(second / 40) + 0.05 * chance.normal(size=3))
    return load_a


HOUSES: Final = {"steady": steady_a, "wild": wild_a}


def tick_times_s(wiring: Wiring, house: str = "wild", ticks: int = TICKS) -> Floats:
    """Processor time of every tick of a busy site [s]: cars want more than there is; none is still."""
    chance = np.random.default_rng(1)
    state = start(wiring)
    count = wiring.chargers
    offers_a = np.zeros(count)
    wanted = Wanted(chance.choice([0.0, 10.0, 16.0, 32.0], count), wiring.wired)
    limit_a = float(wiring.limit_a[0, 0])
    durations_s = np.zeros(ticks)
    for second in range(ticks):
        flow_a = np.minimum(offers_a, 24.0)[:, np.newaxis] * wiring.wired
        base_a = HOUSES[house](limit_a, second, chance)
        meter_a = np.where(wiring.metered[:, np.newaxis], base_a + wiring.below @ flow_a, np.nan)
        readings = Readings(
            meter_a=meter_a,
            meter_kw=np.full(wiring.circuits, np.nan),
            meter_age_s=np.where(wiring.metered, 0.0, np.inf),
            meter_mark=np.full(wiring.circuits, np.nan),
            measured_a=flow_a,
            offered_a=offers_a,
            phases=wiring.wired,
            car=np.full(count, int(CarState.CHARGING)),
            charger_age_s=np.zeros(count),
            link=np.ones(count, dtype=bool),
        )
        begin = time.process_time()
        setpoints, state = decide_safe(wiring, readings, wanted, state, 1000.0 + second)
        durations_s[second] = time.process_time() - begin
        offers_a = setpoints.limit_a
    return durations_s[20:]


def best_times_s(wiring: Wiring, house: str) -> Floats:
    """The times of that of some runs that was disturbed least [s]."""
    return min((tick_times_s(wiring, house) for _ in range(RUNS)), key=np.mean)


def show_ticks() -> None:
    """One line per house and size of site."""
    for house in HOUSES:
        for points, floors in ((1, 1), (10, 2), (54, 6), (200, 12)):
            durations_ms = 1000 * best_times_s(site(points, floors), house)
            median, slow = np.percentile(durations_ms, [50, 99])
            times = f"mean {durations_ms.mean():.3f}, median {median:.3f}, p99 {slow:.3f} ms"
            print(f"{house} house, {points:3} points: {times}")


def show_traces(traces: int) -> None:
    """How many random base loads tripped the breaker, and how hot it became."""
    begin = time.perf_counter()
    heats = [worst_heat(seed) for seed in range(traces)]
    took_s = time.perf_counter() - begin
    tripped = sum(heat >= 1 for heat in heats)
    print(f"{traces} traces of 120 s: {tripped} tripped, hottest {max(heats):.2f} of 1 ({took_s:.0f} s)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--traces", type=int, default=TRACES, help=f"how many loads to try, 0 for ticks alone ({TRACES})"
    )
    given = parser.parse_args()
    show_ticks()
    if given.traces:
        show_traces(given.traces)
