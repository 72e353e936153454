"""Where a twin can be reached, and how it is made to fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from simulation.twins.faults import FaultBox


class Server(Protocol):
    """Something that listens."""

    async def start(self) -> None:
        """Listen."""
        ...

    async def stop(self) -> None:
        """Hang up and stop listening."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running twin is: a port on loopback, or a serial device."""

    host: str | None = None
    port: int | None = None
    serial: Path | None = None
    ca: Path | None = None
    """Certificate to trust, where it speaks TLS."""
    tls_name: str | None = None
    """Name in its certificate."""
    token: str | None = None
    """What it wants to be told, where it wants a token."""


@dataclass(frozen=True, slots=True)
class Served:
    """One device of the site and its twin."""

    server: Server
    address: Callable[[], Address]
    """Known once the server runs."""
    faults: FaultBox
    """Faults on command; devices behind one controller share theirs."""
    twin: object
    """What behaves."""
    tick: Callable[[], None] = lambda: None
    """Lets its watchdog go on to now."""
