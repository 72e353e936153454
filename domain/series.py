"""A series on the time grid that knows its unit, source, time of issue and quality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from domain.time_grid import TimeGrid


class Quality(IntEnum):
    """How a value is known, best first; the worst slot speaks for a series."""

    PUBLISHED = 0
    """Given by the source for this slot."""
    FORECAST = 1
    """Estimated, by a source or by us from several past days."""
    REPEATED = 2
    """Copied from the same hour of one past day, for want of anything better."""

    @property
    def word(self) -> str:
        """Name in plan.json."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Series:
    """Values on a grid; NaN is a missing value, never 0.

    ``values`` and ``quality`` have the shape (slots,). A price holds all through its slot; a power is
    the slot's mean.
    """

    grid: TimeGrid
    values: NDArray[np.float64]
    unit: str
    source: str
    quality: NDArray[np.int8]
    issued_at: datetime | None = None
    note: str = ""
    """One sentence for people: what was assumed, from when on the values are a forecast."""

    def __post_init__(self) -> None:
        for name, array in (("values", self.values), ("quality", self.quality)):
            if array.shape != (len(self.grid),):
                raise ValueError(
                    f"{name} of '{self.source}' have the shape {array.shape}, "
                    f"the grid has {len(self.grid)} slots"
                )
            array.setflags(write=False)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which slots have no value."""
        return np.isnan(self.values)

    @property
    def worst_quality(self) -> Quality:
        """Quality of the least known slot."""
        return Quality(int(self.quality.max()))
