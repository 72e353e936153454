"""Twins that share a link, as the site file says: units on a serial bus, points of one controller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.errors import Fault, InputError
from domain.site import Site
from domain.site_chargers import AcCharger
from domain.site_devices import Connection, SerialLine
from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, PointSettings
from simulation.twins.host_meters import register_meter
from simulation.twins.host_settings import HostSettings
from simulation.twins.listener import LOOPBACK
from simulation.twins.meter_tables import METER_TABLES
from simulation.twins.modbus_device import ModbusDevice
from simulation.twins.modbus_rtu import ModbusRtuBus
from simulation.twins.modbus_tcp import ModbusTcpServer
from simulation.twins.served import Address, Served
from simulation.twins.teltocharge import Teltocharge
from simulation.twins.teltocharge_point import EvcPoint, EvcSettings
from simulation.twins.world import World

Key = tuple[str, str]
"""``charger`` or ``meter``, and its id."""
ALONE = "alone"


@dataclass(slots=True)
class Links:
    """Modbus devices by the link that they share."""

    on_bus: dict[SerialLine, dict[Key, ModbusDevice]] = field(default_factory=dict)
    behind_port: dict[tuple[str, int], dict[Key, ModbusDevice]] = field(default_factory=dict)

    def add(self, key: Key, connection: Connection, device: ModbusDevice) -> None:
        """Put a device on its link; one without any gets a port of its own."""
        if connection.serial is not None:
            self.on_bus.setdefault(connection.serial, {})[key] = device
        else:
            self.behind_port.setdefault(_place(key, connection), {})[key] = device


def links_of(site: Site, world: World, settings: HostSettings) -> Links:
    """Every Modbus device of a site on its link; InputError where two have the same place."""
    links = Links()
    for charger in site.chargers:
        if charger.driver == "teltocharge" and isinstance(charger, AcCharger):
            links.add(("charger", charger.id), charger, _teltocharge(charger, world, settings))
    for place, points in _charx_places(site).items():
        controller = _charx(points, world, settings)
        for charger in points.values():
            links.behind_port.setdefault(place, {})["charger", charger.id] = controller
    for meter_id, meter in site.meters.items():
        if meter.driver in METER_TABLES:
            device = register_meter(meter.driver, meter, world.meter(meter_id))
            links.add(("meter", meter_id), meter, device)
    return links


def served_links(links: Links, settings: HostSettings) -> dict[Key, Served]:
    """One server per link, and what each device got."""
    served: dict[Key, Served] = {}
    for number, (line, devices) in enumerate(links.on_bus.items(), 1):
        bits = 1 + 8 + (line.parity != "none") + line.stop_bits
        path = settings.folder / f"tty-bus{number}"
        bus = ModbusRtuBus(list(devices.values()), path, line.baud, bits, settings.answer_s, settings.speed)
        served |= {key: _of_bus(bus, device) for key, device in devices.items()}
    for devices in links.behind_port.values():
        unique = list({id(device): device for device in devices.values()}.values())
        port = ModbusTcpServer(unique, settings.answer_s)
        served |= {key: _of_port(port, device) for key, device in devices.items()}
    return served


def _of_bus(bus: ModbusRtuBus, device: ModbusDevice) -> Served:
    return Served(bus, lambda: Address(serial=bus.path), device.faults, device, device.tick)


def _of_port(server: ModbusTcpServer, device: ModbusDevice) -> Served:
    return Served(server, lambda: Address(LOOPBACK, server.port), device.faults, device, device.tick)


def _charx_places(site: Site) -> Mapping[tuple[str, int], dict[int, AcCharger]]:
    places: dict[tuple[str, int], dict[int, AcCharger]] = {}
    for charger in site.chargers:
        if charger.driver != "charx" or not isinstance(charger, AcCharger):
            continue
        points = places.setdefault(_place(("charger", charger.id), charger), {})
        number = charger.connector or 1
        if number in points:
            found = f"connector {number} of '{charger.host}' is both '{points[number].id}' and '{charger.id}'"
            raise InputError([Fault(site.name, found, "each point has a number of its own", "chargers")])
        points[number] = charger
    return places


def _place(key: Key, connection: Connection) -> tuple[str, int]:
    if connection.host is None:
        return f"{ALONE} {key[0]} {key[1]}", 0
    return connection.host, connection.port or 502


def _charx(points: Mapping[int, AcCharger], world: World, settings: HostSettings) -> Charx:
    return Charx(
        {
            number: CharxPoint(
                world.point(charger.id),
                settings.clock,
                PointSettings(
                    max_current_a=int(charger.current_a.max),
                    min_current_a=int(charger.current_a.min),
                    cable_a=max(32, int(charger.current_a.max)),
                    uid=f"CP{number:04d}",
                    bound_to_circuit=charger.in_load_circuit,
                    keeps_own_limit=charger.in_load_circuit,
                ),
            )
            for number, charger in points.items()
        }
    )


def _teltocharge(charger: AcCharger, world: World, settings: HostSettings) -> Teltocharge:
    most_a = int(charger.current_a.max)
    evc = EvcSettings(amp_limit_a=most_a, three_phases=len(charger.wiring) == 3)
    return Teltocharge(EvcPoint(world.point(charger.id), settings.clock, evc), charger.unit or 1)
