"""What devices are made with, and the keys of the site file that they cannot do without."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from domain.errors import ChargewrightError, Fault, InputError
from domain.site_devices import Connection
from executors.modbus.link import ModbusLink
from executors.modbus.links import Links

Map = TypeVar("Map")


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
    only_looks: bool = False
    """Nothing is switched when we end: whoever made the devices only looks at them."""
    faults: list[Fault] = field(default_factory=list)
    units: dict[tuple[ModbusLink, int], str] = field(default_factory=dict)
    """Devices by their link and their unit on it."""
    tasks: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    """What devices want to have run, once it is known that nothing is missing."""

    def start(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have a device's task run as long as the devices are there."""
        self.tasks.append(run)

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
        parts.faults.append(_unreadable(device.token_file, _reason(error), where, parts))
        raise Missing from error
    if not secret:
        parts.faults.append(_unreadable(device.token_file, "it is empty", where, parts))
        raise Missing
    return secret


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _unreadable(name: str, why: str, where: str, parts: Parts) -> Fault:
    found = f"'{name}' cannot be used: {why}"
    return Fault(parts.source, found, "a readable file is needed", f"{where}.token_file")


def link_of(device: Connection, where: str, parts: Parts, port: int, host: str) -> ModbusLink:
    """The Modbus link of a device: its serial line, or its host and ``port``; ``Missing`` where it has none.

    ``host`` says what the host is for.
    """
    if device.serial is None:
        need(device, where, parts, host=f"{host}, or serial with device, baud and parity as it is set")
        assert device.host is not None
        return parts.links.tcp(device.host, device.port or port)
    try:
        return parts.links.serial(device.serial)
    except ValueError as error:
        allowed = "devices on one line need the same baud, parity and stop bits"
        parts.faults.append(Fault(parts.source, str(error), allowed, f"{where}.serial"))
        raise Missing from error


def map_text(name: str, where: str, parts: Parts, parse: Callable[[str, str], Map]) -> Map:
    """The map in the file ``name``; ``Missing`` where it cannot be read or is faulty."""
    try:
        return parse(parts.path(name).read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        found = f"'{parts.path(name)}' cannot be read: {_reason(error)}"
        parts.faults.append(Fault(parts.source, found, "a register map is needed", f"{where}.map_file"))
        raise Missing from error
    except InputError as error:
        parts.faults.extend(error.faults)
        raise Missing from error
