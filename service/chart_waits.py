"""Why a car waits, in the chart: a colour for each kind of reason, and its words where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.patches import Patch

from service.chart_axis import INK, stretches
from service.waiting_words import NO_ROOM, SHORT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from domain.plan import Plan, RequestPlan, Wait

WAITS: Final = "#e1e8e5"
"""Colour of a car that stands at a charger and is not charged."""
FULL: Final = "#f3cfc6"
"""The same, where a limit leaves it no room."""
DONE: Final = "#f4f7f5"
"""The same, where it has its energy."""
_WIDE: Final = 0.06
"""Share of the horizon from which on a stretch is wide enough for words."""


def colour_of(wait: Wait) -> str:
    """Colour of a reason."""
    return FULL if wait.kind in NO_ROOM else DONE if wait.kind == "done" else WAITS


def draw_waits(panel: Axes, plan: Plan, planned: RequestPlan, height: float) -> None:
    """Shade the slots in which a car waits, and say why at ``height`` where there is room."""
    span_d = (plan.grid.end - plan.grid.start).total_seconds() / 86_400
    for wait in planned.waits:
        for number, (left, right) in enumerate(stretches(mask_of(plan, wait), plan.grid)):
            label = "no room" if wait.kind in NO_ROOM and number == 0 else None
            panel.axvspan(left, right, color=colour_of(wait), linewidth=0, zorder=0.35, label=label)
            words = _short(wait)
            if (right - left) / span_d > max(_WIDE, 0.0085 * len(words)):
                panel.text(
                    (left + right) / 2,
                    height,
                    words,
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color=INK,
                    alpha=0.75,
                    clip_on=True,
                    parse_math=False,
                )


def handles(plan: Plan) -> list[Patch]:
    """What the colours of waiting mean, for those that occur."""
    found = {colour_of(wait) for planned in plan.requests for wait in planned.waits}
    names = {WAITS: "car waits", FULL: "no room\nfor it", DONE: "has its\nenergy"}
    return [Patch(color=colour, label=name) for colour, name in names.items() if colour in found]


def mask_of(plan: Plan, wait: Wait) -> NDArray[np.bool_]:
    """Which slots a reason holds in."""
    mask = np.zeros(len(plan.grid), dtype=bool)
    mask[list(wait.slots)] = True
    return mask


def _short(wait: Wait) -> str:
    """A reason in very few words: ``garage L2 full``."""
    place = " ".join(part for part in (wait.circuit, wait.phase) if part)
    return SHORT.get(wait.kind, wait.kind).format(place=place)
