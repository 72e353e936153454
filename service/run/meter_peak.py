"""The month's peak as the grid meter says it, which wins over the owner's word."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.site import Site
from domain.site_tariff import MonthPeak
from executors.readings import MeterReading
from service.run.plan_task import with_peak

FRESH_S: Final = 60.0
"""A peak that was said longer ago, and without its own time, may be of another month."""


def with_meter_peak(site: Site, reading: MeterReading | None, now: datetime, mono_s: float) -> Site:
    """The site with the peak of the local month in ``reading``; as it is where the meter says none of it."""
    if reading is None or not math.isfinite(reading.month_peak_kw) or mono_s - reading.sampled_s > FRESH_S:
        return site
    zone = ZoneInfo(site.location.time_zone)
    month = f"{now.astimezone(zone):%Y-%m}"
    if f"{(reading.month_peak_at or now).astimezone(zone):%Y-%m}" != month:
        return site
    return with_peak(site, MonthPeak(kw=reading.month_peak_kw, month=month))
