"""The chart's time axis: local hours, day boundaries, shaded stretches."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
from matplotlib import dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from domain.plan import FloatArray
    from domain.time_grid import TimeGrid

INK: Final = "#26323b"
FAINT: Final = "#c9d1d6"
HOURS_PER_DAY: Final = 24.0
_SHORT_H: Final = 3.0


def edges(grid: TimeGrid) -> FloatArray:
    """Slot edges as matplotlib counts time [days]."""
    return np.asarray(dates.date2num([*grid.starts, grid.end]), dtype=np.float64)


def draw_time_axis(panels: list[Axes], grid: TimeGrid, shown_h: float = inf) -> None:
    """Local hours below the last panel, a line and the day's name at every local midnight.

    ``shown_h``: only so many hours from the start are shown.
    """
    zone = ZoneInfo(grid.time_zone)
    span_h = min(float(grid.hours.sum()), shown_h)
    first = edges(grid)[0]
    last = first + span_h / HOURS_PER_DAY
    midnights = [midnight for midnight in _midnights(grid) if midnight < last]
    for panel in panels:
        panel.set_xlim(first, last)
        panel.xaxis.set_major_locator(_hours(span_h, zone))
        panel.xaxis.set_major_formatter(dates.DateFormatter("%H:%M", tz=zone))
        panel.tick_params(axis="x", labelbottom=panel is panels[-1], length=3, color=FAINT)
        for midnight in midnights:
            panel.axvline(midnight, color=INK, linewidth=0.9, alpha=0.45, zorder=0.5)
    _name_days(panels[0], [first, *midnights, last], zone)


def _hours(span_h: float, zone: ZoneInfo) -> dates.RRuleLocator:
    """Marks at whole local hours, at quarters in a short time."""
    if span_h <= _SHORT_H:
        return dates.MinuteLocator(byminute=(0, 15, 30, 45), tz=zone)
    step_h = next(step for step in (1, 2, 3, 4, 6, 12) if span_h / step <= 13)
    return dates.HourLocator(byhour=range(0, 24, step_h), tz=zone)


def stretches(mask: NDArray[np.bool_], grid: TimeGrid) -> Iterator[tuple[float, float]]:
    """Start and end of every run of slots where ``mask`` is true, as matplotlib counts time."""
    at = edges(grid)
    turns = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    for first, past in zip(turns[::2], turns[1::2], strict=True):
        yield float(at[first]), float(at[past])


def _midnights(grid: TimeGrid) -> list[float]:
    """Local midnights inside the horizon."""
    found = [start for before, start in pairwise(grid.local_starts) if start.date() != before.date()]
    return [float(dates.date2num(moment)) for moment in found]


def _name_days(panel: Axes, bounds: list[float], zone: ZoneInfo) -> None:
    """The day's name above its part of the first panel, where there is room for it."""
    total = bounds[-1] - bounds[0]
    for left, right in pairwise(bounds):
        if (right - left) / total < 0.09:
            continue
        middle = dates.num2date((left + right) / 2, tz=zone)
        panel.annotate(
            f"{middle:%A %d %b}",
            ((left + right) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            color=INK,
        )
