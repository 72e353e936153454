"""No ability without a contract, no device without the abilities that the site file's words promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.drivers import CHARGER_DRIVERS, METER_DRIVERS, Ability
from executors import capabilities
from executors.charger_table import CHARGERS as WIRED
from executors.meter_table import METERS
from executors.modbus.battery import HeldBattery, ReadBattery, SetBattery
from executors.modbus.charx import CharxPoint
from executors.modbus.charx_station import CharxStation
from executors.modbus.contact import Contact
from executors.modbus.map_file import built_in_maps
from executors.modbus.teltocharge import TeltoCharge
from executors.mqtt.signal import MqttSignal
from executors.mqtt.switch import MqttSwitch
from tests.contracts.benches import CHARGERS
from tests.executors.modbus.test_register_maps import FACTS_OF

HERE = Path(__file__).parent
PROTOCOLS: dict[Ability, type] = {
    Ability.CURRENT_LIMIT: capabilities.CurrentLimit,
    Ability.PAUSE: capabilities.Pause,
    Ability.WATCHDOG: capabilities.Watchdog,
    Ability.POWER_READING: capabilities.PowerReading,
    Ability.SESSION_READING: capabilities.PowerReading,
    Ability.PHASE_SWITCH: capabilities.PhaseSwitch,
    Ability.PHASE_CHOICE: capabilities.PhaseChoice,
    Ability.GROUP_LIMIT: capabilities.GroupLimit,
}
"""A session's energy is part of a charger's sample."""
CLASSES: dict[str, tuple[type, ...]] = {"charx": (CharxPoint, CharxStation), "teltocharge": (TeltoCharge,)}
OTHERS: dict[type, type] = {
    MqttSwitch: capabilities.Switch,
    MqttSignal: capabilities.SignalReader,
    Contact: capabilities.SignalReader,
    ReadBattery: capabilities.BatteryReader,
    HeldBattery: capabilities.Hold,
    SetBattery: capabilities.PowerSet,
}


def methods(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


@pytest.mark.parametrize("driver", sorted(WIRED))
def test_a_charger_can_do_what_its_driver_says(driver: str) -> None:
    for ability in CHARGER_DRIVERS[driver].abilities:
        wanted = methods(PROTOCOLS[ability])
        assert any(wanted <= set(dir(one)) for one in CLASSES[driver]), ability


@pytest.mark.parametrize("driver", sorted(WIRED))
def test_every_charger_on_a_wire_has_its_benches(driver: str) -> None:
    assert [name for name in CHARGERS if name.split()[0] == driver]


def test_every_ability_that_a_wire_has_is_under_contract() -> None:
    text = (HERE / "test_contract_chargers.py").read_text(encoding="utf-8")
    tests = re.findall(r"^def test_(\w+)\(", text, re.MULTILINE)
    able = {ability for driver in WIRED for ability in CHARGER_DRIVERS[driver].abilities}
    missing = [one.value for one in able if not any(name.startswith(one.value) for name in tests)]
    assert missing == []


def test_every_meter_is_read_over_its_wire_somewhere() -> None:
    """Maps from the facts' own server; everything else from twins."""
    text = (HERE / "test_contract_site.py").read_text(encoding="utf-8")
    assert set(FACTS_OF) == set(built_in_maps())
    assert [name for name in METERS if name != "modbus" and f'"{name}' not in text] == []
    wires = set(METERS) | set(built_in_maps())
    assert set(METER_DRIVERS) - wires == {"simulated", "mqtt"}


@pytest.mark.parametrize(("device", "protocol"), OTHERS.items(), ids=lambda one: one.__name__)
def test_what_is_no_charger_and_no_meter_can_do_its_part(device: type, protocol: type) -> None:
    assert methods(protocol) <= set(dir(device))
