"""Chargers as devices: steps, pauses, watchdogs, phases, reboots, lies and lost links."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.readings import IecState
from tests.simulation.plant.plants import PLAIN, charger_line, plant, site_of, told, visit
from tests.tolerance import approx_a

SWITCHING = ", phase_switching: {mode: both}"


@pytest.mark.parametrize(
    ("asked", "step", "told_a"),
    [(7.9, 1, 7), (5.9, 1, 0), (40, 1, 16), (0, 1, 0), (7.96, 0.1, 7.9), (-3, 1, 0)],
)
def test_a_charger_rounds_down_to_its_steps_and_pauses_below_its_least(
    asked: float, step: float, told_a: float
) -> None:
    made = plant(site=site_of(charger_line(step=step)))
    box = made.charger("box")
    assert box.set_limit(asked)
    made.step(2)
    assert box.read().told_a[0] == approx_a(told_a)
    assert box.read().offer_a[0] == approx_a(told_a)


def test_an_unfed_charger_falls_to_its_failsafe_after_its_time_and_comes_back_when_it_is_told() -> None:
    made = plant()
    told(made, 16, 60)
    made.step(28)
    assert made.charger("box").read().offer_a[0] == approx_a(16)
    made.step(1)
    assert made.charger("box").read().offer_a[0] == approx_a(6)
    assert told(made, 16, 30)[-1] == approx_a(16)


@pytest.mark.parametrize(
    ("driver", "offer_a"), [("charx", 6), ("teltocharge", 6), ("ocpp", 6), ("everest", 0)]
)
def test_in_silence_most_chargers_resume_their_failsafe_current_even_when_paused(
    driver: str, offer_a: float
) -> None:
    serial = ", serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}, unit: 1"
    wires = {
        "charx": ", host: a.lan",
        "teltocharge": serial,
        "ocpp": ", station: A, protocol: ocpp1.6",
        "everest": ", host: a.lan",
    }
    more = ", failsafe: {current_a: 6, after_s: 30}" + wires[driver]
    made = plant(site=site_of(charger_line(driver=driver, more=more)))
    for _ in range(60):
        made.charger("box").set_limit(0)
        made.charger("box").feed_watchdog()
        made.step()
    assert made.chargers.offer_a[0] == 0
    made.step(60)
    assert made.chargers.offer_a[0] == offer_a


def test_a_written_limit_does_not_feed_a_charx_but_its_watchdog_does() -> None:
    more = ", host: a.lan, failsafe: {current_a: 6, after_s: 30}"
    made = plant(site=site_of(charger_line(driver="charx", more=more)))
    told(made, 16, 90)
    assert made.chargers.offer_a[0] == 6
    for _ in range(60):
        made.charger("box").feed_watchdog()
        made.step()
    assert made.chargers.offer_a[0] == 16


def test_reading_alone_feeds_a_charger_that_hears_every_frame() -> None:
    more = (
        ", serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}, unit: 1"
        ", failsafe: {current_a: 6, after_s: 30}"
    )
    made = plant(site=site_of(charger_line(driver="teltocharge", more=more)))
    told(made, 16, 10)
    for _ in range(120):
        made.charger("box").read()
        made.step()
    assert made.chargers.offer_a[0] == 16
    made.step(31)
    assert made.chargers.offer_a[0] == 6


def test_a_charger_that_nobody_has_spoken_to_offers_its_failsafe_and_one_without_its_most() -> None:
    assert plant().chargers.offer_a[0] == 6
    assert plant(site=site_of(charger_line(more=""))).chargers.offer_a[0] == 16


def test_a_failsafe_that_is_written_counts_from_then_on() -> None:
    made = plant()
    box = made.charger("box")
    box.set_failsafe(0, 10)
    box.set_limit(16)
    made.step(9)
    assert made.chargers.offer_a[0] == 16
    made.step(2)
    assert made.chargers.offer_a[0] == 0


def test_a_change_of_phases_opens_the_contactor_for_its_dead_time() -> None:
    made = plant(site=site_of(charger_line(more=SWITCHING)))
    told(made, 16, 60)
    assert made.charger("box").set_phases((0,))
    drawn = told(made, 16, 60)
    assert drawn[:15] == approx_a([0.0] * 15)
    assert made.phase_a[0] == approx_a([16, 0, 0])
    assert made.chargers.switches[0] == 1


def test_a_charger_with_phase_choice_leads_the_first_pin_to_any_phase() -> None:
    more = ", serial: {device: /dev/ttyUSB0, baud: 9600, parity: none}, unit: 1" + SWITCHING
    made = plant(site=site_of(charger_line(driver="teltocharge", more=more)))
    made.charger("box").set_phases((2,))
    told(made, 16, 60)
    assert made.phase_a[0] == approx_a([0, 0, 16])
    made.charger("box").set_phases((1, 2))
    told(made, 16, 60)
    assert made.phase_a[0] == approx_a([0, 16, 0]), "this car charges on one pin or on three"


def test_a_charger_that_cannot_choose_refuses() -> None:
    more = ", host: a.lan"
    made = plant(site=site_of(charger_line(driver="charx", more=more)))
    with pytest.raises(ValueError, match="cannot energise"):
        made.charger("box").set_phases((0,))


def test_a_lost_charger_answers_nothing_and_goes_to_its_failsafe() -> None:
    made = plant(faults=[PlantFault(FaultKind.CHARGER_LOST, 100, 200, "box")])
    told(made, 16, 99)
    made.step()
    reading = made.charger("box").read()
    assert not reading.answered[0]
    assert np.isnan(reading.told_a[0])
    assert np.isnan(reading.measured_a).all()
    assert reading.state(0) is None
    assert not made.charger("box").set_limit(16)
    told(made, 16, 60)
    assert made.phase_a[0] == approx_a([6, 6, 6])
    told(made, 16, 100)
    assert made.phase_a[0] == approx_a([16, 16, 16])


def test_a_rebooting_charger_forgets_its_limit_and_comes_back_at_its_failsafe() -> None:
    made = plant(faults=[PlantFault(FaultKind.CHARGER_REBOOT, 100, 101, "box")])
    told(made, 16, 100)
    assert made.phase_a[0] == approx_a([0, 0, 0])
    assert not made.charger("box").set_limit(16)
    made.step(75)
    assert made.phase_a[0] == approx_a([6, 6, 6])


def test_a_deaf_charger_confirms_and_does_not_obey_and_a_lying_one_measures_so_too() -> None:
    for kind, measured_a in ((FaultKind.CHARGER_DEAF, 16), (FaultKind.CHARGER_LYING, 6)):
        made = plant(faults=[PlantFault(kind, 100, 200, "box")])
        told(made, 16, 100)
        told(made, 6, 60)
        reading = made.charger("box").read()
        assert reading.told_a[0] == 6
        assert reading.measured_a[0] == approx_a([measured_a] * 3)
        assert made.phase_a[0] == approx_a([16] * 3)
        told(made, 6, 60)
        assert made.phase_a[0] == approx_a([6] * 3)


def test_a_slow_charger_obeys_later() -> None:
    made = plant(faults=[PlantFault(FaultKind.CHARGER_SLOW, 0, device="box", amount=8)])
    told(made, 16, 60)
    drawn = told(made, 6, 20)
    assert drawn[8] == approx_a(16)
    assert drawn[15] == approx_a(6)


def test_states_follow_the_car() -> None:
    made = plant(visit(arrive_s=10, leave_s=100))
    box = made.charger("box")
    assert box.state() is IecState.A
    told(made, 0, 20)
    assert box.state() is IecState.B
    told(made, 16, 40)
    assert box.state() is IecState.C
    told(made, 16, 60)
    assert box.state() is IecState.A


@settings(max_examples=25, deadline=None)
@given(
    commands=st.lists(
        st.tuples(st.floats(-5, 50), st.integers(1, 40), st.booleans()), min_size=1, max_size=12
    )
)
def test_no_car_ever_draws_more_than_the_largest_offer_of_the_last_seconds(
    commands: list[tuple[float, int, bool]],
) -> None:
    made = plant(visit(PLAIN))
    offers = [float(made.chargers.offer_a[0])] * 8
    for current_a, seconds, fed in commands:
        for _ in range(seconds):
            if fed:
                made.charger("box").set_limit(current_a)
            made.step()
            offers = [*offers[1:], float(made.chargers.offer_a[0])]
            assert made.cars.draw_a[0] <= max(offers) + 1e-9
            assert 0 <= made.cars.draw_a[0] <= 16
            assert made.chargers.offer_a[0] == 0 or made.chargers.offer_a[0] >= 6
