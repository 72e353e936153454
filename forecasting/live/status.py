"""What an HTTP status means: a body to understand, or one of our errors with the hint when to come again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from domain.errors import KeyRefused, Limited, NotPublished, Rejected, SourceError, Unreachable

LONGEST_WAIT: Final = timedelta(days=7)
"""A hint beyond this is a mistake and does not count."""
_SHOWN: Final = 160
"""Characters of an error's body that are told."""
_LATER: Final = frozenset({408, 425})
_ACKNOWLEDGEMENT: Final = b"Acknowledgement_MarketDocument"


def is_body(status: int, body: bytes) -> bool:
    """Whether the body is for the provider's ``parse``.

    ENTSO-E says in a document that there is nothing, with the status 200 or 400.
    """
    return (200 <= status < 300 and status not in {204, 205}) or (
        status == 400 and _ACKNOWLEDGEMENT in body[:2000]
    )


def error_of(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SourceError:
    """The error that a status stands for, by the table of section "Retries" in ``docs/sources.md``.

    ``headers`` are looked up in small letters.
    """
    said = f"status {status}{_excerpt(body)}"
    if status in {204, 205, 404}:
        return NotPublished(f"nothing there ({said})")
    if status in {402, 429}:
        until = retry_at(headers, body, now)
        when = f", again from {until:%Y-%m-%d %H:%M} UTC" if until else ""
        return Limited(f"asked too often{when} ({said})", until)
    if status in {401, 403}:
        return KeyRefused(f"the key, or its absence, is refused ({said})")
    if 400 <= status < 500 and status not in _LATER:
        return Rejected(f"the question is refused ({said})")
    return Unreachable(f"no useful answer ({said})")


def retry_at(headers: Mapping[str, str], body: bytes, now: datetime) -> datetime | None:
    """When the source may be asked again, as it says: in headers first, else in its body; UTC."""
    hints = [headers.get("retry-after"), headers.get("x-ratelimit-retry-at"), *_in_body(body)]
    for hint in hints:
        moment = None if hint is None else _moment(hint, now)
        if moment is not None and moment - now <= LONGEST_WAIT:
            return max(moment, now)
    return None


def _moment(text: str, now: datetime) -> datetime | None:
    """A hint as seconds, ISO 8601, or the date of HTTP."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        seconds = int(text[:10])
        return now + timedelta(seconds=seconds) if seconds < 10**9 else None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _in_body(body: bytes) -> Iterator[str]:
    """The values of ``retry-at`` anywhere in a JSON body."""
    try:
        yield from _retry_texts(json.loads(body), depth=5)
    except (ValueError, RecursionError):
        return


def _retry_texts(part: Any, depth: int) -> Iterator[str]:
    if not isinstance(part, dict) or depth == 0:
        return
    for name, value in part.items():
        if name in {"retry-at", "retry_at"} and isinstance(value, str):
            yield value
        yield from _retry_texts(value, depth - 1)


def _excerpt(body: bytes) -> str:
    """The beginning of an error's body in one line, for people."""
    text = " ".join(body[: 4 * _SHOWN].decode("utf-8", "replace").split())
    if not text:
        return ""
    if text.lower().startswith(("<!doctype html", "<html")):
        return ", an HTML page"
    shown = "".join(letter for letter in text if letter.isprintable())[:_SHOWN]
    return f", it says: {shown}{'...' if len(text) > _SHOWN else ''}"
