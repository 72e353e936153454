"""Planning again from the last plan, and from nothing: ``python -m benchmarks.replan``.

Two changes: the car in the middle leaves two hours earlier, and the first slot has gone by. Times are
processor time, the best of some runs; the last column is the time from the last plan over that from nothing.
``--departures N`` changes N departures instead, spread over the cars, one to three hours earlier or later.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.changed import a_slot_later, departed
from benchmarks.instances import instance
from benchmarks.planner import FINE, timed
from scheduler.evaluate import Outcome
from scheduler.planner import PlanOptions
from scheduler.problem import Problem

NAMES = ("house192", "site54", "site200", "garage54")
SHIFTS = (8, -8, 4, -4, 12, -12)
"""Slots by which a car leaves earlier, or later where it is negative, in turn."""
HEADER = (
    f"{'instance':<10}{'change':<16}{'cold s':>8}{'gap':>9}{'warm s':>8}{'gap':>9}"
    f"{'changed kWh':>13}{'warm x':>8}"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    text: str
    ratio: float
    """Time from the last plan over that from nothing."""


def changes(problem: Problem, outcome: Outcome) -> Iterator[tuple[str, Problem]]:
    """The problems to plan again, by what has changed."""
    middle = len(problem.sessions) // 2
    yield "departure", departed(problem, outcome, middle, 8)
    yield "15 min later", a_slot_later(problem, outcome)


def departures(problem: Problem, outcome: Outcome, number: int) -> Iterator[tuple[str, Problem]]:
    """The problems with one of ``number`` departures changed, fewer where some fit in neither direction."""
    tried = set()
    for i in range(number):
        position, shift = i * len(problem.sessions) // number, SHIFTS[i % len(SHIFTS)]
        for earlier in (shift, -shift):
            if _fits(problem, position, earlier) and (position, earlier) not in tried:
                tried.add((position, earlier))
                yield f"car {position}: {-earlier:+d}", departed(problem, outcome, position, earlier)
                break


def _fits(problem: Problem, position: int, earlier: int) -> bool:
    """Whether the car at ``position`` can have its energy when it leaves ``earlier``, within the horizon and
    before the next car of its charger.
    """
    session = problem.sessions[position]
    leaves, last = session.goals[-1].slots - earlier, session.goals[-1]
    others = [one for one in problem.sessions if one.charger == session.charger and one is not session]
    if leaves > min((int(o.slots[0]) for o in others if o.slots[0] >= last.slots), default=problem.slots):
        return False
    most_kw = max(option.max_a * option.kw_per_a(problem.voltage_v) for option in session.options)
    most_kwh = most_kw * float(problem.hours[session.slots[0] : leaves].sum())
    return most_kwh >= last.asked_kwh


def row(name: str, change: str, problem: Problem, options: PlanOptions) -> Row:
    """One line of the table."""
    cold, cold_proof, cold_s = timed(replace(problem, published_a=None), options)
    warm, warm_proof, warm_s = timed(problem, options)
    assert not cold.outcome.violations
    assert not warm.outcome.violations
    moved_kwh = abs(warm.outcome.draw_kw - cold.outcome.draw_kw) @ problem.hours[problem.draw_table.slot]
    text = (
        f"{name:<10}{change:<16}{cold_s:>8.3f}{cold_proof.gap:>9.3%}{warm_s:>8.3f}{warm_proof.gap:>9.3%}"
        f"{moved_kwh:>13.1f}{warm_s / cold_s:>8.2f}"
    )
    return Row(text, warm_s / cold_s)


def summary(name: str, ratios: list[float]) -> str:
    """What the ratios of an instance come to."""
    if not ratios:
        return f"{name:<10}no departure fits"
    half = sum(ratio <= 0.5 for ratio in ratios)
    return (
        f"{name:<10}{len(ratios)} departures: median {median(ratios):.2f}, "
        f"at most half {half} ({half / len(ratios):.0%}), worst {max(ratios):.2f}"
    )


def main(say: Callable[[str], None] = print) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="planning again")
    parser.add_argument("--departures", type=int, metavar="N", help="change N departures of each instance")
    parser.add_argument("names", nargs="*", default=NAMES)
    asked = parser.parse_args()
    say(HEADER)
    for name in asked.names:
        problem, options = instance(name), PlanOptions(gap=FINE.get(name, 0.001), calm_eur=0.0)
        first, _, _ = timed(problem, options)
        later = changes(problem, first.outcome)
        if asked.departures is not None:
            later = departures(problem, first.outcome, asked.departures)
        ratios = []
        for change, changed in later:
            made = row(name, change, changed, options)
            say(made.text)
            ratios.append(made.ratio)
        if asked.departures is not None:
            say(summary(name, ratios))


if __name__ == "__main__":
    main()
