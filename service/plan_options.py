"""What a person asks of `plan`, and what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import Fault, InputError
from domain.local_time import moment_at
from domain.time_grid import SLOT_MINUTES

_YEARS: Final = range(2000, 2100)
_AN_ISO_TIME: Final = "write ISO 8601, such as 2026-11-20T18:00+01:00, or local time without the offset"
_LONGEST_SOLVE_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """The arguments of `plan`, as they were typed."""

    site: Path
    at: str | None = None
    prices: Path | None = None
    solar: Path | None = None
    load: Path | None = None
    requests: Path | None = None
    slot_min: int = 15
    gap: float = 0.01
    calm_eur: float | None = None
    time_limit_s: float = 60.0
    out: Path | None = None
    chart: Path | None = None


def order_faults(order: PlanOrder) -> list[Fault]:
    """Everything that is wrong with the options themselves."""
    faults = [*_number_faults(order), *_file_faults(order)]
    try:
        if order.at is not None:
            typed_moment(order.at)
    except InputError as error:
        faults += error.faults
    return faults


def typed_moment(text: str) -> datetime:
    """The moment that was typed, aware or not; InputError where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError([Fault("--at", f"'{text}'", _AN_ISO_TIME)]) from None
    if moment.year not in _YEARS:
        raise InputError([Fault("--at", f"year {moment.year}", f"{_YEARS[0]} to {_YEARS[-1]} is allowed")])
    return moment


def start_of(order: PlanOrder, time_zone: str, now: datetime) -> tuple[datetime, str]:
    """Start of the plan (aware, whole seconds) and a sentence on how it was understood, often empty."""
    if order.at is None:
        return now.astimezone(UTC).replace(microsecond=0), ""
    typed = typed_moment(order.at)
    if typed.tzinfo is not None:
        return typed.astimezone(UTC).replace(microsecond=0), ""
    return _on_local_clock(typed.replace(microsecond=0), time_zone)


def _on_local_clock(typed: datetime, time_zone: str) -> tuple[datetime, str]:
    """A moment on the site's clock, and how a missing or doubled one was understood."""
    local = moment_at(typed.date(), f"{typed:%H:%M}", ZoneInfo(time_zone))
    said = f"--at {typed:%Y-%m-%d %H:%M} is read on the clock of {time_zone}"
    return local.utc + timedelta(seconds=typed.second), f"{said}; {local.note}" if local.note else said


def _number_faults(order: PlanOrder) -> Iterator[Fault]:
    if order.slot_min not in SLOT_MINUTES:
        allowed = ", ".join(str(minutes) for minutes in SLOT_MINUTES)
        yield Fault("--slot-min", f"{order.slot_min}", f"allowed are {allowed} minutes")
    if not 0 <= order.gap <= 1:
        yield Fault("--gap", f"{order.gap:g}", "a share from 0 to 1 is allowed: 0.001 is 0.1 %")
    if order.calm_eur is not None and not (math.isfinite(order.calm_eur) and order.calm_eur >= 0):
        yield Fault("--calm-eur", f"{order.calm_eur:g}", "an amount in EUR, 0 or more, is allowed")
    if not 0 < order.time_limit_s <= _LONGEST_SOLVE_S:
        yield Fault("--time-limit", f"{order.time_limit_s:g}", "above 0 and at most 86400 seconds is allowed")


def _file_faults(order: PlanOrder) -> Iterator[Fault]:
    for option, path in (("--out", order.out), ("--chart", order.chart)):
        if path is not None and path.is_dir():
            yield Fault(option, f"'{path}' is a folder", "name a file")
    if order.chart is not None and order.chart.suffix.lower() not in {".png", ".svg"}:
        yield Fault("--chart", f"'{order.chart}'", "the name must end in .png or .svg")
    if order.out is not None and order.out == order.chart:
        yield Fault("--chart", f"'{order.chart}' is also --out", "give them different names")
