"""One connection to an MQTT broker that comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import aiomqtt

from domain.errors import DeviceSilent
from executors.mqtt.payloads import LONGEST

PORT: Final = 1883
RECONNECT_S: Final = 2.0
TIMEOUT_S: Final = 2.0
"""For connecting and for the broker's word that it took a message; with the pause before, 5 s at most."""
KEEPALIVE_S: Final = 10
QUEUE: Final = 100
"""Messages that may wait; more are dropped by the client."""
QOS: Final = 1


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is, and who we are to it."""

    host: str = "localhost"
    port: int = PORT
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a topic."""

    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message that came."""

    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to know what, without waiting: each call returns at once."""

    topics: tuple[str, ...]
    take: Callable[[Message], None]
    lost: Callable[[], None]


class MqttSession:
    """A connection of its own, because a broker keeps one last will for each.

    ``run`` is a task: it connects, listens and connects again within 5 s. ``farewell`` is posted when ``run``
    is cancelled, and is left with the broker as our last will for when we die.
    """

    def __init__(
        self,
        broker: Broker,
        listener: Listener,
        farewell: Post | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._broker, self._listener, self._farewell, self._sleep = broker, listener, farewell, sleep
        self._client: aiomqtt.Client | None = None
        self.trouble = f"not connected to the broker at {broker} yet"
        """Why there is no connection, in words."""
        self.oversized = 0
        """Messages that were too long to be looked at."""

    @property
    def connected(self) -> bool:
        """Whether the broker is there and all topics are subscribed."""
        return self._client is not None

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                await self._listen()
            except (aiomqtt.MqttError, OSError, TimeoutError) as error:
                self.trouble = f"broker at {self._broker}: {error or type(error).__name__}"
            await self._sleep(RECONNECT_S)

    async def post(self, post: Post) -> None:
        """Send a message and wait for the broker's word; ``DeviceSilent`` where that does not come.

        It is not retained: a switch that comes back later must not obey an old order.
        """
        if self._client is None:
            raise DeviceSilent(self.trouble)
        try:
            await self._client.publish(post.topic, post.payload, qos=QOS, timeout=TIMEOUT_S)
        except (aiomqtt.MqttError, OSError, TimeoutError) as error:
            raise DeviceSilent(f"broker at {self._broker} did not take '{post.topic}': {error}") from error

    async def _listen(self) -> None:
        try:
            async with self._made() as client:
                for topic in self._listener.topics:
                    await client.subscribe(topic, qos=QOS)
                self._client = client
                try:
                    async for message in client.messages:
                        self._hand_on(message)
                except asyncio.CancelledError:
                    await self._say_farewell(client)
                    raise
        finally:
            self._client = None
            self._listener.lost()

    def _made(self) -> aiomqtt.Client:
        will = None
        if self._farewell is not None:
            will = aiomqtt.Will(self._farewell.topic, self._farewell.payload, qos=QOS, retain=False)
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.user,
            password=self._broker.password,
            will=will,
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            max_queued_incoming_messages=QUEUE,
        )

    def _hand_on(self, message: aiomqtt.Message) -> None:
        payload = message.payload
        if not isinstance(payload, bytes) or len(payload) > LONGEST:
            self.oversized += 1
            payload = b""
        self._listener.take(Message(str(message.topic), payload, bool(message.retain)))

    async def _say_farewell(self, client: aiomqtt.Client) -> None:
        if self._farewell is None:
            return
        try:
            await client.publish(self._farewell.topic, self._farewell.payload, qos=QOS, timeout=TIMEOUT_S)
        except (aiomqtt.MqttError, OSError, TimeoutError) as error:
            self.trouble = f"broker at {self._broker}: no farewell: {error}"
