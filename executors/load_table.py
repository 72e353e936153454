"""Switches of flexible loads by the name of their driver: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from domain.errors import Fault
from domain.site_devices import Connection
from domain.site_energy import FlexibleLoad
from executors.capabilities import Switch
from executors.making import Missing, Parts, need, read_secret
from executors.mqtt.session import PORT, Broker
from executors.mqtt.switch import MqttSwitch, Topics

_NO_TOPIC: Final = frozenset("+#\0")
"""Signs of a filter for several topics."""


def make_switch(load: FlexibleLoad, where: str, parts: Parts) -> Switch | None:
    """The switch of a load; none where its driver has no wires. ``Missing`` with the faults in ``parts``."""
    make = LOADS.get(load.driver)
    return None if make is None else make(load, where, parts)


def broker_of(device: Connection, where: str, parts: Parts) -> Broker:
    """The broker of a device: ``host``, else the one on this machine. ``Missing`` as above."""
    password = None
    if device.token_file is not None:
        need(device, where, parts, user="whose password is in token_file")
        password = read_secret(device, where, parts)
    return Broker(device.host or "localhost", device.port or PORT, device.user, password)


def one_topic(topic: str | None, where: str, parts: Parts) -> None:
    """Note a fault where ``topic`` stands for several; ``Missing`` there."""
    if topic is not None and _NO_TOPIC & set(topic):
        allowed = "one topic is allowed, without + and #"
        parts.faults.append(Fault(parts.source, f"'{topic}'", allowed, where))
        raise Missing


def _mqtt(load: FlexibleLoad, where: str, parts: Parts) -> MqttSwitch:
    need(load, where, parts, topic="the topic on which the switch is told")
    assert load.topic is not None
    for key in ("topic", "state_topic", "available_topic"):
        one_topic(getattr(load, key), f"{where}.{key}", parts)
    if load.payload_on.casefold() == load.payload_off.casefold():
        found = f"'{load.payload_on}' for on and off"
        parts.faults.append(Fault(parts.source, found, "two words are needed", f"{where}.payload_on"))
        raise Missing
    topics = Topics(
        command=load.topic,
        state=load.state_topic,
        available=load.available_topic,
        state_key=load.state_key,
        on=load.payload_on,
        off=load.payload_off,
        off_when_lost=load.when_lost == "off" and not parts.only_looks,
    )
    switch = MqttSwitch(broker_of(load, where, parts), topics, parts.clock)
    parts.start(switch.run)
    return switch


LOADS: Final[Mapping[str, Callable[[FlexibleLoad, str, Parts], Switch]]] = {"mqtt_switch": _mqtt}
"""Drivers of flexible loads that have wires."""
