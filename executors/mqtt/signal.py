"""The grid operator's signal from an MQTT topic."""

from __future__ import annotations

from collections.abc import Callable

from domain.errors import DeviceSilent
from executors.mqtt.payloads import is_on, is_online
from executors.mqtt.said import Said
from executors.mqtt.session import Broker, Listener, Message, MqttSession
from executors.readings import SignalReading


class MqttSignal:
    """A signal on MQTT; ``run`` is its connection's task.

    Its sender repeats it, or has an availability topic: a retained value alone may be of yesterday and counts
    as none.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        clock: Callable[[], float],
        *,
        available: str | None = None,
        invert: bool = False,
    ) -> None:
        self._topic, self._available, self._clock, self._invert = topic, available, clock, invert
        self._said: Said[bool] = Said()
        topics = (topic,) if available is None else (topic, available)
        self._session = MqttSession(broker, Listener(topics, self._take, self._said.lost))
        self.run = self._session.run

    async def read(self) -> SignalReading:
        """The last value and since when it is known to hold; ``DeviceSilent`` where it is missing."""
        known = self._said.get(self._clock())
        if known is None:
            why = "nothing came that counts" if self._session.connected else self._session.trouble
            raise DeviceSilent(f"signal on '{self._topic}': {why}")
        return SignalReading(known.at_s, known.value)

    def _take(self, message: Message) -> None:
        if message.topic == self._available:
            online = is_online(message.payload)
            if online is not None:
                self._said.available(online=online)
        if message.topic == self._topic:
            value = is_on(message.payload, "on", "off")
            value = None if value is None else value != self._invert
            self._said.put(value, self._clock(), retained=message.retained)
