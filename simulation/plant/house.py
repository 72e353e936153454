"""The house without its chargers: load and sun as they come, in blocks of seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from domain.phases import PHASES
from domain.site import GRID, Site
from simulation.plant.profile import FloatArray, Profile, constant
from simulation.plant.wires import Wires

BLOCK_S = 900
"""Load and sun are made, and records are scored, for so many seconds at a time."""


@dataclass(frozen=True, slots=True)
class House:
    """What nobody controls: load per grid phase [kW], and each array's power [kW]."""

    load_kw: tuple[Profile, Profile, Profile]
    solar_kw: Mapping[str, Profile]
    more_load_kw: Mapping[str, tuple[Profile, Profile, Profile]] | None = None
    """Circuit id to load behind that circuit, per grid phase [kW]; it is not part of ``load_kw``."""


def quiet_house(base_kw: float = 0.0) -> House:
    """A house with the same load on every phase [kW in all], and no sun."""
    third = constant(base_kw / 3)
    return House((third, third, third), {})


@dataclass(frozen=True, slots=True)
class Block:
    """Currents that nobody controls for ``BLOCK_S`` seconds."""

    load_a: FloatArray
    """Shape (seconds, circuits, 3) [A]."""
    solar_a: FloatArray
    """Towards the loads positive, so never negative here; shape (seconds, circuits, 3) [A]."""
    solar_kw: FloatArray
    """All arrays, shape (seconds,) [kW]."""


class HouseOnWires:
    """The house's currents through every circuit."""

    def __init__(self, site: Site, house: House, wires: Wires) -> None:
        loads = {GRID: house.load_kw, **(house.more_load_kw or {})}
        self._loads = [
            (profile, wires.flow_a(circuit, (phase,)))
            for circuit, profiles in loads.items()
            for phase, profile in zip(PHASES[: site.grid.phases], profiles, strict=False)
        ]
        arrays = {array.id: array for array in site.solar}
        missing = set(arrays) - set(house.solar_kw)
        if missing:
            raise ValueError(f"no solar power for {', '.join(sorted(missing))}")
        self._arrays = [
            (house.solar_kw[name], wires.flow_a(array.circuit, array.wiring))
            for name, array in arrays.items()
        ]
        self._shape = wires.limit_a.shape

    def block(self, first_s: int) -> Block:
        """The block that begins at second ``first_s``."""
        load_a = np.zeros((BLOCK_S, *self._shape))
        solar_a, solar_kw = np.zeros_like(load_a), np.zeros(BLOCK_S)
        for profile, flow_a in self._loads:
            load_a += profile(first_s, BLOCK_S)[:, np.newaxis, np.newaxis] * flow_a
        for profile, flow_a in self._arrays:
            power_kw = profile(first_s, BLOCK_S)
            solar_kw += power_kw
            solar_a += power_kw[:, np.newaxis, np.newaxis] * flow_a
        return Block(load_a, solar_a, solar_kw)
