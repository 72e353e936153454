"""Shares of scarce room against plain loops: one charger after the other, one ampere level at a time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from executors.control.levels import level_of_rows
from executors.control.rises import raised
from executors.control.shares import Claim, cut_to_fit, fair_offers, on_the_grid_of
from tests.executors.control.small_sites import charger, wiring

Array = NDArray[np.float64]
COUNT = 9
SITE = wiring(
    chargers=[charger(f"c{i}", current_a={"min": 6, "max": 32, "step": 0.1}) for i in range(COUNT)],
    grid={"limit_a": 400, "protection": None},
)


def scene(seed: int) -> tuple[Array, Array, Claim, np.random.Generator]:
    """Rows by chargers, their room, and what decides between the chargers."""
    chance = np.random.default_rng(seed)
    some = chance.integers(0, 2, (4, COUNT)).astype(np.float64)
    weights = np.vstack((np.ones(COUNT), some, chance.uniform(0, 1, COUNT)))
    room = chance.uniform(5, 140, len(weights))
    rank = chance.permutation(COUNT)
    claim = Claim(chance.integers(0, 2, COUNT), chance.choice([1.0, 2.0, 3.0], COUNT), lambda: rank)
    return weights, room, claim, chance


@pytest.mark.parametrize("seed", range(40))
def test_the_level_of_a_row_is_where_its_members_just_fit(seed: int) -> None:
    weights, room, claim, chance = scene(seed)
    top_a = chance.uniform(6, 32, COUNT)
    least_a = np.full(COUNT, 6.0)
    levels = level_of_rows(weights, claim.weight, least_a, top_a, room)
    for row, level in zip(range(len(room)), levels, strict=True):

        def load(at: float, on: Array = weights[row]) -> float:
            return float(on @ np.clip(at * claim.weight, least_a, top_a))

        if load(0.0) > room[row]:
            assert load(level) == pytest.approx(load(0.0))
        elif np.isinf(level):
            assert load(1e9) <= room[row] + 1e-9
        else:
            assert load(level) == pytest.approx(room[row])


def greedy(
    offers_a: Array, aims_a: Array, taken_a: Array, weights: Array, left: Array, claim: Claim
) -> Array:
    """Charger by charger, first class and rank first, each as far as every row still has room."""
    offers_a, left = offers_a.copy(), left - weights @ np.maximum(offers_a, taken_a)
    for one in sorted(range(COUNT), key=lambda c: (-claim.priority[c], claim.rank[c])):
        occupied_a = max(offers_a[one], taken_a[one])
        more_a = min(
            (left[k] / weights[k, one] for k in range(len(left)) if weights[k, one] > 0), default=99.0
        )
        told_a = on_the_grid_of(SITE, np.full(COUNT, min(aims_a[one], occupied_a + more_a)))[one]
        if told_a > offers_a[one] + 1e-6:
            left = left - weights[:, one] * max(0.0, told_a - occupied_a)
            offers_a[one] = told_a
    return offers_a


@pytest.mark.parametrize("seed", range(40))
def test_rises_are_those_of_one_charger_after_the_other(seed: int) -> None:
    weights, room, claim, chance = scene(seed)
    offers_a = on_the_grid_of(SITE, chance.choice([0.0, 6.0, 8.0], COUNT))
    aims_a = on_the_grid_of(SITE, chance.uniform(0, 32, COUNT))
    aims_a = np.maximum(aims_a, offers_a)
    taken_a = offers_a + chance.choice([0.0, 0.0, 3.0], COUNT)
    told_a = raised(SITE, offers_a, aims_a, np.ones(COUNT, dtype=bool), taken_a, weights, room, claim)
    plain_a = greedy(offers_a, aims_a, taken_a, weights, room, claim)
    assert told_a == pytest.approx(plain_a, abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_cuts_make_every_row_fit_and_raise_nobody(seed: int) -> None:
    weights, room, claim, chance = scene(seed)
    offers_a = on_the_grid_of(SITE, chance.uniform(0, 32, COUNT))
    told_a, by_row = cut_to_fit(SITE, offers_a, weights, room, claim)
    assert np.all(told_a <= offers_a)
    assert np.all(weights @ told_a <= room + 1e-5)
    assert np.array_equal(by_row >= 0, told_a < offers_a - 1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_fair_offers_fit_and_nobody_could_have_more_without_another_having_less(seed: int) -> None:
    weights, room, claim, chance = scene(seed)
    top_a = on_the_grid_of(SITE, chance.uniform(0, 32, COUNT))
    offers_a = fair_offers(SITE, top_a, weights, room, claim)
    assert np.all(weights @ offers_a <= room + 1e-5)
    low = int(claim.priority.min())
    for one in np.flatnonzero((offers_a > 0) & (offers_a < top_a - 0.11)):
        full = (weights[:, one] > 0) & (weights @ offers_a > room - weights.sum(axis=1) * 0.1 - 1e-6)
        assert full.any() or claim.priority[one] > low
