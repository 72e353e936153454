"""A day of each example, simulated: ``python -m benchmarks.examples [SEEDS] [NAME ...]``.

Each runs with made-up prices, sun, load and sessions: once as planned (seed 0), and with clouds and
appliances that its plan did not foresee (a day for each further seed). A line: seconds above a limit that
charging caused, how many of them beyond the car's reaction, energy that the run missed (``missed``, of it
``avoidable`` beside what physics allows, ``benchmarks.physics``) and that the plan had missed already,
starts, switches.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import cos, pi
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.physics import possible_kwh
from domain.site import parse_site
from forecasting.gather import Files, gather

ROOT: Final = Path(__file__).parents[1]
BEGIN: Final = "2026-06-17T12:00"
"""When a day begins, on the site's clock: a Wednesday."""
BEFORE_DAYS, AFTER_DAYS = 14, 2
"""A habit learns from the days before; a plan may look two days ahead."""
Curve = Callable[[float, int], float]
"""A value of the hour of the day, 0 to 24, and of the day's number."""


def price_eur_per_kwh(hour: float, day: int) -> float:
    """Dear in the evening, cheap at noon."""
    return 0.09 + 0.05 * cos((hour - 19.5) / 12 * pi) - 0.04 * cos((hour - 1) / 12 * pi) + 0.01 * (day % 3)


def sun_of(peak_kw: float) -> Curve:
    """Power of a summer day [kW]."""
    return lambda hour, day: peak_kw * (0.6 + 0.1 * (day % 4)) * max(0.0, cos((hour - 13.5) / 16 * pi))


def load_kw(hour: float, day: int) -> float:
    """A household with a meal in the evening [kW]."""
    return 0.4 + (1.6 if 18 <= hour < 20 else 0.5 if 7 <= hour < 9 else 0.0) + 0.1 * (day % 3)


def flats_kw(hour: float, day: int) -> float:
    """A house of flats [kW]."""
    return 8 * load_kw(hour, day)


def plaza_sessions(rng: np.random.Generator) -> Iterator[tuple[str, float, float, float]]:
    """Cars that come one after another: charger, hours from the beginning, stay, energy."""
    for stall in range(1, 21):
        at_h = rng.uniform(0, 2)
        while at_h < 21:
            stay_h = rng.uniform(0.4, 1.2)
            yield f"stall_{stall:02}", at_h, at_h + stay_h, float(round(rng.uniform(15, 70)))
            at_h += stay_h + rng.uniform(0.2, 3)


def flats_sessions(rng: np.random.Generator) -> Iterator[tuple[str, float, float, float]]:
    """Residents over night, guests at the fast points in the evening."""
    for point in ("w3", "w4", "w5", "w6", "e1", "e2", "e3", "e4"):
        yield point, rng.uniform(4, 8), rng.uniform(17, 21), float(round(rng.uniform(6, 20)))
    for fast in ("f1", "f2"):
        yield fast, 5.0, 6.0, 25.0
        yield fast, 7.0, 8.5, 40.0


CASES: Final[dict[str, dict[str, Any]]] = {
    "price_only": {},
    "home_charx": {"prices": True, "solar": sun_of(5.4), "load": load_kw, "more": ["--battery-soc", "0.4"]},
    "home_teltocharge": {"prices": True, "solar": sun_of(3.6), "load": load_kw},
    "tree_everest": {"prices": True},
    "apartments_ocpp": {
        "prices": True, "solar": sun_of(29), "load": flats_kw, "sessions": flats_sessions,
    },
    "plaza_dc": {"sessions": plaza_sessions},
}  # fmt: skip

HEAD: Final = (
    "example            seed cars caused s worst A beyond s  missed avoidable  planned starts switches failed"
    " took s\n"
)


def write_series(path: Path, column: str, curve: Curve, start: datetime) -> list[str]:
    """A file of hours, and how the command names it."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["time", column])
        first = start.replace(hour=0) - timedelta(days=BEFORE_DAYS)
        for step in range(24 * (BEFORE_DAYS + AFTER_DAYS + 1)):
            at = (first.astimezone(ZoneInfo("UTC")) + timedelta(hours=step)).astimezone(start.tzinfo)
            writer.writerow([at.isoformat(), f"{curve(at.hour, at.day):.4f}"])
    return [f"--{path.stem}", str(path)]


def write_sessions(
    path: Path, sessions: Iterator[tuple[str, float, float, float]], start: datetime
) -> list[str]:
    """A file of sessions, and how the command names it."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["charger", "arrival", "departure", "energy_kwh"])
        for charger, from_h, until_h, energy_kwh in sessions:
            times = [(start + timedelta(minutes=round(60 * hour))).isoformat() for hour in (from_h, until_h)]
            writer.writerow([charger, *times, energy_kwh])
    return ["--requests", str(path)]


def options(name: str, seed: int, folder: Path) -> list[str]:
    """The command of a case, with its files written."""
    site, case = ROOT / "examples" / f"{name}.yaml", CASES[name]
    zone = parse_site(site.read_text(encoding="utf-8"), site.name).location.time_zone
    start = datetime.fromisoformat(BEGIN).replace(tzinfo=ZoneInfo(zone))
    words = [
        str(site),
        "--at",
        start.isoformat(),
        "--hours",
        "24",
        *(["--seed", str(seed)] if seed else []),
        "--json",
        *case.get("more", []),
    ]
    if case.get("prices"):
        words += write_series(folder / "prices.csv", "market_eur_per_kwh", price_eur_per_kwh, start)
    for key in ("solar", "load"):
        if key in case:
            words += write_series(folder / f"{key}.csv", f"{key}_kw", case[key], start)
    if "sessions" in case:
        words += write_sessions(folder / "requests.csv", case["sessions"](np.random.default_rng(seed)), start)
    return words


def ran(name: str, seed: int) -> str:
    """One line of figures."""
    with tempfile.TemporaryDirectory() as folder:
        words = options(name, seed, Path(folder))
        command = [sys.executable, "-m", "service.main", "simulate", *words]
        begin_s = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        took_s = time.monotonic() - begin_s
        if done.returncode not in (0, 1):
            words_said = f"{done.stdout[-800:]} {done.stderr[-800:]}"
            return f"{name:18s} {seed:4d} ended with {done.returncode}: {words_said}"
        said = json.loads(done.stdout)
        possible = possible_of(words, Path(folder), said["seconds"])
    return f"{name:18s} {seed:4d} {figures(said, possible)} {took_s:9.0f}"


def possible_of(words: list[str], folder: Path, seconds: int) -> dict[str, float]:
    """By request, what physics allows its car on the day of this command [kWh]."""
    path = Path(words[0])
    site = parse_site(path.read_text(encoding="utf-8"), path.name)
    written = {key: folder / f"{key}.csv" for key in ("prices", "solar", "load", "requests")}
    files = Files(**{key: file for key, file in written.items() if file.exists()}, base=path.parent)
    inputs = gather(site, datetime.fromisoformat(words[words.index("--at") + 1]), files)
    return possible_kwh(site, inputs, seconds)


def figures(said: dict[str, Any], possible: dict[str, float]) -> str:
    """What a run came to."""
    cars = said["cars"]
    short_kwh = sum(car["short_kwh"] for car in cars)
    avoidable_kwh = sum(avoidable(car, possible.get(car["id"], car["wanted_kwh"])) for car in cars)
    worst = max((limit["worst_caused"] for limit in said["limits"]), default=0.0)
    return (
        f"{len(cars):4d} {said['caused_s']:8d} {worst:7.1f} {said['late_s']:8d} "
        f"{said['missed_kwh']:7.2f} {avoidable_kwh:9.2f} {short_kwh:8.2f} {sum(said['starts'].values()):6d} "
        f"{sum(said['switches'].values()):8d} {len(said['plans_failed']):6d}"
    )


def avoidable(car: dict[str, Any], possible_kwh: float) -> float:
    """What a car missed that it could have had [kWh]."""
    return float(min(car["missed_kwh"], max(0.0, possible_kwh - car["got_kwh"])))


def main() -> None:
    """Print one line for each example and seed."""
    print(HEAD)
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    for name in sys.argv[2:] or CASES:
        for seed in range(seeds + 1):
            print(ran(name, seed), flush=True)


if __name__ == "__main__":
    main()
