"""HomeWizard API v2 over WebSocket: the device sends each measurement as it is made."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from domain.errors import DeviceError, DeviceGarbled, DeviceRefused
from executors.http_meters.asking import understood
from executors.http_meters.homewizard_v1 import manner
from executors.http_meters.homewizard_v2 import parse
from executors.pushed import LastReading
from executors.readings import MeterReading

RECONNECT_S: Final = 2.0
SILENCE_S: Final = 15.0
"""After so long without a message the connection is made anew [s]."""


class HomeWizardSocket:
    """A HomeWizard meter that sends by itself; ``run`` is a task, ``read`` gives the last sample."""

    def __init__(
        self,
        host: str,
        tls_name: str,
        token: str,
        context: ssl.SSLContext,
        clock: Callable[[], float],
        *,
        nominal_v: float,
        invert: bool = False,
    ) -> None:
        self._url, self._tls_name, self._token = f"wss://{host}/api/ws", tls_name, token
        self._context, self._clock = context, clock
        self._manner = manner(nominal_v, invert=invert)
        self._last = LastReading(f"HomeWizard at {self._url}", clock)

    async def read(self) -> MeterReading:
        """The last sample; ``DeviceSilent`` where none came for 15 s."""
        return self._last.get()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                async with connect(
                    self._url, ssl=self._context, server_hostname=self._tls_name, open_timeout=5
                ) as socket:
                    await self._listen(socket)
            except (OSError, TimeoutError, WebSocketException, DeviceError) as error:
                self._last.trouble = f"{type(error).__name__}: {error}"
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE_S):
                frame = await socket.recv()
            body = frame.encode() if isinstance(frame, str) else frame
            message = understood(body, "HomeWizard")
            answer = self._answer(message, self._clock())
            if answer is not None:
                await socket.send(json.dumps(answer))

    def _answer(self, message: dict[str, Any], now_s: float) -> dict[str, Any] | None:
        """What is said to a message; a measurement is kept and needs no word."""
        kind, data = message.get("type"), message.get("data")
        if kind == "authorization_requested":
            return {"type": "authorization", "data": self._token}
        if kind == "authorized":
            return {"type": "subscribe", "data": "measurement"}
        if kind == "measurement":
            if not isinstance(data, dict):
                raise DeviceGarbled("HomeWizard: a measurement without values")
            self._last.put(parse(data, self._manner, now_s))
        elif kind == "error":
            words = data.get("message") if isinstance(data, dict) else data
            raise DeviceRefused(f"HomeWizard: {words}")
        return None
