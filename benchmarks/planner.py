"""Time, gap and memory of the planner on the instances: ``python -m benchmarks.planner``.

Every instance runs in a process of its own, warm (the second of two runs counts), on one thread. The last
column is a ratio within the run, total time over the bare continuous relaxation, so that it can be
compared between machines.
"""

from __future__ import annotations

import argparse
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

from benchmarks.instances import HOUSES, SITES, instance, optimum_eur
from domain.plan import Proof
from scheduler import highs
from scheduler.model import ON_OFF, RULES, build
from scheduler.planner import PlanOptions, proof_of
from scheduler.problem import Problem
from scheduler.stages import solve
from scheduler.standard_form import compiled

HEADER = (
    f"{'instance':<10}{'build s':>9}{'solve s':>9}{'gap before':>12}{'gap after':>11}{'cost EUR':>11}"
    f"{'to optimum':>12}{'starts':>8}{'peak MB':>9}{'x relaxation':>14}"
)


def timed(problem: Problem, options: PlanOptions) -> tuple[Proof, int]:
    """Certificate and starts of the second of two runs."""
    for _ in range(2):
        begun = perf_counter()
        solved = solve(problem, options, perf_counter, lambda _: None)
        proof = proof_of(problem, solved, options, seconds=perf_counter() - begun)
    return proof, solved.outcome.starts


def relaxation_s(problem: Problem) -> float:
    """Time to build and solve the continuous relaxation alone [s]."""
    begun = perf_counter()
    form, _ = compiled(build(problem, [rule for rule in RULES if rule.__name__ not in ON_OFF]))
    highs.solve(form.without_rows(()), time_limit_s=60.0)
    return perf_counter() - begun


def row(name: str, calm_eur: float | None) -> str:
    """One line of the table."""
    problem = instance(name)
    proof, starts = timed(problem, PlanOptions(gap=0.001, calm_eur=calm_eur))
    ratio = (proof.build_s + proof.solve_s) / relaxation_s(problem)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    best = optimum_eur(name)
    return (
        f"{name:<10}{proof.build_s:>9.3f}{proof.solve_s:>9.3f}{proof.gap_before_rounding:>12.4%}"
        f"{proof.gap:>11.4%}{proof.cost_eur:>11.4f}{proof.cost_eur / best - 1:>+12.4%}"
        f"{starts:>8}{peak_mb:>9.0f}{ratio:>14.1f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="planner benchmark")
    parser.add_argument("--calm", action="store_true", help="with the calm stage (default allowance)")
    parser.add_argument("names", nargs="*", default=[*SITES, *HOUSES])
    asked = parser.parse_args()
    print(HEADER)
    for name in asked.names:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            print(pool.submit(row, name, None if asked.calm else 0.0).result(), flush=True)


if __name__ == "__main__":
    main()
