"""Days of which a source lists only the daylight: what is dark, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.time_grid import from_utc_s, utc_s
from domain.units import S_PER_H, W_PER_KW
from forecasting.intervals import LONGEST_STEP_S, Intervals

_WHOLE: Final = 0.02
"""Share of a day's total by which its periods may miss it: rounding, and the minutes before sunset."""
_WHOLE_WH: Final = 1.0


def power_with_nights(
    ends_s: NDArray[np.int64], energy_wh: NDArray[np.float64], totals_wh: Mapping[date, float], zone: ZoneInfo
) -> Intervals:
    """Mean power [kW] of periods given by their ends (rising) and energies, dark hours included.

    From the last stamp of a day to the first of the next nothing is made: that night is 0, but for its last
    step, which holds the first period's energy. What else a local day leaves out is dark only where the
    day's periods add up to its own total; otherwise it stays a hole. A day left out stays a hole too.
    """
    usual_s = _usual_step_s(ends_s)
    whole = _whole_days(ends_s, energy_wh, totals_wh, zone)
    first, last = (local_day(int(end_s), zone) for end_s in (ends_s[0], ends_s[-1]))
    before_s = _midnight_s(first, zone) if first in whole else int(ends_s[0]) - usual_s
    rows: list[tuple[int, int, float]] = []
    for end_s, wh in zip(ends_s.tolist(), energy_wh.tolist(), strict=True):
        start_s = before_s if end_s - before_s <= LONGEST_STEP_S else end_s - usual_s
        if start_s > before_s and _is_dark(before_s, end_s, whole, zone):
            rows.append((before_s, start_s, 0.0))
        rows.append((start_s, end_s, wh))
        before_s = end_s
    tomorrow_s = _midnight_s(last + timedelta(days=1), zone)
    if last in whole and before_s < tomorrow_s:
        rows.append((before_s, tomorrow_s, 0.0))
    start_s, stop_s = (np.array([row[side] for row in rows], dtype=np.int64) for side in (0, 1))
    energies_wh = np.array([row[2] for row in rows], dtype=np.float64)
    return Intervals(start_s, stop_s, energies_wh / W_PER_KW / ((stop_s - start_s) / S_PER_H))


def local_day(end_s: int, zone: ZoneInfo) -> date:
    """The day that a period ending at ``end_s`` belongs to; midnight ends a day."""
    return from_utc_s(end_s - 1).astimezone(zone).date()


def _usual_step_s(ends_s: NDArray[np.int64]) -> int:
    steps_s = np.diff(ends_s)
    near_s = steps_s[steps_s <= LONGEST_STEP_S]
    if not len(near_s):
        raise ValueError(f"no two stamps within {LONGEST_STEP_S} s: how long a period lasts is not said")
    return int(np.median(near_s))


def _whole_days(
    ends_s: NDArray[np.int64], energy_wh: NDArray[np.float64], totals_wh: Mapping[date, float], zone: ZoneInfo
) -> set[date]:
    """Local days of which nothing is left out: their periods add up to the day's own total."""
    sums_wh: dict[date, float] = {}
    for end_s, wh in zip(ends_s.tolist(), energy_wh.tolist(), strict=True):
        day = local_day(end_s, zone)
        sums_wh[day] = sums_wh.get(day, 0.0) + wh
    nan = float("nan")
    return {
        day for day, wh in sums_wh.items() if abs(totals_wh.get(day, nan) - wh) <= max(_WHOLE_WH, _WHOLE * wh)
    }


def _is_dark(from_s: int, to_s: int, whole: set[date], zone: ZoneInfo) -> bool:
    """Whether nothing is made between two stamps: one midnight lies between, or the day is whole."""
    before, day = local_day(from_s + 1, zone), local_day(to_s, zone)
    return day in whole if before == day else day - local_day(from_s, zone) == timedelta(days=1)


def _midnight_s(day: date, zone: ZoneInfo) -> int:
    return utc_s(datetime.combine(day, time(), zone))
