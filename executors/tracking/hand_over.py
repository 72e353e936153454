"""From what a car should have to what its charger is told: sun on top, the owner's hand, sequences."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from executors.control.why import Why
from executors.tracking.arrays import Bools, Floats, Ints
from executors.tracking.base import Base
from executors.tracking.cars import Cars
from executors.tracking.overrides import Hands
from executors.tracking.phase_change import PhaseChange, next_phase_change
from executors.tracking.points import Points
from executors.tracking.steps import down_to_step, up_to_step
from executors.tracking.sun import Sun, may_go
from executors.tracking.tick import Tick
from executors.tracking.waking import Waking, next_waking


@dataclass(frozen=True, slots=True)
class Choice:
    """What every charger should have; arrays over chargers."""

    current_a: Floats
    phases: Bools
    """Shape (C, 3): wanted, empty where any will do."""
    code: Ints
    """``Why``."""


def with_sun(points: Points, base: Base, sun: Sun, cars: Cars, sun_only: Bools) -> Choice:
    """The base, or the surplus where it gives more; ``sun_only``: cars that have nothing but surplus."""
    on = base.current_a > 0
    more = sun.current_a > base.current_a + 1e-6
    code = np.where(more | sun_only, int(Why.SURPLUS), base.code)
    current_a = np.where(more, sun.current_a, base.current_a)
    phases = np.where((on | ~more)[:, None], base.phases, sun.phases)
    return Choice(current_a, phases & points.wiring.wired, np.where(cars.here, code, int(Why.NO_CAR)))


def by_hand(points: Points, choice: Choice, cars: Cars, hands: Hands) -> Choice:
    """The owner's word over it: pause over boost over plan, and a limit over all of them."""
    current_a = np.where(hands.boost & cars.here, cars.most_a, choice.current_a)
    current_a = np.where(hands.pause, 0.0, current_a)
    limited_a = down_to_step(hands.limit_a, points.wiring.min_a, points.wiring.max_a, points.wiring.step_a)
    limited = current_a > limited_a + 1e-6
    said = [hands.pause, limited, hands.boost & cars.here]
    words = [int(Why.PAUSED), int(Why.MANUAL_LIMIT), int(Why.BOOST)]
    return Choice(
        current_a=np.minimum(current_a, limited_a),
        phases=np.where((hands.boost & cars.here)[:, None], points.wiring.wired, choice.phases),
        code=np.select(said, words, choice.code),
    )


def in_sequence(
    tick: Tick, choice: Choice, cars: Cars, memory: tuple[PhaseChange, Waking], limits: tuple[Ints, Bools]
) -> tuple[Choice, PhaseChange, Waking]:
    """What can be told in this tick: phases change with a pause, sleepers are woken."""
    points, readings, mono_s = tick.points, tick.readings, tick.mono_s
    change, waking = memory
    target, lines = _target(points, choice, cars, change)
    left, ready = limits
    on = (choice.current_a > 0) & cars.here
    allowed = ready & on & may_go(points, change, target, left) & ((target != change.told).any(axis=1))
    barred = on & ~ready & ~change.busy & (target != change.told).any(axis=1)
    flows = cars.draws | (cars.unmeasured & (readings.offered_a > 0))
    change = next_phase_change(change, target, allowed, left, readings.phases, flows, mono_s)
    choice = _on_the_phases_there_are(points, choice, cars, change, lines)
    code = np.where(barred & (left <= 0), int(Why.SWITCH_BUDGET_USED), choice.code)
    code = np.where(barred & change.given_up, int(Why.SWITCH_GIVEN_UP), code)
    offered = (readings.offered_a >= points.wiring.min_a - 0.5) & on & ~change.busy
    waking = next_waking(waking, cars.here, offered, cars.draws, cars.unmeasured, mono_s)
    choice = _woken(replace(choice, code=code), cars, waking, on & ~change.busy)
    current_a = np.where(change.busy, 0.0, choice.current_a)
    code = np.where(change.busy & on, int(Why.PHASE_SWITCH), choice.code)
    return replace(choice, current_a=current_a, code=code), change, waking


def _target(points: Points, choice: Choice, cars: Cars, change: PhaseChange) -> tuple[Bools, Floats]:
    """Phases that the charger should be told, and the number of lines that the current was meant for.

    A plan names the phases that the car draws on; a charger whose car does so already, with more terminals
    alive than the car has pins, is left alone.
    """
    wanted = choice.phases
    lines = wanted.sum(axis=1)
    nothing = lines == 0
    every = ~nothing & (lines >= cars.all_lines) & (lines < points.wiring.wired.sum(axis=1))
    fed = (wanted & ~change.told).sum(axis=1) == 0
    target = np.where((nothing | ~points.switches)[:, None], change.told, wanted)
    target = np.where((every & fed & (cars.all_lines < 3))[:, None], change.told, target)
    meant = np.where(nothing, cars.lines, np.minimum(lines, cars.all_lines)).astype(np.float64)
    return target, meant


def _on_the_phases_there_are(
    points: Points, choice: Choice, cars: Cars, change: PhaseChange, lines: Floats
) -> Choice:
    """The same power on the phases that the charger has now, as far as the currents reach."""
    now = np.minimum(cars.all_lines, change.told.sum(axis=1)).astype(np.float64)
    other = (lines != now) & (choice.current_a > 0)
    same_a = choice.current_a * lines / np.maximum(now, 1.0)
    moved_a = up_to_step(same_a, cars.min_a, cars.most_a, points.wiring.step_a)
    sunny = choice.code == int(Why.SURPLUS)
    moved_a = np.where(sunny, down_to_step(same_a, cars.min_a, cars.most_a, points.wiring.step_a), moved_a)
    return replace(choice, current_a=np.where(other, moved_a, choice.current_a))


def _woken(choice: Choice, cars: Cars, waking: Waking, on: Bools) -> Choice:
    """Offers of cars that do not draw: withdrawn for a moment, raised, and in the end the least."""
    if not (waking.tries.any() or waking.not_taking.any()):
        return choice
    current_a = np.where(on & waking.raised, cars.most_a, choice.current_a)
    current_a = np.where(on & waking.not_taking, np.minimum(cars.min_a, cars.most_a), current_a)
    current_a = np.where(waking.pausing, 0.0, current_a)
    tried = on & (waking.raised | waking.pausing)
    said = [on & waking.full, on & waking.not_taking, tried]
    words = [int(Why.CAR_FULL), int(Why.CAR_SLEEPS), int(Why.WAKE_UP)]
    return replace(choice, current_a=current_a, code=np.select(said, words, choice.code))
