"""The chart of a simulated day: plan against actual."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from domain.errors import InputError
from domain.plan import FloatArray
from domain.units import hours_from_s
from service.chart import drawn, ending_fault
from service.chart_axis import INK, draw_time_axis, edges
from service.writing import write_bytes
from simulation.plant.trace import TRACE_S
from simulation.ran import Ran

_PLAN: Final = "#9aa7b0"
_ACTUAL: Final = "#1f77b4"
_SUN: Final = "#e0a93b"
_S_PER_DAY: Final = 86400.0


def run_figure(loop: Ran) -> Figure:
    """Charging, exchange with the street, and the fullest phase of every circuit, planned and actual."""
    chart = Figure(figsize=(11.0, 7.0), dpi=120, facecolor="white")
    FigureCanvasAgg(chart)
    layout = chart.add_gridspec(3, 1, hspace=0.18, left=0.085, right=0.97, top=0.88, bottom=0.07)
    panels = [chart.add_subplot(layout[row]) for row in range(3)]
    at = edges(loop.plan.grid)
    times = at[0] + (np.arange(len(loop.trace.exchange_kw)) + 0.5) * TRACE_S / _S_PER_DAY
    _charging(panels[0], loop, at, times)
    _exchange(panels[1], loop, at, times)
    _currents(panels[2], loop, times)
    draw_time_axis(panels, loop.plan.grid, shown_h=hours_from_s(loop.plant.now_s))
    for panel in panels:
        panel.legend(loc="upper right", fontsize=8, frameon=False, ncols=4)
        panel.spines[["top", "right"]].set_visible(False)
    energy_kwh = float(loop.score.energy_kwh.sum())
    chart.text(
        0.085, 0.965, loop.site.name, va="top", fontsize=15, fontweight="bold", color=INK, parse_math=False
    )
    words = f"plan against actual, {energy_kwh:.1f} kWh charged; seconds over a limit: {_over_s(loop)}"
    chart.text(0.085, 0.925, words, va="top", fontsize=9.5, color=INK)
    return chart


def save_run(loop: Ran, path: Path, option: str = "--chart") -> None:
    """Write the chart; the ending of the name says whether as PNG or as SVG."""
    fault = ending_fault(path, option)
    if fault is not None:
        raise InputError([fault])
    write_bytes(path, drawn(run_figure(loop), path.suffix.lower().lstrip(".")), option=option)


def _over_s(loop: Ran) -> int:
    score = loop.score
    return int(sum(one.seconds.sum() for one in (score.current, score.power, score.imbalance, score.export)))


def _stairs(panel: Axes, values: FloatArray, at: FloatArray, label: str) -> None:
    panel.stairs(values, at, color=_PLAN, fill=True, alpha=0.35, label=label)


def _charging(panel: Axes, loop: Ran, at: FloatArray, times: FloatArray) -> None:
    planned = np.sum([charger.power_kw for charger in loop.plan.chargers.values()], axis=0)
    _stairs(panel, planned, at, "planned")
    panel.plot(times, loop.trace.charger_kw.sum(axis=1), color=_ACTUAL, linewidth=1.2, label="actual")
    panel.set_ylabel("charging [kW]")
    panel.set_ylim(bottom=0)


def _exchange(panel: Axes, loop: Ran, at: FloatArray, times: FloatArray) -> None:
    power = loop.plan.power
    _stairs(panel, power.import_kw - power.export_kw, at, "planned")
    panel.plot(times, loop.trace.exchange_kw, color=_ACTUAL, linewidth=1.2, label="actual")
    if loop.trace.solar_kw.any():
        panel.plot(times, loop.trace.solar_kw, color=_SUN, linewidth=1.0, label="sun")
    panel.axhline(0, color=INK, linewidth=0.6)
    panel.set_ylabel("from the street [kW]")


def _currents(panel: Axes, loop: Ran, times: FloatArray) -> None:
    """Highest second of each five minutes, as a share of the limit."""
    wires = loop.plant.wires
    for row, circuit in enumerate(wires.circuit_ids):
        if np.isfinite(wires.limit_a[row]).all():
            share = (loop.trace.worst_a[:, row] / wires.limit_a[row]).max(axis=1)
            panel.plot(times, 100 * share, linewidth=1.0, label=circuit)
    panel.axhline(100, color="#b3261e", linewidth=0.9, linestyle="--")
    panel.set_ylabel("fullest phase [%]")
    panel.set_ylim(bottom=0)
