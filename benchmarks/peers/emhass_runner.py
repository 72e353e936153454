"""A workplace given to EMHASS's optimisation, called directly: no server, no Home Assistant.

Run by the Python of EMHASS's own environment: ``python -m benchmarks.peers.emhass_runner FILE SECONDS``.
Every car is a deferrable load with a window, an energy and a least power. Prints JSON: powers [kW] by car,
processor time [s] of the quickest run, and the status.
"""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
from emhass.optimization import Optimization

from benchmarks.peers.quickest import Data, tell_quickest

GAP = 1e-4


def optimisation_of(data: Data) -> Optimization:
    """Its optimisation of a site with as many deferrable loads as cars; powers in W."""
    stays = data["sessions"]
    off = [False] * len(stays)
    step = pd.Timedelta(minutes=data["slot_minutes"])
    sensors = {
        "optimization_time_step": step,
        "time_zone": pd.Timestamp(data["start"]).tz,
        "sensor_power_photovoltaics": "pv",
        "sensor_power_load_no_var_loads": "load",
    }
    wanted = {
        "set_use_battery": False,
        "set_use_pv": True,
        "set_total_pv_sell": False,
        "number_of_deferrable_loads": len(stays),
        "nominal_power_of_deferrable_loads": [stay["max_kw"] * 1000 for stay in stays],
        "minimum_power_of_deferrable_loads": [stay["min_kw"] * 1000 for stay in stays],
        "operating_hours_of_each_deferrable_load": [stay["energy_kwh"] / stay["max_kw"] for stay in stays],
        "start_timesteps_of_each_deferrable_load": [stay["arrival"] for stay in stays],
        "end_timesteps_of_each_deferrable_load": [stay["departure"] for stay in stays],
        "treat_deferrable_load_as_semi_cont": off,
        "set_deferrable_load_single_constant": off,
        "set_deferrable_startup_penalty": [0.0] * len(stays),
        "delta_forecast_daily": step * data["n_slots"],
        "lp_solver": "Highs",
        "lp_solver_timeout": 600,
        "lp_solver_mip_rel_gap": GAP,
        "num_threads": 1,
    }
    plant = {
        "maximum_power_from_grid": data["grid_import_limit_kw"] * 1000,
        "maximum_power_to_grid": data["grid_export_limit_kw"] * 1000,
        "inverter_is_hybrid": False,
        "compute_curtailment": False,
    }
    silent = logging.getLogger("timed")
    silent.setLevel(logging.CRITICAL)
    return Optimization(sensors, wanted, plant, "buy", "sell", "profit", {}, silent)


def solved(data: Data) -> Data:
    """One run, from the numbers of the instance to powers."""
    index = pd.date_range(data["start"], periods=data["n_slots"], freq=f"{data['slot_minutes']}min")
    pv_w, load_w = np.array(data["pv_kw"]) * 1000, np.array(data["load_kw"]) * 1000
    buy, sell = np.array(data["import_price"]), np.array(data["export_price"])
    table = pd.DataFrame({"pv": pv_w, "load": load_w, "buy": buy, "sell": sell}, index=index)
    optimisation = optimisation_of(data)
    found = optimisation.perform_optimization(table, pv_w, load_w, buy, sell)
    cars = [
        (found[f"P_deferrable{i}"].to_numpy(dtype=float) / 1000).tolist()
        for i in range(len(data["sessions"]))
        if f"P_deferrable{i}" in found
    ]
    return {"cars": cars, "battery": None, "status": str(optimisation.optim_status)}


if __name__ == "__main__":
    tell_quickest(solved)
