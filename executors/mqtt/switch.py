"""The switch of a flexible load behind an MQTT broker, with read-back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.errors import DeviceSilent
from executors.capabilities import Switched
from executors.mqtt.payloads import is_on, is_online
from executors.mqtt.said import Said
from executors.mqtt.session import Broker, Listener, Message, MqttSession, Post
from executors.readings import Alarm, SwitchReading

RETRY_S: Final = 10.0
"""An order that is not confirmed is sent again after this."""
REFRESH_S: Final = 240.0
"""An order is sent again after this in any case: most switches answer, and that keeps their state fresh."""
STALE_S: Final = 600.0
"""A state that nobody confirmed for so long is missing."""
TRIES: Final = 3
"""After so many orders without the state that was asked for a person should look."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Where a switch is told and where it answers, and the words it uses."""

    command: str
    state: str | None = None
    available: str | None = None
    state_key: str | None = None
    on: str = "ON"
    off: str = "OFF"
    off_when_lost: bool = True


class MqttSwitch:
    """A switch on MQTT; ``run`` is its connection's task, and connects when it is first read or told."""

    def __init__(self, broker: Broker, topics: Topics, clock: Callable[[], float]) -> None:
        self._topics, self._clock = topics, clock
        self._said: Said[bool] = Said()
        farewell = Post(topics.command, topics.off) if topics.off_when_lost else None
        asked = tuple(topic for topic in (topics.state, topics.available) if topic is not None)
        self._session = MqttSession(broker, Listener(asked, self._take, self._lost), farewell)
        self._asked = asyncio.Event()
        self._told: bool | None = None
        self._told_at = -math.inf
        self._tries = 0
        self._confirmed = False
        self._foreign = False

    async def run(self) -> None:
        """Stay connected until cancelled, from the first question or order on."""
        await self._asked.wait()
        await self._session.run()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._session.connected

    async def read(self) -> SwitchReading:
        """What it does, as far as it is known now; ``DeviceSilent`` without the broker."""
        self._asked.set()
        if not self._session.connected:
            raise DeviceSilent(self._session.trouble)
        now_s = self._clock()
        known = self._said.get(now_s)
        if known is None or now_s - known.at_s > STALE_S:
            return SwitchReading(now_s, None, self._said.online, tuple(self._alarms()))
        return SwitchReading(known.at_s, known.value, self._said.online, tuple(self._alarms()))

    async def switch(self, *, on: bool) -> Switched:
        """Have it on or off; sends only what is new, not confirmed, or due to be said again."""
        self._asked.set()
        if not self._session.connected:
            raise DeviceSilent(self._session.trouble)
        state = self._state()
        if on != self._told:
            self._tries, self._confirmed, self._foreign = 0, False, False
        elif state is on:
            self._tries, self._confirmed = 0, True
        elif state is not None and self._confirmed:
            self._foreign, self._confirmed = True, False
        if on == self._told and self._clock() - self._told_at < self._pause_s(state, on=on):
            return Switched(state is on, written=False)
        await self._session.post(Post(self._topics.command, self._topics.on if on else self._topics.off))
        self._told, self._told_at = on, self._clock()
        self._tries += 1
        return Switched(state is on, written=True)

    def _pause_s(self, state: bool | None, *, on: bool) -> float:
        """How long an order that was sent is let alone."""
        return REFRESH_S if state is on or self._topics.state is None else RETRY_S

    def _state(self) -> bool | None:
        known = self._said.get(self._clock())
        return None if known is None or self._clock() - known.at_s > STALE_S else known.value

    def _take(self, message: Message) -> None:
        topics, now_s = self._topics, self._clock()
        if message.topic == topics.available:
            online = is_online(message.payload)
            if online is not None:
                self._said.available(online=online)
        if message.topic == topics.state:
            value = is_on(message.payload, topics.on, topics.off, topics.state_key)
            self._said.put(value, now_s, retained=message.retained)

    def _lost(self) -> None:
        """The connection is lost: what was told may be undone by our last will, so it is told anew."""
        self._said.lost()
        self._told, self._tries, self._confirmed = None, 0, False

    def _alarms(self) -> list[Alarm]:
        found: list[Alarm] = []
        if self._said.online is False:
            found.append(Alarm("switch_offline", "its broker says that it is offline"))
        if self._topics.state is not None and self._tries >= TRIES:
            words = f"told {'on' if self._told else 'off'} {self._tries} times and never seen so"
            found.append(Alarm("switch_stuck", words))
        if self._foreign:
            found.append(Alarm("foreign_switch", "somebody else switched it; ours was sent again"))
        return found
