"""A home battery that is told what its plan says, as ``run`` tells it over the wires."""

from __future__ import annotations

from collections.abc import Sequence

from domain.plan import Plan
from domain.site import Site
from executors.others_wanted import others_wanted
from simulation.plant.plant import Plant
from simulation.ran import signal_is_on

_EVERY_S = 5
"""Between two orders [s]."""


class PlannedBattery:
    """Tells the battery of a plant to follow a power, to keep what it holds, or nothing: by ``control``."""

    def __init__(
        self, site: Site, plan: Plan, plant: Plant, ceiling_s: Sequence[tuple[float, float]] = ()
    ) -> None:
        """``ceiling_s``: when the grid operator's signal is on [s since the start]."""
        self._site, self._plan, self._plant = site, plan, plant
        self._ceiling_s = tuple(ceiling_s)
        told = plant.battery is not None and site.battery is not None and site.battery.control != "none"
        self._next_s = 0.0 if told else float("inf")

    def follow(self, plan: Plan) -> None:
        """Go by another plan from now on."""
        self._plan = plan

    def tell(self, now_s: int) -> None:
        """Give the order of ``now_s`` where it is time for one."""
        if now_s < self._next_s or self._plant.battery is None:
            return
        self._next_s = now_s + _EVERY_S
        ceiling_on = signal_is_on(self._ceiling_s, now_s)
        wall_s = self._plant.parts.start_utc_s + now_s
        wanted = others_wanted(self._site, self._plan, wall_s, ceiling_on=ceiling_on)
        self._plant.battery.tell(
            power_kw=wanted.battery_kw if wanted.battery == "power" else None, hold=wanted.battery == "hold"
        )
