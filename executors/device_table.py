"""The tables of docs/devices.md: each driver, what it can do, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Iterator

from domain.drivers import CHARGER_DRIVERS, METER_DRIVERS
from executors.charger_table import CHARGERS
from executors.meter_table import METERS
from executors.meters.quantities import QUANTITIES
from executors.modbus.map_file import built_in_maps
from executors.modbus.register_map import AsShipped, RegisterMap

_PARITY = {"none": "N", "even": "E", "odd": "O", None: "?"}


def device_table() -> str:
    """The generated part of docs/devices.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("### Chargers", "", "| driver | device | abilities |", "|---|---|---|")
    for name in CHARGERS:
        driver = CHARGER_DRIVERS[name]
        yield f"| `{name}` | {driver.title} | {', '.join(sorted(driver.abilities))} |"
    yield from ("", "### Meters that are a register map", "")
    yield "| driver | device | phases | currents | as shipped | numbers from |"
    yield "|---|---|---|---|---|---|"
    for name, layout in built_in_maps().items():
        has = "yes" if any(value.startswith("current") for value in layout.registers) else "**no**"
        shipped = _shipped(layout)
        yield f"| `{name}` | {layout.title} | {layout.phases} | {has} | {shipped} | {layout.source} |"
    yield from ("", "### Other meters", "", "| driver | device |", "|---|---|")
    yield from (f"| `{name}` | {METER_DRIVERS[name].title} |" for name in METERS)
    yield from ("", "### Values of a register map", "", "| value | unit of |", "|---|---|")
    yield from (f"| `{name}` | {unit} |" for name, unit in QUANTITIES.items())


def _shipped(layout: RegisterMap) -> str:
    shipped = layout.as_shipped
    if shipped == AsShipped():
        return "not known: say unit and line"
    line = ""
    if shipped.baud is not None:
        line = f", {shipped.baud} 8{_PARITY[shipped.parity]}{shipped.stop_bits}"
    unit = "unit to be said" if shipped.unit is None else f"unit {shipped.unit}"
    port = "" if shipped.port is None else f", port {shipped.port}"
    return f"{unit}{line}{port}"
