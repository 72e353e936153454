"""Planning again from the last plan, and from nothing: ``python -m benchmarks.replan``.

Two changes: the car in the middle leaves two hours earlier, and the first slot has gone by. Times are
processor time, the best of some runs; the last column is the time from the last plan over that from nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace

from benchmarks.changed import a_slot_later, departed
from benchmarks.instances import instance
from benchmarks.planner import FINE, timed
from scheduler.evaluate import Outcome
from scheduler.planner import PlanOptions
from scheduler.problem import Problem

NAMES = ("house192", "site54", "site200", "garage54")
HEADER = (
    f"{'instance':<10}{'change':<16}{'cold s':>8}{'gap':>9}{'warm s':>8}{'gap':>9}"
    f"{'changed kWh':>13}{'warm x':>8}"
)


def changes(problem: Problem, outcome: Outcome) -> Iterator[tuple[str, Problem]]:
    """The problems to plan again, by what has changed."""
    middle = len(problem.sessions) // 2
    yield "departure", departed(problem, outcome, middle, 8)
    yield "15 min later", a_slot_later(problem, outcome)


def row(name: str, change: str, problem: Problem, options: PlanOptions) -> str:
    """One line of the table."""
    cold, cold_proof, cold_s = timed(replace(problem, published_a=None), options)
    warm, warm_proof, warm_s = timed(problem, options)
    assert not cold.outcome.violations
    assert not warm.outcome.violations
    moved_kwh = abs(warm.outcome.draw_kw - cold.outcome.draw_kw) @ problem.hours[problem.draw_table.slot]
    return (
        f"{name:<10}{change:<16}{cold_s:>8.3f}{cold_proof.gap:>9.3%}{warm_s:>8.3f}{warm_proof.gap:>9.3%}"
        f"{moved_kwh:>13.1f}{warm_s / cold_s:>8.2f}"
    )


def main(say: Callable[[str], None] = print) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="planning again")
    parser.add_argument("names", nargs="*", default=NAMES)
    say(HEADER)
    for name in parser.parse_args().names:
        problem, options = instance(name), PlanOptions(gap=FINE.get(name, 0.001), calm_eur=0.0)
        first, _, _ = timed(problem, options)
        for change, later in changes(problem, first.outcome):
            say(row(name, change, later, options))


if __name__ == "__main__":
    main()
