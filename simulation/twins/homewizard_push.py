"""What a HomeWizard dongle pushes over its WebSocket (API v2)."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from simulation.twins.faults import Fault, FaultKind
from simulation.twins.homewizard_v2 import API_VERSION, HomeWizardV2
from simulation.twins.http_server import HttpRequest, HttpServer
from simulation.twins.websocket_link import WebSocketClosed, WebSocketLink

AUTHORIZE_WITHIN_S = 40.0
POLL_S = 0.02
TOPICS = ("device", "measurement", "system", "user")


class HomeWizardPush:
    """The path ``/api/ws``; faults are those of the server that it belongs to."""

    def __init__(self, twin: HomeWizardV2) -> None:
        self.server: HttpServer | None = None
        """Whose faults count; none: no faults."""
        self._twin = twin

    async def serve(
        self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Talk to one client until it goes."""
        link = WebSocketLink(reader, writer)
        with suppress(WebSocketClosed, TimeoutError):
            await link.accept(request)
            token = await asyncio.wait_for(self._authorize(link), AUTHORIZE_WITHIN_S)
            if token is not None:
                await self._talk(link, token)
        with suppress(ConnectionError):
            await link.close()

    async def _authorize(self, link: WebSocketLink) -> str | None:
        """The client's token; none where it is not known."""
        await _say(link, "authorization_requested", {"api_version": API_VERSION})
        message = _understood(await link.receive())
        token = message.get("data")
        if (
            message.get("type") != "authorization"
            or not isinstance(token, str)
            or not self._twin.knows(token)
        ):
            await _say(link, "error", {"message": "user:unauthorized"})
            return None
        await link.send(json.dumps({"type": "authorized"}))
        return token

    async def _talk(self, link: WebSocketLink, token: str) -> None:
        subscribed: set[str] = set()
        pushing = asyncio.ensure_future(self._push_quietly(link, subscribed, token))
        try:
            while not pushing.done():
                await self._hear(link, subscribed, token)
        finally:
            pushing.cancel()
            await asyncio.wait({pushing})

    async def _hear(self, link: WebSocketLink, subscribed: set[str], token: str) -> None:
        message = _understood(await link.receive())
        kind, data = str(message.get("type")), message.get("data")
        if kind in {"subscribe", "unsubscribe"}:
            wanted = TOPICS if data == "*" else (str(data),)
            if not set(wanted) <= set(TOPICS):
                await _say(link, "error", {"message": "request:unknown-subscription"})
                return
            subscribed.difference_update(wanted)
            if kind == "subscribe":
                subscribed.update(wanted)
                for topic in wanted:
                    await _say(link, topic, self._twin.topic(topic, token))
        elif kind in TOPICS:
            await _say(link, kind, self._twin.topic(kind, token))
        else:
            await _say(link, "error", {"message": "request:unknown-type"})

    async def _push_quietly(self, link: WebSocketLink, subscribed: set[str], token: str) -> None:
        """Push until the client is gone."""
        with suppress(OSError):
            await self._push(link, subscribed, token)

    async def _push(self, link: WebSocketLink, subscribed: set[str], token: str) -> None:
        """Every new measurement to whoever wants it."""
        sample = self._twin.meter.sample
        while True:
            await asyncio.sleep(POLL_S)
            if self._twin.meter.sample == sample or "measurement" not in subscribed:
                continue
            sample = self._twin.meter.sample
            fault = self.server.faults.take() if self.server is not None else None
            if not await self._push_one(link, token, fault):
                await link.close()
                return

    async def _push_one(self, link: WebSocketLink, token: str, fault: Fault | None) -> bool:
        """One measurement as a fault leaves it; whether the link stays."""
        kind = fault.kind if fault is not None else None
        if kind in {FaultKind.CLOSED, FaultKind.REBOOT}:
            return False
        if fault is not None and kind is FaultKind.LATE:
            await asyncio.sleep(fault.seconds)
        if kind in {FaultKind.GARBAGE, FaultKind.TRUNCATED}:
            await link.send('{"type":"measurement","data":{"power_w":')
        elif kind not in {FaultKind.SILENT, FaultKind.LOST_ANSWER}:
            await _say(link, "measurement", self._twin.topic("measurement", token))
        return True


async def _say(link: WebSocketLink, kind: str, data: Any) -> None:
    await link.send(json.dumps({"type": kind, "data": data}))


def _understood(text: str) -> dict[str, Any]:
    """A message; empty where it is none."""
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
