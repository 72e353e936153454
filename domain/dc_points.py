"""What a DC point draws at the grid for what it gives at the car."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.site_chargers import DcCharger
from domain.units import a_from_kw

EFFICIENCY: Final = 0.9
POWER_FACTOR: Final = 0.95
"""Lower ends of what DC points have, for one that does not say: its currents are rather over- than
underestimated."""
STEP_A: Final = 0.1
"""A DC point takes any power; its plan is made in steps of so many ampere per phase at the grid [A]."""


@dataclass(frozen=True, slots=True)
class AcSide:
    """A DC point seen from the grid: power = 3 x V x current x power factor on three phases."""

    min_a: float
    max_a: float
    """Per phase, rms [A]."""
    step_a: float
    efficiency: float
    """Power at the car per power at the grid."""
    power_factor: float


def ac_side(charger: DcCharger, voltage_v: float) -> AcSide:
    """The AC side of ``charger`` on a grid of ``voltage_v`` [V, phase to neutral]."""
    efficiency = EFFICIENCY if charger.efficiency is None else charger.efficiency
    power_factor = POWER_FACTOR if charger.power_factor is None else charger.power_factor
    a_per_kw = a_from_kw(1.0, voltage_v, len(charger.wiring)) / (efficiency * power_factor)
    return AcSide(
        min_a=charger.power_kw.min * a_per_kw,
        max_a=charger.power_kw.max * a_per_kw,
        step_a=STEP_A,
        efficiency=efficiency,
        power_factor=power_factor,
    )
