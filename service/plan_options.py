"""What a person asks of `plan`, and what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from domain.errors import Fault, InputError
from domain.local_time import moment_at
from domain.time_grid import SLOT_MINUTES
from service.writing import target_fault

_YEARS: Final = range(2000, 2100)
_AN_ISO_TIME: Final = "write ISO 8601, such as 2026-11-20T18:00+01:00, or local time without the offset"
_LONGEST_SOLVE_S: Final = 86_400.0


class _Allowed(NamedTuple):
    """What a number must be, as a test and in words."""

    fits: Callable[[float], bool]
    words: str


_SLOT: Final = _Allowed(
    lambda value: value in SLOT_MINUTES, f"allowed are {', '.join(map(str, SLOT_MINUTES))} minutes"
)
_GAP: Final = _Allowed(lambda value: 0 <= value <= 1, "a share from 0 to 1 is allowed: 0.001 is 0.1 %")
_CALM: Final = _Allowed(lambda value: 0 <= value < math.inf, "an amount in EUR, 0 or more, is allowed")
_SOC: Final = _Allowed(lambda value: 0 <= value <= 1, "a share from 0 to 1 is allowed: 0.5 is half full")
_TIME_LIMIT: Final = _Allowed(
    lambda value: 0 < value <= _LONGEST_SOLVE_S, "above 0 and at most 86400 seconds is allowed"
)


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """The arguments of `plan`, as they were typed."""

    site: Path
    at: str | None = None
    prices: Path | None = None
    solar: Path | None = None
    load: Path | None = None
    requests: Path | None = None
    slot_min: str = "15"
    gap: str = "0.01"
    calm_eur: str | None = None
    time_limit_s: str = "60"
    battery_soc: str | None = None
    out: Path | None = None
    chart: Path | None = None
    cache: Path | None = None
    curtailed: str | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers among the arguments."""

    slot_min: int
    gap: float
    calm_eur: float | None
    time_limit_s: float
    battery_soc: float | None


def numbers_of(order: PlanOrder) -> Numbers:
    """The numbers that were typed; InputError with everything that is wrong with them."""
    faults: list[Fault] = []
    numbers = Numbers(
        slot_min=int(_number("--slot-min", order.slot_min, _SLOT, faults)),
        gap=_number("--gap", order.gap, _GAP, faults),
        calm_eur=None if order.calm_eur is None else _number("--calm-eur", order.calm_eur, _CALM, faults),
        time_limit_s=_number("--time-limit", order.time_limit_s, _TIME_LIMIT, faults),
        battery_soc=None
        if order.battery_soc is None
        else _number("--battery-soc", order.battery_soc, _SOC, faults),
    )
    if faults:
        raise InputError(faults)
    return numbers


def order_faults(order: PlanOrder) -> list[Fault]:
    """Everything that is wrong with the options themselves."""
    faults: list[Fault] = []
    try:
        numbers_of(order)
    except InputError as error:
        faults += error.faults
    faults += _file_faults(order)
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


def _number(option: str, typed: str, allowed: _Allowed, faults: list[Fault]) -> float:
    """The number that was typed; 0, and a fault noted, where it is none or not an allowed one."""
    try:
        value = float(typed) if typed.isascii() and "_" not in typed else None
    except ValueError:
        value = None
    if value is not None and allowed.fits(value):
        return value
    faults.append(Fault(option, f"'{typed}'" if value is None else typed.strip(), allowed.words))
    return 0


def _file_faults(order: PlanOrder) -> Iterator[Fault]:
    if order.cache is not None and order.cache.exists() and not order.cache.is_dir():
        yield Fault("--cache", f"'{order.cache}' is a file", "name a folder")
    for option, path in (("--out", order.out), ("--chart", order.chart)):
        fault = None if path is None else target_fault(path, option)
        if fault is not None:
            yield fault
    if order.chart is not None and order.chart.suffix.lower() not in {".png", ".svg"}:
        yield Fault("--chart", f"'{order.chart}'", "the name must end in .png or .svg")
    if order.out is not None and order.out == order.chart:
        yield Fault("--chart", f"'{order.chart}' is also --out", "give them different names")
