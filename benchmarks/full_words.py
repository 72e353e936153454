"""Site files that use every rule of the planner at once: a house, and a garage of 12 points."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

SERIAL: Final = {"device": "/dev/ttyUSB0", "baud": 9600, "parity": "none", "stop_bits": 1}
MODES: Final = (
    ["solar", "tariff", "capacity"],
    ["tariff", "capacity"],
    ["solar", "capacity"],
    ["solar", "tariff"],
    ["tariff"],
    ["capacity"],
    ["solar"],
)
WIRINGS: Final = (["L1", "L2", "L3"], ["L2", "L3", "L1"], ["L3", "L1", "L2"])
VEHICLES: Final[list[dict[str, Any]]] = [
    {
        "id": "table",
        "battery_kwh": 72,
        "phases": 3,
        "phase_sets": [[1], [1, 2], [1, 2, 3]],
        "efficiency": [
            {"phases": n, "current_a": a, "efficiency": e}
            for n, a, e in (
                (1, 6, 0.78),
                (1, 16, 0.87),
                (2, 6, 0.82),
                (2, 16, 0.89),
                (3, 6, 0.85),
                (3, 16, 0.92),
            )
        ],
        "phase_switching": {"mode": "both", "max_per_session": 2},
    },
    {"id": "eight", "battery_kwh": 52, "phases": 3, "min_current_a": 8, "efficiency": 0.9},
    {"id": "veto", "battery_kwh": 64, "phases": 3, "phase_switching": {"mode": "never"}},
    {"id": "single", "battery_kwh": 40, "phases": 1, "max_current_a": 32, "min_current_a": 7},
]
"""Cars: one with a table and sets of pins, one that needs 8 A, one that bears no switch, one with one pin."""
TIES: Final = {"min_run_s": 1800, "min_pause_s": 900}


def house(rng: np.random.Generator, seed: int) -> dict[str, Any]:
    """A home with a charger that chooses its phases, a DC wallbox, sun, battery and flexible loads."""
    grid = {"limit_a": 32, "limit_kw": 19.0, "imbalance_limit_a": 20, "export_limit_kw": 5}
    return _common("House", rng, seed, grid) | {
        "circuits": [{"id": "garage", "parent": "grid", "limit_a": 25, "limit_kw": 15, "base_load_max_a": 1}],
        "chargers": [
            _any_phase("driveway", "garage", WIRINGS[0], 0.1, at_limit="single"),
            _dc("wall", "box", 1.0, 7.4),
        ],
        "cabinets": [{"id": "box", "circuit": "garage", "limit_kw": 7.0}],
        "groups": [
            {"id": "family", "chargers": ["driveway"], "priority": 2, "weight": 2, "solar": True},
            {"id": "guests", "chargers": ["wall"], "limit_a": 12},
        ],
        "users": [
            {"id": "anna", "group": "family", "priority": 3},
            {"id": "ben", "group": "family", "weight": 5},
        ],
        "solar": [
            {"id": "roof", "peak_kw": 5.4, "inverter_kw": 5, "source": "sample"},
            {"id": "shed", "peak_kw": 2.0, "source": "sample", "wiring": ["L2"], "circuit": "garage"},
        ],
        "battery": _battery(rng, 10.0, 4.0),
        "flexible_loads": _flexible(1.0),
        "curtailment": {"rule": "de_14a", "devices": 5, "gzf": 0.6, "signal": "relay/14a"},
    }


def garage(rng: np.random.Generator, seed: int) -> dict[str, Any]:
    """A garage with three levels of circuits: six AC points that choose phases, three fixed, three DC."""
    grid = {"limit_a": [125, 125, 110], "limit_kw": 75.0, "imbalance_limit_a": 20, "export_limit_kw": 20}
    rows = ["west_1", "west_2", "east_1"]
    free = [
        _any_phase(f"t{i}", rows[i % 3], WIRINGS[i % 3], 0.1, at_limit=("stay", "single", "three")[i % 3])
        for i in range(3)
    ]
    switched = [_switched(f"s{i}", rows[i % 3], WIRINGS[i % 3], oneway=i == 0) for i in range(3)]
    plain = [_plain(f"p{i}", rows[i % 3], WIRINGS[(i + 1) % 3]) for i in range(3)]
    return _common("Garage", rng, seed, grid) | {
        "circuits": [
            {"id": "west", "parent": "grid", "limit_a": 63, "reserve_a": 2, "base_load_max_a": 4},
            {"id": "east", "parent": "grid", "limit_a": 63, "limit_kw": 38},
            {"id": "west_1", "parent": "west", "limit_a": 40},
            {"id": "west_2", "parent": "west", "limit_a": [40, 40, 32]},
            {"id": "east_1", "parent": "east", "limit_a": 40},
        ],
        "chargers": [
            *free,
            *switched,
            *plain,
            _dc("d0", "box", 2.0, 20.0),
            _dc("d1", "box", 2.0, 20.0),
            {**_dc("d2", "", 0.0, 11.0), "circuit": "east"},
        ],
        "cabinets": [{"id": "box", "circuit": "east", "limit_kw": 24}],
        "groups": [
            {"id": "staff", "chargers": ["t0", "t1", "s0", "s1", "p0", "d0"], "priority": 2, "solar": True},
            {"id": "guests", "chargers": ["t2", "s2", "p1", "p2"], "weight": 2, "limit_a": 40},
        ],
        "users": [
            {"id": "anna", "group": "staff", "priority": 3},
            {"id": "ben", "group": "staff", "weight": 5},
            {"id": "cleo", "group": "guests"},
        ],
        "solar": [
            {"id": "roof", "peak_kw": 30, "inverter_kw": 25, "source": "sample"},
            {"id": "shed", "peak_kw": 4, "source": "sample", "wiring": ["L3"], "circuit": "west"},
        ],
        "battery": _battery(rng, 30.0, 15.0),
        "flexible_loads": _flexible(2.5),
        "curtailment": {"rule": "de_14a", "devices": 16, "gzf": 0.5, "signal": "relay/14a"},
    }


def _common(name: str, rng: np.random.Generator, seed: int, grid: dict[str, Any]) -> dict[str, Any]:
    """What both sites say of grid, modes, cars and money."""
    fees = [
        {"from": "17:00", "to": "21:00", "add_eur_per_kwh": 0.09},
        {"from": "00:00", "to": "05:00", "add_eur_per_kwh": -0.02},
    ]
    netting = "per_phase" if rng.random() < 0.5 else "sum"
    return {
        "name": f"{name} {seed}",
        "location": {"time_zone": "Europe/Berlin"},
        "mode": MODES[seed % len(MODES)],
        "grid": grid | {"reserve_a": 1, "netting": netting, "base_load_max_a": 12},
        "vehicles": VEHICLES,
        "load": {"source": "fixed", "kw": 1},
        "tariff": {
            "buy": {"source": "sample", "add_eur_per_kwh": 0.14, "vat": 0.19, "bands_add": fees},
            "sell": {"source": "sample", "add_eur_per_kwh": -0.01},
            "peak": {
                "eur_per_kw_month": 4.35,
                "floor_kw": 2.5,
                "window_min": 15,
                "so_far": {"kw": 4.0 if name == "House" else 30.0, "month": "2026-03"},
            },
        },
    }


def _any_phase(name: str, circuit: str, wiring: list[str], step: float, *, at_limit: str) -> dict[str, Any]:
    """An AC point that puts a car on any phase, any pair or all three, with a budget of switches."""
    budget = {"mode": "both", "max_per_session": 3, "hold_s": 1800, "at_limit": at_limit}
    return TIES | {
        "id": name,
        "circuit": circuit,
        "driver": "teltocharge",
        "unit": 1,
        "serial": SERIAL,
        "wiring": wiring,
        "current_a": {"min": 6, "max": 16, "step": step},
        "phase_switching": budget,
    }


def _switched(name: str, circuit: str, wiring: list[str], *, oneway: bool) -> dict[str, Any]:
    """An AC point that switches between one phase and all: on its way down only, or as it likes."""
    budget: dict[str, Any] = {"mode": "oneway"} if oneway else {"mode": "both"}
    return {
        "id": name,
        "circuit": circuit,
        "driver": "simulated",
        "wiring": wiring,
        "current_a": {"min": 6, "max": 16, "step": 0.1},
        "phase_switching": budget,
    }


def _plain(name: str, circuit: str, wiring: list[str]) -> dict[str, Any]:
    """An AC point on fixed phases, with a least run and pause."""
    return TIES | {
        "id": name,
        "circuit": circuit,
        "wiring": wiring,
        "current_a": {"min": 6, "max": 32, "step": 0.1},
    }


def _dc(name: str, cabinet: str, low: float, high: float) -> dict[str, Any]:
    """A DC point, in a cabinet if one is named."""
    point: dict[str, Any] = {
        "id": name,
        "kind": "dc",
        "power_kw": {"min": low, "max": high},
        "efficiency": 0.95,
        "power_factor": 0.98,
    }
    return point | ({"cabinet": cabinet} if cabinet else {})


def _battery(rng: np.random.Generator, capacity_kwh: float, power_kw: float) -> dict[str, Any]:
    """A home battery with wear, controlled in one of the three ways."""
    return {
        "capacity_kwh": capacity_kwh,
        "charge_kw": power_kw,
        "discharge_kw": power_kw,
        "soc": {"min": 0.1, "max": 1.0},
        "efficiency": 0.94,
        "wear_eur_per_kwh": 0.03,
        "control": str(rng.choice(["none", "hold", "full", "full"])),
    }


def _flexible(size: float) -> list[dict[str, Any]]:
    """A fixed block, one that pauses but runs for a while, and one that asks for energy over midnight."""
    return [
        {
            "id": "boiler",
            "power_kw": 2.4 * size,
            "wiring": ["L2"],
            "run_h": 1.5,
            "min_run_h": 1.5,
            "between": ["12:30", "20:00"],
        },
        {
            "id": "heat_pump",
            "power_kw": 1.8 * size,
            "run_h": 4.0,
            "min_run_h": 0.5,
            "between": ["13:00", "23:00"],
        },
        {
            "id": "pool",
            "power_kw": 0.9 * size,
            "wiring": ["L3"],
            "energy_kwh": 2.7 * size,
            "between": ["22:00", "07:00"],
        },
    ]
