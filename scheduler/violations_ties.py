"""What a plan breaks of the ties of its sessions, in words: phase switches, least runs and pauses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduler.problem import FloatArray, Problem, Session
from scheduler.switches import chosen_options, switches
from scheduler.ties import Switching

_EPS = 1e-9


def broken_ties(problem: Problem, current_a: FloatArray) -> Iterator[str]:
    """Every tie of every session that the currents break."""
    for s, session in enumerate(problem.sessions):
        if not len(session.slots) or not (session.tied or session.before):
            continue
        chosen = chosen_options(problem, s, current_a)
        if session.switching is not None:
            yield from _broken_switches(problem, session, session.switching, chosen)
        yield from _broken_runs(problem, session, [k is not None for k in chosen])
        yield from _broken_start(problem, session, [k is not None for k in chosen])


def _broken_switches(
    problem: Problem, session: Session, switching: Switching, chosen: list[int | None]
) -> Iterator[str]:
    """Switches too many, too soon, the wrong way, and what may not be the last."""
    found = list(switches(problem, session, chosen))
    if switching.left is not None and len(found) > switching.left:
        yield f"{session.id} switches phases {len(found)} times, {switching.left} are left"
    for one in found:
        slot = session.slots[one.needed]
        if one.at is None:
            yield f"{session.id} switches phases before slot {slot} too soon after the last time"
        wider = len(session.options[one.after].phases) >= len(session.options[one.before].phases)
        if switching.one_way and wider:
            yield f"{session.id} switches phases the wrong way before slot {slot}"
    for i, k in enumerate(chosen):
        so_far = sum(one.needed <= i for one in found)
        used_up = switching.left is not None and so_far >= switching.left
        if k is not None and used_up and k not in switching.ends_on:
            yield f"{session.id} ends its phase switches on the wrong phases in slot {session.slots[i]}"


def _broken_runs(problem: Problem, session: Session, on: list[bool]) -> Iterator[str]:
    """Runs and pauses that are too short; the last one may be, and how the first began is not asked here."""
    hours = (problem.hours[session.slots] * session.share).tolist()
    first = 0
    was_on = session.before is not None and session.before.on
    for i in range(1, len(on) + 1):
        if i < len(on) and on[i] == on[first]:
            continue
        lasted, least = sum(hours[first:i]), session.least_run_h if on[first] else session.least_pause_h
        begun_here = first > 0 or on[0] != was_on
        if begun_here and i < len(on) and lasted < least - _EPS:
            what = "charges" if on[first] else "pauses"
            slot = session.slots[first]
            yield f"{session.id} {what} for {lasted:.3f} h from slot {slot}, {least:.3f} at least"
        first = i


def _broken_start(problem: Problem, session: Session, on: list[bool]) -> Iterator[str]:
    """A run or a pause of before the horizon that ends too early."""
    before = session.before
    if before is None:
        return
    begin_h = np.cumsum(problem.hours * 1.0) - problem.hours
    for i, t in enumerate(session.slots):
        if not on[i] and begin_h[t] < before.run_rest_h - _EPS:
            yield f"{session.id} stops in slot {t}, in its least run"
        if on[i] and begin_h[t] < before.pause_rest_h - _EPS:
            yield f"{session.id} starts in slot {t}, in its least pause"
