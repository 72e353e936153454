"""Sites that use every rule of the planner at once, as files and by the product's own way to a problem.

``python -m benchmarks.full_sites FOLDER`` writes them, for ``chargewright plan`` or to look at.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from benchmarks.full_words import garage, house
from domain.inputs import PlanInputs
from domain.running import Running
from domain.site import Site, parse_site
from forecasting.gather import Files, gather
from forecasting.sample_day import MARKET_EUR_PER_KWH, SOLAR_KW_PER_KWP

AT: Final = datetime(2026, 3, 31, 10, 7, tzinfo=UTC)
"""12:07 in Berlin on the last day of a month: inside a quarter, and the month changes on the way."""
SLOTS: Final = 96
SEEDS: Final = 7
"""One of each combination of modes."""
FULL: Final = {"house_full": house, "garage_full": garage}
_QUARTER: Final = timedelta(minutes=15)
_BEGIN: Final = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)
_DAY: Final = 96


def full_case(name: str, seed: int) -> tuple[Site, PlanInputs]:
    """The site ``name`` of ``FULL`` and its inputs; the same for the same seed."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_full(Path(folder), name, seed)
        site = parse_site((Path(folder) / "site.yaml").read_text(), f"{name} {seed}")
        inputs = gather(site, AT, files)
    rng = np.random.default_rng([seed, 2])
    return site, replace(
        inputs,
        running=_running(name),
        battery_soc=round(float(rng.uniform(0.1, 0.7)), 2),
        window_import_kwh=round(float(rng.uniform(0.1, 0.5)), 2),
        curtailed=((_BEGIN + 30 * _QUARTER, _BEGIN + 36 * _QUARTER),),
    )


def write_full(folder: Path, name: str, seed: int) -> Files:
    """The files of a site in ``folder``."""
    rng = np.random.default_rng([seed, 1])
    large = name == "garage_full"
    words = FULL[name](rng, seed)
    (folder / "site.yaml").write_text(yaml.safe_dump(words, sort_keys=False))
    times = [(_BEGIN + i * _QUARTER).isoformat() for i in range(SLOTS)]
    _write(folder / "prices.csv", ["time", "market_eur_per_kwh"], zip(times, _market(rng), strict=True))
    sun = [_sun(rng) * array["peak_kw"] for array in words["solar"]]
    names = [f"{array['id']}_kw" for array in words["solar"]]
    _write(folder / "solar.csv", ["time", *names], zip(times, *sun, strict=True))
    load = rng.gamma(2.0, 0.25, (3, SLOTS)).round(3) * (6 if large else 1)
    _write(
        folder / "load.csv", ["time", *(f"load_l{p}_kw" for p in (1, 2, 3))], zip(times, *load, strict=True)
    )
    columns = [
        *("charger", "arrival", "departure", "energy_kwh", "id", "vehicle", "user"),
        *("phases", "max_current_a", "min_current_a", "priority", "weight", "soc_now", "target_soc"),
    ]
    asked = _garage_requests(rng) if large else _house_requests(rng)
    _write(folder / "requests.csv", columns, ([row.get(key, "") for key in columns] for row in asked))
    parts = {part: folder / f"{part}.csv" for part in ("prices", "solar", "load", "requests")}
    return Files(**parts, base=folder)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _market(rng: np.random.Generator) -> list[float]:
    """The sample day from noon on, higher or lower and noisy; below 0 at times [EUR/kWh]."""
    shape = np.roll(np.array(MARKET_EUR_PER_KWH), -_DAY // 2) * rng.uniform(0.7, 1.5)
    values: list[float] = (shape + rng.normal(0, 0.012, SLOTS) - rng.uniform(0, 0.03)).round(5).tolist()
    return values


def _sun(rng: np.random.Generator) -> Any:
    """The sample day's sun under other clouds [kW per kWp]."""
    shape = np.roll(np.array(SOLAR_KW_PER_KWP), -_DAY // 2)
    return (shape * np.clip(rng.normal(0.85, 0.25, SLOTS), 0, 1.2)).round(4)


def _at(quarter: float) -> str:
    """A moment so many quarters after the beginning."""
    return (_BEGIN + timedelta(minutes=round(15 * quarter))).isoformat()


def _stay(charger: str, begin: float, end: float, **asked: Any) -> dict[str, Any]:
    return {"charger": charger, "arrival": _at(begin), "departure": _at(end), **asked}


def _house_requests(rng: np.random.Generator) -> list[dict[str, Any]]:
    """The family car by day and night, and a guest."""
    now = round(float(rng.uniform(0.3, 0.5)), 2)
    return [
        _stay(
            "driveway", -6, 22.4, vehicle="table", user="anna", soc_now=now, target_soc=round(now + 0.15, 2)
        ),
        _stay(
            "driveway", 26.6, 78, vehicle="table", user="ben", energy_kwh=round(float(rng.uniform(12, 26)), 1)
        ),
        _stay("wall", 3.2, 20, energy_kwh=round(float(rng.uniform(6, 14)), 1), priority=1),
        _stay("wall", 40, 86.5, energy_kwh=round(float(rng.uniform(10, 22)), 1), weight=3, max_current_a=10),
    ]


def _garage_requests(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Two stays at each of 12 points: some are there already, some leave in the middle of a slot."""
    cars = {
        "t": ("table", "eight", "veto"),
        "s": ("eight", "table", "single"),
        "p": ("single", "veto", "eight"),
    }
    found = []
    for kind in "tspd":
        for i in range(3):
            first = float(rng.uniform(16, 34))
            stays = ((float(rng.uniform(-8, 6)), first), (first + 2, float(rng.uniform(70, 95))))
            for number, (begin, end) in enumerate(stays):
                hours = (end - max(begin, 0.5)) / 4
                kwh = round(float(min(rng.uniform(0.8, 2.2) * hours, 24)), 1)
                asked = _stay(f"{kind}{i}", begin, end, energy_kwh=kwh) | _rights(rng)
                if kind != "d":
                    asked["vehicle"] = cars[kind][(i + number) % 3]
                if asked.get("vehicle") == "table":
                    now = round(float(rng.uniform(0.2, 0.6)), 2)
                    asked |= {
                        "energy_kwh": "",
                        "soc_now": now,
                        "target_soc": round(min(now + kwh / 80, 1), 2),
                    }
                found.append(asked)
    return found


def _rights(rng: np.random.Generator) -> dict[str, Any]:
    """Now and then a user, a class or a weight of its own."""
    known: tuple[dict[str, Any], ...] = (
        {"user": "anna"},
        {"user": "ben"},
        {"user": "cleo"},
        {"priority": 2},
        {"weight": 3},
        {},
        {},
    )
    return dict(known[int(rng.integers(len(known)))])


def _running(name: str) -> dict[str, Running]:
    """What the chargers do at the start: on, in a pause, with switches used and a hold that goes on."""
    on = Running((0, 1, 2), 8.0, since_s=700.0, switched_s=900.0, switches_used=1)
    if name == "house_full":
        return {"driveway": on}
    rests = Running((0,), 0.0, since_s=300.0)
    return {"t0": on, "t1": rests, "s1": replace(on, switched_s=None), "p0": replace(on, switches_used=0)}


def main() -> None:
    """Write the sites."""
    parser = argparse.ArgumentParser(description="sites that use every rule at once, as files")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    asked = parser.parse_args()
    for name in FULL:
        for seed in range(asked.seeds):
            place = asked.folder / f"{name}_{seed}"
            place.mkdir(parents=True, exist_ok=True)
            write_full(place, name, seed)
            print(f"{place}: chargewright plan site.yaml --at {AT.isoformat()} --prices prices.csv ...")


if __name__ == "__main__":
    main()
