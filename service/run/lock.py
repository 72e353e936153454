"""One daemon for a site: a lock beside its memory, which ends with the process however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Fault, InputError


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
