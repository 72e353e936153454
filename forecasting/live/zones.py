"""Bidding zones as the site file names them, and what each provider calls them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from domain.errors import Rejected

ProviderColumn = Literal["eic", "energy_charts", "nordpool", "smard", "awattar"]


class Codes(NamedTuple):
    """One zone; empty where the provider does not have it."""

    eic: str
    """ENTSO-E's."""
    energy_charts: str = ""
    nordpool: str = ""
    smard: str = ""
    """The number of the series."""
    awattar: str = ""
    """The end of the host's name."""


ZONES: Final[Mapping[str, Codes]] = {
    "AT": Codes("10YAT-APG------L", "AT", "AT", "4170", "at"),
    "BE": Codes("10YBE----------2", "BE", "BE", "4996"),
    "BG": Codes("10YCA-BULGARIA-R", "BG", "BG"),
    "CH": Codes("10YCH-SWISSGRIDZ", "CH", "", "259"),
    "CZ": Codes("10YCZ-CEPS-----N", "CZ", "", "261"),
    "DE-LU": Codes("10Y1001A1001A82H", "DE-LU", "GER", "4169", "de"),
    "DK1": Codes("10YDK-1--------W", "DK1", "DK1", "252"),
    "DK2": Codes("10YDK-2--------M", "DK2", "DK2", "253"),
    "EE": Codes("10Y1001A1001A39I", "EE", "EE"),
    "ES": Codes("10YES-REE------0", "ES"),
    "FI": Codes("10YFI-1--------U", "FI", "FI"),
    "FR": Codes("10YFR-RTE------C", "FR", "FR", "254"),
    "GR": Codes("10YGR-HTSO-----Y", "GR"),
    "HR": Codes("10YHR-HEP------M", "HR"),
    "HU": Codes("10YHU-MAVIR----U", "HU", "", "262"),
    "IE-SEM": Codes("10Y1001A1001A59C"),
    "IT-CALABRIA": Codes("10Y1001C--00096J", "IT-Calabria"),
    "IT-CENTRE-NORTH": Codes("10Y1001A1001A70O", "IT-Centre-North"),
    "IT-CENTRE-SOUTH": Codes("10Y1001A1001A71M", "IT-Centre-South"),
    "IT-NORTH": Codes("10Y1001A1001A73I", "IT-North", "", "255"),
    "IT-SARDINIA": Codes("10Y1001A1001A74G", "IT-Sardinia"),
    "IT-SICILY": Codes("10Y1001A1001A75E", "IT-Sicily"),
    "IT-SOUTH": Codes("10Y1001A1001A788", "IT-South"),
    "LT": Codes("10YLT-1001A0008Q", "LT", "LT"),
    "LV": Codes("10YLV-1001A00074", "LV", "LV"),
    "ME": Codes("10YCS-CG-TSO---S", "ME"),
    "NL": Codes("10YNL----------L", "NL", "NL", "256"),
    "NO1": Codes("10YNO-1--------2", "NO1", "NO1"),
    "NO2": Codes("10YNO-2--------T", "NO2", "NO2", "4997"),
    "NO3": Codes("10YNO-3--------J", "NO3", "NO3"),
    "NO4": Codes("10YNO-4--------9", "NO4", "NO4"),
    "NO5": Codes("10Y1001A1001A48H", "NO5", "NO5"),
    "PL": Codes("10YPL-AREA-----S", "PL", "PL", "257"),
    "PT": Codes("10YPT-REN------W", "PT"),
    "RO": Codes("10YRO-TEL------P", "RO", "TEL"),
    "RS": Codes("10YCS-SERBIATSOV", "RS"),
    "SE1": Codes("10Y1001A1001A44P", "SE1", "SE1"),
    "SE2": Codes("10Y1001A1001A45N", "SE2", "SE2"),
    "SE3": Codes("10Y1001A1001A46L", "SE3", "SE3"),
    "SE4": Codes("10Y1001A1001A47J", "SE4", "SE4"),
    "SI": Codes("10YSI-ELES-----O", "SI", "", "260"),
    "SK": Codes("10YSK-SEPS-----K", "SK"),
}
"""By the letters that people use; small letters and ``_`` for ``-`` do as well."""

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "DE": "DE-LU",
    "LU": "DE-LU",
    "GER": "DE-LU",
    "TEL": "RO",
    "IE": "IE-SEM",
    "IT-NORD": "IT-NORTH",
    **{codes.eic: name for name, codes in ZONES.items()},
}
_EIC: Final = re.compile(r"10Y[A-Z0-9-]{13}")


def zone_name(zone: str) -> str:
    """The zone's name in ``ZONES``, or in capitals as it is given."""
    name = zone.strip().upper().replace("_", "-")
    return _OTHER_NAMES.get(name, name)


def zone_code(zone: str, provider: ProviderColumn, title: str) -> str:
    """What the provider calls the zone; an EIC code of ENTSO-E's that is not in the table is taken as it is.

    Raises ``Rejected`` with the zones that the provider has.
    """
    name = zone_name(zone)
    if name in ZONES and (code := str(getattr(ZONES[name], provider))):
        return code
    if provider == "eic" and _EIC.fullmatch(name):
        return name
    has = ", ".join(known for known, codes in ZONES.items() if getattr(codes, provider))
    raise Rejected(f"{title} has no zone '{zone}'; it has {has}")


ONE_ZONE: Final[Mapping[str, str]] = {"energyzero": "NL"}
"""Sources that have one zone, which need not be said."""
_COLUMNS: Final[Mapping[str, ProviderColumn]] = {
    "entsoe": "eic",
    "energy_charts": "energy_charts",
    "nordpool": "nordpool",
    "smard": "smard",
    "awattar": "awattar",
}


def unknown_zone(source: str, zone: str | None) -> str:
    """Why a source of this table, or of one zone alone, cannot be asked for the zone; empty where it can."""
    if source in ONE_ZONE and zone is not None and zone_name(zone) != ONE_ZONE[source]:
        return f"{source} has no zone '{zone}'; it has {ONE_ZONE[source]}"
    if source not in _COLUMNS or zone is None:
        return ""
    try:
        zone_code(zone, _COLUMNS[source], source)
    except Rejected as error:
        return str(error)
    return ""
