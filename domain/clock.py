"""Times of day as the owner writes them: ``07:30``."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from domain.site_model import refusal

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""By ``datetime.weekday()``."""
MINUTES_PER_DAY: Final = 1440

_CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")


def minutes_of(clock: str) -> int:
    """Minutes [min] after midnight of ``HH:MM``; ``24:00`` is 1440."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minutes: int) -> str:
    """``HH:MM`` of minutes [min] after midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise refusal("", 'a time of day from "00:00" to "23:59" is allowed')
    return clock_of(minutes_of(text))


def _clock_or_midnight(text: str) -> str:
    if text == "24:00":
        return text
    if not _CLOCK.fullmatch(text):
        raise refusal("", 'a time of day from "00:00" to "24:00" is allowed')
    return clock_of(minutes_of(text))


_SCHEMA: Final = {"pattern": r"^([01]?\d|2[0-3]):[0-5]\d$"}

ClockTime = Annotated[str, AfterValidator(_clock), Field(json_schema_extra=_SCHEMA)]
"""``HH:MM`` from 00:00 to 23:59, local time of the site."""
ClockEnd = Annotated[
    str,
    AfterValidator(_clock_or_midnight),
    Field(json_schema_extra={"pattern": r"^([01]?\d|2[0-3]):[0-5]\d$|^24:00$"}),
]
"""``HH:MM`` from 00:00 to 24:00, local time of the site."""
