"""The country of a time zone, from the table that comes with the time zones."""

from __future__ import annotations

from functools import cache
from importlib import resources


def country_of(time_zone: str) -> str | None:
    """ISO 3166 alpha-2 code of the country whose zone it is; none for ``UTC``, ``CET`` and the like."""
    return _countries().get(time_zone)


@cache
def _countries() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
