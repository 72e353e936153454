"""Cars: reaction, ramp, own limits, pins, taper, sleep, dislike of switching."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from simulation.plant.car import Car, drawn_pins
from simulation.plant.readings import IecState
from tests.simulation.plant.plants import HOUR, PLAIN, charger_line, plant, site_of, told, visit
from tests.tolerance import approx_a

ONE_PIN = ((1,),)


def test_a_car_reacts_after_its_delay_and_then_ramps() -> None:
    made = plant(visit(replace(PLAIN, reaction_s=3, up_a_per_s=2.0, start_s=0)))
    told(made, 6, 60)
    # The write takes 1 s to the pilot signal, the car 3 s more, then 2 A each second.
    assert told(made, 16, 10) == approx_a([6, 6, 6, 8, 10, 12, 14, 16, 16, 16])


def test_a_car_falls_faster_than_it_rises() -> None:
    made = plant(visit(replace(PLAIN, reaction_s=1, down_a_per_s=10.0)))
    told(made, 16, 60)
    assert told(made, 0, 4) == approx_a([16, 6, 0, 0])


def test_a_car_that_takes_13_of_16_a_draws_13() -> None:
    assert told(plant(visit(replace(PLAIN, max_current_a=13))), 16, 60)[-1] == approx_a(13)


def test_a_car_that_needs_8_a_does_not_start_at_7() -> None:
    made = plant(visit(replace(PLAIN, min_current_a=8)))
    assert max(told(made, 7, 120)) == 0
    assert told(made, 8, 60)[-1] == approx_a(8)


@pytest.mark.parametrize(
    ("powered", "pin_sets", "drawn"),
    [
        ({1, 2, 3}, ((1,), (2,), (3,), (1, 2, 3)), (1, 2, 3)),
        ({1, 2}, ((1,), (2,), (3,), (1, 2, 3)), (1,)),
        ({1, 2}, ((1,), (1, 2)), (1, 2)),
        ({1, 2, 3}, ((1,),), (1,)),
        ({2, 3}, ((1,), (1, 2, 3)), ()),
    ],
)
def test_a_car_draws_through_the_largest_of_its_pin_sets_that_has_power(
    powered: set[int], pin_sets: tuple[tuple[int, ...], ...], drawn: tuple[int, ...]
) -> None:
    assert drawn_pins(frozenset(powered), pin_sets) == drawn


def test_a_one_phase_car_draws_on_the_first_terminal_of_the_wiring() -> None:
    made = plant(
        visit(replace(PLAIN, pin_sets=ONE_PIN)), site=site_of(charger_line(more=", wiring: [L2, L3, L1]"))
    )
    told(made, 16, 60)
    assert made.phase_a[0] == approx_a([0, 16, 0])
    assert made.flow_a == pytest.approx(np.array([[0, 16, 0], [0, 16, 0]]))


def test_the_current_tapers_near_the_full_battery_and_ends_there() -> None:
    # 1 kWh of 20 is missing: 16 A until 95 %, then evenly down to 6 A at 100 %.
    made = plant(visit(Car(20, 16, taper_from_soc=0.95, taper_end_share=0.0, efficiency=1.0), soc=0.94))
    drawn = told(made, 16, HOUR)
    assert max(drawn) == approx_a(16)
    assert drawn[-1] == 0
    assert made.cars.soc[0] == pytest.approx(1.0, abs=1e-3)
    falling = drawn[drawn.index(max(drawn)) + 120 :]
    assert all(later <= earlier for earlier, later in pairwise(falling))
    assert min(current for current in falling if current > 0) == pytest.approx(6.0, abs=0.1)
    # 1.2 kWh were missing, without losses.
    assert made.cars.energy_kwh[0] == pytest.approx(1.2, abs=0.01)


def test_energy_at_the_plug_and_in_the_battery_differ_by_the_efficiency() -> None:
    made = plant(visit(Car(60, 16, efficiency=0.9, start_s=0, reaction_s=0, up_a_per_s=100), soc=0.2))
    told(made, 16, HOUR + 1)
    # 16 A x 3 x 230 V for an hour, less the second until the pilot signal says so (16 A as well).
    assert made.cars.energy_kwh[0] == pytest.approx(11.04, rel=1e-3)
    assert (made.cars.soc[0] - 0.2) * 60 == pytest.approx(11.04 * 0.9, rel=1e-3)


def test_a_sleeping_car_overhears_one_offer_and_wakes_at_the_next() -> None:
    made = plant(visit(replace(PLAIN, sleeps_after_s=600)))
    assert max(told(made, 0, 900)[20:]) == 0
    assert max(told(made, 16, 300)) == 0
    told(made, 0, 10)
    assert told(made, 16, 60)[-1] == approx_a(16)


def test_a_car_that_is_paused_for_less_than_it_takes_to_sleep_goes_on() -> None:
    made = plant(visit(replace(PLAIN, sleeps_after_s=600)))
    told(made, 16, 60)
    told(made, 0, 300)
    assert told(made, 16, 60)[-1] == approx_a(16)


def test_a_car_that_was_switched_too_often_wants_to_be_unplugged() -> None:
    first, second = visit(replace(PLAIN, bears_switches=1), leave_s=600), visit(arrive_s=900)
    made = plant(first, second)
    box = made.charger("box")
    told(made, 16, 60)
    box.set_phases((0,))
    assert told(made, 16, 60)[-1] == approx_a(16)
    box.set_phases((0, 1, 2))
    assert told(made, 16, 120)[-1] == 0
    assert box.state() is IecState.E
    assert told(made, 16, 1000)[-1] == approx_a(16)


def test_a_visit_that_ends_is_counted_with_what_is_missing() -> None:
    made = plant(visit(leave_s=HOUR, energy_kwh=20.0))
    told(made, 16, HOUR + 10)
    (end,) = made.visit_ends
    assert end.energy_kwh == pytest.approx(11.0, abs=0.1)
    assert end.missing_kwh == pytest.approx(9.0, abs=0.1)
    assert made.charger("box").state() is IecState.A


def test_two_cars_at_one_charger_are_refused() -> None:
    with pytest.raises(ValueError, match="two cars"):
        plant(visit(), visit(arrive_s=60))
