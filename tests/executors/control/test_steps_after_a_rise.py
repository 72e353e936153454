"""A house that takes more while a risen car has not followed yet: whose current the meter shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from executors.control.seam import Wanted
from tests.executors.control.small_sites import charger, wiring
from tests.executors.control.tiny_plant import Plant, plant_of, run

RISE_S = 60
STEP_S = 64
DELAY_S = 10


def wish(site: Any, second: int) -> Wanted:
    return Wanted(np.array([6.0 if second < RISE_S else 16.0]), site.wired)


@pytest.mark.parametrize("phases", [["L1", "L2", "L3"], ["L2"]])
def test_a_step_just_after_a_rise_is_the_house_s_while_the_charger_says_that_the_car_waits(
    phases: list[str],
) -> None:
    """25 A, of which the house takes 5 A and from the step on 15 A: 10 A are left for the car.

    The sample of the step is within the limit; the next one says that it was no noise. The car follows the
    risen offer for some seconds yet: that is the same excess, and is not cut again.
    """
    site = wiring(chargers=[charger("a", wiring=phases)])
    base = lambda s: 5 if s < STEP_S else 15  # noqa: E731
    record = run(plant_of(site, delay_s=DELAY_S), base, 120, wanted=lambda s: wish(site, s))
    told = record.told()
    assert told[STEP_S - 1] == 16
    assert set(told[STEP_S + 1 :]) == {10}
    late = [total_a.max() for total_a in record.total_a[STEP_S + DELAY_S + 2 :]]
    assert max(late) <= 25


class SaysLate:
    """A charger that says what its car drew some seconds ago."""

    def __init__(self, late_s: int) -> None:
        self._flows_a = [np.zeros((1, 3)) for _ in range(late_s)]

    def __call__(self, _second: int, plant: Plant) -> dict[str, Any]:
        self._flows_a.append(plant.flow_a.copy())
        return {"measured_a": self._flows_a.pop(0)}


@pytest.mark.parametrize("late_s", [1, 2, 5])
def test_a_charger_that_says_late_what_its_car_draws_is_cut_for_it_once_at_most(late_s: int) -> None:
    """The meter shows the car first: that looks like the house, until the charger is known to be late."""
    site = wiring(1)
    wishes = lambda s: Wanted(np.array([16.0 if s % 120 < 90 else 6.0]), site.wired)  # noqa: E731
    record = run(plant_of(site, delay_s=3), lambda _s: 8, 600, wanted=wishes, change=SaysLate(late_s))
    told = np.array(record.told())
    wanted = np.array([16 if s % 120 < 90 else 6 for s in range(600)])
    cuts = np.flatnonzero((np.diff(told) < 0) & (np.diff(wanted) >= 0))
    assert len(cuts) <= 1
    assert told[120:210].max() == 16
    assert np.mean(told[240:] == wanted[240:]) > 0.9
