"""What is refused before a meter may protect a fuse."""

from __future__ import annotations

import math

from executors.meters.start_up import findings
from executors.readings import MeterReading, PerPhase


def codes(
    voltage_v: PerPhase = (230.0, 231.0, 229.0),
    current_a: PerPhase = (10.0, 5.0, 0.0),
    power_kw: PerPhase = (2.2, 1.1, 0.0),
    total_kw: float = 3.3,
    nominal_v: float = 230.0,
) -> set[str]:
    reading = MeterReading(
        0.0, current_a=current_a, voltage_v=voltage_v, power_kw=power_kw, total_kw=total_kw
    )
    return {finding.code for finding in findings(reading, nominal_v, 3)}


def test_a_plausible_meter_has_no_findings() -> None:
    assert codes() == set()


def test_a_wrong_word_order_shows_in_the_voltage() -> None:
    assert codes(voltage_v=(2300.0 * 65536, 231.0, 229.0)) == {"voltage"}


def test_a_phase_that_is_not_connected_shows_in_the_voltage() -> None:
    assert codes(voltage_v=(230.0, 0.0, 229.0)) == {"voltage"}


def test_277_volts_are_right_on_a_277_volt_grid_and_wrong_on_230() -> None:
    high = (277.0, 277.0, 277.0)
    assert codes(voltage_v=high, nominal_v=277.0) == set()
    assert codes(voltage_v=high) == {"voltage"}


def test_a_forgotten_transformer_ratio_shows_in_the_current() -> None:
    assert codes(current_a=(0.2, 0.1, 0.0), power_kw=(4.0, 2.0, 0.0), total_kw=6.0) == {"current"}


def test_phases_that_do_not_add_up_are_found_beyond_5_percent_or_50_watts() -> None:
    assert codes(total_kw=3.34) == set()
    assert codes(total_kw=3.6) == {"sum"}
    assert codes(power_kw=(2.2, -1.1, 0.0)) == {"sum"}


def test_a_meter_without_currents_cannot_protect() -> None:
    assert codes(current_a=(math.nan,) * 3) == {"no_current"}


def test_voltages_that_the_meter_does_not_give_are_no_finding() -> None:
    assert codes(voltage_v=(math.nan,) * 3) == set()
