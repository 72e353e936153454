"""Flexible loads, home battery and the grid operator's signal of a site in words, and what lacks to them."""

from __future__ import annotations

from collections.abc import Iterator

from domain.drivers import BATTERY_DRIVERS, LOAD_DRIVERS
from domain.site import Site
from domain.site_curtailment import De14aCurtailment, FixedCurtailment
from domain.site_devices import Signal
from domain.site_energy import Battery, FlexibleLoad
from executors.control.times import SIGNAL_S

Curtailment = De14aCurtailment | FixedCurtailment
_CONTROL = {"none": "behaves by itself", "hold": "is kept from draining", "full": "follows the plan's power"}
_BROKER = "the broker of this machine"


def load_words(load: FlexibleLoad) -> str:
    """Power, need, window and switch of a load."""
    need = f"{load.run_h:g} h" if load.run_h is not None else f"{load.energy_kwh or 0:g} kWh"
    begin, end = load.between
    what = f"{load.power_kw:g} kW, {need} between {begin} and {end}; {LOAD_DRIVERS[load.driver].title}"
    if load.topic is None:
        return what
    lost = "off" if load.when_lost == "off" else "as it is"
    return f"{what} ('{load.topic}' on {load.host or _BROKER}); {lost} when we are gone"


def battery_words(battery: Battery) -> str:
    """Size, control and driver of the home battery."""
    size = f"{battery.capacity_kwh:g} kWh, {battery.charge_kw:g} kW in, {battery.discharge_kw:g} kW out"
    return f"{size}, {_CONTROL[battery.control]}; {BATTERY_DRIVERS[battery.driver].title}"


def curtailment_words(rule: Curtailment) -> str:
    """The ceiling, and where its signal comes from."""
    ceiling = f"at most {rule.ceiling_kw:g} kW from the grid for charging while it is on"
    return f"{ceiling}; {_place(rule.signal)}; older than {SIGNAL_S:g} s it counts as on"


def _place(signal: Signal | str) -> str:
    if isinstance(signal, str):
        return f"'{signal}' on {_BROKER}"
    if signal.driver == "mqtt":
        return f"'{signal.topic}' on {signal.host or _BROKER}"
    where = signal.serial.device if signal.serial is not None else signal.host
    return f"{signal.table} {signal.address} of unit {signal.unit} at {where}"


def other_warnings(site: Site) -> Iterator[str]:
    """What the owner should know about switches and signal before they are relied on."""
    for i, load in enumerate(site.flexible_loads):
        if load.driver == "mqtt_switch" and load.state_topic is None:
            yield f"flexible_loads[{i}].state_topic: not said, so nobody sees whether '{load.id}' follows"
    if any(charger.in_load_circuit for charger in site.chargers):
        yield (
            "chargers[].in_load_circuit: register 167 of the CHARX is then ours alone; how soon its load "
            "management follows is not documented, so look at it once with cars plugged in"
        )
    rule = site.curtailment
    if rule is not None and not _is_watched(rule.signal):
        yield (
            "curtailment.signal: without available_topic its sender must repeat it at least every "
            f"{SIGNAL_S:g} s, else it counts as on"
        )


def _is_watched(signal: Signal | str) -> bool:
    """Whether somebody notices that the sender is gone."""
    return isinstance(signal, Signal) and (signal.driver == "modbus" or signal.available_topic is not None)
