"""The panels of the chart that show the chargers: one each, or one picture for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import dates
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch

from domain.phases import PHASES, name_of
from service import chart_waits as waits
from service.chart_axis import INK, edges, stretches
from service.chart_rows import COLOURS, LEGEND, LIMIT, SMALL, dress, legend
from service.plan_words import amps, binding_words, blocks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from domain.plan import Plan


def draw_charger(panel: Axes, plan: Plan, charger: str) -> None:
    """Current of one charger, coloured by phase set, over the stays of its cars; what binds a lone one."""
    told, at = plan.chargers[charger], edges(plan.grid)
    names = np.array([name_of(phases) for phases in told.phases])
    top_a = max(float(np.abs(told.current_a).max()), 6.0)
    here = [planned for planned in plan.requests if planned.request.charger == charger]
    for planned in here:
        stay = plan.grid.share(planned.request.arrival, planned.request.departure) > 0
        missing = planned.shortfall_kwh > 0
        short = f" - NOT ENOUGH{f': {binding_words(planned)}' if len(here) == 1 else ''}" if missing else ""
        for left, right in stretches(stay, plan.grid):
            panel.axvspan(left, right, color=waits.WAITS, linewidth=0, zorder=0.3)
            words = f"{planned.delivered_kwh:.1f} of {planned.energy_kwh:.1f} kWh"
            panel.text(
                left,
                top_a * 1.27,
                f" {words}{short}",
                va="top",
                fontsize=SMALL,
                color=LIMIT if missing else INK,
                fontweight="bold" if missing else "normal",
                clip_on=True,
            )
        waits.draw_waits(panel, plan, planned, top_a * 0.55)
    for name in (name for name in COLOURS if name in names):
        values = np.where(names == name, told.current_a, 0.0)
        panel.stairs(values, at, fill=True, color=COLOURS[name], label=_spaced(name))
    _write_currents(panel, plan, charger)
    panel.set_ylim(1.2 * min(0.0, float(told.current_a.min())), top_a * 1.35)
    dress(panel, f"{charger}\nA per phase")
    legend(panel)


def _write_currents(panel: Axes, plan: Plan, charger: str) -> None:
    """Current [A] inside every block that is wide enough to hold it."""
    span_s = (plan.grid.end - plan.grid.start).total_seconds()
    for block in blocks(plan, charger):
        if (block.end - block.start).total_seconds() / span_s > 0.035:
            panel.text(
                dates.date2num(block.start + (block.end - block.start) / 2),
                block.current_a / 2,
                amps(block.current_a),
                ha="center",
                va="center",
                fontsize=SMALL,
                fontweight="bold",
                color="white",
            )


def draw_many_chargers(panel: Axes, plan: Plan) -> None:
    """A row for each charger: hue is the phase set, strength is the current, grey is a car that waits, dark
    is one that gives.
    """
    at = edges(plan.grid)
    names = list(plan.chargers)
    picture = np.ones((len(names), len(plan.grid), 4))
    top_a = max(float(told.current_a.max()) for told in plan.chargers.values()) or 1.0
    for row, name in enumerate(names):
        picture[row, _stays(plan, name)] = to_rgba(waits.WAITS)
        for wait in (wait for one in plan.requests if one.request.charger == name for wait in one.waits):
            picture[row, waits.mask_of(plan, wait)] = to_rgba(waits.colour_of(wait))
        told = plan.chargers[name]
        for slot in np.flatnonzero(told.current_a > 0):
            colour = np.array(to_rgba(COLOURS[name_of(told.phases[slot])]))
            strength = 0.35 + 0.65 * told.current_a[slot] / top_a
            picture[row, slot, :3] = 1 - strength * (1 - colour[:3])
        picture[row, told.current_a < 0, :3] = to_rgba(INK)[:3]
    panel.pcolormesh(at, np.arange(len(names) + 1), picture)
    panel.set_ylim(len(names), 0)
    every = -(-len(names) // 24)
    panel.set_yticks(np.arange(0, len(names), every) + 0.5, names[::every], fontsize=6.5, parse_math=False)
    dress(panel, f"{len(names)} chargers")
    panel.grid(visible=False, axis="y")
    used = {name_of(phases) for told in plan.chargers.values() for phases in told.phases}
    handles = [Patch(color=COLOURS[name], label=_spaced(name)) for name in COLOURS if name in used]
    if any((told.current_a < 0).any() for told in plan.chargers.values()):
        handles.append(Patch(color=INK, label="gives"))
    handles += waits.handles(plan) or [Patch(color=waits.WAITS, label="car waits")]
    panel.legend(handles=handles, **LEGEND)


def _stays(plan: Plan, charger: str) -> NDArray[np.bool_]:
    """In which slots a car is at ``charger``."""
    mask = np.zeros(len(plan.grid), dtype=bool)
    for planned in plan.requests:
        if planned.request.charger == charger:
            mask |= plan.grid.share(planned.request.arrival, planned.request.departure) > 0
    return mask


def _spaced(name: str) -> str:
    """``L1L2L3`` as people read it: ``L1 L2 L3``."""
    return " ".join(phase for phase in PHASES if phase in name)
