"""A meter in the mode in which every direction looks like import (Carlo Gavazzi, mode A)."""

from __future__ import annotations

from dataclasses import replace

from simulation.twins.physics import NONE, MeterPhysics, MeterReading, Three


class EasyConnection:
    """Another place of measurement, its directions lost."""

    def __init__(self, physics: MeterPhysics) -> None:
        self._physics = physics

    def read(self) -> MeterReading:
        """What is measured now, all of it positive."""
        reading = self._physics.read()
        return replace(
            reading,
            current_a=_sizes(reading.current_a),
            power_w=_sizes(reading.power_w),
            import_kwh=_sums(reading.import_kwh, reading.export_kwh),
            export_kwh=NONE,
        )


def _sizes(values: Three) -> Three:
    return (abs(values[0]), abs(values[1]), abs(values[2]))


def _sums(a: Three, b: Three) -> Three:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
