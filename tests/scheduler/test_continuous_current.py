"""A North American main carries 80 % of its rating for hours: the plan keeps to what control will hold."""

from __future__ import annotations

import pytest

from executors.control.wiring import wiring_of
from tests.scheduler.days import checked, inputs_of, site_of, wish

HOME = "{id: home, current_a: {min: 6, max: 32}, wiring: [L1]}"


@pytest.mark.parametrize(
    ("protection", "told_a", "carried_a"),
    [
        ("type: ul, rating_a: 32", 25.0, 25.6),
        ("type: ul, rating_a: 32, continuous: 1.0", 32.0, 32.0),
        ("rating_a: 25, continuous: 0.8", 20.0, 20.0),
        ("type: mcb, rating_a: 32", 32.0, 32.0),
    ],
)
def test_the_plan_asks_for_no_more_than_control_holds(
    protection: str, told_a: float, carried_a: float
) -> None:
    site = site_of(HOME, grid=f"limit_a: 32, protection: {{{protection}}}")
    plan = checked(site, inputs_of(site, [0.1, 0.3], [wish("home", 14.0, leave=2)]))
    assert plan.chargers["home"].current_a[0] == told_a
    assert plan.circuits["grid"].limit_a[0, 0] == pytest.approx(carried_a)
    assert wiring_of(site).limit_a[0, 0] == pytest.approx(carried_a)
