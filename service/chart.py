"""The chart of a plan: a day that a person understands in ten seconds."""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from domain.errors import Fault, InputError
from domain.plan import Plan, Status
from service import chart_chargers as chargers
from service import chart_rows as rows
from service.chart_axis import INK, draw_time_axis
from service.chart_tree import draw_tree, tree_height
from service.plan_words import charging_eur, delivered_kwh, is_sample, money, period
from service.shown_figure import ShownFigure
from service.writing import write_bytes

ENDINGS: Final = (".png", ".svg")
MANY: Final = 6
"""Above so many chargers, they share one panel."""
_WIDTH_IN: Final = 11.0
_DPI: Final = 120


def figure(plan: Plan) -> ShownFigure:
    """Prices, sun and load, every charger, the tree's headroom, and the tightest circuit over the horizon."""
    heights = [1.5, 1.3, *_charger_heights(len(plan.chargers)), *tree_height(plan), 1.3]
    chart = ShownFigure.sized(_WIDTH_IN, 1.55 + sum(heights), _DPI)
    top = 1 - 1.15 / chart.get_figheight()
    layout = chart.add_gridspec(
        len(heights), 1, height_ratios=heights, hspace=0.16, left=0.085, right=0.885, top=top, bottom=0.055
    )
    panels = [chart.add_subplot(layout[row]) for row in range(len(heights))]
    rows.draw_prices(panels[0], plan)
    rows.draw_sun_and_load(panels[1], plan)
    if len(plan.chargers) > MANY:
        chargers.draw_many_chargers(panels[2], plan)
    else:
        for panel, charger in zip(panels[2:], plan.chargers, strict=False):
            chargers.draw_charger(panel, plan, charger)
    if tree_height(plan):
        draw_tree(panels[-2], plan)
    rows.draw_circuit(panels[-1], plan, rows.tightest(plan))
    draw_time_axis(panels, plan.grid)
    chart.align_ylabels(panels)
    _title(chart, plan)
    return chart


def ending_fault(path: Path, option: str) -> Fault | None:
    """What is wrong with a chart's file name, none where nothing is."""
    if path.suffix.lower() in ENDINGS:
        return None
    return Fault(option, f"'{path}'", f"the name must end in {' or '.join(ENDINGS)}")


def save(plan: Plan, *paths: Path, option: str = "--chart") -> None:
    """Write the chart to each of ``paths``; the ending of a name says whether as PNG or as SVG."""
    faults = [fault for path in paths if (fault := ending_fault(path, option))]
    if faults:
        raise InputError(faults)
    chart = figure(plan)
    for path in paths:
        write_bytes(path, drawn(chart, path.suffix.lower().lstrip(".")), option=option)


def drawn(chart: Figure, kind: str) -> bytes:
    """The chart's file, the same bytes for the same plan."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        chart.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return buffer.getvalue()


def _charger_heights(count: int) -> list[float]:
    """Height of the chargers' panels [inch]."""
    return [min(7.0, 1.2 + 0.16 * count)] if count > MANY else [1.05] * count


def _title(chart: Figure, plan: Plan) -> None:
    """Site, period, energy, money and proof; made-up data says so."""
    height = chart.get_figheight()
    missing_kwh = sum(planned.shortfall_kwh for planned in plan.requests)
    short = f", {missing_kwh:.1f} kWh missing" if missing_kwh > 0 else ""
    money_line = f"{delivered_kwh(plan):.1f} kWh charged for {money(charging_eur(plan))}{short}"
    chart.text(
        0.085,
        1 - 0.14 / height,
        plan.site,
        va="top",
        fontsize=15,
        fontweight="bold",
        color=INK,
        parse_math=False,
    )
    lines = f"{period(plan)}\n{money_line}; {_proof_words(plan)}"
    chart.text(0.085, 1 - 0.43 / height, lines, va="top", fontsize=9.5, color=INK, linespacing=1.35)
    if is_sample(plan):
        chart.text(
            0.885,
            1 - 0.16 / height,
            "SAMPLE DATA",
            va="top",
            ha="right",
            fontsize=10,
            fontweight="bold",
            color="#7a4b00",
            bbox={"boxstyle": "round,pad=0.35", "facecolor": "#ffe9b8", "edgecolor": "#e0a93b"},
        )


def _proof_words(plan: Plan) -> str:
    """The proof in a few words."""
    if plan.proof.status is Status.FALLBACK:
        return "made by rule, not proven"
    if not math.isfinite(plan.proof.gap):
        return "how near to the best is not known"
    gap = max(0.0, plan.proof.gap)
    if plan.proof.status is Status.FEASIBLE:
        return f"at most {gap:.2%} above the best possible, wider than the gap asked for"
    return f"proven within {gap:.2%} of the best"
