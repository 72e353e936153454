"""Chargers by the name of their driver: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.errors import Fault
from domain.site_chargers import ChargerBase
from executors.making import Missing, Parts, link_of, need
from executors.modbus.charx import CharxPoint
from executors.modbus.charx_station import CharxStation
from executors.modbus.teltocharge import TeltoCharge

ChargerDevice = CharxPoint | TeltoCharge
CHARX_PORT: Final = 502
CHARX_UNIT: Final = 1


@dataclass(frozen=True, slots=True)
class Stations:
    """Controllers that several points share, by host and port."""

    charx: dict[tuple[str, int], CharxStation] = field(default_factory=dict)


def make_charger(charger: ChargerBase, where: str, parts: Parts, stations: Stations) -> ChargerDevice | None:
    """The device of a charger; none where its driver is no wire of this version.

    Raises ``Missing`` with the faults in ``parts``.
    """
    make = CHARGERS.get(charger.driver)
    return None if make is None else make(charger, where, parts, stations)


def _charx(charger: ChargerBase, where: str, parts: Parts, stations: Stations) -> ChargerDevice:
    need(
        charger,
        where,
        parts,
        host="host name or address of the CHARX",
        connector="number of the point: 1 to 48",
    )
    assert charger.host is not None
    assert charger.connector is not None
    place = (charger.host, charger.port or CHARX_PORT)
    station = stations.charx.get(place)
    if station is None:
        unit = CHARX_UNIT if charger.unit is None else charger.unit
        station = stations.charx[place] = CharxStation(parts.links.tcp(*place), (), unit)
    try:
        point = station.add(charger.connector)
    except ValueError as error:
        allowed = "each point of a CHARX once, 1 to 48"
        parts.faults.append(Fault(parts.source, str(error), allowed, f"{where}.connector"))
        raise Missing from error
    point.group = station if charger.in_load_circuit else None
    return point


def _teltocharge(charger: ChargerBase, where: str, parts: Parts, _: Stations) -> ChargerDevice:
    need(
        charger,
        where,
        parts,
        serial="device, baud and parity as they are set in the charger: its maker names no defaults",
        unit="the address that its installer menu shows",
    )
    assert charger.serial is not None
    assert charger.unit is not None
    link = link_of(charger, where, parts, 0, "")
    other = parts.units.setdefault((link, charger.unit), where)
    if other != where:
        found, allowed = f"{charger.unit} is that of {other}", "each device of a line needs a unit of its own"
        parts.faults.append(Fault(parts.source, found, allowed, f"{where}.unit"))
        raise Missing
    return TeltoCharge(link, charger.unit)


CHARGERS: Final[Mapping[str, Callable[[ChargerBase, str, Parts, Stations], ChargerDevice]]] = {
    "charx": _charx,
    "teltocharge": _teltocharge,
}
