"""The benchmark instances as problems of plain numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.garage import garage
from domain.units import kw_per_a
from scheduler.devices import Battery, Feed
from scheduler.problem import Circuit, FloatArray, Goal, Option, Problem, Session

FOLDER: Final = Path(__file__).parent / "instance_files"
SITES: Final = ("site10", "site54", "site200")
LARGE: Final = ("site1000",)
GARAGES: Final = ("garage54",)
HOUSES: Final = ("house96", "house192")
VOLTS: Final = 230.0
WIDE_A: Final = 1e5
"""A current limit that does not bind: the instances limit power."""


def optimum_eur(name: str) -> float:
    """Proven least cost of an instance with continuous currents [EUR]."""
    return float(json.loads((FOLDER / "optima.json").read_text())[name])


def stored_at_start_eur(problem: Problem) -> float:
    """Worth of what a battery holds at the start, which the proven optima count and a plan does not [EUR]."""
    battery = problem.battery
    return battery.end_value_eur_per_kwh * battery.start_kwh if battery else 0.0


def instance(name: str, step_a: float = 0.1) -> Problem:
    """The instance ``name`` with currents in steps of ``step_a``."""
    data = json.loads((FOLDER / f"{name}.json").read_text())
    if name in GARAGES:
        return garage(data, step_a)
    sessions = [_car(data, step_a)] if name in HOUSES else _sessions(data, step_a)
    slots = data["n_slots"]
    load, solar = np.array(data["load_kw"]), np.array(data["pv_kw"])
    return Problem(
        voltage_v=VOLTS,
        hours=np.full(slots, data["slot_minutes"] / 60),
        buy_eur_per_kwh=np.array(data["import_price"]),
        sell_eur_per_kwh=np.array(data["export_price"]),
        load_kw=load,
        solar_kw=solar,
        circuits=(_grid(load - solar, float(data["grid_import_limit_kw"])),),
        sessions=tuple(sessions),
        battery=_battery(data["battery"]) if name in HOUSES else None,
    )


def _battery(data: dict[str, float]) -> Battery:
    """The battery of a house, even over the phases."""
    per_phase = 1 / kw_per_a(VOLTS, 3)
    return Battery(
        feed=Feed((0,), (per_phase, per_phase, per_phase)),
        control="full",
        least_kwh=data["min_kwh"],
        most_kwh=data["max_kwh"],
        start_kwh=data["initial_kwh"],
        charge_kw=data["max_charge_kw"],
        discharge_kw=data["max_discharge_kw"],
        efficiency=data["eta_charge"],
        wear_eur_per_kwh=0.0,
        end_value_eur_per_kwh=data["end_value_eur_per_kwh"],
    )


def _grid(base_kw: FloatArray, limit_kw: float) -> Circuit:
    """One connection with a limit in kW."""
    slots = len(base_kw)
    wide = np.full((3, slots), WIDE_A)
    return Circuit(
        id="grid",
        base_a=np.tile(base_kw / kw_per_a(VOLTS, 3), (3, 1)),
        relief_a_per_kw=np.zeros((3, slots)),
        limit_a=wide,
        feed_limit_a=wide,
        base_kw=base_kw,
        relief_kw_per_kw=np.zeros(slots),
        limit_kw=np.full(slots, limit_kw),
    )


def _sessions(data: dict[str, Any], step_a: float) -> list[Session]:
    """The cars of a workplace."""
    found = []
    for position, stay in enumerate(data["sessions"]):
        three = stay["phases"] == 3
        option = Option((0, 1, 2) if three else (0,), 6.0, 16.0 if three else 32.0)
        step_kwh = step_a * kw_per_a(VOLTS, len(option.phases)) * data["slot_minutes"] / 60
        slots = np.arange(stay["arrival"], stay["departure"])
        energy = float(stay["energy_kwh"])
        found.append(
            Session(
                id=stay["id"],
                charger=position,
                circuits=(0,),
                options=(option,),
                step_a=step_a,
                slots=slots,
                share=np.ones(len(slots)),
                goals=(Goal(int(stay["departure"]), energy, energy - step_kwh / 2),),
                most_kwh=energy + step_kwh,
            )
        )
    return found


def _car(data: dict[str, Any], step_a: float) -> Session:
    """The car of a house: stored energy by slots, and no more than its battery holds."""
    car = data["ev"]
    step_kwh = step_a * kw_per_a(VOLTS, 1) * data["slot_minutes"] / 60

    def asked(stored_kwh: float) -> float:
        return float((stored_kwh - car["initial_kwh"]) / car["eta_charge"])

    goals = [(int(goal["slot"]), asked(goal["energy_kwh"])) for goal in car["goals"]]
    slots = np.arange(data["n_slots"])
    return Session(
        id="car",
        charger=0,
        circuits=(0,),
        options=(Option((0, 1, 2), 6.0, 16.0), Option((0,), 6.0, 16.0)),
        step_a=step_a,
        slots=slots,
        share=np.ones(len(slots)),
        goals=tuple(Goal(slot, energy, energy - step_kwh / 2) for slot, energy in goals),
        most_kwh=asked(car["capacity_kwh"]),
    )
