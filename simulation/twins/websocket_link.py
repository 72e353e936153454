"""The device's end of a WebSocket, taken over from an HTTP connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from simulation.twins.http_server import HttpRequest


class WebSocketClosed(Exception):
    """The other side has closed."""


class WebSocketLink:
    """Text in, text out."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = ServerProtocol()
        self._heard: asyncio.Queue[str] = asyncio.Queue()

    async def accept(self, request: HttpRequest) -> None:
        """Answer the opening handshake; raises WebSocketClosed where it is none."""
        self._protocol.receive_data(request.head)
        asked = self._protocol.events_received()
        if not asked or not isinstance(asked[0], Request):
            raise WebSocketClosed
        self._protocol.send_response(self._protocol.accept(asked[0]))
        await self._flush()

    async def send(self, text: str) -> None:
        """Send one message."""
        self._protocol.send_text(text.encode())
        await self._flush()

    async def receive(self) -> str:
        """The next message; raises WebSocketClosed at the end."""
        while self._heard.empty():
            data = await self._reader.read(4096)
            if not data:
                raise WebSocketClosed
            self._protocol.receive_data(data)
            self._take(self._protocol.events_received())
            await self._flush()
            if self._protocol.close_expected():
                raise WebSocketClosed
        return self._heard.get_nowait()

    async def close(self) -> None:
        """Say goodbye."""
        self._protocol.send_close()
        await self._flush()

    def _take(self, events: Sequence[object]) -> None:
        for event in events:
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._heard.put_nowait(bytes(event.data).decode())

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._writer.write(data)
        await self._writer.drain()
