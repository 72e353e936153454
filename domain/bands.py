"""Bands: prices by local time, weekday and month; the first band that fits counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from domain.clock import DAYS, MINUTES_PER_DAY, ClockEnd, ClockTime, Day, clock_of, minutes_of
from domain.site_model import EurPerKwh, SiteModel, refusal

BandDay = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
Month = Annotated[int, Field(ge=1, le=12)]


class BandTimes(SiteModel):
    """When a band counts; what is left out does not restrict.

    Everything is asked of the moment itself: 22:00 to 06:00 on ``mon`` is Monday before 06:00 and
    Monday from 22:00 on. A public holiday is ``holiday`` and its weekday as well.
    """

    months: Annotated[tuple[Month, ...], Field(min_length=1, max_length=12)] | None = None
    days: Annotated[tuple[BandDay, ...], Field(min_length=1, max_length=8)] | None = None
    from_time: ClockTime = Field(default="00:00", alias="from")
    to_time: ClockEnd = Field(default="24:00", alias="to")
    """Exclusive; before ``from`` it is over midnight."""

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if minutes_of(self.from_time) == minutes_of(self.to_time):
            raise refusal(f"from and to both {self.from_time}", "leave both out for the whole day")
        return self

    @property
    def names_holidays(self) -> bool:
        """Whether the band asks if a day is a public holiday."""
        return "holiday" in (self.days or ())

    def holds_at(self, local: datetime, *, holiday: bool) -> bool:
        """Whether the band counts at a local moment; ``holiday``: that day is a public holiday."""
        on_day = self._on_day(DAYS[local.weekday()]) or (holiday and self.names_holidays)
        return on_day and self._in_month(local.month) and self._in_hours(local.hour * 60 + local.minute)

    def covers(self, month: int, day: Day, minute: int) -> bool:
        """Whether the band counts on every such moment, holiday or not."""
        return self._in_month(month) and self._on_day(day) and self._in_hours(minute)

    def _in_month(self, month: int) -> bool:
        return self.months is None or month in self.months

    def _on_day(self, day: Day) -> bool:
        return self.days is None or day in self.days

    def _in_hours(self, minute: int) -> bool:
        start, end = minutes_of(self.from_time), minutes_of(self.to_time)
        if start < end:
            return start <= minute < end
        return minute >= start or minute < end


class Band(BandTimes):
    """A final price that counts at some times."""

    eur_per_kwh: EurPerKwh
    """All taxes in."""


class BandAdd(BandTimes):
    """A surcharge on a dynamic price that counts at some times, before VAT."""

    add_eur_per_kwh: EurPerKwh


class Uncovered(NamedTuple):
    """A first moment that no band covers."""

    month: int
    day: Day
    minute: int

    def __str__(self) -> str:
        return f"{self.day} {clock_of(self.minute)} in month {self.month}"


def first_uncovered(bands: Sequence[BandTimes]) -> Uncovered | None:
    """The first month, weekday and minute that no band covers; none where bands leave no gap."""
    edges = {minutes_of(band.from_time) for band in bands} | {minutes_of(band.to_time) for band in bands}
    minutes = sorted({0} | {edge % MINUTES_PER_DAY for edge in edges})
    for month in range(1, 13):
        for day in DAYS:
            for minute in minutes:
                if not any(band.covers(month, day, minute) for band in bands):
                    return Uncovered(month, day, minute)
    return None
