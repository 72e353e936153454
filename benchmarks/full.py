"""Time and gap of the planner where every rule counts at once: ``python -m benchmarks.full``.

Sites of ``benchmarks.full_sites``, warm, on one thread, without the calm stage, asked for a gap of 0.5 %.
Times are processor time. The search has wall-clock limits of its own, so that a busy machine proves less.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from statistics import median
from time import process_time
from typing import Final

from benchmarks.full_sites import FULL, SEEDS, full_case
from scheduler.from_site import problem_of
from scheduler.planner import PlanOptions, proof_of
from scheduler.stages import solve

GOALS_S: Final = {"house_full": 1.0, "garage_full": 5.0}
OPTIONS: Final = PlanOptions(gap=0.005, calm_eur=0.0, remedies_s=0.0)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one site took, and what its plan proves."""

    seconds: float
    gap: float
    words: str


def taken(name: str, seed: int) -> Taken:
    """The second of two runs."""
    site, inputs = full_case(name, seed)
    problem = problem_of(site, inputs).problem
    solve(replace(problem), replace(OPTIONS, time_limit_s=1.0), process_time, lambda _: None)
    begun = process_time()
    solved = solve(replace(problem), OPTIONS, process_time, lambda _: None)
    seconds = process_time() - begun
    proof = proof_of(problem, solved, OPTIONS, seconds=seconds)
    battery = site.battery.control if site.battery else ""
    return Taken(
        seconds,
        proof.gap,
        f"{name:<12}{seed:>5}  {'+'.join(site.mode):<24}{site.grid.netting:<11}{battery:<8}"
        f"{len(problem.draws):>6}{proof.binaries:>9}{proof.build_s:>9.2f}{seconds:>8.2f}"
        f"{proof.gap_before_rounding:>12.2%}{proof.gap:>10.2%}{proof.shortfall_kwh:>10.2f}  {proof.status}",
    )


def summary(name: str, found: Sequence[Taken]) -> str:
    """Median and worst of all seeds, beside the goal."""
    seconds, gaps = [one.seconds for one in found], [one.gap for one in found]
    return (
        f"{name}: median {median(seconds):.2f} s, worst {max(seconds):.2f} s (goal {GOALS_S[name]:g} s); "
        f"gap median {median(gaps):.2%}, worst {max(gaps):.2%} (goal {OPTIONS.gap:.1%})"
    )


def main() -> None:
    """Print a line for every site, and what is typical and worst."""
    parser = argparse.ArgumentParser(description="the planner where every rule counts at once")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("names", nargs="*", default=[*FULL])
    asked = parser.parse_args()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(
        f"{'site':<12}{'seed':>5}  {'modes':<24}{'netting':<11}{'battery':<8}{'draws':>6}{'binaries':>9}"
        f"{'build s':>9}{'all s':>8}{'gap before':>12}{'gap after':>10}{'short kWh':>10}"
    )
    for name in asked.names:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found = []
            for seed in range(asked.seeds):
                found.append(pool.submit(taken, name, seed).result())
                print(found[-1].words, flush=True)
        print(summary(name, found), flush=True)


if __name__ == "__main__":
    main()
