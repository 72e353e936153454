"""The values that a meter may give, by the names of the map files, with their dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PHASES: Final = ("l1", "l2", "l3")
_PER_PHASE: Final[Mapping[str, str]] = {
    "voltage": "V",
    "current": "A",
    "power": "kW",
    "power_import": "kW",
    "power_export": "kW",
    "power_factor": "1",
    "energy_import": "kWh",
    "energy_export": "kWh",
}
QUANTITIES: Final[Mapping[str, str]] = {
    **{f"{name}_{phase}": unit for name, unit in _PER_PHASE.items() for phase in _PHASES},
    "power_total": "kW",
    "power_import_total": "kW",
    "power_export_total": "kW",
    "power_factor_total": "1",
    "frequency": "Hz",
    "energy_import": "kWh",
    "energy_export": "kWh",
    "energy_import_t1": "kWh",
    "energy_import_t2": "kWh",
    "energy_export_t1": "kWh",
    "energy_export_t2": "kWh",
    "quarter": "kW",
    "month_peak": "kW",
    "timestamp": "s",
}
"""Unit inside Chargewright by name. ``_t1`` and ``_t2`` are tariffs and are added up; import and export are
two unsigned halves of one power; ``quarter`` is the mean of the running clock quarter."""

_LIVE: Final = ("voltage_", "current_", "power_l", "power_import_l", "power_export_l", "timestamp")
_TOTALS: Final = frozenset({"power_total", "power_import_total", "power_export_total"})


def dimension(name: str) -> str | None:
    """Unit inside Chargewright of a value; none where there is no such value."""
    return QUANTITIES.get(name)


def live(names: frozenset[str]) -> frozenset[str]:
    """Those of ``names`` that are read in every cycle: what safety needs.

    The total is among them only where there is no power by phase, because it is their sum.
    """
    found = frozenset(name for name in names if name.startswith(_LIVE))
    has_powers = any(name.startswith(("power_l", "power_import_l")) for name in found)
    return found if has_powers else found | (names & _TOTALS)
