"""Why a car waits, in words and in the chart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from domain.plan import CircuitPlan, Plan, Wait
from domain.plan_document import document
from service.chart import figure
from service.chart_waits import FULL, WAITS
from service.waiting_words import main_reason, waits_line, why
from tests.plans import garage_plan, home_plan

WIRE = Wait("circuit", "garage", "L2", tuple(range(24, 28)))
PRICE = Wait("price", None, None, tuple(range(24)))
DONE = Wait("done", None, None, (70, 71))


def waiting(plan: Plan) -> Plan:
    """The same plan, whose first car waits for the price, then for a wire, and is done at last."""
    first = replace(plan.requests[0], waits=(PRICE, WIRE, DONE))
    return replace(plan, requests=(first, *plan.requests[1:]))


def test_a_reason_names_its_place() -> None:
    assert why(WIRE) == "no room on circuit garage L2"
    assert why(PRICE) == "dearer"


def test_a_line_tells_every_reason_with_its_time() -> None:
    plan = waiting(home_plan())
    expected = "dearer (Wed 12:00 to 18:00); no room on circuit garage L2 (Wed 18:00 to 19:00)"
    assert waits_line(plan, plan.requests[0]) == expected


def test_a_car_that_has_its_energy_does_not_wait() -> None:
    plan = home_plan()
    done = replace(plan.requests[0], waits=(DONE,))
    assert waits_line(plan, done) == ""
    assert main_reason(plan, done) == ""


def test_the_main_reason_is_the_longest() -> None:
    plan = waiting(home_plan())
    assert main_reason(plan, plan.requests[0]) == "dearer"


def test_plan_json_tells_the_reasons() -> None:
    words = document(waiting(home_plan())).requests[0].waits
    assert [(one.kind, one.circuit, one.phase, len(one.slots)) for one in words] == [
        ("price", None, None, 24),
        ("circuit", "garage", "L2", 4),
        ("done", None, None, 2),
    ]


def test_the_chart_says_why_and_colours_a_lack_of_room() -> None:
    panel = figure(waiting(home_plan())).axes[2]
    assert "dearer" in [text.get_text() for text in panel.texts]
    colours = [patch.get_facecolor() for patch in panel.patches]
    assert to_rgba(FULL) in colours
    assert to_rgba(WAITS) in colours


def test_the_picture_of_many_chargers_names_its_colours() -> None:
    legend = figure(waiting(garage_plan())).axes[2].get_legend()
    assert legend is not None
    named = [text.get_text() for text in legend.get_texts()]
    assert {"car waits", "no room\nfor it", "has its\nenergy"} <= set(named)


def test_a_tree_has_a_row_for_each_circuit_and_tells_its_least_headroom() -> None:
    plan = home_plan()
    wire = CircuitPlan(np.full((3, len(plan.grid)), 8.0), np.full((3, len(plan.grid)), 10.0))
    wire.phase_a[1, 5] = 9.5
    tree = figure(replace(plan, circuits={**plan.circuits, "garage": wire})).axes[-2]
    assert [label.get_text() for label in tree.get_yticklabels()] == ["grid", "garage"]
    assert "L2: 0.5 A left" in [text.get_text() for text in tree.texts]


@pytest.mark.parametrize("plan", [home_plan(), garage_plan()], ids=["home", "garage"])
def test_a_site_without_circuits_has_no_such_panel(plan: Plan) -> None:
    assert "how full" not in [panel.get_ylabel() for panel in figure(plan).axes]
