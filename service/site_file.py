"""The site file on disk: read with care, parsed by the domain."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from domain.errors import Fault, InputError
from domain.site import Site, parse_site

LARGEST_BYTES: Final = 1_000_000
"""A site of a thousand chargers needs a tenth of this."""
_A_SITE_FILE: Final = "give the path of a site file (YAML text)"


def read_site(path: Path) -> Site:
    """The site that the file at ``path`` describes; InputError with every fault."""
    return parse_site(_text_of(path), str(path))


def _text_of(path: Path) -> str:
    """The file's text; InputError where it is missing, no file, too large, or not text."""
    source = str(path)
    try:
        if path.is_dir():
            raise InputError([Fault(source, "this is a folder", _A_SITE_FILE)])
        if not path.exists():
            raise InputError([Fault(source, "no such file", _A_SITE_FILE)])
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError([Fault(source, f"cannot be read: {reason}", _A_SITE_FILE)]) from error
    if len(content) > LARGEST_BYTES:
        raise InputError([Fault(source, "larger than 1 MB", _A_SITE_FILE)])
    return _decoded(content, source)


def _decoded(content: bytes, source: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"byte 0x{content[error.start]:02x} is not UTF-8 text"
        raise InputError([Fault(source, found, "save the file as UTF-8", line=line)]) from error
    if "\0" in text:
        raise InputError([Fault(source, "holds zero bytes, so it is not text", _A_SITE_FILE)])
    return text
