"""From answers of devices to arrays: phases, ages, rounding, what counts as lost."""

from __future__ import annotations

import math

import numpy as np
import pytest

from domain.site import parse_site
from executors.control.seam import CarState
from executors.control.wiring import wiring_of
from executors.readings import ChargerReading, MeterReading
from executors.tick_readings import Heard, Signal, counters_kwh, powers_kw, readings_of

SITE = parse_site(
    """
name: Arrays
location: {time_zone: Europe/Brussels}
grid: {limit_a: 40, base_load_max_a: 5, meter: street}
meters: {street: {driver: simulated}}
chargers:
  - {id: turned, driver: simulated, wiring: [L2, L3, L1], current_a: {min: 6, max: 16}}
  - {id: single, driver: simulated, wiring: [L3], current_a: {min: 6, max: 16}}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
""",
    "arrays.yaml",
)
WIRING = wiring_of(SITE)
NAN = math.nan


def heard(**chargers: ChargerReading) -> Heard:
    return Heard(meters={}, chargers=chargers)


def test_what_flows_at_a_terminal_counts_on_its_grid_phase() -> None:
    turned = ChargerReading(9.0, CarState.CHARGING, (10.0, 11.0, 12.0), limit_a=16.0)
    found = readings_of(WIRING, heard(turned=turned), 10.0)
    assert found.measured_a[0].tolist() == [12.0, 10.0, 11.0]  # L1 is terminal 3
    assert found.charger_age_s[0] == 1.0
    assert found.link.tolist() == [True, False]


def test_a_charger_with_one_terminal_draws_nothing_on_the_other_phases() -> None:
    single = ChargerReading(9.0, CarState.CHARGING, (7.0, NAN, NAN))
    assert readings_of(WIRING, heard(single=single), 10.0).measured_a[1].tolist() == [0.0, 0.0, 7.0]


def test_a_charger_that_measures_nothing_is_missing_on_every_phase() -> None:
    single = ChargerReading(9.0, CarState.CHARGING)
    assert np.isnan(readings_of(WIRING, heard(single=single), 10.0).measured_a[1]).all()


def test_the_offer_is_what_the_pilot_signals_and_without_a_car_what_is_held() -> None:
    for held_a, signalled_a, offered_a in (
        (0.0, 6.0, 6.0),
        (16.0, 6.0, 6.0),
        (8.0, 16.0, 16.0),
        (9.0, 0.0, 9.0),
    ):
        reading = ChargerReading(9.0, limit_a=held_a, offered_a=signalled_a)
        assert readings_of(WIRING, heard(turned=reading), 10.0).offered_a[0] == offered_a
    silent = ChargerReading(9.0, limit_a=10.0)
    assert readings_of(WIRING, heard(single=silent), 10.0).offered_a[1] == 10.0


def test_what_a_charger_has_counted_ever_comes_before_what_it_counts_in_a_session() -> None:
    turned = ChargerReading(9.0, session_kwh=4.2, total_kwh=812.5)
    assert counters_kwh(WIRING, heard(turned=turned)).tolist() == pytest.approx([812.5, NAN], nan_ok=True)
    single = ChargerReading(9.0, session_kwh=4.2)
    assert counters_kwh(WIRING, heard(single=single)).tolist() == pytest.approx([NAN, 4.2], nan_ok=True)


def test_terminals_in_use_are_told_as_grid_phases() -> None:
    turned = ChargerReading(9.0, terminals=(0,))
    found = readings_of(WIRING, heard(turned=turned), 10.0)
    assert found.phases[0].tolist() == [False, True, False]
    assert found.phases[1].tolist() == [False, False, True]


def test_a_meter_that_rounds_to_whole_amperes_may_hide_one() -> None:
    meter = MeterReading(9.0, (3.0, -4.0, 0.0), total_kw=0.5, resolution_a=1.0)
    found = readings_of(WIRING, Heard({"street": meter}, {}), 10.0)
    assert found.meter_a[0].tolist() == [4.0, -3.0, 1.0]
    assert found.meter_kw[0] == 0.5


def test_a_repeated_telegram_keeps_its_mark_and_a_new_one_has_another() -> None:
    marks = [
        readings_of(WIRING, Heard({"street": MeterReading(9.0, telegram=telegram)}, {}), 10.0).meter_mark[0]
        for telegram in ("261120220000W", "261120220000W", "261120220001W", "")
    ]
    assert marks[0] == marks[1] != marks[2]
    assert math.isnan(marks[3])


def test_what_was_never_said_is_missing_and_infinitely_old() -> None:
    found = readings_of(WIRING, heard(), 10.0)
    assert np.isnan(found.meter_a).all()
    assert np.isinf(found.meter_age_s).all()
    assert np.isinf(found.charger_age_s).all()
    assert not found.link.any()
    assert (found.car == int(CarState.UNKNOWN)).all()


def test_one_lost_answer_is_no_lost_link_and_two_are() -> None:
    reading = ChargerReading(9.0, CarState.WAITING)
    for missed, link in ((0, True), (1, True), (2, False)):
        found = readings_of(WIRING, Heard({}, {"single": reading}, {"single": missed}), 10.0)
        assert found.link[1] == link


def test_what_a_silent_charger_said_of_its_car_is_not_believed_for_long() -> None:
    reading = ChargerReading(9.0, CarState.NONE, power_kw=0.0)
    for now_s, car in ((15.0, CarState.NONE), (25.0, CarState.UNKNOWN)):
        assert readings_of(WIRING, heard(single=reading), now_s).car[1] == int(car)
    assert powers_kw(WIRING, heard(single=reading), 15.0)[1] == 0.0
    assert math.isnan(powers_kw(WIRING, heard(single=reading), 25.0)[1])


def test_a_signal_that_was_never_heard_is_infinitely_old() -> None:
    assert math.isinf(readings_of(WIRING, heard(), 10.0).ceiling_age_s)
    on = Heard({}, {}, signal=Signal(on=True, age_s=2.0))
    assert (readings_of(WIRING, on, 10.0).ceiling_on, readings_of(WIRING, on, 10.0).ceiling_age_s) == (
        True,
        2.0,
    )
