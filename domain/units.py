"""Every conversion between units, in one place.

Inside Chargewright: kW, kWh, EUR/kWh, A, V, seconds, state of charge 0..1. Voltages are phase to
neutral and nominal, so a current is a power divided by a voltage and by the number of phases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

W_PER_KW = 1000.0
S_PER_H = 3600.0
S_PER_MIN = 60.0
KWH_PER_MWH = 1000.0


def kw_per_a(voltage_v: float, phases: int) -> float:
    """Power [kW] of one ampere in each of ``phases`` phases at ``voltage_v``."""
    return voltage_v * phases / W_PER_KW


def kw_from_a(current_a: float, voltage_v: float, phases: int) -> float:
    """Power [kW] of ``current_a`` in each of ``phases`` phases."""
    return current_a * kw_per_a(voltage_v, phases)


def a_from_kw(power_kw: float, voltage_v: float, phases: int) -> float:
    """Current [A] in each of ``phases`` phases that carry ``power_kw`` together."""
    return power_kw / kw_per_a(voltage_v, phases)


def eur_per_kwh_from_mwh(price_eur_per_mwh: float) -> float:
    """Price [EUR/kWh] of a market price given in EUR/MWh."""
    return price_eur_per_mwh / KWH_PER_MWH


def hours_from_s(duration_s: float) -> float:
    """Duration [h] of ``duration_s`` seconds."""
    return duration_s / S_PER_H


OF_DEVICES: Final[Mapping[str, tuple[str, float]]] = {
    "V": ("V", 1.0),
    "mV": ("V", 1e-3),
    "A": ("A", 1.0),
    "mA": ("A", 1e-3),
    "kW": ("kW", 1.0),
    "W": ("kW", 1e-3),
    "mW": ("kW", 1e-6),
    "kWh": ("kWh", 1.0),
    "Wh": ("kWh", 1e-3),
    "mWh": ("kWh", 1e-6),
    "Hz": ("Hz", 1.0),
    "s": ("s", 1.0),
    "1": ("1", 1.0),
    "%": ("1", 0.01),
}
"""Units that devices speak: the unit that is used inside, and the factor to it."""


def from_device(value: float, unit: str) -> float:
    """``value``, given in a unit of ``OF_DEVICES``, in the unit that is used inside."""
    return value * OF_DEVICES[unit][1]
