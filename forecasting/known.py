"""What a source knows of one quantity, before it meets the time grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.series import Quality
from forecasting.intervals import Intervals
from forecasting.quantiles import Spread


@dataclass(frozen=True, slots=True)
class Known:
    """Values of one source over its own intervals; what it does not cover is not known."""

    intervals: Intervals
    unit: str
    source: str
    """Name for people: a file, ``fixed``, ``bands``, ``sample prices``, a provider with its zone."""
    quality: Quality = Quality.PUBLISHED
    issued_at: datetime | None = None
    note: str = ""
    spread: Spread | None = None
    """How uncertain the values are; none where nobody says."""
    rest: Known | None = None
    """What counts in the slots that ``intervals`` do not cover, in the place of a tail."""
