"""What happened in every second, kept for one block and then handed on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.plant.house import BLOCK_S
from simulation.plant.wires import FloatArray


@dataclass(frozen=True, slots=True)
class Record:
    """Consecutive seconds of the truth; the first axis is the second."""

    first_s: int
    flow_a: FloatArray
    """Signed, everything included; shape (seconds, circuits, 3) [A]."""
    charging_a: FloatArray
    """The chargers' part of it; shape (seconds, circuits, 3) [A]."""
    charger_kw: FloatArray
    """AC power of every charger; shape (seconds, chargers) [kW]."""
    exchange_kw: FloatArray
    """Drawn from the street, negative when fed in; shape (seconds,) [kW]."""
    solar_kw: FloatArray
    """After curtailment [kW]."""
    battery_kw: FloatArray
    """Positive when it charges [kW]."""
    flexible_kw: FloatArray
    """Switched loads together [kW]."""

    def __len__(self) -> int:
        return len(self.exchange_kw)


class Recorder:
    """One block of seconds, filled one by one."""

    def __init__(self, circuits: int, chargers: int) -> None:
        self.flow_a = np.zeros((BLOCK_S, circuits, 3))
        self.charging_a = np.zeros((BLOCK_S, circuits, 3))
        self.charger_kw = np.zeros((BLOCK_S, chargers))
        self.sums = np.zeros((BLOCK_S, 4))
        """Columns: exchange, solar, battery, flexible [kW]."""

    def between(self, first: int, last: int, first_s: int) -> Record:
        """A copy of the seconds ``first`` to ``last`` - 1 of the block; the first of them is ``first_s``."""
        exchange, solar, battery, flexible = self.sums[first:last].T.copy()
        return Record(
            first_s,
            self.flow_a[first:last].copy(),
            self.charging_a[first:last].copy(),
            self.charger_kw[first:last].copy(),
            exchange,
            solar,
            battery,
            flexible,
        )
