"""Flexible loads from the site file on: each is in the plan, and runs in the free hours between busy ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.scheduler.days import checked, inputs_of, site_of, wish
from tests.tolerance import approx_kw

HOME = "{id: home, current_a: {min: 6, max: 16}}"


def test_a_load_without_a_window_in_the_horizon_draws_nothing_in_every_slot() -> None:
    night = 'flexible_loads: [{id: pool, power_kw: 1, run_h: 2, between: ["01:00", "04:00"]}]'
    site = site_of(HOME, more=night)
    plan = checked(site, inputs_of(site, [0.3, 0.1, 0.2], [wish("home", 4.14)]))
    assert plan.power.flexible_kw["pool"] == approx_kw((0.0, 0.0, 0.0))


def test_a_boiler_heats_between_busy_hours() -> None:
    """9 kW of 11 kW are taken in the second and fourth hour; 3 kW for two hours fit into the others."""
    boiler = 'flexible_loads: [{id: boiler, power_kw: 3, run_h: 2, between: ["06:00", "11:00"]}]'
    site = site_of(HOME, grid="limit_a: 400, limit_kw: 11", more=boiler)
    inputs = inputs_of(
        site, [0.1, 0.1, 0.3, 0.1, 0.2], [wish("home", 4.14)], load_kw=[0.0, 9.0, 0.0, 9.0, 0.0]
    )
    plan = checked(site, inputs)
    assert plan.power.flexible_kw["boiler"] == approx_kw((3.0, 0.0, 0.0, 0.0, 3.0))
    assert not [note for note in plan.notes if "boiler" in note]


@pytest.mark.parametrize(("ran_h", "left_h"), [(0.0, 2.0), (1.0, 1.0), (1.97, 0.0), (3.0, 0.0)])
def test_a_load_that_has_run_is_planned_for_the_rest_and_for_all_of_it(ran_h: float, left_h: float) -> None:
    """The horizon begins at 06:00, half a day after the window: without ``ran_h`` its share is planned."""
    boiler = 'flexible_loads: [{id: boiler, power_kw: 3, run_h: 2, between: ["01:00", "11:00"]}]'
    site = site_of(HOME, grid="limit_a: 400", more=boiler)
    inputs = inputs_of(site, [0.3, 0.1, 0.3, 0.1, 0.2], [wish("home", 4.14)])
    share = checked(site, inputs).power.flexible_kw["boiler"] @ inputs.grid.hours / 3
    assert share == pytest.approx(1.0)
    plan = checked(site, replace(inputs, ran_h={"boiler": ran_h}))
    assert plan.power.flexible_kw["boiler"] @ inputs.grid.hours / 3 == pytest.approx(left_h)
