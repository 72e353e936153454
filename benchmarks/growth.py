"""How time grows with cars and with slots: ``python -m benchmarks.growth --chart docs/growth.png``.

Workplaces of more and more cars on one day, and of 54 cars a day over more and more days. Times are processor
time, the best of some runs; the exponent is the slope of a straight line through the logarithms, from the
size on at which a site is no longer searched whole. `make growth` draws the chart of the docs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from benchmarks.instances import instance
from benchmarks.planner import timed
from scheduler.planner import PlanOptions
from scheduler.problem import Circuit, FloatArray, Problem, Session

CARS: Final = (10, 20, 50, 100, 200, 500, 1000)
DAYS: Final = (1, 2, 4, 7)
OPTIONS: Final = PlanOptions(gap=0.001, calm_eur=0.0)
RUNS: Final = 7
LARGE_FROM: Final = {"cars": 50.0, "slots": 96.0}
"""Size from which growth is counted: fewer cars are searched whole, which takes longer than their size."""
TITLES: Final = {
    "cars": "one day of 96 slots, 10 to 1000 cars",
    "slots": "54 cars a day, 1 to 7 days (54 to 378 cars)",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Build and total time [s] over a size."""

    name: str
    size: FloatArray
    build_s: FloatArray
    all_s: FloatArray
    gap: FloatArray


def of_cars(problem: Problem, cars: int) -> Problem:
    """The first ``cars`` of a workplace, with as much less load, solar and limit."""
    part = cars / len(problem.sessions)
    return replace(
        problem,
        load_kw=problem.load_kw * part,
        solar_kw=problem.solar_kw * part,
        circuits=tuple(_smaller(one, part) for one in problem.circuits),
        sessions=problem.sessions[:cars],
    )


def _smaller(circuit: Circuit, part: float) -> Circuit:
    assert circuit.limit_kw is not None
    return replace(
        circuit,
        base_a=circuit.base_a * part,
        base_kw=circuit.base_kw * part,
        limit_kw=circuit.limit_kw * part,
    )


def of_days(problem: Problem, days: int) -> Problem:
    """The same workplace on some days, one after the other."""
    circuit = problem.circuits[0]
    assert circuit.limit_kw is not None
    wide = np.tile(circuit.limit_a, days)
    grid = replace(
        circuit,
        base_a=np.tile(circuit.base_a, days),
        relief_a_per_kw=np.tile(circuit.relief_a_per_kw, days),
        limit_a=wide,
        feed_limit_a=wide,
        base_kw=np.tile(circuit.base_kw, days),
        relief_kw_per_kw=np.tile(circuit.relief_kw_per_kw, days),
        limit_kw=np.tile(circuit.limit_kw, days),
    )
    return Problem(
        voltage_v=problem.voltage_v,
        hours=np.tile(problem.hours, days),
        buy_eur_per_kwh=np.tile(problem.buy_eur_per_kwh, days),
        sell_eur_per_kwh=np.tile(problem.sell_eur_per_kwh, days),
        load_kw=np.tile(problem.load_kw, days),
        solar_kw=np.tile(problem.solar_kw, days),
        circuits=(grid,),
        sessions=tuple(_on(one, d, problem.slots) for d in range(days) for one in problem.sessions),
    )


def _on(session: Session, day: int, slots: int) -> Session:
    goals = tuple(replace(goal, slots=goal.slots + day * slots) for goal in session.goals)
    return replace(session, id=f"{session.id}/{day}", slots=session.slots + day * slots, goals=goals)


def measured(name: str, sizes: Sequence[int], problems: Sequence[Problem]) -> Line:
    """The times of some problems."""
    found = []
    for size, problem in zip(sizes, problems, strict=True):
        _, proof, all_s = timed(problem, OPTIONS, RUNS)
        print(f"{name:<8}{size:>6}{proof.build_s:>9.3f}{all_s:>9.3f}{proof.gap:>9.3%}", flush=True)
        found.append((float(size), proof.build_s, all_s, proof.gap))
    return Line(name, *map(np.array, zip(*found, strict=True)))


def exponent(line: Line, seconds: FloatArray) -> float:
    """Slope in the logarithms over the large sizes: seconds grow as size to this power."""
    large = line.size >= LARGE_FROM[line.name]
    return float(np.polyfit(np.log(line.size[large]), np.log(seconds[large]), 1)[0])


def draw(lines: Sequence[Line], path: Path) -> None:
    """The chart: one panel for each line, on one scale of seconds."""
    picture = Figure(figsize=(10, 4.4), layout="constrained")
    for axes, line in zip(picture.subplots(1, len(lines), sharey=True), lines, strict=True):
        _panel(axes, line)
        axes.set_xlabel(f"size [{line.name}]")
    picture.axes[0].set_ylabel("processor time [s]")
    picture.suptitle("Time to build and solve a plan: one thread, gap asked 0.1 %, steps of 0.1 A")
    picture.savefig(path, dpi=110)


def _panel(axes: Axes, line: Line) -> None:
    """Time over size, with the power by which it grows."""
    since = LARGE_FROM[line.name]
    named = f"{line.name}, from {since:g} on" if since > line.size[0] else line.name
    for label, seconds, mark in (("build and solve", line.all_s, "o-"), ("build alone", line.build_s, "s--")):
        power = exponent(line, seconds)
        axes.loglog(line.size, seconds, mark, label=f"{label}: power {power:.2f} of the {named}")
    axes.set_title(TITLES[line.name], fontsize="medium")
    axes.set_xticks(line.size, [f"{size:g}" for size in line.size], minor=False)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(True, which="both", alpha=0.3)
    axes.set_ylim(0.002, 5)
    axes.legend(loc="upper left", fontsize="small")


def main() -> None:
    """Measure, print, and draw where asked."""
    parser = argparse.ArgumentParser(description="growth of the planner's time")
    parser.add_argument("--chart", type=Path, help="where to draw it")
    asked = parser.parse_args()
    print(f"{'':<8}{'size':>6}{'build s':>9}{'all s':>9}{'gap':>9}")
    large, day = instance("site1000"), instance("site54")
    cars = measured("cars", CARS, [of_cars(large, n) for n in CARS])
    slots = measured("slots", [day.slots * n for n in DAYS], [of_days(day, n) for n in DAYS])
    for line in (cars, slots):
        build, both = exponent(line, line.build_s), exponent(line, line.all_s)
        print(f"from {LARGE_FROM[line.name]:g} {line.name} on: build {build:.2f}, all {both:.2f} (powers)")
    if asked.chart:
        draw((cars, slots), asked.chart)


if __name__ == "__main__":
    main()
