"""Limits that chargers share across the tree: of cabinets, and of groups."""

from __future__ import annotations

import numpy as np

from domain.site import GRID, Site
from domain.site_chargers import Cabinet, DcCharger, Group
from scheduler.problem import Circuit


def pools_of(site: Site, slots: int) -> tuple[Circuit, ...]:
    """Cabinets and groups with a limit, each as a circuit that carries nothing but its chargers."""
    return tuple(_pool(part, slots) for part in _parts(site))


def circuits_of(site: Site, charger_id: str) -> tuple[int, ...]:
    """Positions of the circuits that a charger counts in: its cabinet, its own up to the grid, its group.

    The grid and the site's circuits come first, then ``pools_of``.
    """
    charger = site.charger(charger_id)
    wires = (GRID, *(circuit.id for circuit in site.circuits))
    path = tuple(wires.index(circuit) for circuit in site.path_to_grid(site.circuit_of(charger_id)))
    cabinet = charger.cabinet if isinstance(charger, DcCharger) else None
    cabinets, groups = [], []
    for place, part in enumerate(_parts(site), start=len(wires)):
        if isinstance(part, Cabinet):
            cabinets += [place] if part.id == cabinet else []
        else:
            groups += [place] if charger_id in part.chargers else []
    return (*cabinets, *path, *groups)


def _parts(site: Site) -> list[Cabinet | Group]:
    return [*site.cabinets, *(group for group in site.groups if group.limit_a is not None)]


def _pool(part: Cabinet | Group, slots: int) -> Circuit:
    """A cabinet or group as a circuit."""
    none_a, none_kw, free_a = np.zeros((3, slots)), np.zeros(slots), np.full((3, slots), np.inf)
    return Circuit(
        id=part.id,
        base_a=none_a,
        relief_a_per_kw=none_a,
        limit_a=free_a if isinstance(part, Cabinet) else np.full((3, slots), part.limit_a),
        feed_limit_a=free_a,
        base_kw=none_kw,
        relief_kw_per_kw=none_kw,
        limit_kw=np.full(slots, part.limit_kw) if isinstance(part, Cabinet) else None,
        kind="cabinet" if isinstance(part, Cabinet) else "group",
    )
