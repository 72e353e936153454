"""The drivers that a site file may name, with what each can do: one line per driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Ability(StrEnum):
    """What a driver can do with its device; a device is the sum of its abilities."""

    CURRENT_LIMIT = "current_limit"
    PAUSE = "pause"
    WATCHDOG = "watchdog"
    POWER_READING = "power_reading"
    SESSION_READING = "session_reading"
    PHASE_SWITCH = "phase_switch"
    """Between one phase, the first terminal, and all."""
    PHASE_CHOICE = "phase_choice"
    """Any single phase, any pair, or all three."""
    GROUP_LIMIT = "group_limit"
    """Many points are limited in one frame."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver: what it speaks to, and its abilities."""

    title: str
    abilities: frozenset[Ability]
    switch_s: float = 0.0
    """Time without current that one phase switch takes [s]; 0 for what cannot switch."""

    @property
    def switches_phases(self) -> bool:
        """Whether it can change the phases of a session."""
        return bool(self.abilities & {Ability.PHASE_SWITCH, Ability.PHASE_CHOICE})


SWITCH_S: Final = 40.0
"""A phase switch as most chargers do it [s]: up to 15 until the current has stopped (charger 10, car 5), 10
with open contactors, up to 15 until the car draws again.
"""


def _charger(title: str, *more: Ability, switch_s: float = 0.0) -> Driver:
    basic = (Ability.CURRENT_LIMIT, Ability.PAUSE, Ability.POWER_READING, Ability.SESSION_READING)
    return Driver(title, frozenset({*basic, *more}), switch_s)


def _meter(title: str) -> Driver:
    return Driver(title, frozenset({Ability.POWER_READING}))


CHARGER_DRIVERS: Final[Mapping[str, Driver]] = {
    "none": Driver("plan only, nothing is sent", frozenset({Ability.PHASE_SWITCH}), SWITCH_S),
    "simulated": _charger(
        "a charger without wires", Ability.WATCHDOG, Ability.PHASE_SWITCH, switch_s=SWITCH_S
    ),
    "charx": _charger("Phoenix Contact CHARX SEC over Modbus/TCP", Ability.WATCHDOG, Ability.GROUP_LIMIT),
    "teltocharge": _charger(
        "Teltonika TeltoCharge EVC2 over Modbus RTU",
        Ability.WATCHDOG,
        Ability.PHASE_CHOICE,
        switch_s=SWITCH_S,
    ),
    "ocpp": _charger("a charge point that speaks OCPP 1.6J or 2.0.1"),
    "everest": _charger("EVerest over MQTT", Ability.PHASE_SWITCH, switch_s=SWITCH_S),
}
"""Chargers by the name in ``chargers[].driver``."""

METER_DRIVERS: Final[Mapping[str, Driver]] = {
    "simulated": _meter("a meter without wires"),
    "homewizard_p1": _meter("HomeWizard P1 over HTTP, or over HTTPS with token_file, ca_file and tls_name"),
    "dsmr_p1": _meter("the P1 port of a Dutch or Belgian meter, by cable or over TCP"),
    "shelly_3em": _meter("Shelly 3EM over HTTP"),
    "shelly_pro_3em": _meter("Shelly Pro 3EM over HTTP"),
    "shelly_pro_3em_modbus": _meter("Shelly Pro 3EM over Modbus/TCP"),
    "sdm630": _meter("Eastron SDM630 or SDM72D-M V2 over Modbus"),
    "sdm72": _meter("Eastron SDM72D-M, first version, over Modbus: no currents"),
    "sdm120": _meter("Eastron SDM120 over Modbus, one phase"),
    "janitza_umg604": _meter("Janitza UMG604, UMG511, UMG512 or UMG96RM over Modbus"),
    "carlo_gavazzi_em340": _meter("Carlo Gavazzi EM330, EM340, ET330 or ET340 over Modbus"),
    "carlo_gavazzi_em24": _meter("Carlo Gavazzi EM24 with Ethernet over Modbus/TCP"),
    "carlo_gavazzi_em112": _meter("Carlo Gavazzi EM111, EM112 or ET112 over Modbus, one phase"),
    "abb_b23": _meter("ABB B21, B23, B24, A43 or A44 over Modbus"),
    "inepro_pro380": _meter("Inepro PRO380, PRO2 or PRO1 over Modbus"),
    "chint_dtsu666": _meter("Chint DTSU666 over Modbus"),
    "siemens_pac2200": _meter("Siemens PAC2200, PAC3200 or PAC4200 over Modbus"),
    "siemens_pac1600": _meter("Siemens PAC1600, 7KT1665 or 7KT1666 over Modbus"),
    "tq_em420": _meter("TQ EM420, EM410, EM300 or Kostal Smart Energy Meter over Modbus/TCP"),
    "phoenix_eem": _meter("Phoenix Contact EEM-EM3xx or EEM-DM3xx over Modbus"),
    "phoenix_ma370": _meter("Phoenix Contact EEM-MA370 or EEM-MB370 over Modbus"),
    "iskra_wm3": _meter("Iskra WM3M4, WM1 or IE over Modbus"),
    "acrel_adl400": _meter("Acrel ADL400 or DTSD1352 over Modbus"),
    "sunspec_203": _meter("a SunSpec meter with model 203 over Modbus"),
    "sunspec_213": _meter("a SunSpec meter with model 213 over Modbus"),
    "modbus": _meter("a meter described by a register map of your own (map_file)"),
    "mqtt": _meter("values that something else publishes over MQTT"),
}
"""Meters by the name in ``meters.<id>.driver``."""

LOAD_DRIVERS: Final[Mapping[str, Driver]] = {
    "none": Driver("plan only, nothing is switched", frozenset()),
    "simulated": Driver("a switch without wires", frozenset()),
    "mqtt_switch": Driver("a switch that listens to an MQTT topic", frozenset()),
}
"""Switches of flexible loads by the name in ``flexible_loads[].driver``."""

BATTERY_DRIVERS: Final[Mapping[str, Driver]] = {
    "none": Driver("plan only, nothing is read or sent", frozenset()),
    "simulated": Driver("a battery without wires", frozenset()),
    "modbus": Driver("a battery described by a map of your own (map_file)", frozenset()),
}
"""Home batteries by the name in ``battery.driver``."""
