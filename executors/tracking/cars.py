"""What is seen of the cars in this tick: who is here, what flows, what each can take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from executors.control.seam import CarState, Readings
from executors.tracking.arrays import Bools, Floats, Ints, known
from executors.tracking.learning import DRAWS_A, Learnt
from executors.tracking.points import Points
from executors.tracking.wishes import Wishes, WishTable


@dataclass(frozen=True, slots=True)
class Beyond:
    """Readings that only some sites have; NaN where there are none."""

    battery_kw: float = float("nan")
    """Home battery, + when it charges."""
    solar_kw: float = float("nan")
    soc: Floats | None = None
    """State of charge of the cars (C,)."""
    power_kw: Floats | None = None
    """Power that the chargers measure (C,); better than current times nominal voltage."""
    counter_kwh: Floats | None = None
    """Energy that the chargers have counted, in this session or ever (C,)."""


@dataclass(frozen=True, slots=True)
class Cars:
    """The cars now; arrays over chargers."""

    here: Bools
    """A car may be there: its charger does not say that there is none."""
    draws: Bools
    unmeasured: Bools
    """Nobody measures what flows."""
    power_kw: Floats
    """What flows; where nobody measures it, what was told is taken to flow."""
    row: Ints
    """Row of the wish, -1 without."""
    lines: Ints
    """Phases on which the car draws with the phases it is given now."""
    all_lines: Ints
    """Phases on which it would draw with all terminals."""
    min_a: Floats
    most_a: Floats
    """On the charger's own grid, with the car's and the learnt limits and one step of doubt."""
    real_a: Floats
    """The most that it will draw, as far as known."""

    @property
    def full_a(self) -> Floats:
        """What flows at full power [A]."""
        flows: Floats = np.where(self.real_a < self.most_a, self.real_a, self.most_a)
        return flows


def cars_now(readings: Readings) -> tuple[Bools, Bools, Bools]:
    """Who is here, who draws, and whose current nobody measures."""
    here = np.asarray(readings.car != int(CarState.NONE), dtype=np.bool_)
    missing = np.asarray(np.isnan(readings.measured_a).all(axis=1), dtype=np.bool_)
    highest_a = known(readings.measured_a).max(axis=1)
    draws: Bools = ~missing & (highest_a >= DRAWS_A)
    return here, draws, missing


def flowing_kw(
    points: Points, readings: Readings, beyond: Beyond, told_a: Floats, lines: Ints | None
) -> Floats:
    """Power into every car [kW]: measured; where nobody measures, what was told is taken to flow."""
    measured_a = readings.measured_a
    missing = np.isnan(measured_a)
    power_kw: Floats = np.where(missing, 0.0, measured_a).sum(axis=1) * points.kw_per_a
    blind = missing.all(axis=1)
    if blind.any():
        used = points.wiring.wired.sum(axis=1) if lines is None else lines
        told_kw = np.where(readings.car == int(CarState.NONE), 0.0, told_a) * used * points.kw_per_a
        power_kw = np.where(blind, told_kw, power_kw)
    if beyond.power_kw is not None:
        power_kw = np.where(np.isnan(beyond.power_kw), power_kw, beyond.power_kw)
    return power_kw


def pins_of(points: Points, row: Ints, table: WishTable, learnt: Learnt) -> Ints:
    """Phases that each car uses at most: learnt, said by its request, else those of its charger."""
    wired = points.wiring.wired.sum(axis=1)
    said = of_wish(row, table.pins.astype(np.float64), 3.0)
    pins = np.where(np.isnan(learnt.pins), said, np.fmin(learnt.pins, said))
    used: Ints = np.minimum(pins, wired).astype(np.int64)
    return used


def ranges(points: Points, wishes: Wishes, table: WishTable, learnt: Learnt) -> tuple[Floats, Floats, Floats]:
    """Least and most offer, and the most that is really drawn [A]; on the charger's own grid."""
    wiring = points.wiring
    step_a, own_min_a = wiring.step_a, wiring.min_a
    car_min_a = np.fmax(of_wish(wishes.row, table.min_a, 0.0), known(learnt.min_a))
    min_a = own_min_a + np.ceil(np.maximum(car_min_a - own_min_a, 0.0) / step_a - 1e-6) * step_a
    said_a = np.minimum(wiring.max_a, of_wish(wishes.row, table.max_a, np.inf))
    real_a = np.fmin(said_a, np.where(np.isnan(learnt.max_a), np.inf, learnt.max_a))
    doubt_a = np.maximum(np.where(np.isnan(learnt.max_a), np.inf, np.ceil(learnt.max_a) + 2.0), min_a)
    most_a = np.minimum(said_a, doubt_a)
    on_grid_a = own_min_a + np.floor((most_a - own_min_a) / step_a + 1e-6) * step_a
    return min_a, np.where(most_a >= min_a - 1e-6, on_grid_a, 0.0), real_a


def of_wish(row: Ints, values: Floats, otherwise: float = float("nan")) -> Floats:
    """The value of each charger's wish; ``otherwise`` without one."""
    if len(values) == 0:
        return np.full(len(row), otherwise)
    known: Floats = np.where(row >= 0, values[np.maximum(row, 0)], otherwise)
    return known
