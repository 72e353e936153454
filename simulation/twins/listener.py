"""A TCP port on loopback that can be opened, closed, and away for a while."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = "127.0.0.1"


class Listener:
    """Serves every connection in a task of its own; ends them all when it closes."""

    def __init__(self, serve: Serve, tls: ssl.SSLContext | None = None) -> None:
        self._serve = serve
        self._tls = tls
        self._port = 0
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._apart: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that it got when it was opened first; 0 before."""
        return self._port

    async def open(self) -> None:
        """Listen; on a free port the first time, on the same one afterwards."""
        self._server = await asyncio.start_server(self._connected, LOOPBACK, self._port, ssl=self._tls)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End every connection and refuse new ones."""
        await self._end(set(self._apart))
        await self._refuse()

    def apart(self, work: Awaitable[None]) -> None:
        """Do something beside the connections; it ends with the listener."""
        task = asyncio.ensure_future(_quietly(work))
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)

    def away(self, seconds: float) -> None:
        """Hang up on everybody, refuse connections for so long, and listen again."""
        self.apart(self._away(seconds))

    async def _away(self, seconds: float) -> None:
        await self._refuse()
        await asyncio.sleep(seconds)
        await self.open()

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._connections.values()):
            writer.transport.abort()
        await self._end(set(self._connections))

    async def _end(self, tasks: set[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            await _quietly(self._serve(reader, writer))
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            del self._connections[task]
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _quietly(work: Awaitable[None]) -> None:
    """Do the work; the other side may go away in the middle of it."""
    with suppress(OSError, asyncio.IncompleteReadError):
        await work


class OnAPort:
    """A device that answers on a port of its own, as ``serve`` does for each connection."""

    def __init__(self, serve: Serve, tls: ssl.SSLContext | None = None) -> None:
        self._listener = Listener(serve, tls)

    @property
    def port(self) -> int:
        """The port on loopback."""
        return self._listener.port

    async def start(self) -> None:
        """Listen."""
        await self._listener.open()

    async def stop(self) -> None:
        """Hang up and stop listening."""
        await self._listener.close()

    def away(self, seconds: float) -> None:
        """Hang up on everybody and refuse connections for so long."""
        self._listener.away(seconds)
