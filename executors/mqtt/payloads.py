"""What the payload of an MQTT message says: on, off, online, or nothing that can be understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

LONGEST: Final = 4096
"""A longer payload is not looked at [bytes]."""
_WORDS: Final[Mapping[str, bool]] = {"on": True, "off": False, "true": True, "false": False}
_NUMBERS: Final[Mapping[str, bool]] = {"1": True, "0": False}
_AVAILABLE: Final[Mapping[str, bool]] = {"online": True, "offline": False}


def is_on(payload: bytes, on: str, off: str, key: str | None = None) -> bool | None:
    """What a state says: the words ``on`` and ``off`` of its owner first, then the usual ones.

    ``key`` is where the state lies in a payload that is JSON; dots lead into blocks. None where it says
    neither.
    """
    text = _text(payload) if key is None else _member(payload, key)
    if text is None:
        return None
    own = {on.casefold(): True, off.casefold(): False}
    return {**_NUMBERS, **_WORDS, **own}.get(text.casefold())


def is_online(payload: bytes) -> bool | None:
    """What an availability topic says, as text or as the JSON block ``{"state": "online"}``."""
    text = _member(payload, "state") or _text(payload)
    return None if text is None else {**_WORDS, **_AVAILABLE}.get(text.casefold())


def _text(payload: bytes) -> str | None:
    if len(payload) > LONGEST:
        return None
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError:
        return None


def _member(payload: bytes, key: str) -> str | None:
    text = _text(payload)
    if text is None:
        return None
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for step in key.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return "on" if found else "off"
    return str(found) if isinstance(found, str | int) else None
