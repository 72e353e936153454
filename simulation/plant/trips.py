"""Protections in operation: heat per circuit and phase, how near to a trip it came, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf

import numpy as np

from domain.site import Site
from domain.site_grid import Circuit, Grid
from domain.site_model import per_phase_a
from simulation.plant.record import Record
from simulation.plant.trip_curve import NO_CURVE, FloatArray, TripCurve, curve_of

_COOLS_S = 600.0
"""Heat above its resting level falls to 1/e in so many seconds."""
_REST_SHARE = 0.25
"""Resting heat at the current that is just borne: a protection that is warm trips earlier."""


class Trips:
    """Heat 0..1 of every circuit and phase; at 1 the protection may have tripped.

    Above the current that is borne, heat rises by 1 / (time to trip) a second; else it relaxes towards
    its resting level, ``_REST_SHARE`` x (current / borne)^2, at which it also starts (hot).
    """

    def __init__(self, curves: Sequence[Sequence[TripCurve]]) -> None:
        """Take one curve for each circuit and phase."""
        self._curves = [list(row) for row in curves]
        self._borne_a = np.array([[curve.current_a[0] for curve in row] for row in self._curves])
        self.heat: FloatArray = np.full(self._borne_a.shape, _REST_SHARE)
        self.most_heat = self.heat.copy()
        self.tripped_s: FloatArray = np.full(self._borne_a.shape, np.nan)
        """When it may have tripped first; NaN where it did not."""

    def hear(self, record: Record) -> None:
        """Take one recorded block of a plant."""
        self.take(record.flow_a, record.first_s)

    @property
    def tripped(self) -> bool:
        """Whether any protection may have tripped."""
        return bool(np.isfinite(self.tripped_s).any())

    def take(self, flow_a: FloatArray, first_s: int) -> None:
        """Warm and cool by the currents of consecutive seconds, shape (seconds, circuits, 3) [A]."""
        if len(flow_a) == 0:
            return
        over = np.abs(flow_a) > self._borne_a
        for circuit, phase in np.ndindex(*self.heat.shape):
            if over[:, circuit, phase].any():
                self._second_by_second(circuit, phase, flow_a[:, circuit, phase], first_s)
            else:
                rest = self._rest(circuit, phase, float(np.mean(flow_a[:, circuit, phase] ** 2)))
                fading = exp(-len(flow_a) / _COOLS_S)
                self.heat[circuit, phase] = rest + (self.heat[circuit, phase] - rest) * fading

    def _rest(self, circuit: int, phase: int, square_a: float) -> float:
        return _REST_SHARE * min(1.0, square_a / float(self._borne_a[circuit, phase]) ** 2)

    def _second_by_second(self, circuit: int, phase: int, flow_a: FloatArray, first_s: int) -> None:
        rises = 1.0 / self._curves[circuit][phase].seconds(flow_a)
        heat, fading = float(self.heat[circuit, phase]), exp(-1.0 / _COOLS_S)
        for second, (rise, current_a) in enumerate(zip(rises.tolist(), flow_a.tolist(), strict=True)):
            if rise > 0:
                heat += rise
            else:
                rest = self._rest(circuit, phase, current_a**2)
                heat = rest + (heat - rest) * fading
            self.most_heat[circuit, phase] = max(heat, self.most_heat[circuit, phase])
            if heat >= 1.0 and np.isnan(self.tripped_s[circuit, phase]):
                self.tripped_s[circuit, phase] = first_s + second
        self.heat[circuit, phase] = heat


def trips_of(site: Site) -> Trips:
    """The protections of a site; a circuit without a limit in A has none."""
    owners: list[Grid | Circuit] = [site.grid, *site.circuits]
    curves = []
    for owner in owners:
        limits_a = (inf, inf, inf) if owner.limit_a is None else per_phase_a(owner.limit_a)
        curves.append(
            [NO_CURVE if limit_a == inf else curve_of(owner.protection, limit_a) for limit_a in limits_a]
        )
    return Trips(curves)
