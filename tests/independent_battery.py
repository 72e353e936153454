"""What a battery that nobody commands may let flow by itself, swept power by power: nobody can prevent it."""

from __future__ import annotations

import numpy as np

from domain.inputs import PlanInputs
from domain.site import Site

NAMES = ("L1", "L2", "L3")
POINTS = 41


def by_itself_a(
    site: Site, inputs: PlanInputs, inside: set[str], base_a: list[float], t: int
) -> list[list[float]]:
    """Currents of a circuit's phases in slot ``t`` for every power of the battery; drains come first.

    The sun that it does not take is cut off as far as the export limit wants it; flexible loads may set
    some free besides.
    """
    home = site.battery
    if home is None or home.control == "full":
        return []
    volts = site.grid.voltage_v
    load = sum(float(series.values[t]) for series in inputs.load_kw)
    sun = sum(float(series.values[t]) for series in inputs.solar_kw.values())
    out = np.inf if site.grid.export_limit_kw is None else site.grid.export_limit_kw
    loads = sum(one.power_kw for one in site.flexible_loads)
    low = -min(max(load - sun, 0.0), home.discharge_kw)
    high = min(max(sun - load, 0.0), home.charge_kw)
    flows = []
    for power in np.linspace(low, high, POINTS) if high > low else [0.0]:
        for beside in {0.0, loads if power > 0 else 0.0}:
            cut = max(0.0, sun - load - max(power, 0.0) - beside - out)
            kept = 1 - min(cut, sun) / sun if sun > 0 else 1.0
            flows.append(
                [base_a[p] + _phase_a(site, inputs, inside, p, t, kept, power, volts) for p in range(3)]
            )
    return flows


def _phase_a(
    site: Site, inputs: PlanInputs, inside: set[str], p: int, t: int, kept: float, power: float, volts: float
) -> float:
    """Battery less sun on one phase [A]."""
    current = 0.0
    for array in site.solar:
        if array.circuit in inside and NAMES[p] in array.wiring:
            current -= kept * float(inputs.solar_kw[array.id].values[t]) * 1000 / volts / len(array.wiring)
    home = site.battery
    assert home is not None
    if home.circuit in inside and NAMES[p] in home.wiring:
        current += power * 1000 / volts / len(home.wiring)
    return current
