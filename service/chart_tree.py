"""The panel of the chart that shows the tree's headroom: how full every circuit is, slot by slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from domain.phases import PHASES
from service.chart_axis import INK, edges
from service.chart_rows import SMALL, dress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from domain.plan import CircuitPlan, FloatArray, Plan

_MANY: Final = 16
"""So many circuits have their names and headroom told; of more, every second or third."""
_FILL: Final = LinearSegmentedColormap.from_list("fill", ["#f3f8f5", "#f2d9a0", "#e08a1e", "#c8323c"])


def tree_height(plan: Plan) -> list[float]:
    """Height of the panel [inch]; none for a site without circuits below the grid."""
    return [min(4.0, 0.45 + 0.19 * len(plan.circuits))] if len(plan.circuits) > 1 else []


def draw_tree(panel: Axes, plan: Plan) -> None:
    """A row for each circuit, from free to full by its fullest phase; at the right the least that is left."""
    names = list(plan.circuits)
    use = np.array([_use(plan.circuits[name]) for name in names])
    panel.pcolormesh(edges(plan.grid), np.arange(len(names) + 1), use, cmap=_FILL, vmin=0.0, vmax=1.0)
    panel.set_ylim(len(names), 0)
    every = -(-len(names) // _MANY)
    panel.set_yticks(np.arange(0, len(names), every) + 0.5, names[::every], fontsize=6.5, parse_math=False)
    dress(panel, "how full")
    panel.tick_params(axis="y", labelsize=6.5)
    panel.grid(visible=False, axis="y")
    for row in range(0, len(names), every):
        panel.text(
            1.008,
            row + 0.5,
            _least_words(plan.circuits[names[row]]),
            transform=panel.get_yaxis_transform(),
            va="center",
            fontsize=SMALL - 1.0,
            color=INK,
        )


def _use(circuit: CircuitPlan) -> FloatArray:
    """(slots,) share of the limit in use on the fullest phase, in either direction."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.nan_to_num(np.abs(circuit.phase_a) / circuit.limit_a, nan=1.0, posinf=1.0)
    fullest: FloatArray = shares.max(axis=0)
    return fullest


def _least_words(circuit: CircuitPlan) -> str:
    """The least headroom of all slots and phases: ``L2: 0.4 A left``."""
    room = circuit.limit_a - circuit.phase_a
    if not np.isfinite(room).any():
        return "no limit in A"
    phase, slot = np.unravel_index(int(np.argmin(room)), room.shape)
    return f"{PHASES[phase]}: {max(0.0, float(room[phase, slot])):.1f} A left"
