"""Error of the load habit beside simpler forecasts, on a real house: ``python -m benchmarks.forecasts``.

At every local midnight the coming day is forecast from what the meter had shown by then. The habit's half
lives were chosen with this house in view: on another one expect the same order, not the same distance.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.site_grid import Location
from forecasting.habit import predict
from forecasting.intervals import Intervals, from_starts
from forecasting.public_holidays import holiday_rule
from forecasting.resample import means

Numbers = NDArray[np.float64]
Forecaster = Callable[[Intervals, Sequence[datetime]], Numbers]

HOUSE: Final = (
    Path(__file__).resolve().parents[2] / "shared/data/pv_load/emhass_household_30min_2024-02_2024-09.csv.gz"
)
HOME: Final = Location(time_zone="Europe/Paris")
STEP_S: Final = 1800
HOURS_PER_YEAR: Final = 8760
FIRST: Final = date(2024, 4, 1)
"""Three weeks of gaps and more lie before it."""


@dataclass(frozen=True, slots=True)
class Score:
    """How wrong a forecast was, over all days on which every forecast was possible."""

    name: str
    days: int
    mae_kw: float
    """Mean distance of the half hours."""
    peak_kw: float
    """Mean distance of the day's highest half hour."""


def household(path: Path) -> Intervals:
    """Load of the household [kW]."""
    with gzip.open(path, "rt") as text:
        rows = [(row["utc"], row["load_w"]) for row in csv.DictReader(text)]
    stamps_s = [int(datetime.fromisoformat(stamp).timestamp()) for stamp, _ in rows]
    return from_starts(stamps_s, [float(load_w) / 1000 if load_w else np.nan for _, load_w in rows])


def by_habit(history: Intervals, starts: Sequence[datetime]) -> Numbers:
    """What ``load.source: habit`` says."""
    return predict(
        history,
        starts,
        time_zone=HOME.time_zone,
        is_holiday=holiday_rule(HOME),
        yearly_kwh=None,
        now=starts[0],
    )


def by_cold_start(history: Intervals, starts: Sequence[datetime]) -> Numbers:
    """What the habit says before anything is recorded, from the energy of a year as on a bill."""
    return predict(
        None,
        starts,
        time_zone=HOME.time_zone,
        is_holiday=holiday_rule(HOME),
        yearly_kwh=float(np.nanmean(history.values)) * HOURS_PER_YEAR,
        now=starts[0],
    )


def as_days_ago(days: int) -> Forecaster:
    """The same clock times some days before."""

    def forecast(history: Intervals, starts: Sequence[datetime]) -> Numbers:
        local = [start.astimezone(ZoneInfo(HOME.time_zone)) - timedelta(days=days) for start in starts]
        start_s = np.array([int(moment.astimezone(UTC).timestamp()) for moment in local], dtype=np.int64)
        return means(history, start_s, start_s + STEP_S)

    return forecast


FORECASTERS: Final[dict[str, Forecaster]] = {
    "habit": by_habit,
    "same as yesterday": as_days_ago(1),
    "same as last week": as_days_ago(7),
    "cold start": by_cold_start,
}


def scores(history: Intervals, first: date, last: date) -> list[Score]:
    """Score of every forecast over the local days from ``first`` to ``last``."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in FORECASTERS}
    for starts in _days(first, last):
        start_s = np.array([int(start.timestamp()) for start in starts], dtype=np.int64)
        truth = means(history, start_s, start_s + STEP_S)
        said = {name: forecast(history, starts) for name, forecast in FORECASTERS.items()}
        if not any(np.any(np.isnan(one)) for one in (truth, *said.values())):
            for name, one in said.items():
                found[name].append((float(np.abs(one - truth).mean()), abs(float(one.max() - truth.max()))))
    return [Score(name, len(rows), *np.mean(rows, axis=0).tolist()) for name, rows in found.items()]


def _days(first: date, last: date) -> Iterable[list[datetime]]:
    """Half hours of every local day, UTC."""
    zone = ZoneInfo(HOME.time_zone)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        start, end = (
            datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1))
        )
        yield [
            start + timedelta(seconds=STEP_S * step)
            for step in range(round((end - start).total_seconds() / STEP_S))
        ]


def main() -> None:
    """Print the table."""
    if not HOUSE.exists():
        print(f"no household to forecast: ../shared/{'/'.join(HOUSE.parts[-3:])} is not on this machine")
        return
    history = household(HOUSE)
    found = scores(history, FIRST, date(2024, 9, 30))
    mean_kw = float(np.nanmean(history.values))
    print(f"load of a house in France, {found[0].days} days from {FIRST} on, mean {mean_kw:.3f} kW")
    print(f"{'forecast':<20}{'MAE kW':>9}{'peak error kW':>16}")
    for score in found:
        print(f"{score.name:<20}{score.mae_kw:>9.3f}{score.peak_kw:>16.3f}")


if __name__ == "__main__":
    main()
