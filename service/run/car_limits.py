"""What cars have shown of themselves, for the next plan: their own currents, phases, what still fits in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from domain.requests import ChargeRequest
from domain.running import ShownTaper
from domain.site import Site
from domain.site_chargers import AcCharger
from executors.tracking.learning import Learnt

_STEP_A: Final = 1.0
"""A car's limit counts up to the next whole ampere: a plan that asks for no more never sees a higher one."""
_MORE: Final = 1.1
_MORE_KWH: Final = 0.5
"""A taper is a straight line only nearly: the plan leaves a share and some energy above what it says."""


@dataclass(frozen=True, slots=True)
class CarLimits:
    """What one car has shown; None where it has shown nothing."""

    max_a: float | None = None
    """The most that it draws per phase [A]."""
    min_a: float | None = None
    phases: Literal[1, 2, 3] | None = None
    left_kwh: float | None = None
    """AC energy that it will still take, by its taper [kWh]."""


NOTHING: Final = CarLimits()


def limits_of(learnt: Learnt, request_ids: tuple[str, ...]) -> dict[str, CarLimits]:
    """By request, of the cars that are here and have shown something."""
    found = {name: _limits(learnt, row) for row, name in enumerate(request_ids) if name}
    return {name: limits for name, limits in found.items() if limits != NOTHING}


def _limits(learnt: Learnt, row: int) -> CarLimits:
    max_a, min_a, pins, left_kwh = (
        float(values[row]) for values in (learnt.max_a, learnt.min_a, learnt.pins, learnt.full_after_kwh)
    )
    phases: dict[float, Literal[1, 2, 3]] = {1.0: 1, 2.0: 2, 3.0: 3}
    return CarLimits(
        max_a=None if math.isnan(max_a) else float(np.ceil(max_a / _STEP_A - 1e-6) * _STEP_A),
        min_a=None if math.isnan(min_a) else min_a,
        phases=phases.get(pins),
        left_kwh=None if math.isnan(left_kwh) else round(_MORE * left_kwh + _MORE_KWH, 1),
    )


def taper_of(learnt: Learnt, row: int) -> ShownTaper | None:
    """How the power of one car falls, with the same room above it; None where it has not been seen to."""
    slope, left_kwh = float(learnt.taper_kw_per_kwh[row]), float(learnt.full_after_kwh[row])
    return ShownTaper(slope, _MORE * left_kwh + _MORE_KWH) if slope > 0 and left_kwh >= 0 else None


def within(request: ChargeRequest, limits: Mapping[str, CarLimits], site: Site) -> ChargeRequest:
    """The request as its car can take it; never below what its charger gives at least."""
    shown, charger = limits.get(request.id), site.charger(request.charger)
    if shown is None or not isinstance(charger, AcCharger):
        return request
    least_a = max(charger.current_a.min, request.min_current_a or 0.0, shown.min_a or 0.0)
    changed: dict[str, object] = {}
    if shown.max_a is not None:
        most_a = max(shown.max_a, least_a)
        changed["max_current_a"] = min(most_a, request.max_current_a or most_a)
    if shown.min_a is not None and least_a <= (request.max_current_a or charger.current_a.max):
        changed["min_current_a"] = least_a
    if shown.phases is not None:
        changed["phases"] = min(shown.phases, request.phases or shown.phases)
    if shown.left_kwh is not None and request.energy_kwh is not None:
        changed["energy_kwh"] = min(request.energy_kwh, shown.left_kwh)
    return request.model_copy(update=changed)
