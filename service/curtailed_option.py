"""`--curtailed FROM/TO`: when the signal of the grid operator's curtailment is on."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import Fault, InputError
from domain.site import Site

_OPTION: Final = "--curtailed"
_ALLOWED: Final = "write FROM/TO in ISO 8601, such as 2026-11-20T17:00/2026-11-20T19:00"


def curtailed_times(typed: str | None, site: Site) -> tuple[tuple[datetime, datetime], ...]:
    """The stretch of time that was typed, none where none was; without offset on the site's clock.

    Raises InputError where it is no stretch of time, or the site states no curtailment.
    """
    if typed is None:
        return ()
    zone = ZoneInfo(site.location.time_zone)
    try:
        start, end = (datetime.fromisoformat(part.strip()) for part in typed.split("/"))
    except ValueError:
        raise InputError([Fault(_OPTION, f"'{typed}'", _ALLOWED)]) from None
    start, end = (one if one.tzinfo is not None else one.replace(tzinfo=zone) for one in (start, end))
    if end <= start:
        raise InputError([Fault(_OPTION, f"an end at {end}, not after {start}", _ALLOWED)])
    if site.curtailment is None:
        raise InputError([Fault(_OPTION, "a site without curtailment", "say curtailment in the site file")])
    return ((start, end),)
