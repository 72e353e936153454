"""A plant of a few lines to prove safety in: cars that follow slowly, a meter of one second, a breaker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from executors.control.decide import decide_safe
from executors.control.seam import CarState, Readings, Setpoints, Wanted, Wiring
from executors.control.state import SafetyState, start

Array = NDArray[Any]


@dataclass
class Plant:
    """Cars on a wiring, one second at a time."""

    wiring: Wiring
    car_max_a: Array
    car_phases: Array
    delay_s: int = 3
    """From the write to the car's answer."""
    deaf: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Chargers that take a write and do nothing."""
    told: list[Array] = field(default_factory=list)
    flow_a: Array = field(default_factory=lambda: np.zeros((0, 3)))
    offer_a: Array = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        count = self.wiring.chargers
        self.flow_a = np.zeros((count, 3))
        self.offer_a = np.zeros(count)
        self.deaf = np.zeros(count, dtype=bool) if not self.deaf.size else self.deaf
        self.told = [np.zeros(count) for _ in range(self.delay_s + 1)]

    def write(self, setpoints: Setpoints) -> None:
        """Offers go out and arrive after the delay."""
        self.offer_a = np.where(self.deaf, self.offer_a, setpoints.limit_a)
        self.told.append(self.offer_a.copy())
        self.told.pop(0)

    def step(self) -> None:
        """One second: every car draws what it was offered a while ago."""
        arrived_a = np.minimum(self.told[0], self.car_max_a)
        self.flow_a = arrived_a[:, np.newaxis] * self.car_phases

    def charging_a(self) -> Array:
        """Charging below every row (K, 3)."""
        return np.asarray(self.wiring.below.astype(float) @ self.flow_a)


@dataclass
class Record:
    """What happened, second by second."""

    limit_a: list[Array] = field(default_factory=list)
    flow_a: list[Array] = field(default_factory=list)
    total_a: list[Array] = field(default_factory=list)
    setpoints: list[Setpoints] = field(default_factory=list)
    state: SafetyState | None = None

    def told(self, charger: int = 0) -> list[float]:
        return [float(limit_a[charger]) for limit_a in self.limit_a]


def plant_of(wiring: Wiring, **keys: Any) -> Plant:
    """A plant with three-phase cars that take what they are offered."""
    count = wiring.chargers
    return Plant(
        wiring, keys.pop("car_max_a", np.full(count, 99.0)), keys.pop("car_phases", wiring.wired), **keys
    )


def readings_of(plant: Plant, base_a: Array, **changes: Any) -> Readings:
    """True readings of this second; ``base_a`` is the base load of every row (K, 3)."""
    wiring, count = plant.wiring, plant.wiring.chargers
    metered = wiring.metered[:, np.newaxis]
    values: dict[str, Any] = {
        "meter_a": np.where(metered, base_a + plant.charging_a(), np.nan),
        "meter_kw": np.full(wiring.circuits, np.nan),
        "meter_age_s": np.where(wiring.metered, 0.0, np.inf),
        "meter_mark": np.full(wiring.circuits, np.nan),
        "measured_a": plant.flow_a.copy(),
        "offered_a": plant.offer_a.copy(),
        "phases": wiring.wired,
        "car": np.where(plant.flow_a.max(axis=1) > 0.5, CarState.CHARGING, CarState.WAITING),
        "charger_age_s": np.zeros(count),
        "link": np.ones(count, dtype=bool),
        "ceiling_on": False,
        "ceiling_age_s": 0.0,
        **changes,
    }
    return Readings(**values)


def all_you_can(wiring: Wiring) -> Wanted:
    """As much as there is, for everybody."""
    return Wanted(np.full(wiring.chargers, np.inf), wiring.wired)


Change = Callable[[int, Plant], dict[str, Any]]


def run(
    plant: Plant,
    base_a: Callable[[int], Any],
    seconds: int,
    *,
    wanted: Callable[[int], Wanted] | None = None,
    change: Change = lambda _s, _plant: {},
    state: SafetyState | None = None,
    begin_s: int = 0,
    skip: Callable[[int], bool] = lambda _s: False,
    tick_s: int = 1,
) -> Record:
    """Run the closed loop; ``base_a`` gives the base load at a second, for one row or for all of them."""
    wiring = plant.wiring
    record = Record()
    state = start(wiring) if state is None else state
    for second in range(begin_s, begin_s + seconds, tick_s):
        load_a = np.zeros((wiring.circuits, 3)) + np.asarray(base_a(second), dtype=float)
        plant.step()
        record.flow_a.append(plant.flow_a.copy())
        record.total_a.append(load_a + plant.charging_a())
        if skip(second):
            plant.told.append(plant.offer_a.copy())
            plant.told.pop(0)
            continue
        wish = all_you_can(wiring) if wanted is None else wanted(second)
        readings = readings_of(plant, load_a, **change(second, plant))
        setpoints, state = decide_safe(wiring, readings, wish, state, 1000.0 + second)
        plant.write(setpoints)
        record.limit_a.append(setpoints.limit_a)
        record.setpoints.append(setpoints)
    record.state = state
    return record
