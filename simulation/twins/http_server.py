"""A small HTTP/1.1 server for one device, which can fail as devices do."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulation.twins.faults import NOISE, Fault, FaultBox, FaultKind
from simulation.twins.listener import OnAPort
from simulation.twins.modbus_tcp import trickle

ANSWER_S = 0.03
LONGEST_BODY = 65_536


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One question."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes = b""
    head: bytes = b""
    """As it came."""
    target: str = ""
    """Path and query as they came."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer in JSON."""
    return HttpResponse(status, json.dumps(content).encode(), headers=headers or {})


Respond = Callable[[HttpRequest], HttpResponse]
Upgrade = Callable[[HttpRequest, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class HttpServer(OnAPort):
    """Answers each request after ``answer_s`` seconds, and keeps the connection."""

    def __init__(
        self,
        respond: Respond,
        answer_s: float = ANSWER_S,
        tls: ssl.SSLContext | None = None,
        upgrades: Mapping[str, Upgrade] | None = None,
    ) -> None:
        """``upgrades``: who goes on with a connection that becomes something else, by path."""
        self.answer_s = answer_s
        """From question to answer [s]."""
        self.faults = FaultBox()
        self._respond = respond
        self._upgrades = dict(upgrades or {})
        super().__init__(self._serve, tls)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_request(reader)) is not None:
            upgrade = self._upgrades.get(request.path)
            if upgrade is not None and "upgrade" in request.headers:
                await upgrade(request, reader, writer)
                return
            await asyncio.sleep(self.answer_s)
            if not await self._answer(request, writer):
                return

    async def _answer(self, request: HttpRequest, writer: asyncio.StreamWriter) -> bool:
        """Answer as well as the next fault lets it; whether the connection stays."""
        fault = self.faults.take()
        if fault is None:
            await trickle(response_bytes(self._respond(request)), 0, writer)
            return request.headers.get("connection") != "close"
        if fault.kind in {FaultKind.CLOSED, FaultKind.REBOOT}:
            if fault.kind is FaultKind.REBOOT:
                self.away(fault.seconds)
            return False
        if fault.kind is FaultKind.LATE:
            await asyncio.sleep(fault.seconds)
        if fault.kind is not FaultKind.SILENT:
            data = spoiled(fault, self._respond(request))
            gap_s = (fault.seconds or 0.005) if fault.kind is FaultKind.BYTE_BY_BYTE else 0
            await trickle(data, gap_s, writer)
        return fault.kind not in {FaultKind.TRUNCATED, FaultKind.GARBAGE}


def spoiled(fault: Fault, response: HttpResponse) -> bytes:
    """What a fault makes of an answer."""
    whole = response_bytes(response)
    if fault.kind is FaultKind.EXCEPTION:
        return response_bytes(
            HttpResponse(fault.code if fault.code >= 400 else 500, b"internal error", "text/plain")
        )
    if fault.kind is FaultKind.WRONG_UNIT:
        page = b"<!doctype html><title>Login</title><p>Another device lives here now."
        return response_bytes(HttpResponse(200, page, "text/html"))
    if fault.kind is FaultKind.TRUNCATED:
        return whole[: -max(1, len(response.body) // 2)]
    if fault.kind is FaultKind.GARBAGE:
        return NOISE
    return b"" if fault.kind is FaultKind.LOST_ANSWER else whole


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """The next request of a connection; none where it is no HTTP or too long."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        return None
    url = urlsplit(words[1])
    body = await reader.readexactly(int(length))
    return HttpRequest(words[0], url.path, dict(parse_qsl(url.query)), headers, body, head, words[1])


def response_bytes(response: HttpResponse) -> bytes:
    """An answer as it goes on the wire."""
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Content-Length: {len(response.body)}",
        *([f"Content-Type: {response.content_type}"] if response.body else []),
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body
