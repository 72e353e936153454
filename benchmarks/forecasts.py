"""Error of the load habit beside simpler forecasts, on real houses: ``python -m benchmarks.forecasts``.

At every local midnight the coming day is forecast from what the meter had shown by then. The habit's half
lives were chosen with the house in France in view; those in California played no part in it.
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

_FOLDER: Final = Path(__file__).resolve().parents[2] / "shared/data/pv_load"
HOUSE: Final = _FOLDER / "emhass_household_30min_2024-02_2024-09.csv.gz"
HOME: Final = Location(time_zone="Europe/Paris")
OTHERS: Final = _FOLDER / "citylearn2022_buildings1-3_hourly.csv.gz"
OTHER_HOME: Final = Location(time_zone="Etc/GMT+8", country="US")
"""The file has no dates: its months and weekdays are those of 2016 and 2017, its clock never changes."""
_OTHERS_START: Final = datetime(2016, 7, 31, 23, tzinfo=ZoneInfo(OTHER_HOME.time_zone))
HOURS_PER_YEAR: Final = 8760
FIRST: Final = date(2024, 4, 1)
"""Three weeks of gaps and more lie before it."""
OTHERS_DAYS: Final = date(2016, 9, 1), date(2017, 7, 30)


@dataclass(frozen=True, slots=True)
class House:
    """What was recorded in a house, where it stands, and how long a value lasts."""

    history: Intervals
    location: Location = HOME
    step_s: int = 1800

    @property
    def zone(self) -> ZoneInfo:
        """Its clock."""
        return ZoneInfo(self.location.time_zone)


Forecaster = Callable[[House, Sequence[datetime]], Numbers]


@dataclass(frozen=True, slots=True)
class Score:
    """How wrong a forecast was, over all days on which every forecast was possible."""

    name: str
    days: int
    mae_kw: float
    """Mean distance of the values."""
    peak_kw: float
    """Mean distance of the day's highest value."""


def household(path: Path) -> Intervals:
    """Load of the household [kW]."""
    with gzip.open(path, "rt") as text:
        rows = [(row["utc"], row["load_w"]) for row in csv.DictReader(text)]
    stamps_s = [int(datetime.fromisoformat(stamp).timestamp()) for stamp, _ in rows]
    return from_starts(stamps_s, [float(load_w) / 1000 if load_w else np.nan for _, load_w in rows])


def other_house(path: Path, number: str) -> House:
    """Load of one of the three buildings, in kW by the hour."""
    with gzip.open(path, "rt") as text:
        rows = [row for row in csv.DictReader(text) if row["building"] == number]
    first_s = int(_OTHERS_START.timestamp())
    stamps_s = [first_s + 3600 * hour for hour in range(len(rows))]
    return House(from_starts(stamps_s, [float(row["non_shiftable_load"]) for row in rows]), OTHER_HOME, 3600)


def by_habit(house: House, starts: Sequence[datetime]) -> Numbers:
    """What ``load.source: habit`` says."""
    return _predicted(house, house.history, starts, None)


def by_cold_start(house: House, starts: Sequence[datetime]) -> Numbers:
    """What the habit says before anything is recorded, from the energy of a year as on a bill."""
    return _predicted(house, None, starts, float(np.nanmean(house.history.values)) * HOURS_PER_YEAR)


def _predicted(
    house: House, history: Intervals | None, starts: Sequence[datetime], yearly_kwh: float | None
) -> Numbers:
    return predict(
        history,
        starts,
        time_zone=house.location.time_zone,
        is_holiday=holiday_rule(house.location),
        yearly_kwh=yearly_kwh,
        now=starts[0],
    )


def as_days_ago(days: int) -> Forecaster:
    """The same clock times some days before."""

    def forecast(house: House, starts: Sequence[datetime]) -> Numbers:
        local = [start.astimezone(house.zone) - timedelta(days=days) for start in starts]
        start_s = np.array([int(moment.astimezone(UTC).timestamp()) for moment in local], dtype=np.int64)
        return means(house.history, start_s, start_s + house.step_s)

    return forecast


FORECASTERS: Final[dict[str, Forecaster]] = {
    "habit": by_habit,
    "same as yesterday": as_days_ago(1),
    "same as last week": as_days_ago(7),
    "cold start": by_cold_start,
}


def scores(house: House, first: date, last: date) -> list[Score]:
    """Score of every forecast over the local days from ``first`` to ``last``."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in FORECASTERS}
    for starts in _days(house, first, last):
        start_s = np.array([int(start.timestamp()) for start in starts], dtype=np.int64)
        truth = means(house.history, start_s, start_s + house.step_s)
        said = {name: forecast(house, starts) for name, forecast in FORECASTERS.items()}
        if not any(np.any(np.isnan(one)) for one in (truth, *said.values())):
            for name, one in said.items():
                found[name].append((float(np.abs(one - truth).mean()), abs(float(one.max() - truth.max()))))
    return [Score(name, len(rows), *np.mean(rows, axis=0).tolist()) for name, rows in found.items()]


def _days(house: House, first: date, last: date) -> Iterable[list[datetime]]:
    """The steps of every local day, UTC."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        start, end = (
            datetime.combine(one, time(), house.zone).astimezone(UTC)
            for one in (day, day + timedelta(days=1))
        )
        yield [
            start + timedelta(seconds=house.step_s * step)
            for step in range(round((end - start).total_seconds() / house.step_s))
        ]


def main() -> None:
    """Print a table for each house."""
    if HOUSE.exists():
        _show("a house in France", House(household(HOUSE)), FIRST, date(2024, 9, 30))
    else:
        print(f"no household to forecast: {HOUSE.name} is not on this machine")
    for number in ("1", "2", "3") if OTHERS.exists() else ():
        _show(f"house {number} in California", other_house(OTHERS, number), *OTHERS_DAYS)


def _show(name: str, house: House, first: date, last: date) -> None:
    found = scores(house, first, last)
    mean_kw = float(np.nanmean(house.history.values))
    print(f"load of {name}, {found[0].days} days from {first} on, mean {mean_kw:.3f} kW")
    print(f"{'forecast':<20}{'MAE kW':>9}{'peak error kW':>16}")
    for score in found:
        print(f"{score.name:<20}{score.mae_kw:>9.3f}{score.peak_kw:>16.3f}")


if __name__ == "__main__":
    main()
