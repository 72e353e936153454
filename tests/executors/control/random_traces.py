"""Random base loads behind a breaker that they and the failsafe respect, and a plant to try them on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from executors.control.seam import Wanted
from tests.executors.control.small_sites import charger, wiring
from tests.executors.control.tiny_plant import plant_of, run

SECONDS = 120
RATING_A = 25.0
HOLD, K_S = 1.13, 2.55**2 - 1.13**2
FAILSAFE_A = 6.0
BASE_MAX_A = HOLD * RATING_A - FAILSAFE_A


def trace(seed: int) -> NDArray[np.float64]:
    """Base load of L1, L2, L3 each second [A]: jumps and noise between 0 and what the curve leaves."""
    chance = np.random.default_rng(seed)
    load_a = np.zeros((SECONDS, 3))
    for phase in range(3):
        level_a = chance.uniform(0, BASE_MAX_A)
        for second in range(SECONDS):
            if chance.random() < 0.04:
                level_a = chance.choice([0.5, chance.uniform(0, BASE_MAX_A), BASE_MAX_A])
            load_a[second, phase] = level_a + chance.normal(0, 0.2)
    return load_a.clip(0, BASE_MAX_A)


def worst_heat(seed: int) -> float:
    """Highest heat of the breaker over one trace; 1 trips. The car's delay and phases are by chance too."""
    chance = np.random.default_rng(seed + 1_000_000)
    base_max_a = float(np.round(BASE_MAX_A, 2))
    single = bool(chance.random() < 0.3)
    point = charger("a", wiring=["L2"] if single else ["L1", "L2", "L3"])
    site = wiring(1, chargers=[point], grid={"base_load_max_a": base_max_a})
    plant = plant_of(site, delay_s=int(chance.integers(1, 15)))
    load_a = trace(seed)
    wish_a = chance.choice([0.0, 8.0, 16.0], SECONDS // 20)
    record = run(
        plant, lambda s: load_a[s], SECONDS, wanted=lambda s: Wanted(np.array([wish_a[s // 20]]), site.wired)
    )
    heat = np.zeros(3)
    worst = 0.0
    for total_a in record.total_a:
        heat = np.maximum(heat + ((total_a[0] / RATING_A) ** 2 - HOLD**2) / K_S, 0.0)
        worst = max(worst, float(heat.max()))
    return worst
