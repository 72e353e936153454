"""What every meter on a wire must say, one test per meter: our drivers against the makers' tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.errors import DeviceError, WrongDevice
from executors.modbus.map_file import built_in_maps
from executors.modbus.register_meter import RegisterMeter as Driver
from executors.readings import MeterReading
from simulation.twins.faults import Fault, FaultKind
from simulation.twins.meter_tables import METER_TABLES
from simulation.twins.register_meter import (
    BIDIRECTIONAL,
    EASY_CONNECTION,
    RegisterMeter,
    measurement_mode,
)
from tests.contracts.benches import LATE_S, UNIT, on_serial, on_tcp
from tests.simulation.twins.steady import Steady
from tests.simulation.twins.wires import HandClock, run

every_meter = pytest.mark.parametrize("name", list(METER_TABLES))


def twin_of(name: str, mode: int = BIDIRECTIONAL) -> RegisterMeter:
    also = [measurement_mode(mode)] if name.startswith("carlo_gavazzi") else []
    return RegisterMeter(Steady(), METER_TABLES[name], UNIT, also)


def check(reading: MeterReading) -> None:
    """The house of ``steady``: 918 W out on L1, 578 and 2563 W in on L2 and L3."""
    assert reading.power_kw == pytest.approx((-0.918, 0.578, 2.563), abs=1e-4)
    assert reading.current_a == pytest.approx((-4, 2.5, 11), abs=1e-3)
    assert reading.voltage_v == pytest.approx((229.5, 231.25, 233), abs=0.051)
    assert reading.total_kw == pytest.approx(2.223, abs=1e-4)
    assert reading.import_kwh == pytest.approx(607)
    assert reading.export_kwh == pytest.approx(37)


@every_meter
def test_a_meter_behind_a_port_is_read_with_the_direction_of_its_currents(name: str) -> None:
    async def read() -> None:
        clock = HandClock()
        async with on_tcp(twin_of(name), clock) as link:
            driver = Driver(link, UNIT, built_in_maps()[name], nominal_v=230)
            started = await driver.start()
            check(started.reading)
            assert [finding for finding in started.findings if finding.refuses] == []

    run(read())


@pytest.mark.parametrize("name", ["sdm630", "carlo_gavazzi_em340"])
def test_a_meter_on_a_serial_line_says_the_same(name: str, tmp_path: Path) -> None:
    async def read() -> None:
        clock = HandClock()
        async with on_serial(twin_of(name), clock, tmp_path) as link:
            driver = Driver(link, UNIT, built_in_maps()[name], nominal_v=230)
            check((await driver.start()).reading)

    run(read())


def test_a_meter_that_loses_the_direction_is_refused() -> None:
    async def read() -> None:
        twin = twin_of("carlo_gavazzi_em340", EASY_CONNECTION)
        async with on_tcp(twin, HandClock()) as link:
            driver = Driver(link, UNIT, built_in_maps()["carlo_gavazzi_em340"], nominal_v=230)
            with pytest.raises(WrongDevice):
                await driver.start()

    run(read())


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.REBOOT])
def test_a_spoilt_answer_on_a_serial_line_is_an_error_or_the_truth(kind: FaultKind, tmp_path: Path) -> None:
    async def read() -> None:
        clock = HandClock()
        twin = twin_of("sdm630")
        async with on_serial(twin, clock, tmp_path) as link:
            driver = Driver(link, UNIT, built_in_maps()["sdm630"], nominal_v=230)
            await driver.start()
            twin.faults.command(Fault(kind, seconds=0.005 if kind is FaultKind.BYTE_BY_BYTE else LATE_S))
            good = 0
            for _ in range(10):
                clock.pass_s(1)
                try:
                    reading = await driver.read()
                except DeviceError:
                    await asyncio.sleep(0.05)
                    continue
                assert reading.power_kw == pytest.approx((-0.918, 0.578, 2.563), abs=1e-4)
                good += 1
            assert good >= 5

    run(read())
