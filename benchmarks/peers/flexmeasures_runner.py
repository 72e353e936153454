"""An instance given to FlexMeasures' device scheduler, called directly: no server, no database, no queue.

Run by the Python of its own environment: ``python -m benchmarks.peers.flexmeasures_runner FILE SECONDS``.
Prints JSON: powers [kW] by car and of the battery, processor time [s] of the quickest run, and the status.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from flask import Flask
from flexmeasures.data.models.planning import StockCommitment
from flexmeasures.data.models.planning.linear_optimization import device_scheduler

from benchmarks.peers.quickest import Data, tell_quickest

COLUMNS = [
    *("equals", "max", "min", "efficiency", "derivative equals", "derivative max", "derivative min"),
    *("derivative up efficiency", "derivative down efficiency", "stock delta"),
]


def device(index: pd.DatetimeIndex, **columns: Any) -> pd.DataFrame:
    """A device without limits but those named; flows in kW, stock in kW slots above its start."""
    frame = pd.DataFrame(np.nan, index=index, columns=COLUMNS)
    frame["stock delta"] = 0.0
    for name, values in columns.items():
        frame[name.replace("_", " ")] = values
    return frame


def workplace(data: Data, index: pd.DatetimeIndex) -> tuple[list[pd.DataFrame], list[Any]]:
    """Every car as a device that is away before and after its stay."""
    devices, bands, slot = [], [], np.arange(len(index))
    for stay in data["sessions"]:
        here = (slot >= stay["arrival"]) & (slot < stay["departure"])
        goal = np.full(len(index), np.nan)
        goal[stay["departure"] - 1] = per_slot(data, stay["energy_kwh"])
        most = np.where(here, stay["max_kw"], 0.0)
        devices.append(device(index, equals=goal, derivative_min=0.0, derivative_max=most))
        bands.append([(0.0, 0.0), (stay["min_kw"], stay["max_kw"])])
    return devices, bands


def house(data: Data, index: pd.DatetimeIndex) -> tuple[list[pd.DataFrame], list[Any]]:
    """The car with its choice of one phase or three as power bands, and the battery."""
    car, battery = data["ev"], data["battery"]
    least = np.full(len(index), 0.0)
    for goal in car["goals"]:
        least[goal["slot"] - 1] = per_slot(data, goal["energy_kwh"] - car["initial_kwh"])
    most = per_slot(data, car["capacity_kwh"] - car["initial_kwh"])
    loads = device(
        index, min=least, max=most, derivative_min=0.0, derivative_max=car["max_kw"],
        derivative_up_efficiency=car["eta_charge"],
    )  # fmt: skip
    start = battery["initial_kwh"]
    stores = device(
        index,
        min=per_slot(data, battery["min_kwh"] - start),
        max=per_slot(data, battery["max_kwh"] - start),
        derivative_min=-battery["max_discharge_kw"],
        derivative_max=battery["max_charge_kw"],
        derivative_up_efficiency=battery["eta_charge"],
        derivative_down_efficiency=battery["eta_discharge"],
    )
    bands = [(0.0, 0.0), (car["min_kw_1ph"], car["max_kw_1ph"]), (car["min_kw_3ph"], car["max_kw"])]
    return [loads, stores], [bands, None]


def per_slot(data: Data, energy_kwh: float) -> float:
    """Energy in the stock's unit, kW for one slot."""
    return energy_kwh * 60 / float(data["slot_minutes"])


def commitments(data: Data, index: pd.DatetimeIndex) -> list[Any]:
    """Buying and selling, and what the battery holds at the end."""
    hours = data["slot_minutes"] / 60
    market = pd.DataFrame({"quantity": 0.0, "group": range(len(index))}, index=index)
    market["upwards deviation price"] = np.array(data["import_price"]) * hours
    market["downwards deviation price"] = np.array(data["export_price"]) * hours
    if "battery" not in data:
        return [market]
    held, worth = pd.Series(np.nan, index=index), pd.Series(0.0, index=index)
    held.iloc[-1], worth.iloc[-1] = 0.0, -data["battery"]["end_value_eur_per_kwh"] * hours
    end = StockCommitment(
        name="held at the end", device=pd.Series(1, index=index), index=index, quantity=held,
        upwards_deviation_price=worth, downwards_deviation_price=worth,
    )  # fmt: skip
    return [market, end]


def solved(data: Data) -> Data:
    """One run, from the numbers of the instance to powers."""
    index = pd.date_range(data["start"], periods=data["n_slots"], freq=f"{data['slot_minutes']}min")
    devices, bands = (house if "ev" in data else workplace)(data, index)
    base = np.array(data["load_kw"]) - np.array(data["pv_kw"])
    devices.append(device(index, derivative_equals=base))
    limits = pd.DataFrame(index=index)
    limits["derivative max"] = float(data["grid_import_limit_kw"])
    limits["derivative min"] = -float(data["grid_export_limit_kw"])
    schedules, _, results, _ = device_scheduler(
        device_constraints=devices,
        ems_constraints=limits,
        commitments=commitments(data, index),
        initial_stock=0,
        device_power_bands=[*bands, None],
    )
    powers = [schedule.to_numpy(dtype=float).tolist() for schedule in schedules]
    cars = powers[: 1 if "ev" in data else -1]
    battery = powers[1] if "ev" in data else None
    return {"cars": cars, "battery": battery, "status": str(results.solver.termination_condition)}


def main() -> None:
    """Run inside the application that its optimisation asks for its solver."""
    app = Flask("timed")
    app.config.update(FLEXMEASURES_LP_SOLVER="highspy", LOGGING_LEVEL="INFO")
    with app.app_context():
        tell_quickest(solved)


if __name__ == "__main__":
    main()
