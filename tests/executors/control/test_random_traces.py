"""Never above the curve where base load and failsafe respect it, by a plant of the test's own."""

from __future__ import annotations

import pytest

from tests.executors.control.random_traces import worst_heat


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, 10))])
def test_500_random_base_loads_do_not_trip_the_breaker(part: int) -> None:
    worst = {seed: worst_heat(seed) for seed in range(50 * part, 50 * part + 50)}
    assert max(worst.values()) < 1, max(worst, key=lambda seed: worst[seed])
