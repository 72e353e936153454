"""When flexible loads run without a plan: in their cheapest block, as far as every limit allows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.decision import BoolArray
from scheduler.devices import IntArray, Run
from scheduler.problem import FloatArray, Problem
from scheduler.room import Room


def with_usual_runs(problem: Problem) -> tuple[Problem, list[str]]:
    """``problem`` with a usual time for every run; a run that finds no room is cut, which the notes say."""
    if not problem.runs:
        return problem, []
    room, placed, notes = Room(replace(problem, runs=())), [], []
    price = np.where(problem.surplus_kw > 0, problem.sell_eur_per_kwh, problem.buy_eur_per_kwh)
    for asked in problem.runs:
        run = asked
        free = np.array([room.takes_power(run.feed, int(t), run.power_kw) for t in run.slots], dtype=bool)
        block = _cheapest_block(problem, run, free, price)
        hours = float(problem.hours[block].sum())
        if hours < run.need_h - 1e-9:
            notes.append(f"{run.load}: the limits leave room for {hours:.2f} of {run.need_h:.2f} h in one go")
            run = replace(run, need_h=hours, least_at_a_time_h=min(run.least_at_a_time_h, hours))
        if hours <= 0:
            continue
        for t in block:
            room.take_power(run.feed, int(t), run.power_kw)
        placed.append(replace(run, usual=block))
    return replace(problem, runs=tuple(placed)), notes


def _cheapest_block(problem: Problem, run: Run, free: BoolArray, price: FloatArray) -> IntArray:
    """The cheapest slots side by side that are free and long enough, or else the longest there are."""
    best: IntArray = np.zeros(0, dtype=np.int64)
    best_rank = (-np.inf, np.inf)
    for first in range(len(run.slots)):
        hours, last = 0.0, first
        while last < len(run.slots) and free[last] and hours < run.need_h - 1e-9:
            hours += float(problem.hours[run.slots[last]])
            last += 1
        block = run.slots[first:last]
        cost = float(problem.hours[block] @ price[block])
        rank = (min(hours, run.need_h), cost)
        if rank[0] > best_rank[0] + 1e-9 or (rank[0] > best_rank[0] - 1e-9 and cost < best_rank[1]):
            best, best_rank = block, rank
    return best
