"""From the site's battery and flexible loads to plain numbers."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.inputs import PlanInputs
from domain.load_windows import Window, windows_between
from domain.phases import Phase, index_of
from domain.site import Site
from domain.site_energy import FlexibleLoad
from domain.time_grid import TimeGrid
from domain.units import kw_per_a
from scheduler.devices import Battery, Feed, IntArray, Run

_EPS: Final = 1e-9
_ALMOST_H: Final = 2 / 60
"""A load that lacks no more has run: for two minutes no slot is added [h]."""


def feed_of(site: Site, circuit: str, wiring: tuple[Phase, ...], circuits: tuple[str, ...]) -> Feed:
    """Feed of a device on ``circuit`` whose power spreads evenly over ``wiring``."""
    per_phase = 1 / kw_per_a(site.grid.voltage_v, len(wiring))
    used = {index_of(phase) for phase in wiring}
    return Feed(
        circuits=tuple(circuits.index(name) for name in site.path_to_grid(circuit)),
        a_per_kw=(
            per_phase if 0 in used else 0.0,
            per_phase if 1 in used else 0.0,
            per_phase if 2 in used else 0.0,
        ),
    )


def battery_of(site: Site, inputs: PlanInputs, circuits: tuple[str, ...]) -> tuple[Battery | None, list[str]]:
    """The home battery, and what was assumed about it.

    Without a known state of charge nothing is counted on: it starts at its minimum. A stored kWh is worth,
    at the end, what it saves later at the mean buying price of the horizon, less wear.
    """
    stated = site.battery
    if stated is None:
        return None, []
    soc, notes = inputs.battery_soc, []
    if soc is None:
        soc = stated.soc.min
        notes = [f"battery: its state of charge is not known; planned as if at its minimum of {soc:.0%}"]
    kept = min(max(soc, stated.soc.min), stated.soc.max)
    hours, price = inputs.grid.hours, inputs.buy.values
    saved = stated.efficiency * (float(hours @ price) / float(hours.sum()) - stated.wear_eur_per_kwh)
    battery = Battery(
        feed=feed_of(site, stated.circuit, stated.wiring, circuits),
        control=stated.control,
        least_kwh=stated.soc.min * stated.capacity_kwh,
        most_kwh=stated.soc.max * stated.capacity_kwh,
        start_kwh=kept * stated.capacity_kwh,
        charge_kw=stated.charge_kw,
        discharge_kw=stated.discharge_kw,
        efficiency=stated.efficiency,
        wear_eur_per_kwh=stated.wear_eur_per_kwh,
        end_value_eur_per_kwh=max(0.0, saved),
    )
    return battery, notes


def runs_of(site: Site, inputs: PlanInputs, circuits: tuple[str, ...]) -> tuple[tuple[Run, ...], list[str]]:
    """What every flexible load has to do in every window of the horizon, and what was cut from it."""
    grid, zone = inputs.grid, ZoneInfo(inputs.grid.time_zone)
    found: list[Run] = []
    notes: list[str] = []
    for load in site.flexible_loads:
        feed = feed_of(site, load.circuit, load.wiring, circuits)
        for window in windows_between(load, grid.start, grid.end, zone):
            ran_h = inputs.ran_h.get(load.id) if window.start <= grid.start else None
            run, note = _run(load, window, grid, feed, ran_h)
            found += [] if run is None else [run]
            notes += [note] if note else []
    return tuple(found), list(dict.fromkeys(notes))


def _run(
    load: FlexibleLoad, window: Window, grid: TimeGrid, feed: Feed, ran_h: float | None
) -> tuple[Run | None, str]:
    """The run of one window: its share of time inside the horizon, in whole slots; and what was cut.

    Where it is known how long the load has run in this window (``ran_h``), all the rest is planned.
    """
    slots: IntArray = np.flatnonzero(grid.share(window.start, window.end) > 1 - _EPS)
    asked_h = load.run_h if load.run_h is not None else (load.energy_kwh or 0.0) / load.power_kw
    start = window.start if ran_h is None else grid.start
    inside = (min(window.end, grid.end) - max(window.start, grid.start)) / (window.end - start)
    left_h = asked_h if ran_h is None else _left_h(asked_h, ran_h)
    need_h = left_h * inside
    available_h = float(grid.hours[slots].sum())
    note = ""
    if inside < 1 - _EPS:
        note = f"{load.id}: a window reaches beyond the horizon; its share of time inside it is planned"
    if need_h > available_h + _EPS:
        note = f"{load.id}: {need_h:.2f} h do not fit into the {available_h:.2f} h of its window"
        need_h = available_h
    if not len(slots) or need_h <= _EPS:
        return None, note
    at_a_time = min(load.min_run_h or 0.0, available_h)
    need_h = max(need_h, at_a_time)
    longest = float(grid.hours[slots].max())
    return (
        Run(
            load=load.id,
            feed=feed,
            power_kw=load.power_kw,
            slots=slots,
            need_h=need_h,
            most_h=min(available_h, need_h + longest),
            least_at_a_time_h=at_a_time if at_a_time > longest + _EPS else 0.0,
            usual=np.zeros(0, dtype=np.int64),
        ),
        note,
    )


def _left_h(asked_h: float, ran_h: float) -> float:
    """What a load that has run for ``ran_h`` lacks [h]."""
    return asked_h - ran_h if asked_h - ran_h > _ALMOST_H else 0.0
