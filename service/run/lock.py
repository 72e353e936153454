"""One daemon for a site: locks on its file and beside its memory; both end with the process."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from domain.errors import Fault, InputError


@contextmanager
def only_one(site: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a site's file, wherever its memory is kept; ``InputError`` where somebody holds it.

    A name in the kernel that belongs to no folder: a service with a temporary folder of its own sees it too.
    Where none can be had, that is told and the site runs all the same.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    name = sha256(os.fsencode(site.resolve())).hexdigest()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as held:
        try:
            held.bind(f"\0chargewright/{name}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                say(f"{site}: {error.strerror or error}; nothing keeps a second daemon from this site")
            else:
                found = "another process runs this site already"
                raise InputError([Fault(str(site), found, "stop it first")]) from error
        yield


@contextmanager
def alone(keep: Path | None, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a site's memory; ``InputError`` where another process holds it.

    Where none can be made, because the folder cannot be written, that is told and the site runs all the same.
    """
    held = None if keep is None else _opened(keep.with_suffix(".lock"), say)
    if held is None:
        yield
        return
    with os.fdopen(held, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            found = f"process {file.read().strip() or '?'} runs this site already"
            raise InputError([Fault(str(keep), found, "stop it first")]) from error
        _write_number(file.fileno())
        yield


def _opened(path: Path, say: Callable[[str], None]) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        say(f"{path}: {error.strerror or error}; nothing keeps a second daemon from this site")
        return None


def _write_number(file: int) -> None:
    """Who holds it; a full disk has room for nobody's name, and the lock holds all the same."""
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
    except OSError:
        return
