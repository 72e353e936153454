"""Asking a device in the house for JSON, and the numbers in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

import httpx

from domain.errors import DeviceGarbled, DeviceRefused, DeviceSilent
from domain.units import from_device

TIMEOUT_S: Final = 1.0
"""Time for connecting and for the answer [s]: an answer after the next tick is of no use."""
LONGEST: Final = 200_000
"""Longest answer that is read [bytes]."""

Paths = Mapping[str, tuple[str, str]]
"""Where a device's document holds each value: name of a quantity to dotted path and unit."""


async def ask(
    client: httpx.AsyncClient,
    url: str,
    what: str,
    refusals: Mapping[int, str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The JSON object at ``url``. ``refusals`` says what a status means, in words.

    Raises ``DeviceSilent``, ``DeviceRefused`` or ``DeviceGarbled``.
    """
    try:
        reply = await client.get(url, timeout=TIMEOUT_S, **options)
    except httpx.HTTPError as error:
        raise DeviceSilent(f"{what}: no answer ({type(error).__name__})") from error
    if reply.status_code != httpx.codes.OK:
        means = (refusals or {}).get(reply.status_code, "refused")
        raise DeviceRefused(f"{what}: {means} (status {reply.status_code})")
    return understood(reply.content, what)


def understood(body: bytes, what: str) -> dict[str, Any]:
    """The JSON object in ``body``; ``DeviceGarbled`` where it is none."""
    if len(body) > LONGEST:
        raise DeviceGarbled(f"{what}: an answer of {len(body)} bytes")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise DeviceGarbled(f"{what}: no JSON: {body[:40]!r}") from error
    if not isinstance(found, dict):
        raise DeviceGarbled(f"{what}: a JSON object was expected")
    return found


def values_at(document: Mapping[str, Any], paths: Paths) -> dict[str, float]:
    """The values that a document holds, in the units used inside; what is missing or null is left out."""
    found = {}
    for name, (path, unit) in paths.items():
        value = _at(document, path)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            found[name] = from_device(float(value), unit)
    return found


def _at(document: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict):
            document = document.get(step)
        else:
            return None
    return document
