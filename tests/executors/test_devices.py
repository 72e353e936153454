"""From a site file to its devices: shared links, and every key that is lacking at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.errors import InputError
from domain.site import Site, parse_site
from executors.devices import device_faults, devices_of
from executors.http_meters.homewizard_v1 import HomeWizardV1
from executors.modbus.battery import HeldBattery
from executors.modbus.charx import CharxPoint
from executors.modbus.contact import Contact
from executors.modbus.register_meter import RegisterMeter
from executors.modbus.teltocharge import TeltoCharge
from executors.mqtt.signal import MqttSignal
from executors.p1.meter import P1Meter

BASE = """
name: Wires
location: {time_zone: Europe/Brussels}
grid: {limit_a: 63, meter: street}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def site(text: str) -> Site:
    return parse_site(BASE + text, "wires.yaml")


def faults(text: str, folder: Path) -> str:
    async def make() -> None:
        async with devices_of(site(text), lambda: 0.0, folder, "wires.yaml"):
            pass

    with pytest.raises(InputError) as caught:
        asyncio.run(make())
    return str(caught.value)


def test_devices_on_one_wire_share_one_link(tmp_path: Path) -> None:
    text = """
meters:
  street: {driver: sdm630, unit: 2, serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}}
  p1: {driver: dsmr_p1, host: 127.0.0.1, port: 1}
  hw: {driver: homewizard_p1, host: p1.local}
  later: {driver: mqtt, topic: meter}
chargers:
  - {id: a, driver: charx, host: charx.local, connector: 1, current_a: {min: 6, max: 16}}
  - {id: b, driver: charx, host: charx.local, connector: 2, current_a: {min: 6, max: 16}}
  - id: c
    driver: teltocharge
    unit: 1
    serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}
    current_a: {min: 6, max: 16}
  - {id: d, current_a: {min: 6, max: 16}}
"""

    async def test() -> None:
        async with devices_of(site(text), lambda: 0.0, tmp_path) as devices:
            street, a, b, c = devices.meters["street"], *(devices.chargers[name] for name in "abc")
            assert isinstance(street, RegisterMeter)
            assert isinstance(a, CharxPoint)
            assert isinstance(c, TeltoCharge)
            assert a.link is b.link
            assert street.link is c.link
            assert isinstance(devices.meters["p1"], P1Meter)
            assert isinstance(devices.meters["hw"], HomeWizardV1)
            assert list(devices.stations.charx) == [("charx.local", 502)]
            assert devices.without == {"later": "mqtt", "d": "none"}

    asyncio.run(test())


def test_a_teltocharge_has_a_unit_of_its_own_on_its_line(tmp_path: Path) -> None:
    line = "serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}"
    text = f"""
meters: {{street: {{driver: sdm630, {line}}}}}
chargers: [{{id: a, driver: teltocharge, unit: 1, {line}, current_a: {{min: 6, max: 16}}}}]
"""
    told = "chargers[0].unit: 1 is that of meters.street; each device of a line needs a unit of its own"
    assert faults(text, tmp_path) == f"wires.yaml: {told}"
    faultless = site(text.replace("unit: 1", "unit: 2"))
    assert asyncio.run(device_faults(faultless, tmp_path, "wires.yaml")) == []


def test_everything_that_is_lacking_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("title: mine\n")
    told = faults(
        """
meters:
  street: {driver: abb_b23, host: meter.lan}
  two: {driver: sdm630}
  three: {driver: modbus, host: meter.lan, unit: 1, map_file: map.yaml}
  four: {driver: homewizard_p1, host: p1.local, token_file: nowhere}
chargers:
  - {id: a, driver: charx, current_a: {min: 6, max: 16}}
  - {id: b, driver: teltocharge, current_a: {min: 6, max: 16}}
""",
        tmp_path,
    )
    for place in (
        "meters.street.unit",
        "meters.two.host",
        "map.yaml:1: registers",
        "meters.four.ca_file",
        "meters.four.tls_name",
        "chargers[0].host",
        "chargers[0].connector",
        "chargers[1].serial",
        "chargers[1].unit",
    ):
        assert place in told


def test_two_settings_on_one_line_and_a_point_twice_are_refused(tmp_path: Path) -> None:
    told = faults(
        """
meters:
  street: {driver: sdm630, unit: 2, serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}}
chargers:
  - {id: a, driver: charx, host: x, connector: 1, current_a: {min: 6, max: 16}}
  - {id: b, driver: charx, host: x, connector: 1, current_a: {min: 6, max: 16}}
  - {id: c, driver: charx, host: x, connector: 49, current_a: {min: 6, max: 16}}
  - id: d
    driver: teltocharge
    unit: 1
    serial: {device: /dev/ttyUSB0, baud: 19200, parity: none}
    current_a: {min: 6, max: 16}
""",
        tmp_path,
    )
    assert "connector 1 a second time" in told
    assert "connector 49" in told
    assert "already used with other settings" in told


BATTERY = "capacity_kwh: 10, charge_kw: 5, discharge_kw: 5, soc: {min: 0.1, max: 1.0}, efficiency: 0.9"
LOAD = 'power_kw: 2, run_h: 1, between: ["10:00", "22:00"]'
CHARGER = "chargers:\n  - {id: a, current_a: {min: 6, max: 16}}\nmeters:\n  street: {driver: simulated}\n"


def test_switches_signal_and_battery_are_made_from_the_site_file(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(BATTERY_MAP)
    text = f"""
flexible_loads:
  - {{id: boiler, {LOAD}, driver: mqtt_switch, host: 127.0.0.1, port: 1, topic: boiler/set}}
  - {{id: pool, {LOAD}}}
battery: {{{BATTERY}, control: hold, driver: modbus, map_file: map.yaml, host: b.lan, unit: 1}}
curtailment:
  fixed_kw: 9
  signal: {{driver: modbus, host: b.lan, unit: 2, address: 5}}
"""

    async def test() -> None:
        async with devices_of(site(CHARGER + text), lambda: 0.0, tmp_path) as devices:
            assert list(devices.switches) == ["boiler"]
            assert isinstance(devices.battery, HeldBattery)
            assert isinstance(devices.signal, Contact)
            assert devices.signal.link is devices.battery.link

    asyncio.run(test())


def test_a_signal_in_one_word_is_a_topic_of_this_machines_broker(tmp_path: Path) -> None:
    text = CHARGER + "curtailment: {fixed_kw: 9, signal: relay/14a}\n"

    async def test() -> None:
        async with devices_of(site(text), lambda: 0.0, tmp_path) as devices:
            assert isinstance(devices.signal, MqttSignal)

    asyncio.run(test())


def test_what_switches_signal_and_battery_lack_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(BATTERY_MAP)
    told = faults(
        f"""{CHARGER}
flexible_loads:
  - {{id: one, {LOAD}, driver: mqtt_switch}}
  - {{id: two, {LOAD}, driver: mqtt_switch, topic: "pool/+"}}
  - {{id: three, {LOAD}, driver: mqtt_switch, topic: a, token_file: none.txt}}
battery: {{{BATTERY}, control: full, driver: modbus, map_file: map.yaml, host: b.lan, unit: 1}}
curtailment: {{fixed_kw: 9, signal: {{driver: modbus, host: b.lan}}}}
""",
        tmp_path,
    )
    assert "flexible_loads[0].topic: missing; the topic on which the switch is told" in told
    assert "flexible_loads[1].topic: 'pool/+'; one topic is allowed" in told
    assert "flexible_loads[2].user: missing" in told
    assert "battery.control: control: full needs write.power" in told
    assert "curtailment.signal.address: missing" in told
    assert "curtailment.signal.unit: missing" in told


BATTERY_MAP = """\
title: A battery of my own
source: its manual, page 7
table: input
word_order: big
longest_read: 20
registers:
  power: {address: 10, type: int16, unit: W}
  soc: {address: 12, type: uint16, unit: "%"}
write:
  hold: {address: 43, on: 1, off: 0}
  reverts_after_s: never
"""
