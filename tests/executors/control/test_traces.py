"""Two minutes of random load, 500 times, judged by an integrator of the test's own."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.traces import BATCH, House, Verdict, houses, judged, used_up

LINES = np.ones(3, dtype=np.bool_)


def test_the_integrator_says_what_the_standards_say() -> None:
    def long(protection: str, multiple: float, seconds: int) -> float:
        return used_up(protection, 25.0, np.full((seconds, 3), 25.0 * multiple)) - 0.5

    assert long("mcb", 1.13, 3600) == 0
    assert long("mcb", 2.55, 1) == pytest.approx(1.0)
    assert 0.1 < long("mcb", 1.45, 60) < 1
    assert long("gg", 2.08, 10) == pytest.approx(1.0)
    assert long("gg", 1.25, 3600) == 0


@pytest.mark.parametrize("part", range(500 // BATCH))
def test_charging_never_makes_a_protection_trip_that_holds_load_and_failsafe(part: int) -> None:
    verdicts = judged(houses(part * BATCH, BATCH))
    bad = [part * BATCH + place for place, one in enumerate(verdicts) if not one.good]
    assert bad == []
    bearable = [one for one in verdicts if not one.house.beyond]
    assert 0.6 * BATCH < len(bearable) < 0.9 * BATCH
    assert max(one.used_alone for one in bearable) > 0.9


def test_a_verdict_can_be_bad() -> None:
    none = np.zeros((160, 3))
    house = House("steps", "mcb", 25.0, none, LINES, 3, np.zeros(160), beyond=False)
    assert Verdict(house, 0.6, 0.6, 0.0).good
    assert not Verdict(house, 1.0, 0.6, 0.0).good
    assert not Verdict(house, 0.6, 0.6, 0.5).good
