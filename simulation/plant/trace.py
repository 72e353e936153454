"""Means of five minutes of a run, for charts and for comparing with the plan."""

from __future__ import annotations

import numpy as np

from simulation.plant.record import Record
from simulation.plant.wires import FloatArray

TRACE_S = 300
"""Length of one mean [s]."""


class Trace:
    """Means of powers and highest currents, in rows of ``TRACE_S`` seconds from the start on."""

    def __init__(self) -> None:
        self._rows: list[tuple[FloatArray, FloatArray, FloatArray]] = []

    def hear(self, record: Record) -> None:
        """Take one recorded block."""
        powers = np.column_stack((record.exchange_kw, record.solar_kw, record.battery_kw, record.flexible_kw))
        for first in range(0, len(record), TRACE_S):
            rows = slice(first, first + TRACE_S)
            worst_a = np.abs(record.flow_a[rows]).max(axis=0)
            self._rows.append((record.charger_kw[rows].mean(axis=0), powers[rows].mean(axis=0), worst_a))

    @property
    def charger_kw(self) -> FloatArray:
        """Shape (rows, chargers) [kW]."""
        return np.array([row[0] for row in self._rows])

    @property
    def exchange_kw(self) -> FloatArray:
        """Drawn from the street [kW]."""
        return np.array([row[1][0] for row in self._rows])

    @property
    def solar_kw(self) -> FloatArray:
        """After curtailment [kW]."""
        return np.array([row[1][1] for row in self._rows])

    @property
    def battery_kw(self) -> FloatArray:
        """Positive when it charges [kW]."""
        return np.array([row[1][2] for row in self._rows])

    @property
    def flexible_kw(self) -> FloatArray:
        """Switched loads together [kW]."""
        return np.array([row[1][3] for row in self._rows])

    @property
    def worst_a(self) -> FloatArray:
        """Highest magnitude in each row; shape (rows, circuits, 3) [A]."""
        return np.array([row[2] for row in self._rows])
