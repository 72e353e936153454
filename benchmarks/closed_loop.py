"""A day of the closed loop: processor time, time of a decision, memory: ``python -m benchmarks.closed_loop``.

A home with one charger, and a garage of 54 points of which not all can charge at once. Time is the
processor's, of plant and control together; the plan is made before. ``--days`` runs the home for longer, one
control through all days with a new plan every day, and prints how the memory grew after the first day.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import Site, parse_site
from executors.control.seam import Readings, Setpoints
from executors.control.wiring import wiring_of
from executors.deciding import Deciding, deciding_of
from executors.tracking.cars import Beyond
from executors.tracking.orders import orders_of
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import ClosedLoop, run_whole, seconds_of
from simulation.old_heap import heap_left_alone
from simulation.outcome import outcome_of
from simulation.ran import Scene

DAY_S: Final = 86400
IDLE_S: Final = 5
"""As ``chargewright simulate`` runs it."""
EVERY_S: Final = 1
"""As a site is run: a decision every second."""
_AT: Final = datetime.fromisoformat("2026-11-16T12:00:00+01:00")
_HOME: Final = Path(__file__).parents[1] / "examples" / "home_simple.yaml"


class Timed:
    """A control that notes how long each decision took."""

    def __init__(self, control: Deciding) -> None:
        self._control = control
        self.took_s: list[float] = []

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        """The control's own answer."""
        begin_s = time.process_time()
        setpoints = self._control.decide(readings, wall_s=wall_s, mono_s=mono_s, beyond=beyond)
        self.took_s.append(time.process_time() - begin_s)
        return setpoints


class Onward:
    """A control that has run for so long before [s]; each plant begins at 0."""

    def __init__(self, control: Deciding, since_s: float) -> None:
        self._control, self._since_s = control, since_s

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        """The control's own answer."""
        return self._control.decide(readings, wall_s=wall_s, mono_s=mono_s + self._since_s, beyond=beyond)


def garage(points: int, floors: int) -> Site:
    """A garage whose floors carry a third of their points, one meter, a car at each point every night."""
    chargers = [
        {
            "id": f"c{i}",
            "circuit": f"floor{i % floors}",
            "driver": "simulated",
            "wiring": [["L1", "L2", "L3"], ["L2", "L3", "L1"], ["L3", "L1", "L2"]][i % 3],
            "current_a": {"min": 6, "max": 16},
            "failsafe": {"current_a": 0, "after_s": 30},
        }
        for i in range(points)
    ]
    data: dict[str, Any] = {
        "name": "Garage",
        "location": {"time_zone": "Europe/Brussels"},
        "grid": {"limit_a": points * 6, "meter": "m", "base_load_max_a": points},
        "circuits": [
            {"id": f"floor{k}", "parent": "grid", "limit_a": points * 6 / floors} for k in range(floors)
        ],
        "meters": {"m": {"driver": "simulated"}},
        "chargers": chargers,
        "vehicles": [{"id": "car", "battery_kwh": 60, "phases": 3, "max_current_a": 16}],
        "departures": [
            {
                "charger": f"c{i}",
                "vehicle": "car",
                "arrive": f"{16 + i % 4}:{i % 60:02}",
                "depart": f"0{6 + i % 3}:{i % 60:02}",
                "energy_kwh": 10 + i % 9,
            }
            for i in range(points)
        ],
        "load": {"source": "fixed", "kw": points / 10},
        "tariff": {"buy": {"source": "sample"}, "sell": {"source": "sample"}},
    }
    return parse_site(json.dumps(data), "garage.yaml")


def plan_of(site: Site, at: datetime) -> tuple[PlanInputs, Plan]:
    """The plan of a day, and what it was made from."""
    inputs = gather(site, at, Files())
    ticks = iter(range(10**9))
    return inputs, plan_site(site, inputs, made_at=at, clock=lambda: float(next(ticks)) * 1e-3)


def planned(site: Site, at: datetime, idle_s: int = IDLE_S) -> tuple[ClosedLoop, Timed, Plan]:
    """A loop that is ready to run, with the plan of its day."""
    inputs, plan = plan_of(site, at)
    wiring = wiring_of(site)
    control = Timed(deciding_of(site, wiring, plan, inputs.requests, now=at))
    scene = Scene.as_planned(site, inputs)
    return ClosedLoop(site, inputs, plan, scene, wiring, control, idle_s=idle_s), control, plan


def show_day(name: str, site: Site, idle_s: int) -> None:
    """One line: processor time of a day, of a decision, and what was missed and exceeded."""
    loop, control, plan = planned(site, _AT, idle_s)
    seconds = min(DAY_S, seconds_of(plan)) - 1
    with heap_left_alone():  # as the command does
        begin_s = time.process_time()
        run_whole(loop, seconds)
        took_s = time.process_time() - begin_s
    outcome = outcome_of(loop)
    decisions_ms = 1000 * np.array(control.took_s)
    slow_ms = float(np.percentile(decisions_ms, 99))
    caused_s = sum(limit.caused_s for limit in outcome.limits)
    print(
        f"{name}, every {idle_s} s: {took_s * DAY_S / seconds:.1f} s a day, {len(decisions_ms)} decisions, "
        f"mean {decisions_ms.mean():.2f} ms, p99 {slow_ms:.2f} ms, {caused_s} s above a limit by charging"
    )


def show_memory(days: int) -> None:
    """How much the process grew after the first day."""
    site = parse_site(_HOME.read_text(), str(_HOME))
    wiring, sizes_mb = wiring_of(site), []
    control = deciding_of(site, wiring, None, (), now=_AT)
    for day in range(days):
        at = _AT + timedelta(days=day)
        inputs, plan = plan_of(site, at)
        control.orders = orders_of(site, wiring, plan, inputs.requests, (), now=at)
        scene = Scene.as_planned(site, inputs)
        onward = Onward(control, day * DAY_S)
        run_whole(ClosedLoop(site, inputs, plan, scene, wiring, onward, idle_s=IDLE_S), DAY_S)
        sizes_mb.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"{days} days: {sizes_mb[0]:.0f} MB after the first, {sizes_mb[-1]:.0f} MB after the last")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=0)
    given = parser.parse_args(arguments)
    for idle_s in (EVERY_S, IDLE_S):
        show_day("home, 1 point", parse_site(_HOME.read_text(), str(_HOME)), idle_s)
        show_day("garage, 54 points", garage(54, 6), idle_s)
    if given.days:
        show_memory(given.days)


if __name__ == "__main__":
    main()
