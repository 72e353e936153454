"""A small server on this machine that answers as it is told, well or badly."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """One answer; ``manner`` is whole, silent (nothing comes), slow (drips) or endless (never ends)."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: str = "whole"


@dataclass
class Loopback:
    """The running server: where it is, and what it was asked."""

    url: str
    asked: list[str] = field(default_factory=list)
    sent_headers: list[dict[str, str]] = field(default_factory=list)


Answers = Callable[[str], Reply]
"""From path and query to the reply."""


@contextlib.contextmanager
def loopback(answers: Answers | Reply) -> Iterator[Loopback]:
    """A server that gives these answers until the block ends."""
    done = threading.Event()
    state = Loopback("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append(self.path)
            state.sent_headers.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("content-length", 0)))
            reply = answers if isinstance(answers, Reply) else answers(self.path)
            with contextlib.suppress(OSError):
                _send(self, reply, done)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *words: object) -> None:
            del words

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, reply: Reply, done: threading.Event) -> None:
    handler.close_connection = True
    if reply.manner == "silent":
        done.wait(5)
        return
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if reply.manner == "whole":
        handler.send_header("Content-Length", str(len(reply.body)))
    handler.send_header("Connection", "close")
    handler.end_headers()
    if reply.manner == "whole":
        handler.wfile.write(reply.body)
    began = time.monotonic()
    while reply.manner in {"slow", "endless"} and not done.is_set() and time.monotonic() - began < 5:
        handler.wfile.write(b" " if reply.manner == "slow" else b" " * 50_000)
        handler.wfile.flush()
        if reply.manner == "slow":
            done.wait(0.02)
