"""What devices are made with, and the keys of the site file that they cannot do without."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from domain.errors import ChargewrightError, Fault
from domain.site_devices import Connection
from executors.modbus.links import Links


@dataclass(frozen=True, slots=True)
class Parts:
    """What devices share: links, a web client, the monotonic clock, the grid's voltage, the site's folder."""

    links: Links
    client: httpx.AsyncClient
    clock: Callable[[], float]
    nominal_v: float
    folder: Path
    source: str
    """Name of the site file, for faults."""
    closing: AsyncExitStack
    faults: list[Fault] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """A file that the site file names."""
        return self.folder / name


class Missing(ChargewrightError):
    """A device cannot be made; its faults are in ``Parts.faults``."""


def need(device: Connection, where: str, parts: Parts, **why: str) -> None:
    """Note a fault for every key that the device lacks; ``Missing`` where there is one.

    ``why`` gives what each key is for.
    """
    lacking = [key for key in why if getattr(device, key) is None]
    for key in lacking:
        parts.faults.append(Fault(parts.source, "missing", why[key], f"{where}.{key}"))
    if lacking:
        raise Missing


def read_secret(device: Connection, where: str, parts: Parts) -> str:
    """The token or password in ``token_file``; ``Missing`` where it cannot be read or is empty."""
    need(device, where, parts, token_file="the file that holds the token")  # noqa: S106 - words, no secret
    assert device.token_file is not None
    try:
        secret = parts.path(device.token_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        parts.faults.append(_unreadable(device.token_file, str(error), where, parts))
        raise Missing from error
    if not secret:
        parts.faults.append(_unreadable(device.token_file, "it is empty", where, parts))
        raise Missing
    return secret


def _unreadable(name: str, why: str, where: str, parts: Parts) -> Fault:
    found = f"'{name}' cannot be used: {why}"
    return Fault(parts.source, found, "a readable file is needed", f"{where}.token_file")
