"""Twins of the meters that a site file names: one row per driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from domain.site_devices import Meter
from simulation.twins.dsmr_port import P1OnSerial, P1OverTcp, P1Voice
from simulation.twins.dsmr_telegram import PERIOD_S
from simulation.twins.homewizard_push import HomeWizardPush
from simulation.twins.homewizard_v1 import HomeWizardV1, P1Settings
from simulation.twins.homewizard_v2 import HomeWizardV2
from simulation.twins.host_settings import HostSettings
from simulation.twins.http_server import HttpServer, Respond
from simulation.twins.identity import make_identity
from simulation.twins.listener import LOOPBACK
from simulation.twins.meter_tables import METER_TABLES
from simulation.twins.physics import MeterPhysics
from simulation.twins.quarters import KeepsQuarters
from simulation.twins.register_meter import BIDIRECTIONAL, RegisterMeter, measurement_mode
from simulation.twins.sampled import Sampled
from simulation.twins.served import Address, Served
from simulation.twins.shelly_gen1 import Shelly3em
from simulation.twins.shelly_pro import ShellyPro3em

TOKEN: Final = "C0FFEE" * 5 + "00"
"""What a HomeWizard twin of the second version knows its client by."""
P1_SERIAL: Final = "5c2fafaabbcc"
P1_NAME: Final = f"appliance/p1dongle/{P1_SERIAL}"


def register_meter(driver: str, meter: Meter, physics: MeterPhysics) -> RegisterMeter:
    """A meter that is a unit on a bus or behind a port; KeyError where the driver is no table."""
    also = [measurement_mode(BIDIRECTIONAL)] if driver.startswith("carlo_gavazzi") else []
    return RegisterMeter(physics, METER_TABLES[driver], meter.unit, also)


def served_alone(name: str, meter: Meter, physics: MeterPhysics, settings: HostSettings) -> Served:
    """A meter with a server of its own; KeyError where the driver has none."""
    return _ALONE[meter.driver](name, meter, physics, settings)


def has_own_server(driver: str) -> bool:
    """Whether a meter of this driver speaks for itself and not as a Modbus unit."""
    return driver in _ALONE


def _p1(meter: MeterPhysics, settings: HostSettings) -> Sampled:
    return Sampled(KeepsQuarters(meter, settings.zone), settings.clock, PERIOD_S[settings.p1_kind])


def _homewizard(name: str, meter: Meter, physics: MeterPhysics, settings: HostSettings) -> Served:
    sampled = _p1(physics, settings)
    plate = P1Settings(settings.zone, settings.p1_kind, P1_SERIAL)
    if meter.token_file is None:
        return _http(HomeWizardV1(sampled, plate).respond, sampled, settings)
    folder = settings.folder / name
    folder.mkdir()
    identity = make_identity(folder, P1_NAME)
    twin = HomeWizardV2(sampled, plate, settings.clock, (TOKEN,))
    push = HomeWizardPush(twin)
    server = HttpServer(twin.respond, settings.answer_s, identity.context(), {"/api/ws": push.serve})
    push.server = server

    def address() -> Address:
        return Address(LOOPBACK, server.port, ca=identity.ca, tls_name=P1_NAME, token=TOKEN)

    return Served(server, address, server.faults, twin)


def _dsmr(name: str, meter: Meter, physics: MeterPhysics, settings: HostSettings) -> Served:
    voice = P1Voice(_p1(physics, settings), settings.p1_kind, settings.zone)
    if meter.serial is not None:
        cable = P1OnSerial(voice, _serial_path(settings, name))
        return Served(cable, lambda: Address(serial=cable.path), voice.faults, voice)
    gateway = P1OverTcp(voice)
    return Served(gateway, lambda: Address(LOOPBACK, gateway.port), voice.faults, voice)


def _shelly(_: str, _m: Meter, physics: MeterPhysics, settings: HostSettings) -> Served:
    twin = Shelly3em(physics)
    return _http(twin.respond, twin, settings)


def _shelly_pro(_: str, _m: Meter, physics: MeterPhysics, settings: HostSettings) -> Served:
    twin = ShellyPro3em(physics)
    return _http(twin.respond, twin, settings)


def _http(respond: Respond, twin: object, settings: HostSettings) -> Served:
    server = HttpServer(respond, settings.answer_s)
    return Served(server, lambda: Address(LOOPBACK, server.port), server.faults, twin)


def _serial_path(settings: HostSettings, name: str) -> Path:
    return settings.folder / f"tty-{name}"


_Make = Callable[[str, Meter, MeterPhysics, HostSettings], Served]

_ALONE: Final[Mapping[str, _Make]] = {
    "homewizard_p1": _homewizard,
    "dsmr_p1": _dsmr,
    "shelly_3em": _shelly,
    "shelly_pro_3em": _shelly_pro,
}
