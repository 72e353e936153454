"""Meters: period, delay, resolution, time stamps and every fault."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.house import House
from simulation.plant.meters import DSMR4, METER_KINDS, MeterKind, MeterReading
from simulation.plant.plant import Plant
from simulation.plant.profile import by_second, constant
from tests.simulation.plant.plants import START, plant, site_of, told, visit

UNEVEN = House((constant(0.23), constant(0.46), constant(-0.69)), {})
"""1, 2 and -3 A."""
RISING = House((by_second(np.arange(600, dtype=np.float64) * 0.23), constant(0.0), constant(0.0)), {})
"""As many amperes on L1 as seconds have passed."""
NO_CAR = visit(arrive_s=10_000)


def read(made: Plant) -> MeterReading:
    reading = made.meter("main")
    assert reading is not None
    return reading


def test_a_meter_reads_signed_currents_and_powers_of_each_phase() -> None:
    reading = read(plant(NO_CAR, house=UNEVEN))
    assert reading.current_a == pytest.approx((1, 2, -3))
    assert reading.power_kw == pytest.approx((0.23, 0.46, -0.69))


def test_charging_is_seen_at_the_grid() -> None:
    made = plant(house=UNEVEN)
    told(made, 10, 60)
    assert read(made).current_a == pytest.approx((11, 12, 7))


def test_an_older_p1_meter_speaks_every_ten_seconds_in_whole_amperes_with_its_time() -> None:
    made = plant(NO_CAR, house=RISING, meter=DSMR4)
    made.step(37)
    reading = read(made)
    assert reading.current_a[0] == 30
    assert reading.sampled_s == 30
    assert reading.stamp_s == START.timestamp() + 30


def test_a_meter_that_has_not_measured_yet_says_nothing() -> None:
    assert plant(NO_CAR, meter=MeterKind(latency_s=3)).meter("main") is None


def test_a_p1_meter_stamps_and_a_meter_on_a_bus_does_not() -> None:
    assert METER_KINDS["dsmr_p1"].stamps
    assert read(plant(NO_CAR)).stamp_s is None


def faulty(kind: FaultKind, amount: float | None = None, meter: MeterKind | None = None) -> Plant:
    made = plant(NO_CAR, house=RISING, faults=[PlantFault(kind, 100, 200, "main", amount)], meter=meter)
    made.step(150)
    return made


def test_a_lost_meter_says_nothing_and_comes_back() -> None:
    made = faulty(FaultKind.METER_LOST)
    assert made.meter("main") is None
    made.step(50)
    assert read(made).current_a[0] == pytest.approx(200)


def test_a_frozen_meter_repeats_its_values_and_its_stamp() -> None:
    made = faulty(FaultKind.METER_FROZEN, meter=MeterKind(stamps=True))
    assert read(made).current_a[0] == pytest.approx(99)
    assert read(made).stamp_s == START.timestamp() + 99
    made.step(50)
    assert read(made).current_a[0] == pytest.approx(200)


def test_a_delayed_meter_tells_the_past_and_catches_up_at_once() -> None:
    made = faulty(FaultKind.METER_DELAYED)
    assert read(made).current_a[0] == pytest.approx(140)
    made.step(50)
    assert read(made).current_a[0] == pytest.approx(200)


def test_a_flipped_sign_a_missing_phase_and_swapped_phases_are_seen_as_such() -> None:
    assert read(faulty(FaultKind.METER_SIGN_FLIPPED)).current_a[0] == pytest.approx(-150)
    assert read(faulty(FaultKind.METER_PHASES_SWAPPED)).current_a == pytest.approx((0, 0, 150))
    reading = read(faulty(FaultKind.METER_PHASE_MISSING, amount=0))
    assert math.isnan(reading.current_a[0])
    assert math.isnan(reading.power_kw[0])
    assert reading.current_a[1:] == (0, 0)


def test_garbage_cannot_be_a_current() -> None:
    made = faulty(FaultKind.METER_GARBAGE)
    for _ in range(6):
        assert any(not abs(value) < 1000 for value in read(made).current_a)
        made.step()


def test_a_stepped_clock_moves_the_wall_clock_and_not_the_meters_stamp() -> None:
    fault = PlantFault(FaultKind.CLOCK_STEP, 100, 200, amount=-3600)
    made = plant(NO_CAR, faults=[fault], meter=MeterKind(stamps=True))
    made.step(150)
    assert made.wall_utc_s == START.timestamp() + 150 - 3600
    assert read(made).stamp_s == START.timestamp() + 150
    made.step(50)
    assert made.wall_utc_s == START.timestamp() + 200


def test_a_hung_control_is_not_called() -> None:
    made = plant(NO_CAR, faults=[PlantFault(FaultKind.CONTROL_HUNG, 5, 10)])
    ran = []
    for _ in range(12):
        ran.append(made.control_runs)
        made.step()
    assert ran == [True] * 5 + [False] * 5 + [True] * 2


def test_a_circuit_meter_reads_its_own_circuit_only() -> None:
    text = site_of(more="")
    site = text.model_copy(
        update={
            "circuits": (text.circuits[0].model_copy(update={"meter": "main"}),),
            "grid": text.grid.model_copy(update={"meter": None}),
        }
    )
    made = plant(site=site, house=UNEVEN)
    told(made, 10, 60)
    assert read(made).current_a == pytest.approx((10, 10, 10))
