"""From a site's capacity tariff and the horizon to peaks: clock windows on the meter's local clock."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.inputs import PlanInputs
from domain.site import Site
from domain.time_grid import TimeGrid, from_utc_s
from domain.units import S_PER_H, S_PER_MIN, hours_from_s
from scheduler.peaks import Peak, Window
from scheduler.problem import FloatArray, Problem

_ATOM_S: Final = 300
"""Windows and offsets of clocks are whole multiples of five minutes."""
_TARGET_WINDOW_MIN: Final = 15
Part = tuple[int, int]
"""From and to, in seconds since 1970."""


def peaks_of(site: Site, inputs: PlanInputs, bare: Problem) -> tuple[tuple[Peak, ...], tuple[str, ...]]:
    """A peak for every local calendar month of the horizon, and what was assumed.

    Without ``tariff.peak`` the target of mode ``capacity`` takes its place, at no price.
    """
    tariff = site.tariff.peak
    if tariff is None and (site.target_kw is None or "capacity" not in site.mode):
        return (), ()
    window_min = _TARGET_WINDOW_MIN if tariff is None else tariff.window_min
    alone_kw = np.maximum(-bare.surplus_kw, 0.0)
    months: dict[str, list[Window]] = defaultdict(list)
    for start_s, end_s, month in _windows(inputs.grid, window_min):
        window = _window(inputs, (start_s, end_s), alone_kw)
        if not months[month] or not _same(months[month][-1], window):
            months[month].append(window)
    peaks = tuple(
        Peak(month, *_price_and_paid(site, month), windows=tuple(windows))
        for month, windows in months.items()
    )
    return peaks, tuple(_notes(site, inputs, [*months], window_min))


def _price_and_paid(site: Site, month: str) -> tuple[float, float]:
    """Price [EUR/kW] and what is paid for in any case [kW]."""
    tariff = site.tariff.peak
    if tariff is None:
        return 0.0, float(site.target_kw or 0.0)
    known = tariff.so_far is not None and tariff.so_far.month == month
    so_far = tariff.so_far.kw if tariff.so_far is not None and known else 0.0
    return float(tariff.eur_per_kw_month), float(max(tariff.floor_kw, so_far))


def _windows(grid: TimeGrid, window_min: int) -> list[tuple[int, int, str]]:
    """Start, end and local month of every clock window that the horizon touches."""
    zone, length_s = ZoneInfo(grid.time_zone), round(window_min * S_PER_MIN)
    first_s, last_s = int(grid.edges_s[0]), int(grid.edges_s[-1])
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    begin_s = (first_s // _ATOM_S) * _ATOM_S - length_s
    for atom_s in range(begin_s, last_s, _ATOM_S):
        local = from_utc_s(atom_s).astimezone(zone)
        offset_s = round(_offset(local).total_seconds())
        key = ((atom_s + offset_s) // length_s, offset_s)
        start_s, _, month = found.get(key, (atom_s, 0, f"{local:%Y-%m}"))
        found[key] = (start_s, atom_s + _ATOM_S, month)
    return [
        (start_s, start_s + length_s, month) for start_s, end_s, month in found.values() if end_s > first_s
    ]


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    assert offset is not None
    return offset


def _window(inputs: PlanInputs, part: Part, alone_kw: FloatArray) -> Window:
    """One window; the part of it outside the horizon is known, or as without charging."""
    edges_s, (start_s, end_s) = inputs.grid.edges_s, part
    overlap_s = np.minimum(edges_s[1:], end_s) - np.maximum(edges_s[:-1], start_s)
    slots = np.flatnonzero(overlap_s > 0)
    before_h = hours_from_s(max(0.0, float(edges_s[0] - start_s)))
    after_h = hours_from_s(max(0.0, float(end_s - edges_s[-1])))
    used_kwh = float(alone_kw[0]) * before_h
    if before_h > 0 and inputs.window_import_kwh is not None:
        used_kwh = inputs.window_import_kwh
    known_kwh = used_kwh + float(alone_kw[-1]) * after_h
    return Window(hours_from_s(end_s - start_s), slots, overlap_s[slots] / S_PER_H, known_kwh)


def _same(one: Window, other: Window) -> bool:
    """Whether two windows have the same mean: both lie inside one slot."""
    inside = len(one.slots) == len(other.slots) == 1 and one.slots[0] == other.slots[0]
    return bool(inside and one.known_kwh == other.known_kwh == 0.0)


def _notes(site: Site, inputs: PlanInputs, months: list[str], window_min: int) -> list[str]:
    """What was assumed about the peak."""
    tariff, notes = site.tariff.peak, []
    started = min(start for start, _, _ in _windows(inputs.grid, window_min)) < int(inputs.grid.edges_s[0])
    if started and inputs.window_import_kwh is None:
        notes.append(
            "peak: the import since the running window began is not known; taken as without charging"
        )
    if tariff is not None and tariff.so_far is not None and tariff.so_far.month not in months:
        notes.append(f"peak: so_far is of {tariff.so_far.month}, so {', '.join(months)} counts from floor_kw")
    return notes
