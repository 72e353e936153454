"""When flexible loads run without a plan: in their cheapest block, else in pieces, as the limits allow."""

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
        block, pieces = (way(problem, run, free, price) for way in (_cheapest_block, _pieces))
        block_h, pieces_h = problem.hours[block].sum(), problem.hours[pieces].sum()
        if block_h < min(run.need_h, pieces_h) - 1e-9 and pieces_h <= run.most_h + 1e-9:
            block = pieces
        hours = float(problem.hours[block].sum())
        if hours < run.need_h - 1e-9:
            notes.append(f"{run.load}: the limits leave room for {hours:.2f} of {run.need_h:.2f} h")
            run = replace(run, need_h=hours, least_at_a_time_h=min(run.least_at_a_time_h, hours))
        if hours <= 0:
            continue
        for t in block:
            room.take_power(run.feed, int(t), run.power_kw)
        placed.append(replace(run, usual=block))
    return replace(problem, runs=tuple(placed)), notes


def _pieces(problem: Problem, run: Run, free: BoolArray, price: FloatArray) -> IntArray:
    """Free stretches that each last as long as a run has to, the cheapest first, until it is enough; the
    last one is only as long as it must be.
    """
    taken: list[int] = []
    left_h = run.need_h
    places = np.flatnonzero(free)
    stretches = [part for part in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(part)]
    long_enough = [x for x in stretches if problem.hours[run.slots[x]].sum() >= run.least_at_a_time_h - 1e-9]
    for part in sorted(long_enough, key=lambda part: float(price[run.slots[part]].mean())):
        lasted_h = 0.0
        for t in run.slots[part].tolist():
            if left_h <= 1e-9 and lasted_h >= run.least_at_a_time_h - 1e-9:
                break
            taken.append(t)
            left_h, lasted_h = left_h - float(problem.hours[t]), lasted_h + float(problem.hours[t])
        if left_h <= 1e-9:
            break
    return np.array(sorted(taken), dtype=np.int64)


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
