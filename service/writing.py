"""Files are written whole or not at all: first beside their place, then moved there."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from domain.errors import Fault, InputError

_ADVICE = "name a file in a folder of yours"


def target_fault(path: Path, option: str = "") -> Fault | None:
    """Why nothing may be written at ``path``, none where it may: only a regular file is ever replaced."""
    source = option or str(path)
    try:
        if path.is_dir():
            return Fault(source, f"'{path}' is a folder", "name a file")
        if path.exists() and not path.is_file():
            return Fault(source, f"'{path}' is a device, a pipe or a socket", _ADVICE)
        if not path.parent.is_dir():
            found = f"'{path}': there is no folder '{path.parent}'"
            return Fault(source, found, "make the folder first, or name another")
    except (OSError, ValueError) as error:
        return _cannot_write(path, option, error)
    return None


def make_folder(folder: Path, *, option: str = "") -> None:
    """Make ``folder`` and those above it; InputError where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([_cannot_write(folder, option, error)]) from error


def write_bytes(path: Path, content: bytes, *, option: str = "") -> None:
    """Put ``content`` at ``path``, in a folder that exists; a reader sees the old file or the new one.

    A link stays, and the file that it leads to is replaced. Raises InputError where the place cannot be
    written; ``option`` names who asked for it.
    """
    fault = target_fault(path, option)
    if fault is not None:
        raise InputError([fault])
    try:
        place = path.resolve()
        beside = place.with_name(f".~{place.name}.{secrets.token_hex(4)}")
        try:
            _write_through(beside, content)
            beside.replace(place)
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


def _cannot_write(path: Path, option: str, error: OSError | ValueError) -> Fault:
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    advice = "make room on its disk" if full else _ADVICE
    return Fault(option or str(path), f"'{path}' cannot be written: {reason}", advice)
