"""From what a source knows to a series on the time grid without a hole."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.errors import Fault, InputError
from domain.series import Series
from domain.time_grid import TimeGrid, from_utc_s
from forecasting.intervals import filled
from forecasting.known import Known
from forecasting.quotes import EUR_PER_KWH
from forecasting.resample import onto
from forecasting.tail import recent_mean, tail


def to_series(known: Known, grid: TimeGrid) -> Series:
    """The values on the grid; beyond the end of what is known, its ``rest``, else a declared forecast.

    A price of an hour never seen is taken to be the mean of the last days. A power is not: the sun of noon
    does not shine at midnight.
    Raises ``InputError`` where the source starts after the horizon, ends before it, or has a hole in it.
    """
    if known.rest is not None:
        return _completed(known, known.rest, grid)
    _check_meets_horizon(known, grid)
    values = onto(grid, known.intervals)
    quality = np.full(len(grid), known.quality, dtype=np.int8)
    note = known.note
    beyond = np.flatnonzero(np.isnan(values) & (grid.edges_s[1:] > known.intervals.end_s[-1]))
    if len(beyond):
        unseen = recent_mean(known.intervals) if known.unit == EUR_PER_KWH else None
        forecast = tail(known.intervals, grid, beyond, unseen=unseen)
        values[beyond] = forecast.values
        quality[beyond] = np.maximum(quality[beyond], forecast.quality)
        end = local_stamp(known.intervals.end, grid.time_zone)
        note = f"{note}; " * bool(note) + f"{known.source} ends at {end}; from there {forecast.note}"
    _check_no_holes(known, grid, values)
    return Series(grid, values, known.unit, known.source, quality, known.issued_at, note)


def _completed(known: Known, rest: Known, grid: TimeGrid) -> Series:
    """The values on the grid; slots that are not covered, or not wholly, take from ``rest`` what lacks."""
    values = onto(grid, known.intervals)
    lacking = np.isnan(values)
    values[lacking] = onto(grid, filled(known.intervals, rest.intervals))[lacking]
    quality = np.where(lacking, max(known.quality, rest.quality), known.quality).astype(np.int8)
    notes = [known.note]
    if lacking.any():
        share = f"{np.count_nonzero(lacking)} of {len(grid)} slots are not in {known.source}"
        notes.append(f"{share} and come from the {rest.source}: {rest.note}")
    _check_no_holes(known, grid, values)
    note = "; ".join(filter(None, notes))
    return Series(grid, values, known.unit, known.source, quality, known.issued_at, note)


def local_stamp(moment: datetime, time_zone: str) -> str:
    """The moment as the local clock shows it, with its offset, to the minute."""
    return moment.astimezone(ZoneInfo(time_zone)).isoformat(timespec="minutes")


def _check_meets_horizon(known: Known, grid: TimeGrid) -> None:
    zone, have = grid.time_zone, known.intervals
    horizon = f"the horizon goes from {local_stamp(grid.start, zone)} to {local_stamp(grid.end, zone)}"
    if have.end <= grid.start:
        found = f"ends at {local_stamp(have.end, zone)}, before the horizon starts"
    elif have.start > grid.start:
        found = f"starts at {local_stamp(have.start, zone)}, after the horizon does"
    else:
        return
    raise InputError([Fault(known.source, found, f"{horizon}: give values from its start on")])


def _check_no_holes(known: Known, grid: TimeGrid, values: NDArray[np.float64]) -> None:
    missing = np.concatenate(([False], np.isnan(values), [False]))
    first, after = np.flatnonzero(~missing[:-1] & missing[1:]), np.flatnonzero(missing[:-1] & ~missing[1:])
    faults = []
    for low, high in zip(first, after, strict=True):
        start, end = (
            local_stamp(from_utc_s(int(grid.edges_s[edge])), grid.time_zone) for edge in (low, high)
        )
        faults.append(Fault(known.source, f"no value from {start} to {end}", "fill the gap: none is guessed"))
    if faults:
        raise InputError(faults)
