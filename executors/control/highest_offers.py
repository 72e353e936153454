"""The most that chargers below each circuit may draw: in silence, and when the live layer lets them."""

from __future__ import annotations

import numpy as np

from domain.site import GRID, Site
from executors.control.rows import stands_a
from executors.control.seam import Floats, Wiring


def silent(wiring: Wiring) -> Floats:
    """What each charger draws at most when it hears nothing: its failsafe, else its maximum (C) [A]."""
    return np.where(np.isnan(wiring.failsafe_a), wiring.max_a, wiring.failsafe_a)


def failsafe_below_a(wiring: Wiring) -> Floats:
    """Sum of what the chargers below each circuit draw in silence (K, 3) [A]."""
    offers_a = silent(wiring)[:, np.newaxis] * wiring.wired
    return _through_cabinets_a(wiring, offers_a)


def highest_below_a(wiring: Wiring, site: Site) -> Floats:
    """Highest offers below each circuit that the live layer ever allows (K, 3) [A].

    Every circuit below takes part with no more than its own limit; where no sun or battery can lower the base
    load below 0, the circuit's own limit counts too. A circuit without a meter leaves its base load free.
    """
    offers_a = wiring.max_a[:, np.newaxis] * wiring.wired
    total_a = _through_cabinets_a(wiring, offers_a)
    index = {name: k for k, name in enumerate(wiring.circuit_ids)}
    for circuit in _deepest_first(site):
        k = index[circuit]
        children = [index[child.id] for child in site.circuits if child.parent == circuit]
        if children:
            elsewhere = np.asarray(wiring.below[children].any(axis=0))
            own = _through_cabinets_a(wiring, np.where(elsewhere[:, np.newaxis], 0.0, offers_a))[k]
            total_a[k] = own + total_a[children].sum(axis=0)
        static_a = 0.0 if wiring.meter_ids[k] is not None else np.nan_to_num(wiring.base_max_a[k])
        if static_a > 0 or not _may_feed_back(site, circuit):
            total_a[k] = np.minimum(total_a[k], np.maximum(wiring.limit_a[k] - static_a, 0.0))
        total_a[k] = np.minimum(total_a[k], stands_a(wiring)[k])
    return total_a


def _through_cabinets_a(wiring: Wiring, offers_a: Floats) -> Floats:
    """Sum of offers below each circuit, cabinets first held to their limit in kW (K, 3) [A]."""
    offers_a = offers_a.copy()
    for k in np.flatnonzero(np.isfinite(wiring.limit_kw)):
        members = wiring.below[k]
        if wiring.circuit_ids[k] == GRID or not members.any():
            continue
        power_kw = float(wiring.kw_per_a[k] @ offers_a.sum(axis=1))
        all_phases = bool(wiring.wired[members].all())
        if all_phases and power_kw > wiring.limit_kw[k] and not np.isfinite(wiring.limit_a[k]).any():
            offers_a[members] *= wiring.limit_kw[k] / power_kw
    return np.asarray(wiring.below.astype(np.float64) @ offers_a)


def _deepest_first(site: Site) -> list[str]:
    """Circuits, each after those below it."""
    return sorted((GRID, *(one.id for one in site.circuits)), key=lambda one: -len(site.path_to_grid(one)))


def _may_feed_back(site: Site, circuit: str) -> bool:
    """Whether sun or battery hang below a circuit."""
    parts = [array.circuit for array in site.solar]
    parts += [] if site.battery is None else [site.battery.circuit]
    return any(circuit in site.path_to_grid(part) for part in parts)
