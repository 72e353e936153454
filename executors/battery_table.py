"""The home battery by the name of its driver and by what it may be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from domain.errors import Fault
from domain.site_energy import Battery
from executors.making import Missing, Parts, link_of, map_text, need
from executors.modbus.battery import BatteryDevice, HeldBattery, ReadBattery, SetBattery, power_order
from executors.modbus.battery_map import BatteryMap, parse_battery_map
from executors.modbus.link import ModbusLink

_WHERE: Final = "battery"
_OF_CONTROL: Final[Mapping[str, Callable[[ModbusLink, int, BatteryMap, Battery], BatteryDevice]]] = {
    "none": ReadBattery,
    "hold": HeldBattery,
    "full": SetBattery,
}


def make_battery(battery: Battery, parts: Parts) -> BatteryDevice | None:
    """The site's battery; none where its driver has no wires. ``Missing`` with the faults in ``parts``."""
    make = BATTERIES.get(battery.driver)
    return None if make is None else make(battery, parts)


def _modbus(battery: Battery, parts: Parts) -> BatteryDevice:
    need(battery, _WHERE, parts, map_file="the map of the battery: none is built in")
    assert battery.map_file is not None
    layout = map_text(battery.map_file, _WHERE, parts, parse_battery_map)
    unit = layout.as_shipped.unit if battery.unit is None else battery.unit
    if unit is None:
        need(battery, _WHERE, parts, unit="the number of the battery on its link")
    assert unit is not None
    for found in (layout.lacks(battery.control), _too_large(battery, layout)):
        if found:
            allowed = f"add it to '{battery.map_file}', or choose another control"
            parts.faults.append(Fault(parts.source, found, allowed, f"{_WHERE}.control"))
            raise Missing
    port = layout.as_shipped.port or 502
    link = link_of(battery, _WHERE, parts, port, "host name or address of the battery")
    return _OF_CONTROL[battery.control](link, unit, layout, battery)


def _too_large(battery: Battery, layout: BatteryMap) -> str:
    """What the register of the power cannot hold; empty where it holds all powers of the site file."""
    how = layout.write.power if layout.write is not None else None
    if battery.control != "full" or how is None:
        return ""
    for power_kw in (battery.charge_kw, -battery.discharge_kw):
        try:
            power_order(power_kw, how, layout.word_order)
        except ValueError as error:
            return f"write.power cannot hold {power_kw:g} kW: {error}"
    return ""


BATTERIES: Final[Mapping[str, Callable[[Battery, Parts], BatteryDevice]]] = {"modbus": _modbus}
"""Drivers of batteries that have wires."""
