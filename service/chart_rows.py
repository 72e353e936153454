"""The panels of the chart that show the site: prices, sun and load, the tightest circuit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from domain.phases import PHASES
from domain.series import Quality
from service.chart_axis import FAINT, INK, edges, stretches

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from domain.plan import CircuitPlan, FloatArray, Plan

COLOURS: Final = {
    "L1": "#e08a1e",
    "L2": "#8a5aa8",
    "L3": "#2f7fc1",
    "L1L2": "#c0577a",
    "L1L3": "#7d8f3c",
    "L2L3": "#5566b5",
    "L1L2L3": "#17806d",
}
"""One colour for each phase set, here and in the circuit's lines."""
WIDTHS: Final = {"L1": 3.6, "L2": 2.3, "L3": 1.0}
"""Lines that lie on each other are all seen when each is thinner than the one below it."""
CHARGING: Final = COLOURS["L1L2L3"]
SUN: Final = "#f4c63d"
LOAD: Final = "#7b8a94"
BUY: Final = "#1d4e89"
SELL: Final = "#7fa8c9"
LIMIT: Final = "#c8323c"
BATTERY: Final = "#a0522d"
FLEXIBLE: Final = ("#d1699a", "#8c6bb1", "#41a3a3")
SMALL: Final = 8.5


def dress(panel: Axes, label: str) -> None:
    """Frame, grid lines and label that all panels share."""
    panel.set_ylabel(label, fontsize=SMALL, color=INK, parse_math=False)
    panel.tick_params(axis="y", labelsize=SMALL, length=0, colors=INK)
    panel.tick_params(axis="x", labelsize=SMALL + 0.5, labelcolor=INK)
    panel.grid(visible=True, axis="both", color=FAINT, linewidth=0.5, alpha=0.7)
    panel.set_axisbelow(True)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color(FAINT)


def draw_prices(panel: Axes, plan: Plan) -> None:
    """Buying and selling price; hatched where the buying price is a forecast."""
    at, buy, sell = edges(plan.grid), plan.sources["buy"], plan.sources["sell"]
    panel.stairs(buy.values, at, baseline=None, color=BUY, linewidth=1.9, label="buy")
    if np.any(sell.values != 0):
        panel.stairs(sell.values, at, baseline=None, color=SELL, linewidth=1.3, label="sell")
    charging = total_charging_kw(plan) > 0
    panel.stairs(
        np.where(charging, buy.values, np.nan),
        at,
        baseline=None,
        color=CHARGING,
        linewidth=4,
        label="charging",
    )
    guessed = buy.quality != Quality.PUBLISHED
    if guessed.any() and not guessed.all():
        for number, (left, right) in enumerate(stretches(guessed, plan.grid)):
            panel.axvspan(
                left,
                right,
                facecolor="#eef2f4",
                edgecolor="#ccd5da",
                hatch="///",
                linewidth=0,
                zorder=0.2,
                label="forecast" if number == 0 else None,
            )
    if min(np.nanmin(buy.values), np.nanmin(sell.values)) < 0:
        panel.axhline(0, color=INK, linewidth=0.8)
    panel.margins(y=0.12)
    dress(panel, "price\nEUR/kWh")
    legend(panel)


def draw_sun_and_load(panel: Axes, plan: Plan) -> None:
    """Solar as it is used, what is curtailed above it, load, charging, flexible loads and battery."""
    at, power = edges(plan.grid), plan.power
    if np.any(power.solar_kw + power.curtailed_kw > 0):
        panel.stairs(power.solar_kw, at, fill=True, color=SUN, alpha=0.75, label="solar")
    if np.any(power.curtailed_kw > 0):
        panel.stairs(
            power.solar_kw + power.curtailed_kw,
            at,
            baseline=power.solar_kw,
            fill=True,
            facecolor="none",
            edgecolor="#b38a00",
            hatch="xxx",
            linewidth=0,
            label="curtailed",
        )
    panel.stairs(power.load_kw, at, baseline=None, color=LOAD, linewidth=1.6, label=_load_label(plan))
    charging_kw = total_charging_kw(plan)
    panel.stairs(charging_kw, at, baseline=None, color=CHARGING, linewidth=1.6, label="charging")
    for number, (name, values) in enumerate(power.flexible_kw.items()):
        panel.stairs(
            values, at, baseline=None, color=FLEXIBLE[number % len(FLEXIBLE)], linewidth=1.3, label=name
        )
    if np.any(power.battery_kw):
        panel.stairs(
            power.battery_kw, at, baseline=None, color=BATTERY, linewidth=1.3, label="battery\n(+ fills)"
        )
        panel.axhline(0, color=INK, linewidth=0.7)
    else:
        panel.set_ylim(bottom=0)
    dress(panel, "power\nkW")
    legend(panel)


def _load_label(plan: Plan) -> str:
    """What the load is called: a forecast, or some of it, is named as one."""
    quality = plan.sources["load"].quality
    if np.all(quality == Quality.PUBLISHED):
        return "load"
    return "load, forecast" if np.all(quality != Quality.PUBLISHED) else "load, partly\nforecast"


def draw_circuit(panel: Axes, plan: Plan, name: str) -> None:
    """Signed current of a circuit on each phase against its limit."""
    circuit, at = plan.circuits[name], edges(plan.grid)
    present = [index for index in range(3) if np.any(circuit.phase_a[index]) or index == 0]
    for index in present:
        phase = PHASES[index]
        panel.stairs(
            circuit.phase_a[index],
            at,
            baseline=None,
            color=COLOURS[phase],
            linewidth=WIDTHS[phase],
            label=phase,
        )
    limits = circuit.limit_a[present]
    if np.isfinite(limits).any():
        same = bool(np.all(limits == limits[0]))
        for row in limits[:1] if same else limits:
            panel.stairs(row, at, baseline=None, color=LIMIT, linewidth=1.4, linestyle="--")
        panel.plot([], [], color=LIMIT, linewidth=1.4, linestyle="--", label="limit")
        if np.any(circuit.phase_a < -0.35 * limits.min()):
            panel.stairs(-limits[0], at, baseline=None, color=LIMIT, linewidth=1.4, linestyle="--")
    panel.axhline(0, color=INK, linewidth=0.7)
    panel.margins(y=0.14)
    dress(panel, f"circuit {name}\nA")
    legend(panel)


def total_charging_kw(plan: Plan) -> FloatArray:
    """Power of all chargers together in every slot [kW]."""
    total: FloatArray = np.sum([charger.power_kw for charger in plan.chargers.values()], axis=0)
    return total


def tightest(plan: Plan) -> str:
    """The circuit that comes nearest to its limit in A in any slot; the first where none has one."""
    return max(plan.circuits, key=lambda name: _use(plan.circuits[name]))


def legend(panel: Axes) -> None:
    """A legend outside the panel, so that it never hides a slot."""
    if panel.get_legend_handles_labels()[0]:
        panel.legend(**LEGEND)


def _use(circuit: CircuitPlan) -> float:
    """Highest share of the limit that is used."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.abs(circuit.phase_a) / circuit.limit_a
    return float(np.nan_to_num(shares, nan=0.0, posinf=1.0).max())


LEGEND: Final[dict[str, Any]] = {
    "loc": "upper left",
    "bbox_to_anchor": (1.005, 1.02),
    "fontsize": SMALL,
    "frameon": False,
    "handlelength": 1.4,
    "borderaxespad": 0.2,
    "labelspacing": 0.35,
}
