"""The one way to the network: bounded in time and size, silent about keys, no stranger's host."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from urllib.request import getproxies

import httpx

from domain.errors import Malformed, Rejected, Unreachable
from forecasting.live.secrets import blot
from forecasting.live.status import error_of, is_body

_MOST_REDIRECTS: Final = 3
_ERROR_BODY_BYTES: Final = 65_536
_TALKATIVE: Final = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy")))
_AWAY_FROM_PROXIES: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how much an answer may take."""

    connect_s: float = 5
    read_s: float = 20
    """Longest silence inside an answer."""
    whole_s: float = 30
    """From the question to the last byte, redirects included."""
    network_s: float = 5
    """While nobody at all could be reached for so long, there is no network."""
    body_bytes: int = 5_000_000


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    json: object | None
    secret: str


class HttpxWeb:
    """``Web`` over one ``httpx.AsyncClient``; use it as ``async with``, inside one event loop."""

    def __init__(
        self, user_agent: str, clock: Callable[[], datetime], patience: Patience | None = None
    ) -> None:
        self._patience = patience or Patience()
        self._clock = clock
        self._since: float | None = None
        self._somebody_answered = False
        _silence()
        self._client = httpx.AsyncClient(
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
            follow_redirects=False,
            mounts=dict.fromkeys(_AWAY_FROM_PROXIES),
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        headers: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> bytes:
        """Body of a successful answer; raises a ``SourceError`` in which ``secret`` is blotted out."""
        return await self._ask("GET", url, params, headers, None, secret)

    async def post(
        self, url: str, *, json: object, headers: Mapping[str, str] | None = None, secret: str = ""
    ) -> bytes:
        """Body of a successful answer to a JSON question; errors as ``get``."""
        return await self._ask("POST", url, None, headers, json, secret)

    async def _ask(
        self,
        method: str,
        url: str,
        params: Mapping[str, str | int | float] | None,
        headers: Mapping[str, str] | None,
        json: object | None,
        secret: str,
    ) -> bytes:
        try:
            whole = httpx.URL(url, params=dict(params)) if params else httpx.URL(url)
        except (httpx.InvalidURL, ValueError, TypeError):
            raise Rejected("the address of this source cannot be made: look at its zone") from None
        host = blot(whole.host, secret)
        question = _Question(method, whole, headers or {}, json, secret)
        try:
            async with asyncio.timeout(self._patience.whole_s):
                return await self._follow(question)
        except TimeoutError:
            raise Unreachable(f"{host}: no whole answer within {self._patience.whole_s:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            words = blot(f"{host}: {_words(error)}", secret)
            raise Unreachable(words) from None

    async def _follow(self, question: _Question) -> bytes:
        """The body, after at most a few redirects on the same host."""
        url = question.url
        for _ in range(_MOST_REDIRECTS + 1):
            timeout = await self._found_network(url)
            async with self._client.stream(
                question.method, url, headers=dict(question.headers), json=question.json, timeout=timeout
            ) as response:
                self._somebody_answered = True
                if not response.is_redirect:
                    return await self._understood(response, question.secret)
                url = _next_hop(url, response, question)
        raise Unreachable(f"{url.host}: more than {_MOST_REDIRECTS} redirects")

    async def _understood(self, response: httpx.Response, secret: str) -> bytes:
        well = response.is_success
        most = self._patience.body_bytes if well else min(_ERROR_BODY_BYTES, self._patience.body_bytes)
        body, whole = await _at_most(response, most)
        if not whole and well:
            raise Malformed(f"{response.url.host}: a body of more than {most} bytes")
        if is_body(response.status_code, body):
            return body
        said = blot(body.decode("utf-8", "replace"), secret).encode()
        error = error_of(response.status_code, response.headers, said, self._clock())
        error.args = (f"{response.url.host}: {error.args[0]}",)
        raise error

    async def _found_network(self, url: httpx.URL) -> httpx.Timeout:
        """Timeouts for the next question; ``Unreachable`` where there seems to be no network."""
        if not getproxies():
            await _resolve(url, self._left_s(url))
        return httpx.Timeout(self._patience.read_s, connect=self._left_s(url))

    def _left_s(self, url: httpx.URL) -> float:
        """How long it may take to reach somebody; looking the name up and connecting share it at first."""
        if self._somebody_answered:
            return self._patience.connect_s
        now_s = asyncio.get_running_loop().time()
        self._since = now_s if self._since is None else self._since
        left_s = self._since + self._patience.network_s - now_s
        if left_s <= 0:
            raise Unreachable(f"{url.host}: no network, nobody answered for {self._patience.network_s:g} s")
        return min(left_s, self._patience.connect_s)


async def _at_most(response: httpx.Response, most_bytes: int) -> tuple[bytes, bool]:
    """Up to so many bytes of the body, and whether that is all of it."""
    parts, count = [], 0
    async for part in response.aiter_bytes():
        parts.append(part)
        count += len(part)
        if count > most_bytes:
            return b"".join(parts)[:most_bytes], False
    return b"".join(parts), True


def _next_hop(url: httpx.URL, response: httpx.Response, question: _Question) -> httpx.URL:
    """Where a redirect leads; another host, or a change of the question, is not followed."""
    try:
        hop = url.join(response.headers["location"])
    except (httpx.InvalidURL, ValueError):
        raise Unreachable(f"{url.host}: a redirect to no address") from None
    same = (hop.host, hop.port) == (url.host, url.port) and hop.scheme in {url.scheme, "https"}
    if not same:
        other = blot(hop.host, question.secret)
        raise Unreachable(f"{url.host}: sends us to {other}, which is not followed (a login page?)")
    if question.method != "GET" and response.status_code not in {307, 308}:
        raise Unreachable(f"{url.host}: has moved (status {response.status_code})")
    return hop


async def _resolve(url: httpx.URL, limit_s: float) -> None:
    """Look the host's name up, on a thread that nobody has to wait for.

    The look-up cannot be stopped, and the pool of asyncio would be waited for when the loop ends.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[str] = loop.create_future()

    def tell(words: str) -> None:
        if not found.done():
            found.set_result(words)

    def look_up() -> None:
        try:
            socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
            words = ""
        except (OSError, UnicodeError) as error:
            words = f"its name cannot be looked up ({getattr(error, 'strerror', None) or 'not a name'})"
        try:
            loop.call_soon_threadsafe(tell, words)
        except RuntimeError:
            return  # the loop has ended, and nobody waits

    threading.Thread(target=look_up, daemon=True).start()
    try:
        async with asyncio.timeout(limit_s):
            words = await found
    except TimeoutError:
        words = f"its name could not be looked up within {limit_s:.0f} s"
    if words:
        raise Unreachable(f"{url.host}: {words}")


def _words(error: Exception) -> str:
    """A failure of the transport in words."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "silent for too long"
    text = " ".join(str(error).split())[:160]
    return f"no connection ({text or type(error).__name__})"


class _Quiet(logging.Filter):
    """Lets warnings pass and nothing below: the client names whole addresses, with keys in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_QUIET: Final = _Quiet()


def _silence() -> None:
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_QUIET)  # the same filter is added once
