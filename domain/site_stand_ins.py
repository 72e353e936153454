"""Values that stand in for faulty ones, so that the rest of their block can still be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from domain.site_keys import pattern_of
from domain.yaml_text import KeyPath

_SAMPLE: Final = {"source": "sample"}
_WIDE_A: Final = {"min": 0.001, "max": 20_000.0}
_WIDE_KW: Final = {"min": 0.0, "max": 100_000.0}
_STAND_INS: Final[Mapping[str, Any]] = {
    "name": "site",
    "location": {"latitude": 0.0, "longitude": 0.0, "time_zone": "Europe/Brussels"},
    "location.latitude": 0.0,
    "location.longitude": 0.0,
    "location.time_zone": "Europe/Brussels",
    "grid": {"limit_a": 20_000.0},
    "grid.limit_a": 20_000.0,
    "circuits[].parent": "grid",
    "circuits[].limit_kw": 100_000.0,
    "meters.*.driver": "simulated",
    "chargers": ({"id": "charger", "current_a": _WIDE_A},),
    "chargers[].current_a": _WIDE_A,
    **{f"chargers[].current_a.{end}": value for end, value in _WIDE_A.items()},
    "chargers[].power_kw": _WIDE_KW,
    **{f"chargers[].power_kw.{end}": value for end, value in _WIDE_KW.items()},
    "cabinets[].limit_kw": 100_000.0,
    "groups[].chargers": ("charger",),
    "departures[].charger": "charger",
    "departures[].arrive": "00:00",
    "departures[].depart": "00:01",
    "departures[].energy_kwh": 1.0,
    "solar[].peak_kw": 1.0,
    "solar[].source": "sample",
    "solar[].tilt_deg": 0.0,
    "solar[].azimuth_deg": 0.0,
    "battery.capacity_kwh": 1.0,
    "battery.charge_kw": 1.0,
    "battery.discharge_kw": 1.0,
    "battery.soc": {"min": 0.0, "max": 1.0},
    "battery.soc.min": 0.0,
    "battery.soc.max": 1.0,
    "battery.efficiency": 1.0,
    "flexible_loads[].power_kw": 1.0,
    "flexible_loads[].run_h": 1.0,
    "flexible_loads[].between": ("00:00", "01:00"),
    "target_kw": 1.0,
    "tariff": {"buy": _SAMPLE, "sell": _SAMPLE, "peak": {"eur_per_kw_month": 0.0}},
    "tariff.buy": _SAMPLE,
    "tariff.sell": _SAMPLE,
    "tariff.peak": {"eur_per_kw_month": 0.0},
    **{f"tariff.{side}.bands[].eur_per_kwh": 0.0 for side in ("buy", "sell")},
    **{f"tariff.{side}.bands_add[].add_eur_per_kwh": 0.0 for side in ("buy", "sell")},
    **{f"tariff.{side}.zone": "zone" for side in ("buy", "sell")},
    **{f"tariff.{side}.key_env": "KEY" for side in ("buy", "sell")},
}
"""By the schema's path; each is so wide, or so plain, that it brings no fault of its own."""


_OF_DC: Final = frozenset({"power_kw", "cabinet", "efficiency", "power_factor"})


def stand_in(place: KeyPath, block: Any) -> Any:
    """What may stand at a place of ``block`` instead of something faulty; none where there is no stand-in."""
    if pattern_of(place) == "chargers[].kind":
        return "dc" if isinstance(block, dict) and _OF_DC & block.keys() else "ac"
    if len(place) == 3 and place[-1] == "id":
        return f"{place[0]}-{place[1]}-has-no-id"
    value = _STAND_INS.get(pattern_of(place))
    return _thawed(deepcopy(value))


def _thawed(value: Any) -> Any:
    """Lists instead of tuples, as a repair keeps them."""
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value
