"""The example home with its battery, over one night and two: ``python -m benchmarks.homes``.

Its battery acts by itself and its tariff counts the peak, so that every slot binds every other. Prices,
sun and load are made up. Times are processor time; the search has time limits of its own.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np

from domain.inputs import PlanInputs
from domain.site import Site, parse_site
from forecasting.gather import Files, gather
from forecasting.sample_day import MARKET_EUR_PER_KWH, SOLAR_KW_PER_KWP
from scheduler.from_site import problem_of
from scheduler.planner import PlanOptions, proof_of
from scheduler.stages import solve

HOME: Final = Path(__file__).parent.parent / "examples" / "home_charx.yaml"
AT: Final = datetime(2026, 3, 30, 15, 0, tzinfo=UTC)
DAYS: Final = (1, 2)
SEEDS: Final = 3
OPTIONS: Final = PlanOptions(calm_eur=0.0, remedies_s=0.0)
_DAY: Final = 96
_PEAK_KWP: Final = 5.4


def home(days: int, seed: int, control: str = "none") -> tuple[Site, PlanInputs]:
    """The example home and what it needs for so many days; the same for the same seed."""
    site = parse_site(HOME.read_text().replace("control: none", f"control: {control}"), HOME.name)
    with tempfile.TemporaryDirectory() as folder:
        return site, gather(site, AT, write_series(Path(folder), days, seed))


def write_series(folder: Path, days: int, seed: int) -> Files:
    """Files with prices, and with sun and load that reach a little further, in ``folder``."""
    rng, slots = np.random.default_rng(seed), days * _DAY + _DAY // 2
    times = [AT + timedelta(minutes=15 * i) for i in range(slots)]
    quarter = [(_DAY // 3 + (time.hour * 60 + time.minute) // 15 - _DAY // 4) % _DAY for time in times]
    market = (np.array(MARKET_EUR_PER_KWH)[quarter] + rng.normal(0, 0.01, slots)).round(5)
    clear = np.clip(rng.normal(0.85, 0.25, slots), 0, 1.2)
    sun = (np.array(SOLAR_KW_PER_KWP)[quarter] * _PEAK_KWP * clear).round(3)
    load = rng.gamma(2.0, 0.12, (slots, 3)).round(3)
    found = Files(**{part: folder / f"{part}.csv" for part in ("prices", "solar", "load")}, base=folder)
    for part, header, values in (
        ("prices", ["market_eur_per_kwh"], market[: days * _DAY, np.newaxis]),
        ("solar", ["solar_kw"], sun[:, np.newaxis]),
        ("load", ["load_l1_kw", "load_l2_kw", "load_l3_kw"], load),
    ):
        with (folder / f"{part}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["time", *header])
            writer.writerows(
                [time.isoformat(), *row] for time, row in zip(times, values.tolist(), strict=False)
            )
    return found


def row(days: int, seed: int, control: str) -> str:
    """One line of the table."""
    site, inputs = home(days, seed, control)
    problem = problem_of(site, inputs).problem
    begun = process_time()
    solved = solve(replace(problem), OPTIONS, process_time, lambda _: None)
    seconds = process_time() - begun
    proof = proof_of(problem, solved, OPTIONS, seconds=seconds)
    return (
        f"{days:>4}{seed:>6}  {control:<8}{proof.binaries:>9}{seconds:>8.1f}{solved.outcome.cost_eur:>10.2f}"
        f"{proof.gap_before_rounding:>12.2%}{proof.gap:>10.2%}{proof.shortfall_kwh:>10.2f}  {proof.status}"
    )


def main() -> None:
    """Print a line for every home."""
    parser = argparse.ArgumentParser(description="the example home whose battery acts by itself")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--control", choices=("none", "hold", "full"), default="none")
    asked = parser.parse_args()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(
        f"{'days':>4}{'seed':>6}  {'battery':<8}{'binaries':>9}{'s':>8}{'cost EUR':>10}{'gap before':>12}"
        f"{'gap after':>10}{'short kWh':>10}"
    )
    for days in DAYS:
        for seed in range(asked.seeds):
            print(row(days, seed, asked.control), flush=True)


if __name__ == "__main__":
    main()
