"""What price providers are asked in tests, and a web that answers from a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from forecasting.live.provider import Want

KEY = "0f1e2d3c-secret"
NOW = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)
START_S = 1_759_874_400
"""Midnight in Brussels before ``NOW``: 2025-10-07T22:00Z."""
QUARTER = 900


def want(
    zone: str = "BE", now: datetime = NOW, start: datetime | None = None, clock: str = "Europe/Brussels"
) -> Want:
    """The 72 h from ``start`` (else from ``now``), asked for at ``now``."""
    first = now if start is None else start
    return Want(first, first + timedelta(hours=72), now, clock, zone=zone, key=KEY)


def utc(text: str) -> datetime:
    """The moment whose UTC clock shows ``text``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def json_body(answer: Any) -> bytes:
    """The answer as it comes over the wire."""
    return json.dumps(answer).encode()


class Call(NamedTuple):
    """One question that went out."""

    url: str
    params: Mapping[str, str | int | float]
    headers: Mapping[str, str]
    json: Any
    secret: str


class ListedWeb:
    """Gives the listed answers one after another; an error among them is raised."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        headers: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> bytes:
        return self._next(Call(url, params or {}, headers or {}, None, secret))

    async def post(
        self, url: str, *, json: object, headers: Mapping[str, str] | None = None, secret: str = ""
    ) -> bytes:
        return self._next(Call(url, {}, headers or {}, json, secret))

    def _next(self, call: Call) -> bytes:
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
