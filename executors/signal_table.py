"""Where the grid operator's signal is read, by the name of the driver: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from domain.site_curtailment import De14aCurtailment, FixedCurtailment
from domain.site_devices import Signal
from executors.capabilities import SignalReader
from executors.load_table import broker_of, one_topic
from executors.making import Parts, link_of, need
from executors.modbus.contact import Contact
from executors.mqtt.session import Broker
from executors.mqtt.signal import MqttSignal

_WHERE: Final = "curtailment.signal"


def make_signal(rule: De14aCurtailment | FixedCurtailment, parts: Parts) -> SignalReader:
    """The reader of the site's signal; ``Missing`` with the faults in ``parts``."""
    if isinstance(rule.signal, Signal):
        return SIGNALS[rule.signal.driver](rule.signal, parts)
    one_topic(rule.signal, _WHERE, parts)
    return _started(MqttSignal(Broker(), rule.signal, parts.clock), parts)


def _mqtt(signal: Signal, parts: Parts) -> SignalReader:
    need(signal, _WHERE, parts, topic="the topic that says on or off")
    assert signal.topic is not None
    for key in ("topic", "available_topic"):
        one_topic(getattr(signal, key), f"{_WHERE}.{key}", parts)
    broker, available = broker_of(signal, _WHERE, parts), signal.available_topic
    reader = MqttSignal(broker, signal.topic, parts.clock, available=available, invert=signal.invert)
    return _started(reader, parts)


def _started(reader: MqttSignal, parts: Parts) -> MqttSignal:
    parts.start(reader.run)
    return reader


def _modbus(signal: Signal, parts: Parts) -> SignalReader:
    need(
        signal,
        _WHERE,
        parts,
        address="the contact's address, counted from 0",
        unit="the number of the device on its link",
    )
    assert signal.address is not None
    assert signal.unit is not None
    link = link_of(signal, _WHERE, parts, 502, "host name or address of the device with the contact")
    return Contact(link, signal.unit, signal.table, signal.address, signal.invert)


SIGNALS: Final[Mapping[str, Callable[[Signal, Parts], SignalReader]]] = {"mqtt": _mqtt, "modbus": _modbus}
"""By ``curtailment.signal.driver``."""
