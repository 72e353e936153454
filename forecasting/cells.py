"""One cell of a table to one value, or the reason why not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_YEARS: Final = (1970, 2200)
_LONGEST_SHOWN: Final = 40
STAMP_FORM: Final = "a moment with its zone, such as 2026-03-29T00:15:00+01:00 or 2026-03-28T23:15:00Z"


class BadCellError(ValueError):
    """A cell that is not what its column holds."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"{found}; {allowed}")
        self.found = found
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numbers that a column may hold, both ends included."""

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g} {self.unit}".rstrip()


PRICE: Final = Bounds(-10, 10, "EUR/kWh")
POWER: Final = Bounds(0, 1e6, "kW")


def shown(cell: object) -> str:
    """The cell as an error message shows it."""
    text = "an empty cell" if cell is None else repr(str(cell))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...'"


def number(cell: object, bounds: Bounds) -> float:
    """The cell as a finite number inside ``bounds``."""
    value = _as_float(cell, bounds)
    if not bounds.low <= value <= bounds.high:  # NaN fails too
        raise BadCellError(shown(cell), f"allowed is {bounds}")
    return value


def _as_float(cell: object, bounds: Bounds) -> float:
    if isinstance(cell, bool):
        raise BadCellError(shown(cell), f"allowed is {bounds}")
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, str):
        if _NUMBER.fullmatch(cell):
            return float(cell)
        if _NUMBER.fullmatch(cell.replace(",", ".", 1)):
            raise BadCellError(shown(cell), f"the decimal mark is a point; allowed is {bounds}")
    raise BadCellError(shown(cell), f"allowed is {bounds}")


def whole(cell: object, low: int, high: int) -> int:
    """The cell as a whole number from ``low`` to ``high``."""
    allowed = f"allowed is a whole number from {low} to {high}"
    value: int | None = None
    if isinstance(cell, str) and _WHOLE.fullmatch(cell):
        value = int(cell)
    elif isinstance(cell, int) and not isinstance(cell, bool):
        value = cell
    elif isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        value = int(cell)  # Parquet keeps whole numbers with gaps as floats
    if value is None or not low <= value <= high:
        raise BadCellError(shown(cell), allowed)
    return value


def text(cell: object) -> str:
    """The cell as text that is not empty."""
    if isinstance(cell, str):
        return cell
    raise BadCellError(shown(cell), "allowed is text")


def moment(cell: object) -> datetime:
    """The cell as an aware moment."""
    if isinstance(cell, str):
        try:
            stamp = datetime.fromisoformat(cell)
        except ValueError:
            raise BadCellError(shown(cell), f"allowed is {STAMP_FORM}") from None
    elif isinstance(cell, datetime):
        stamp = cell
    else:
        raise BadCellError(shown(cell), f"allowed is {STAMP_FORM}")
    if stamp.utcoffset() is None:
        raise BadCellError(f"{shown(cell)} without a time zone", f"allowed is {STAMP_FORM}")
    if not _YEARS[0] < stamp.year < _YEARS[1]:
        raise BadCellError(shown(cell), f"allowed are years after {_YEARS[0]} and before {_YEARS[1]}")
    return stamp


def as_said(cell: object) -> str:
    """A moment as the file has it: its own text, or ISO 8601 with its own offset."""
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)


def whole_second(cell: object) -> int:
    """The cell as a moment in whole seconds since 1970."""
    stamp = moment(cell)
    if stamp.microsecond:
        raise BadCellError(shown(cell), "allowed are whole seconds")
    return int(stamp.timestamp())
