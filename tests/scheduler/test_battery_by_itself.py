"""What a battery that nobody commands does to wires and phases is its own doing; cars may not add to it."""

from __future__ import annotations

import pytest

from tests.scheduler.days import checked, inputs_of, site_of, wish

HOME = "{id: home, current_a: {min: 6, max: 16}}"
ROOF = "solar: [{id: roof, peak_kw: 10, source: sample, wiring: [L2]}]"
BATTERY = (
    "battery: {capacity_kwh: 50, charge_kw: 2.76, discharge_kw: 2.76, soc: {min: 0.1, max: 1.0},"
    " efficiency: 1, control: hold}"
)


@pytest.mark.parametrize(("limit_a", "car_a"), [(16, 0.0), (24, 8.0)])
def test_a_car_sets_no_more_sun_free_than_the_wire_carries(limit_a: int, car_a: float) -> None:
    """Roof on L2, no export: every kilowatt that is consumed frees one on L2, 4.35 A, of which a third comes
    back on L2 itself. The battery takes 2.76 kW, that is 8 A on L2; a car at I adds 2 I. Of 16 A 4 are left
    for it, less than its minimum of 6; of 24 A 8 are.
    """
    site = site_of(HOME, grid=f"limit_a: {limit_a}, export_limit_kw: 0", more=f"{ROOF}\n{BATTERY}")
    inputs = inputs_of(site, [0.3, 0.3], [wish("home", 12.5, leave=2)], solar_kw=[9.2, 9.2])
    plan = checked(site, inputs)
    assert plan.chargers["home"].current_a == pytest.approx([car_a, car_a])
    assert plan.circuits["grid"].phase_a[1] == pytest.approx([-8 - 2 * car_a] * 2)


def test_what_the_battery_may_break_by_itself_is_told() -> None:
    """2.76 kW on L2 of a wire of 6 A: the sun that it frees comes in where it goes out; on L1 it is 12 A."""
    home = BATTERY.replace("control: hold", "control: none, wiring: [L1]")
    site = site_of(HOME, grid="limit_a: 6, export_limit_kw: 0", more=f"{ROOF}\n{home}")
    plan = checked(site, inputs_of(site, [0.3], [wish("home", 1.0, leave=1)], solar_kw=[9.2]))
    said = " ".join(plan.notes)
    assert "the battery by itself may put 12.0 A on grid L1, where 6.0 A are allowed" in said
    assert "the battery by itself may put 12.0 A on grid L2, where 6.0 A are allowed" in said
