"""The dynamic program of one session against every choice there is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from scheduler.calm_runs import OFF, Choices, coarse_currents, quietest
from scheduler.problem import IntArray


def random_choices(seed: int) -> Choices:
    """Five slots, two phase sets with two currents each, some of which the limits forbid."""
    rng = np.random.default_rng(seed)
    need = np.zeros(5, dtype=np.int64)
    need[2:], need[4] = rng.integers(0, 3), rng.integers(3, 6)
    restless = rng.uniform(0, 0.8, (5, 2, 2))
    restless[rng.random((5, 2, 2)) < 0.25] = np.inf
    return Choices(rng.integers(1, 3, (5, 2, 2)), restless, need, int(need[-1]) + 2, int(rng.integers(-1, 2)))


def least_of_all(choices: Choices) -> tuple[float, dict[tuple[int, ...], float]]:
    """The least sum over every choice, and the least of every pattern of on and off."""
    options = [(OFF, 0), *product(range(2), range(2))]
    best: dict[tuple[int, ...], float] = {}
    for picked in product(options, repeat=5):
        total, energy, before = 0.0, 0, choices.running
        for i, (k, level) in enumerate(picked):
            if k != OFF:
                total += choices.restless[i, k, level] + (k != before)
                energy += int(choices.units[i, k, level])
            before = k
            total = total if energy >= choices.need[i] else np.inf
        if np.isfinite(total) and energy <= choices.most:
            pattern = tuple(k for k, _ in picked)
            best[pattern] = min(total, best.get(pattern, np.inf))
    return min(best.values(), default=np.inf), best


@pytest.mark.parametrize("seed", range(25))
def test_no_choice_is_quieter_than_what_the_program_finds(seed: int) -> None:
    choices = random_choices(seed)
    least, by_pattern = least_of_all(choices)
    found: IntArray | None = quietest(choices)
    if found is None:
        assert not np.isfinite(least)
        return
    assert by_pattern[tuple(found.tolist())] == pytest.approx(least)


def test_coarse_currents_are_on_the_grid_and_hold_its_ends() -> None:
    tenths = coarse_currents(6.0, 32.0, 0.1)
    assert tenths[0] == 6.0
    assert tenths[-1] == pytest.approx(32.0)
    assert len(tenths) <= 18
    assert np.allclose(tenths * 10, np.round(tenths * 10))
    assert coarse_currents(6.0, 9.0, 1.0).tolist() == [6.0, 7.0, 8.0, 9.0]
    assert coarse_currents(16.0, 16.0, 1.0).tolist() == [16.0]
