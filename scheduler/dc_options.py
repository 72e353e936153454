"""What a DC point can feed a car: one way, in steps of its current at the grid."""

from __future__ import annotations

import math

from domain.dc_points import EFFICIENCY, POWER_FACTOR, AcSide
from domain.phases import phase_set
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import DcCharger
from scheduler.naming import named
from scheduler.problem import Option

_EPS = 1e-9


def dc_options(charger: DcCharger, side: AcSide, request: ChargeRequest) -> tuple[Option, ...]:
    """The option of a DC point, its ``side`` being its range at the grid; none where the ranges do not meet.

    A car's own AC currents and pins say nothing here; those of the request do, per phase at the grid.
    """
    low_a, high_a = max(side.min_a, side.step_a), side.max_a
    wanted_a = low_a if request.min_current_a is None else max(low_a, request.min_current_a)
    most_a = high_a if request.max_current_a is None else min(high_a, request.max_current_a)
    low_a += math.ceil((wanted_a - low_a) / side.step_a - _EPS) * side.step_a
    high_a = low_a + math.floor((most_a - low_a) / side.step_a + _EPS) * side.step_a
    if high_a < low_a - _EPS:
        return ()
    return (Option(phase_set(charger.wiring), low_a, high_a, side.power_factor),)


def assumed_of(site: Site) -> list[str]:
    """What is assumed of DC points that do not say how much they lose, as sentences."""
    points = [one for one in site.chargers if isinstance(one, DcCharger)]
    found: list[str] = []
    for key, value in (("efficiency", EFFICIENCY), ("power_factor", POWER_FACTOR)):
        silent = [one.id for one in points if getattr(one, key) is None]
        if silent:
            found.append(f"{named(silent)}: no {key} given; planned as if it were {value}")
    return found
