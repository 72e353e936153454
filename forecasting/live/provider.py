"""What a live provider is: where it is, how it is asked, how its answer is understood."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.site_energy import SolarArray
from forecasting.known import Known


@dataclass(frozen=True, slots=True)
class Want:
    """What a provider is asked for; times are UTC."""

    start: datetime
    end: datetime
    """``[start, end)``; a provider may answer more or less."""
    now: datetime
    time_zone: str
    """IANA zone of the site, in which local days begin."""
    zone: str = ""
    """Bidding zone or region as the site file names it (prices)."""
    key: str = field(default="", repr=False)
    """The secret itself; never shown, never in an error."""
    array: SolarArray | None = None
    """The array (solar)."""
    latitude: float = 0.0
    longitude: float = 0.0


class Web(Protocol):
    """The one way to the network; every call is bounded in time and size, and raises a ``SourceError``."""

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        headers: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> bytes:
        """Body of a successful answer; ``secret`` is blotted out wherever the call is named."""
        ...

    async def post(
        self, url: str, *, json: object, headers: Mapping[str, str] | None = None, secret: str = ""
    ) -> bytes:
        """Body of a successful answer."""
        ...


Fetch = Callable[[Web, str, Want], Awaitable[Sequence[bytes]]]
"""Ask the provider at a base URL: all bodies that belong together, in order."""
Parse = Callable[[bytes, Want], Known]
"""Understand one body; raises a ``SourceError`` that says what kind of answer it is."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider of prices or solar power."""

    name: str
    """As in the site file."""
    title: str
    """For people, with what its licence wants said."""
    base_url: str
    """Scheme and host, without a slash at the end; tests and closed sites put another in its place."""
    fetch: Fetch
    parse: Parse
    needs_key: bool = False
