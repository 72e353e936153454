"""The wires of a site: what flows through every circuit and phase when powers are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phases import Phase, index_of
from domain.site import GRID, Site
from domain.site_chargers import DcCharger
from domain.site_grid import Circuit, Grid
from domain.site_model import per_phase_a

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wires:
    """The tree of circuits as arrays; the grid comes first."""

    circuit_ids: tuple[str, ...]
    charger_ids: tuple[str, ...]
    below: FloatArray
    """1 where a charger hangs below a circuit; shape (circuits, chargers)."""
    limit_a: FloatArray
    """Per phase, without reserve; inf where there is none; shape (circuits, 3) [A]."""
    limit_kw: FloatArray
    """inf where there is none; shape (circuits,) [kW]."""
    voltage_v: float
    paths: dict[str, FloatArray]
    """Circuit id to 1 at itself and at every circuit above; shape (circuits,)."""

    def flow_a(self, circuit: str, wiring: tuple[Phase, ...]) -> FloatArray:
        """Current everywhere when 1 kW flows into a load at ``circuit``; shape (circuits, 3) [A/kW]."""
        per_phase = np.zeros(3)
        for phase in wiring:
            per_phase[index_of(phase)] = 1000.0 / self.voltage_v / len(wiring)
        return np.outer(self.paths[circuit], per_phase)


def wires_of(site: Site) -> Wires:
    """The tree of a site."""
    circuits = (GRID, *(circuit.id for circuit in site.circuits))
    place = {circuit: index for index, circuit in enumerate(circuits)}
    paths = {}
    for circuit in circuits:
        path = np.zeros(len(circuits))
        path[[place[above] for above in site.path_to_grid(circuit)]] = 1.0
        paths[circuit] = path
    owners: list[Grid | Circuit] = [site.grid, *site.circuits]
    limits_a = [(np.inf,) * 3 if own.limit_a is None else per_phase_a(own.limit_a) for own in owners]
    limits_kw = [np.inf if own.limit_kw is None else own.limit_kw for own in owners]
    return Wires(
        circuit_ids=circuits,
        charger_ids=tuple(charger.id for charger in site.chargers),
        below=np.array([paths[circuit_of(site, charger.id)] for charger in site.chargers]).T,
        limit_a=np.array(limits_a, dtype=float),
        limit_kw=np.array(limits_kw, dtype=float),
        voltage_v=site.grid.voltage_v,
        paths=paths,
    )


def circuit_of(site: Site, charger_id: str) -> str:
    """The circuit that a charger hangs on; a stall of a cabinet hangs on the cabinet's."""
    charger = site.charger(charger_id)
    if isinstance(charger, DcCharger) and charger.cabinet is not None:
        return next(cabinet.circuit for cabinet in site.cabinets if cabinet.id == charger.cabinet)
    return charger.circuit
