"""Signs, missing parts and the cautious side of a meter's numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executors.meters.assemble import MeterManner, Sample, assemble
from executors.readings import MeterReading

PLAIN = MeterManner(nominal_v=230)
AMPS = st.floats(-100, 100)


def reading(manner: MeterManner = PLAIN, **values: float) -> MeterReading:
    return assemble(values, manner, Sample(sampled_s=1.0))


@given(AMPS, st.floats(-20, 20).filter(lambda kw: kw != 0))
def test_a_current_takes_the_sign_of_its_power_and_keeps_its_size(current_a: float, power_kw: float) -> None:
    found = reading(current_l1=current_a, power_l1=power_kw).current_a[0]
    assert abs(found) == abs(current_a)
    assert math.copysign(1, found) == math.copysign(1, power_kw)


def test_a_phase_without_power_counts_as_import() -> None:
    assert reading(current_l2=-7.0).current_a[1] == 7.0


def test_a_sign_is_believed_where_the_maker_says_so() -> None:
    signed = MeterManner(nominal_v=230, signed_currents=True)
    assert reading(signed, current_l2=-7.0).current_a[1] == -7.0


def test_reactive_current_stays_visible_to_the_fuse() -> None:
    found = reading(current_l1=12.0, power_l1=-0.01, voltage_l1=230.0)
    assert abs(found.current_a[0]) == 12.0


def test_import_and_export_are_two_halves_of_one_power() -> None:
    found = reading(power_import_l1=0.0, power_export_l1=1.5, current_l1=6.6)
    assert found.power_kw[0] == -1.5
    assert found.current_a[0] == -6.6


def test_half_a_power_is_no_power() -> None:
    assert math.isnan(reading(power_import_l1=2.0).power_kw[0])


def test_what_nobody_gave_is_missing_and_not_nought() -> None:
    found = reading()
    numbers = [*found.current_a, *found.voltage_v, *found.power_kw, found.total_kw, found.import_kwh]
    assert all(math.isnan(n) for n in numbers)


def test_without_a_current_power_and_voltage_make_one_and_say_so() -> None:
    found = reading(power_l1=2.3, voltage_l1=230.0)
    assert found.current_a[0] == pytest.approx(10.0)
    assert found.estimated


def test_without_a_voltage_the_estimate_leaves_least_room() -> None:
    bought = reading(power_l1=2.3).current_a[0]
    sold = reading(power_l1=-2.3).current_a[0]
    assert bought == pytest.approx(10.0 / 0.9)
    assert sold == pytest.approx(-10.0 / 1.1)


def test_an_inverted_meter_is_turned_round_energies_too() -> None:
    values = {
        "power_l1": 2.0,
        "current_l1": 9.0,
        "power_total": 2.0,
        "energy_import": 5.0,
        "energy_export": 7.0,
    }
    found = reading(MeterManner(nominal_v=230, invert=True), **values)
    assert (found.power_kw[0], found.current_a[0], found.total_kw) == (-2.0, -9.0, -2.0)
    assert (found.import_kwh, found.export_kwh) == (7.0, 5.0)


def test_tariffs_add_up_to_one_register_when_both_are_there() -> None:
    assert reading(energy_import_t1=3.0, energy_import_t2=4.0).import_kwh == 7.0
    assert math.isnan(reading(energy_import_t1=3.0).import_kwh)


def test_the_total_is_the_meters_own_or_the_sum() -> None:
    assert reading(power_l1=1.0, power_l2=2.0, power_l3=-4.0).total_kw == -1.0
    assert reading(power_l1=1.0, power_l2=2.0, power_l3=-4.0, power_total=-1.1).total_kw == -1.1


def test_a_meter_of_one_phase_has_no_others() -> None:
    one = MeterManner(nominal_v=230, phases=1)
    found = reading(one, power_l1=1.0, current_l1=4.5)
    assert found.total_kw == 1.0
    assert math.isnan(found.current_a[1])


def test_whole_amperes_are_marked_as_coarse() -> None:
    coarse = MeterManner(nominal_v=230, whole_amperes=True)
    assert reading(coarse, current_l1=-4.0, current_l2=2.0).resolution_a == 1.0
    assert reading(coarse, current_l1=-4.2, current_l2=2.0).resolution_a == 0.0
    assert reading(coarse, power_l1=1.0).resolution_a == 0.0
