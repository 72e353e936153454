"""Health and state over HTTP on loopback, in a thread of its own: it answers while the loop hangs."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from domain.errors import Fault, InputError

LOOPBACK: Final = "127.0.0.1"
ANSWER_S: Final = 2.0
"""So long the loop may need for its state [s]."""
_NAMES: Final = frozenset({LOOPBACK, "localhost"})

Answer = tuple[HTTPStatus, dict[str, Any]]
Pages = dict[str, Callable[[], Answer]]


@contextmanager
def served(pages: Pages, port: int) -> Iterator[int]:
    """The pages on loopback; gives the port, which is a free one for 0. ``InputError`` where it is taken.

    Pages may be added while it answers.
    """
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), _handler(pages))
    except OSError as error:
        found = f"{port}: {(error.strerror or str(error)).lower()}"
        raise InputError([Fault("--port", found, "name a free port, or 0 for any")]) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="chargewright-pages")
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def pages_of(
    loop: asyncio.AbstractEventLoop, health: Callable[[], dict[str, Any]], state: Callable[[], dict[str, Any]]
) -> Pages:
    """``/health``, asked at once, and ``/api/state``, made inside the loop."""

    def healthy() -> Answer:
        found = health()
        return (HTTPStatus.OK if found["ok"] else HTTPStatus.SERVICE_UNAVAILABLE), found

    async def made() -> dict[str, Any]:
        return state()

    def stated() -> Answer:
        asked = asyncio.run_coroutine_threadsafe(made(), loop)
        try:
            return HTTPStatus.OK, asked.result(ANSWER_S)
        except TimeoutError:
            asked.cancel()
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": "the loop does not answer", "health": health()}

    return {"/health": healthy, "/api/state": stated}


def starting() -> Pages:
    """What there is before the loop runs: a health that is not well yet."""
    return {"/health": lambda: (HTTPStatus.SERVICE_UNAVAILABLE, {"ok": False, "error": "starting"})}


def _handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Reads only; a page of another origin that has found us gets nothing."""

        timeout = 5

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
            page = pages.get(self.path.partition("?")[0])
            if host not in _NAMES:
                self._answer(HTTPStatus.FORBIDDEN, {"error": "ask for 127.0.0.1 or localhost"})
            elif page is None:
                self._answer(HTTPStatus.NOT_FOUND, {"error": f"there are {', '.join(pages)}"})
            else:
                self._answer(*page())

        def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(text)

        def handle(self) -> None:
            """Answer, if the reader still waits: who left early misses the answer, and nobody else does."""
            with suppress(ConnectionError, TimeoutError):
                super().handle()

        def log_message(self, *_: Any) -> None:
            """Nobody wants to read of every question."""

    return Handler
