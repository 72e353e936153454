"""From the quantiles of solar and load to the scenarios of a plan: a bad one and a good one.

Little sun goes with much load, and much sun with little load. Between them lies every course whose solar and
load keep within their quantiles: what the site takes from the grid, slot by slot, is at most that of the bad
one and at least that of the good one. Probabilities are those of Swanson's rule, which takes the mean of a
quantity for 0.3 P10 + 0.4 P50 + 0.3 P90 (Hurst, Brown and Swanson, "Swanson's 30-40-30 rule", AAPG Bulletin
84(12), 2000).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from domain.scenarios import Scenario
from domain.series import Series
from forecasting.known import Known
from forecasting.load_phases import Phases
from forecasting.resample import onto

_TAIL: Final = 0.3
"""Probability of the bad one, and of the good one."""
Side = Literal["p10", "p90"]
_CASES: Final[tuple[tuple[str, Side, Side], ...]] = (
    ("little sun, much load", "p10", "p90"),
    ("much sun, little load", "p90", "p10"),
)
"""Name, side of the sun, side of the load."""


def scenarios_of(
    solar: Mapping[str, Known],
    load: Phases,
    solar_kw: Mapping[str, Series],
    load_kw: tuple[Series, Series, Series],
) -> tuple[Scenario, ...]:
    """The scenarios beside the series ``solar_kw`` and ``load_kw``; none where no source has quantiles."""
    if all(known.spread is None for known in (*solar.values(), *load)):
        return ()
    found = []
    for name, sun, house in _CASES:
        suns = {array: _beside(solar[array], series, sun) for array, series in solar_kw.items()}
        l1, l2, l3 = (_beside(known, series, house) for known, series in zip(load, load_kw, strict=True))
        found.append(Scenario(name, _TAIL, suns, (l1, l2, l3)))
    return tuple(found)


def _beside(known: Known, central: Series, side: Side) -> Series:
    """One quantile on the grid; the central value where it is not known, and never across it."""
    if known.spread is None:
        return central
    values = onto(central.grid, getattr(known.spread, side))
    within = np.minimum if side == "p10" else np.maximum
    values = np.where(np.isnan(values), central.values, within(values, central.values))
    return replace(central, values=values)
