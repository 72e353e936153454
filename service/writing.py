"""Files are written whole or not at all: first beside their place, then moved there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from domain.errors import Fault, InputError


def write_bytes(path: Path, content: bytes, *, option: str = "") -> None:
    """Put ``content`` at ``path``, whose folder is made; a reader sees the old file or the new one.

    Raises InputError where the place cannot be written; ``option`` names who asked for it.
    """
    beside = path.with_name(f".~{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_through(beside, content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError([_cannot_write(path, option, error)]) from error


def write_text(path: Path, text: str, *, option: str = "") -> None:
    """Put ``text`` at ``path`` in UTF-8, as ``write_bytes`` does."""
    write_bytes(path, text.encode(), option=option)


def _write_through(path: Path, content: bytes) -> None:
    """Write to the disk itself, so that a power cut leaves no half file behind the move."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _cannot_write(path: Path, option: str, error: OSError) -> Fault:
    reason = (error.strerror or str(error)).lower()
    return Fault(
        option or str(path), f"'{path}' cannot be written: {reason}", "name a file in a folder of yours"
    )
