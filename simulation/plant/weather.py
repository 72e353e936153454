"""Made-up unrest on a profile, from a seed: clouds before the sun, appliances on the load."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from simulation.plant.profile import FloatArray, Profile

_PIECE_S = 900
"""Unrest is made in pieces of a quarter, each with a seed of its own, so that any second can be asked."""


def with_clouds(profile: Profile, seed: int, depth: float = 0.7, mean_s: float = 180.0) -> Profile:
    """The profile behind passing clouds.

    Clear and cloudy stretches last ``mean_s`` seconds on average and take ``depth`` of the power; an
    edge passes in 20 s, as in records of one second.
    """

    def shade(piece: int) -> FloatArray:
        chance = np.random.default_rng([seed, piece])
        stretches = chance.exponential(mean_s, size=2 * _PIECE_S // int(mean_s) + 8)
        changes = np.cumsum(stretches)
        seconds = np.arange(_PIECE_S)
        cloudy = (np.searchsorted(changes, seconds) + chance.integers(2)) % 2
        dark = np.convolve(np.pad(cloudy, (19, 0), mode="edge"), np.full(20, 1 / 20), mode="valid")
        return 1.0 - depth * dark

    pieces = _Pieces(shade)
    return lambda first_s, count: profile(first_s, count) * pieces.block(first_s, count)


def with_appliances(profile: Profile, seed: int, power_kw: float = 2.0, per_h: float = 6.0) -> Profile:
    """The profile with a kettle or hob now and then: ``per_h`` times an hour for 20 s to 5 min."""

    def extra(piece: int) -> FloatArray:
        chance = np.random.default_rng([seed, piece, 1])
        more_kw = np.zeros(_PIECE_S)
        for _ in range(chance.poisson(per_h * _PIECE_S / 3600)):
            first = int(chance.integers(_PIECE_S))
            more_kw[first : first + int(chance.integers(20, 300))] += power_kw * chance.uniform(0.4, 1.0)
        return more_kw

    pieces = _Pieces(extra)
    return lambda first_s, count: profile(first_s, count) + pieces.block(first_s, count)


class _Pieces:
    """Values per second, made piece by piece; the last piece is kept."""

    def __init__(self, make: Callable[[int], FloatArray]) -> None:
        self._make = lru_cache(maxsize=4)(make)

    def block(self, first_s: int, count: int) -> FloatArray:
        """``count`` values from second ``first_s`` on."""
        first, last = first_s // _PIECE_S, (first_s + count - 1) // _PIECE_S
        joined = np.concatenate([self._make(piece) for piece in range(first, last + 1)])
        offset = first_s - first * _PIECE_S
        return joined[offset : offset + count]
