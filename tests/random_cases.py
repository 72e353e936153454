"""Random sites with trees, rotated wiring, imbalance, negative prices and several cars a point."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import yaml

from domain.inputs import PlanInputs
from domain.requests import ChargeRequest, default_request_id
from domain.series import Quality, Series
from domain.site import Site, parse_site
from domain.time_grid import TimeGrid
from tests.random_giving import with_giving
from tests.random_pools import with_pools
from tests.random_tapers import with_states, with_taper
from tests.random_targets import with_targets, with_vehicle

START = datetime(2026, 3, 18, 5, 0, tzinfo=UTC)
WIRINGS = (["L1", "L2", "L3"], ["L2", "L3", "L1"], ["L3", "L1", "L2"], ["L1"], ["L2"], ["L3"], ["L2", "L3"])


def series(grid: TimeGrid, values: Any, unit: str) -> Series:
    """A series of given numbers."""
    array = np.broadcast_to(np.asarray(values, dtype=np.float64), (len(grid),)).copy()
    return Series(grid, array, unit, "test", np.zeros(len(grid), dtype=np.int8))


def random_case(seed: int, slots: int = 16, most_chargers: int = 5) -> tuple[Site, PlanInputs]:
    """A site and its inputs; the same for the same seed."""
    rng = np.random.default_rng(seed)
    start = START + timedelta(minutes=int(rng.choice([0, 0, 7])))
    grid = TimeGrid.between(start, START + timedelta(minutes=15 * slots), "Europe/Brussels")
    words = _site(rng, most_chargers)
    _with_rights(np.random.default_rng([seed, 1]), words["chargers"])
    _with_modes(np.random.default_rng([seed, 3]), words)
    with_pools(np.random.default_rng([seed, 4]), words)
    aims = np.random.default_rng([seed, 6])
    with_vehicle(aims, words)
    fills = np.random.default_rng([seed, 7])
    with_taper(fills, words)
    extra = np.random.default_rng([seed, 2])
    with_giving(np.random.default_rng([seed, 8]), words)
    site = parse_site(yaml.safe_dump(words | _devices(extra, words), sort_keys=False), f"random {seed}")
    inputs = with_states(fills, site, with_targets(aims, site, _inputs(rng, site, grid)))
    return site, replace(inputs, battery_soc=None if extra.random() < 0.3 else float(extra.random()))


def _devices(rng: np.random.Generator, words: dict[str, Any]) -> dict[str, Any]:
    """Now and then a battery and flexible loads, drawn apart so that the rest stays as it is."""
    places = ["grid", *(circuit["id"] for circuit in words["circuits"])]

    def place() -> dict[str, Any]:
        return {"circuit": str(rng.choice(places)), "wiring": WIRINGS[int(rng.integers(0, 6))]}

    found: dict[str, Any] = {}
    if rng.random() < 0.4:
        found["battery"] = place() | {
            "capacity_kwh": float(rng.choice([2, 5])), "charge_kw": 2.0, "discharge_kw": 2.5,
            "soc": {"min": 0.1, "max": float(rng.choice([0.9, 1.0]))},
            "efficiency": float(rng.choice([0.92, 1.0])),
            "wear_eur_per_kwh": float(rng.choice([0.0, 0.03])),
            "control": str(rng.choice(["none", "hold", "full"])),
        }  # fmt: skip
    if rng.random() < 0.4:
        found["flexible_loads"] = [
            place() | {
                "id": f"load{i}", "power_kw": float(rng.choice([0.8, 2.0])),
                "run_h": float(rng.choice([0.5, 1.2])),
                "between": [["06:00", "09:00"], ["07:10", "08:40"]][int(rng.integers(0, 2))],
                "min_run_h": float(rng.choice([0.25, 0.5])),
            }
            for i in range(int(rng.integers(1, 3)))
        ]  # fmt: skip
    return found


def _site(rng: np.random.Generator, most_chargers: int) -> dict[str, Any]:
    grid: dict[str, Any] = {
        "limit_a": float(rng.choice([20, 25, 32, 40])),
        "reserve_a": float(rng.choice([0, 1])),
    }
    if rng.random() < 0.3:
        grid["limit_a"] = [grid["limit_a"], 25.0, 32.0]
    if rng.random() < 0.4:
        grid["limit_kw"] = float(rng.uniform(6, 17))
    if rng.random() < 0.5:
        grid["imbalance_limit_a"] = float(rng.choice([10, 16, 20]))
    if rng.random() < 0.4:
        grid["export_limit_kw"] = float(rng.choice([0, 2, 5]))
    circuits: list[dict[str, Any]] = []
    for i in range(int(rng.integers(0, 4))):
        parent = str(rng.choice(["grid", *(c["id"] for c in circuits)]))
        circuit: dict[str, Any] = {
            "id": f"c{i}",
            "parent": parent,
            "limit_a": float(rng.choice([16, 20, 25])),
        }
        if rng.random() < 0.3:
            circuit["limit_kw"] = float(rng.uniform(5, 11))
        if rng.random() < 0.3:
            circuit["base_load_max_a"] = float(rng.choice([1, 3]))
        circuits.append(circuit)
    chargers = [
        _charger(rng, i, ["grid", *(c["id"] for c in circuits)])
        for i in range(rng.integers(1, most_chargers + 1))
    ]
    places = ["grid", *(c["id"] for c in circuits)]
    solar = [
        {"id": f"roof{i}", "peak_kw": 5, "source": "sample", "circuit": str(rng.choice(places)),
         "wiring": WIRINGS[int(rng.integers(0, 6))]}
        for i in range(int(rng.integers(0, 3)))
    ]  # fmt: skip
    return {
        "name": "random", "location": {"time_zone": "Europe/Brussels"}, "grid": grid, "circuits": circuits,
        "chargers": chargers, "solar": solar,
        "tariff": {"buy": {"source": "sample"}, "sell": {"source": "sample"}},
    }  # fmt: skip


def _charger(rng: np.random.Generator, i: int, circuits: list[str]) -> dict[str, Any]:
    low = float(rng.choice([6, 8]))
    charger: dict[str, Any] = {
        "id": f"p{i}",
        "circuit": str(rng.choice(circuits)),
        "wiring": WIRINGS[int(rng.integers(0, len(WIRINGS)))],
        "current_a": {
            "min": low,
            "max": float(rng.choice([10, 14])),
            "step": float(rng.choice([0.1, 0.5, 1, 2])),
        },
    }
    if len(charger["wiring"]) > 1 and rng.random() < 0.5:
        charger["driver"] = str(rng.choice(["simulated", "teltocharge"]))
        charger["phase_switching"] = {"mode": "both"}
        if charger["driver"] == "teltocharge":
            charger |= {
                "serial": {"device": "/dev/null", "baud": 9600, "parity": "none", "stop_bits": 1},
                "unit": 1,
            }
    return charger


def _with_rights(rng: np.random.Generator, chargers: list[dict[str, Any]]) -> None:
    """Two priority classes at some sites, weights at others."""
    for key, values, often in (("priority", [1, 2], 0.5), ("weight", [1.0, 2.0, 7.0], 0.5)):
        if rng.random() < often:
            for charger in chargers:
                charger[key] = rng.choice(values).item()


def _with_modes(rng: np.random.Generator, said: dict[str, Any]) -> None:
    """A capacity tariff at some sites, and other modes at others."""
    if rng.random() < 0.4:
        said["tariff"]["peak"] = {"eur_per_kw_month": 4.0, "floor_kw": 2.5}
        if rng.random() < 0.5:
            so_far = {"kw": round(float(rng.uniform(3, 12)), 2), "month": "2026-03"}
            said["tariff"]["peak"] |= {"so_far": so_far, "window_min": int(rng.choice([15, 30, 60]))}
        modes = [["tariff", "capacity"], ["tariff"], ["capacity"], ["capacity"]]
        said["mode"] = modes[int(rng.integers(len(modes)))]
    per_phase = rng.random() < 0.2
    if per_phase:
        said["grid"]["netting"] = "per_phase"
    if said["solar"] and rng.random() < 0.4:
        others = [mode for mode in said.get("mode", ["tariff"]) if rng.random() < 0.6]
        said["mode"] = ["solar", *others]


def _inputs(rng: np.random.Generator, site: Site, grid: TimeGrid) -> PlanInputs:
    n = len(grid)
    buy = rng.uniform(-0.1, 0.4, n).round(4)
    sell = np.where(rng.random(n) < 0.15, buy + 0.03, np.minimum(buy, rng.uniform(-0.1, 0.2, n))).round(4)
    load = rng.uniform(0, 2.5, (3, n)).round(3)
    if rng.random() < 0.2:
        load[:, rng.integers(0, n)] = 9.5
    solar = {a.id: series(grid, (rng.uniform(0, 6) * rng.random(n)).round(3), "kW") for a in site.solar}
    return PlanInputs(
        grid=grid, buy=series(grid, buy, "EUR/kWh"), sell=series(grid, sell, "EUR/kWh"), solar_kw=solar,
        load_kw=(series(grid, load[0], "kW"), series(grid, load[1], "kW"), series(grid, load[2], "kW")),
        requests=tuple(_requests(rng, site, grid)),
    )  # fmt: skip


def _requests(rng: np.random.Generator, site: Site, grid: TimeGrid) -> list[ChargeRequest]:
    found = []
    total_min = int((grid.end - grid.start).total_seconds() // 60)
    for charger in site.chargers:
        marks = np.sort(rng.choice(np.arange(-20, total_min + 30), size=4, replace=False))
        for arrive, leave in ((marks[0], marks[1]), (marks[2], marks[3]))[: int(rng.integers(1, 3))]:
            arrival = grid.start + timedelta(minutes=int(arrive))
            departure = grid.start + timedelta(minutes=int(leave))
            if departure <= grid.start or arrival >= grid.end:
                continue
            hours = (departure - arrival).total_seconds() / 3600
            found.append(ChargeRequest(
                charger=charger.id, arrival=arrival, departure=departure,
                id=default_request_id(charger.id, arrival),
                energy_kwh=round(float(rng.uniform(0.2, 3.5) * min(hours, 2.0)), 2),
                phases=int(rng.choice([1, 2, 3, 3])),  # type: ignore[arg-type]
                max_current_a=float(rng.choice([10, 16])),
                min_current_a=float(rng.choice([6, 7])),
            ))  # fmt: skip
    return sorted(found, key=lambda request: request.arrival)


__all__ = ["START", "Quality", "random_case", "series"]
