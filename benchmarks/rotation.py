"""Cars that do not all fit, in the closed loop: ``python -m benchmarks.rotation``; all cases: ``--whole``.

Two to six cars share 6 to 14 A for a day; none of them ever has enough. Printed: how far the share of any car
in any four hours is from its weight's, how often a car starts in an hour, and how long nobody charged.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.site import Site, parse_site
from executors.control.times import RISE_MARGIN_A
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from forecasting.gather import Files, gather
from scheduler.planner import PlanOptions, plan_site
from simulation.closed_loop import ClosedLoop, run_whole
from simulation.plant.record import Record
from simulation.ran import Scene

LIMIT_A: Final = 20
DWELL_S: Final = 900
HOUR_S: Final = 3600
WINDOW_H: Final = 4
IDLE_S: Final = 5
WARM_UP_S: Final = HOUR_S
"""Cars that have just come are not counted yet [s]."""
_AT: Final = datetime.fromisoformat("2026-11-16T00:00:00+01:00")
_NEVER_ENOUGH_KWH: Final = 500


@dataclass(frozen=True, slots=True)
class Turns:
    """What came of a day."""

    off_share: float
    """Largest distance of a car's share in any four hours from its weight's share."""
    a_turn: float
    """Share of four hours that one turn is worth."""
    starts_per_h: int
    """Most starts of a car in any hour."""
    nobody_s: int
    """Longest time without any charging [s]."""
    shortest_turn_s: int
    over_s: int
    """Time above the limit by charging [s]."""

    @property
    def good(self) -> bool:
        """Shares within 5 % or a turn, two starts an hour, and somebody charges but for a change of turns."""
        fair = self.shortest_turn_s >= DWELL_S - 60 and self.off_share <= max(0.05, self.a_turn)
        return fair and self.starts_per_h <= 2 and self.nobody_s <= 60 and self.over_s == 0


def site_of(weights: Sequence[float], room_a: float) -> Site:
    """A house with so many equal points that load and margin leave ``room_a`` for."""
    base_a = LIMIT_A - room_a - RISE_MARGIN_A
    names = [f"c{place}" for place in range(len(weights))]
    data: dict[str, Any] = {
        "name": "Turns",
        "location": {"time_zone": "Europe/Brussels"},
        "grid": {
            "limit_a": LIMIT_A, "meter": "m", "base_load_max_a": LIMIT_A,
            "protection": {"type": "mcb", "rating_a": 2 * LIMIT_A},
        },
        "meters": {"m": {"driver": "simulated"}},
        "chargers": [
            {
                "id": name, "driver": "simulated", "weight": weight,
                "current_a": {"min": 6, "max": 16}, "failsafe": {"current_a": 0, "after_s": 30},
            }
            for name, weight in zip(names, weights, strict=True)
        ],
        "vehicles": [{"id": "car", "battery_kwh": 10 * _NEVER_ENOUGH_KWH, "phases": 3}],
        "load": {"source": "fixed", "kw": base_a * 0.69},
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
        "departures": [
            {
                "charger": name, "vehicle": "car", "arrive": "00:00", "depart": "23:59",
                "energy_kwh": _NEVER_ENOUGH_KWH,
            }
            for name in names
        ],
    }  # fmt: skip
    return parse_site(json.dumps(data), "turns.yaml")


def turns(weights: Sequence[float], room_a: float, hours: float = 24) -> Turns:
    """Run such a house from midnight on."""
    site = site_of(weights, room_a)
    inputs = gather(site, _AT, Files())
    quickly = PlanOptions(gap=1.0, calm_eur=0.0, remedies_s=0.0)
    plan = plan_site(site, inputs, made_at=_AT, clock=time.monotonic, options=quickly)
    wiring = wiring_of(site)
    control = deciding_of(site, wiring, None, inputs.requests, now=_AT)
    told_kw: list[NDArray[np.float64]] = []

    def hear(record: Record) -> None:
        told_kw.append(record.charger_kw)

    loop = ClosedLoop(
        site, inputs, plan, Scene.as_planned(site, inputs), wiring, control, idle_s=IDLE_S, hearers=[hear]
    )
    run_whole(loop, int(timedelta(hours=hours).total_seconds()) - 120)
    k = min(len(weights), int(room_a // 6))
    over_s = int(loop.score.current.caused_s.sum())
    return _turns(np.vstack(told_kw), np.array(weights), DWELL_S / (WINDOW_H * HOUR_S * k), over_s)


def _turns(power_kw: NDArray[np.float64], weights: NDArray[np.float64], a_turn: float, over_s: int) -> Turns:
    power_kw = power_kw[WARM_UP_S:]
    on = power_kw > 0
    begins, ends = _edges(on, rising=True), _edges(on, rising=False)
    somebody = np.concatenate(([-1], np.flatnonzero(on.any(axis=1)), [len(on)]))
    gaps = np.diff(somebody) - 1
    return Turns(
        off_share=_off_share(power_kw, weights),
        a_turn=a_turn,
        starts_per_h=max(_most_within(car, HOUR_S) for car in begins),
        nobody_s=int(gaps.max(initial=0)),
        shortest_turn_s=min(_shortest(*edges) for edges in zip(begins, ends, strict=True)),
        over_s=over_s,
    )


def _off_share(power_kw: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Over windows that begin every ten minutes."""
    length, fair = WINDOW_H * HOUR_S, weights / weights.sum()
    worst = 0.0
    for first in range(0, max(len(power_kw) - length, 1), 600):
        had = power_kw[first : first + length].sum(axis=0)
        worst = max(worst, float(np.abs(had / max(had.sum(), 1e-9) - fair).max()))
    return worst


def _edges(on: NDArray[np.bool_], *, rising: bool) -> list[NDArray[np.int64]]:
    step = np.diff(on.astype(np.int64), axis=0) == (1 if rising else -1)
    return [np.flatnonzero(step[:, car]) for car in range(on.shape[1])]


def _most_within(times_s: NDArray[np.int64], span_s: int) -> int:
    return max((int(((times_s >= at_s) & (times_s < at_s + span_s)).sum()) for at_s in times_s), default=0)


def _shortest(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    """Shortest whole turn of a car; a day where there was none [s]."""
    lengths = [int(ends[ends > begin].min() - begin) for begin in begins if (ends > begin).any()]
    return min(lengths, default=24 * HOUR_S)


def cases(*, whole: bool) -> list[tuple[list[float], float]]:
    """Weights and amperes: one case for each number of cars, or all of them."""
    if not whole:
        few = [(2, 6.0), (3, 10.0), (4, 13.0), (5, 8.0), (6, 14.0)]
        return [([1.0] * cars, room_a) for cars, room_a in few] + [([1.0, 1.0, 2.0], 6.0)]
    rooms = (6.0, 8.0, 10.0, 12.0, 13.0, 14.0)
    equal = [([1.0] * cars, room_a) for cars in range(2, 7) for room_a in rooms]
    return [*equal, ([1.0, 2.0], 6.0), ([1.0, 1.0, 2.0], 12.0), ([1.0, 1.0, 1.0, 3.0], 6.0)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--case", type=int, help="one case alone")
    given = parser.parse_args(arguments)
    heads = ("off its share", "a turn", "starts/h", "nobody", "shortest", "over")
    print(f"{'weights':<22}{'A':>4}" + "".join(f"{head:>14}" for head in heads))
    good = True
    wanted = cases(whole=given.whole)
    for weights, room_a in wanted if given.case is None else [wanted[given.case]]:
        one = turns(weights, room_a, given.hours)
        good = good and one.good
        names = "+".join(f"{weight:g}" for weight in weights)
        figures = (f"{one.off_share:.3f}", f"{one.a_turn:.3f}", f"{one.starts_per_h}", f"{one.nobody_s} s",
                   f"{one.shortest_turn_s} s", f"{one.over_s} s")  # fmt: skip
        print(
            f"{names:<22}{room_a:>4g}" + "".join(f"{figure:>14}" for figure in figures)
            + ("" if one.good else "  not good"), flush=True,
        )  # fmt: skip
    if not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
