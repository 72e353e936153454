"""What the answers of live providers share: JSON with a shape, moments, values that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import Malformed, NotPublished, Rejected
from domain.series import Quality
from domain.site_energy import SolarArray
from domain.time_grid import utc_s
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.live.provider import Want

_MOST: Final = 1e6
"""No light [W/m²], power [kW], energy [Wh], wind or temperature of ours is as large."""
_FROM_S, _TO_S = (utc_s(datetime(year, 1, 1, tzinfo=UTC)) for year in (2000, 2100))
_FRACTION: Final = re.compile(r"(\.\d{6})\d+")


@contextmanager
def understanding(who: str, key: str = "") -> Iterator[None]:
    """Run the block; what it cannot make sense of is ``Malformed`` in the name of the provider.

    The error is told without ``key``, and without its cause where that holds the key.
    """
    try:
        yield
    except (ValueError, TypeError, OverflowError, RecursionError, LookupError) as error:
        cause = None if key and key in str(error) else error
        raise Malformed(f"{who}: cannot be understood: {words(error, key)}") from cause


def json_object(body: bytes, who: str) -> dict[str, Any]:
    """The JSON object that the body holds; ``Malformed`` for anything else."""
    if body.lstrip()[:1] == b"<":
        raise Malformed(f"{who}: a page of HTML or XML, not JSON")
    with understanding(who):
        found = json.loads(body, parse_constant=_no_number)
    if not isinstance(found, dict):
        kind = f"a list of {len(found)}" if isinstance(found, list) else type(found).__name__
        raise Malformed(f"{who}: {kind}, not one JSON object")
    return found


def part(of: Mapping[str, Any], name: str, who: str) -> dict[str, Any]:
    """The object under ``name``."""
    found = of.get(name)
    if not isinstance(found, dict):
        raise Malformed(
            f"{who}: no '{name}'; the answer has {', '.join(map(repr, list(of)[:8])) or 'nothing'}"
        )
    return found


def words(value: object, key: str = "") -> str:
    """A provider's own words, on one line, not too many, and never the key that it was asked with."""
    text = " ".join(str(value).split())
    return (text.replace(key, "***") if key else text)[:200]


def numbers(values: Sequence[object]) -> NDArray[np.float64]:
    """JSON numbers; null is NaN. Raises ``ValueError`` for anything else."""
    return np.array([np.nan if value is None else _number(value) for value in values], dtype=np.float64)


def stamp_s(text: object) -> int:
    """UTC seconds since 1970 of an ISO stamp with its offset; ``ValueError`` for one without."""
    if not isinstance(text, str):
        raise TypeError(f"{words(text)!r} is no time stamp")
    moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    if moment.tzinfo is None:
        raise ValueError(f"the stamp {text!r} has no offset: its moment is not known")
    return checked_s(utc_s(moment))


def checked_s(moment_s: int) -> int:
    """The moment [s since 1970], where it lies in this century; ``ValueError`` elsewhere."""
    if not _FROM_S <= moment_s < _TO_S:
        raise ValueError(f"a stamp of {moment_s} s lies outside of this century")
    return moment_s


def next_utc_midnight(now: datetime) -> datetime:
    """When the budgets of a day begin again."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def array_of(want: Want) -> SolarArray:
    """The array that is asked for."""
    if want.array is None:
        raise Rejected("no solar array to ask for")
    return want.array


def solar_power(
    values: Intervals, title: str, want: Want, issued_at: datetime | None, note: str = ""
) -> Known:
    """The forecast of an array [kW]; missing intervals are left out, less than 0 counts as 0.

    Raises ``NotPublished`` where nothing is left.
    """
    array = array_of(want)
    there = ~np.isnan(values.values)
    if not np.any(there):
        raise NotPublished(f"{title}: every value of {array.id} is still missing")
    power_kw = np.maximum(values.values[there], 0.0)
    if array.inverter_kw is not None:
        power_kw = np.minimum(power_kw, array.inverter_kw)
    kept = Intervals(values.start_s[there], values.end_s[there], power_kw)
    return Known(kept, "kW", f"{title}, {array.id}", Quality.FORECAST, issued_at, note)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{words(value)!r} is no number")
    if not -_MOST <= value <= _MOST:
        raise ValueError(f"{words(value)} is out of all bounds")
    return float(value)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
