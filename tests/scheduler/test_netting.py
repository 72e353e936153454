"""A meter that counts each phase by itself: what one phase sells pays for nothing that another one buys."""

from __future__ import annotations

from tests.scheduler.test_planner_days import car, planned
from tests.tolerance import approx_eur, approx_kw

ROOF_L1 = "solar: [{id: roof, peak_kw: 20, source: sample, wiring: [L1]}]"


def test_sun_on_one_phase_does_not_feed_a_load_on_another() -> None:
    """2 kW of sun on L1, 2 kW of load on L2: nothing flows in sum, and 2 kW are bought and sold by phase."""
    for netting, total_eur in (("sum", 0.0), ("per_phase", 2 * 0.30 - 2 * 0.05)):
        plan = planned(
            [0.30], [], grid=f"limit_a: 63, netting: {netting}", sell=0.05, load_kw=(0.0, 2.0, 0.0),
            more=ROOF_L1, solar_series=2.0,
        )  # fmt: skip
        assert plan.cost.total_eur == approx_eur(total_eur)


def test_a_car_takes_the_sun_of_its_own_phases_only() -> None:
    """6 kW of sun spread over the phases carry a 1-phase car of 3.68 kW to 2 kW; the rest is bought."""
    plan = planned(
        [0.30],
        [car(3.68, leave=1, phases=1)],
        grid="limit_a: 63, netting: per_phase",
        sell=0.05,
        solar_kw=6.0,
    )
    assert plan.power.import_kw == approx_kw([1.68])
    assert plan.power.export_kw == approx_kw([4.0])
    assert plan.cost.total_eur == approx_eur(1.68 * 0.30 - 4.0 * 0.05)


def test_the_hour_is_chosen_by_what_each_phase_counts() -> None:
    """With sun of 3.68 kW in hour 0, a 1-phase car of 16 A or nothing has it all in sum; by phase it buys two
    thirds of it at 0.30, and hour 1 at 0.10 is cheaper.
    """
    for netting, hour in (("sum", 0), ("per_phase", 1)):
        plan = planned(
            [0.30, 0.10], [car(3.68, leave=2, phases=1, min_current_a=16.0)],
            grid=f"limit_a: 63, netting: {netting}", sell=0.05, solar_kw=[3.68, 0.0],
        )  # fmt: skip
        assert plan.chargers["home"].power_kw[hour] == approx_kw(3.68)


def test_no_phase_buys_and_sells_at_once_where_selling_pays_more() -> None:
    plan = planned(
        [0.10], [car(4.14, leave=1)], grid="limit_a: 63, netting: per_phase", sell=0.50, solar_kw=6.0
    )
    assert plan.power.import_kw == approx_kw([0.0])
    assert plan.power.export_kw == approx_kw([1.86])
