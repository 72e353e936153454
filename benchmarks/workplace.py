"""A workplace of the instances as files, for the real command line.

``python -m benchmarks.workplace FOLDER [NAME]`` writes them, for ``chargewright plan`` or to look at.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.instances import FOLDER

ZONE: Final = "Europe/Berlin"


def write_workplace(folder: Path, name: str, *, greedy: int = 0) -> list[str]:
    """Site and files of an instance in ``folder``; gives the arguments of `plan`.

    So many ``greedy`` cars ask for more than they can get while they stay.
    """
    data = json.loads((FOLDER / f"{name}.json").read_text())
    begin, slot = datetime.fromisoformat(data["start"]), timedelta(minutes=data["slot_minutes"])
    times = [(begin + slot * t).isoformat() for t in range(data["n_slots"])]
    (folder / "site.yaml").write_text(yaml.safe_dump(_site(data), sort_keys=False))
    prices = zip(times, data["import_price"], data["export_price"], strict=True)
    stays = (
        [
            stay["id"],
            (begin + slot * stay["arrival"]).isoformat(),
            (begin + slot * stay["departure"]).isoformat(),
            stay["max_kw"] * (stay["departure"] - stay["arrival"]) / 3 if i < greedy else stay["energy_kwh"],
        ]
        for i, stay in enumerate(data["sessions"])
    )
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        "prices": (["time", "buy_eur_per_kwh", "sell_eur_per_kwh"], prices),
        "solar": (["time", "solar_kw"], zip(times, data["pv_kw"], strict=True)),
        "load": (["time", "load_kw"], zip(times, data["load_kw"], strict=True)),
        "requests": (["charger", "arrival", "departure", "energy_kwh"], stays),
    }
    for part, (head, rows) in tables.items():
        with (folder / f"{part}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    return [str(folder / "site.yaml"), "--at", times[0], "--requests", str(folder / "requests.csv")]


def _site(data: dict[str, Any]) -> dict[str, Any]:
    """The site file: a limit in kW, and one in A that does not bind."""
    return {
        "name": f"Workplace {data['name']}",
        "location": {"time_zone": ZONE},
        "grid": {
            "limit_a": 20_000,
            "limit_kw": data["grid_import_limit_kw"],
            "base_load_max_a": 500,
            "meter": "main",
        },
        "meters": {"main": {"driver": "simulated"}},
        "chargers": [_charger(stay) for stay in data["sessions"]],
        "solar": [{"id": "roof", "peak_kw": max(1.0, *data["pv_kw"]), "source": "file", "path": "solar.csv"}],
        "load": {"source": "file", "path": "load.csv"},
        "tariff": {side: {"source": "file", "path": "prices.csv"} for side in ("buy", "sell")},
    }


def _charger(stay: dict[str, Any]) -> dict[str, Any]:
    """A point of one car."""
    three = stay["phases"] == 3
    return {
        "id": stay["id"],
        "wiring": ["L1", "L2", "L3"] if three else ["L1"],
        "current_a": {"min": 6, "max": 16 if three else 32, "step": 0.1},
    }


def main() -> None:
    """Write the files, and say what to plan."""
    parser = argparse.ArgumentParser(description="a workplace as files")
    parser.add_argument("folder", type=Path)
    parser.add_argument("name", nargs="?", default="site200")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    print("chargewright plan", *write_workplace(asked.folder, asked.name))


if __name__ == "__main__":
    main()
