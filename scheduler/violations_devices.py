"""What a decision breaks at the home battery and at the flexible loads, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from scheduler.decision import BoolArray, Decision
from scheduler.devices import Run
from scheduler.problem import Problem
from scheduler.storage import content_kwh

_EPS: Final = 1e-6


def broken_devices(problem: Problem, decision: Decision) -> Iterator[str]:
    """Powers and contents that the battery cannot have, runs that are too short, too long or outside."""
    yield from _broken_battery(problem, decision)
    for run, running in zip(problem.runs, decision.running, strict=True):
        yield from _broken_run(problem, run, running)


def _broken_battery(problem: Problem, decision: Decision) -> Iterator[str]:
    battery = problem.battery
    if battery is None or not battery.commanded:
        return
    power = decision.battery_kw
    for t in np.flatnonzero((power > battery.charge_kw + _EPS) | (-power > battery.discharge_kw + _EPS)):
        yield f"the battery is told {power[t]:.3f} kW in slot {t}"
    content = content_kwh(problem, power)
    for t in np.flatnonzero((content > battery.most_kwh + _EPS) | (content < battery.least_kwh - _EPS)):
        yield f"the battery holds {content[t]:.3f} kWh after slot {t}"


def _broken_run(problem: Problem, run: Run, running: BoolArray) -> Iterator[str]:
    on = np.flatnonzero(running)
    outside = np.setdiff1d(on, run.slots)
    if len(outside):
        yield f"{run.load} runs in slot {outside[0]}, outside its window"
    hours = float(problem.hours[on].sum())
    if not run.need_h - _EPS <= hours <= run.most_h + _EPS:
        yield f"{run.load} runs {hours:.3f} h, wanted are {run.need_h:.3f} to {run.most_h:.3f} h"
    for block in np.split(on, np.flatnonzero(np.diff(on) > 1) + 1):
        at_a_time = float(problem.hours[block].sum())
        if len(block) and at_a_time < run.least_at_a_time_h - _EPS:
            yield f"{run.load} runs {at_a_time:.3f} h at a time from slot {block[0]} on"
