"""The taper of a car: how its highest power falls with the energy that it has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_FloatArray = NDArray[np.float64]
_EPS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class TaperLine:
    """Power at the plug <= most_kw - kw_per_kwh x energy that was taken there since the horizon began."""

    most_kw: float
    kw_per_kwh: float


@dataclass(frozen=True, slots=True)
class Taper:
    """The highest power of a car is the lowest of its lines: a concave function of what it has taken."""

    lines: tuple[TaperLine, ...]

    def most_kw(self, taken_kwh: float, hours: float) -> float:
        """The most constant power [kW] that the car takes for ``hours`` after ``taken_kwh``, to their end."""
        able = [
            (one.most_kw - one.kw_per_kwh * taken_kwh) / (1 + one.kw_per_kwh * hours) for one in self.lines
        ]
        return max(0.0, min(able))

    def over_kw(self, power_kw: _FloatArray, energy_kwh: _FloatArray) -> _FloatArray:
        """How far each slot's power is above the taper at the slot's end [kW]; 0 where nothing is drawn."""
        taken = np.cumsum(energy_kwh)
        over = np.max([power_kw - one.most_kw + one.kw_per_kwh * taken for one in self.lines], axis=0)
        worst: _FloatArray = np.where(power_kw > 0, over, 0.0)
        return worst

    def holds(self, power_kw: _FloatArray, energy_kwh: _FloatArray) -> bool:
        """Whether a car can take these powers and energies, slot after slot."""
        return bool((self.over_kw(power_kw, energy_kwh) <= _EPS).all())
