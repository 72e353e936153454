"""Keys of providers: where they are read from, and how they are kept out of every text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from domain.errors import KeyRefused

BLOT: Final = "***"
_HEX: Final = re.compile("%[0-9A-F]{2}")
_LONGEST_KEY: Final = 4096
_SHORTEST_KEY: Final = 8
"""Shorter words are no keys, and could not be blotted out without taking others with them."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the owner keeps a key: a file or an environment variable; neither where none is needed."""

    file: Path | None = None
    variable: str | None = None

    def __bool__(self) -> bool:
        return self.file is not None or self.variable is not None

    def __str__(self) -> str:
        return f"key_file {self.file}" if self.file is not None else f"key_env {self.variable}"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of this machine, read when they are needed and never shown."""

    environ: Mapping[str, str]
    base: Path
    """Folder of the site file, from which a relative ``key_file`` counts."""

    def key_at(self, place: KeyPlace) -> str:
        """The key, without blanks around it; empty where no place is named.

        Raises ``KeyRefused``, which names the place and never what stands there.
        """
        if not place:
            return ""
        key = (self._in_file(place) if place.file is not None else self._in_environment(place)).strip()
        if not key:
            raise KeyRefused(f"{place} is empty; put the key there")
        well_sized = _SHORTEST_KEY <= len(key) <= _LONGEST_KEY
        if not well_sized or not all("!" <= letter <= "~" for letter in key):
            raise KeyRefused(f"{place} holds no key: one line of 8 or more letters, digits and signs is one")
        return key

    def _in_environment(self, place: KeyPlace) -> str:
        key = self.environ.get(place.variable or "")
        if key is None:
            raise KeyRefused(f"{place} is not set in the environment; set it to the key")
        return key

    def _in_file(self, place: KeyPlace) -> str:
        path = self.base / (place.file or "")
        try:
            with path.open(encoding="ascii", errors="replace") as file:
                return file.read(_LONGEST_KEY * 2)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
            raise KeyRefused(f"{place} cannot be read: {why}") from None


def blot(text: str, secret: str) -> str:
    """``text`` without the secret, as it is or as it stands in an address or in JSON."""
    for form in _forms(secret):
        text = text.replace(form, BLOT)
    return text


def blot_bytes(body: bytes, secret: str) -> bytes:
    """``body`` without the secret, as ``blot``."""
    for form in _forms(secret):
        body = body.replace(form.encode(), BLOT.encode())
    return body


def _forms(secret: str) -> tuple[str, ...]:
    """How a secret may be written, longest first: plain, in addresses, in JSON, its slash escaped or not."""
    if not secret:
        return ()
    in_addresses = (quote(secret, safe=""), quote_plus(secret), quote(secret))
    lower = (_HEX.sub(lambda sign: sign[0].lower(), form) for form in in_addresses)
    in_json = json.dumps(secret)[1:-1]
    forms = {secret, *in_addresses, *lower, in_json, in_json.replace("/", "\\/")}
    return tuple(sorted(forms, key=len, reverse=True))
