"""What a meter measures, by name: the same names in every table of a meter twin."""

from __future__ import annotations

import math

from simulation.twins.physics import MeterReading, Three


def quantities(reading: MeterReading, signed_currents: bool) -> dict[str, float]:
    """Values by name, in V, A, W, kWh and Hz; NaN where nothing is measured."""
    signs = (1.0, 1.0, 1.0) if signed_currents else tuple(-1.0 if a < 0 else 1.0 for a in reading.current_a)
    currents = _three(tuple(s * a for s, a in zip(signs, reading.current_a, strict=True)))
    return {
        **_by_phase("voltage", reading.voltage_v),
        **_by_phase("current", currents),
        **_by_phase("power", reading.power_w),
        "power_total": total(reading.power_w),
        "frequency": reading.frequency_hz,
        "energy_import": total(reading.import_kwh),
        "energy_export": total(reading.export_kwh),
        **_by_phase("energy_import", reading.import_kwh),
        **_by_phase("energy_export", reading.export_kwh),
    }


def total(values: Three) -> float:
    """Sum of the phases that there are."""
    return sum(value for value in values if not math.isnan(value))


def _by_phase(name: str, values: Three) -> dict[str, float]:
    return {f"{name}_l{k + 1}": value for k, value in enumerate(values)}


def _three(values: tuple[float, ...]) -> Three:
    first, second, third = values
    return (first, second, third)
