"""A whole site of twins, read and told by the drivers that the site file names."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.errors import DeviceSilent
from domain.site import parse_site
from executors.devices import devices_of
from executors.readings import MeterReading
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld
from tests.programs import program
from tests.simulation.plant.plants import START
from tests.simulation.twins.steady import BRUSSELS
from tests.simulation.twins.wires import HURRIED_S, HandClock, run

SITE = """
name: Twins
location: {time_zone: Europe/Brussels}
grid: {limit_a: 63, meter: street}
meters:
  street: {driver: %s}
  garage: {driver: sdm630, unit: 2, serial: {device: /dev/ttyUSB0, baud: 19200, parity: none}}
chargers:
  - {id: left, driver: charx, host: charx.local, connector: 1, current_a: {min: 6, max: 16}}
  - id: shed
    driver: teltocharge
    unit: 1
    serial: {device: /dev/ttyUSB0, baud: 19200, parity: none}
    current_a: {min: 6, max: 16}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


async def street_of(driver: str, folder: Path) -> MeterReading:
    """What the street's meter says when a car draws 16 A on three phases."""
    clock = HandClock()
    here = parse_site(SITE % driver, "twins.yaml")
    world = SimpleWorld(here, clock, START)
    world.points["left"].plug(Car())
    settings = HostSettings(clock, folder, BRUSSELS, answer_s=HURRIED_S, tick_s=0.02)
    async with TwinHost(here, world, settings) as host:
        host.tick()
        clock.pass_s(2)
        moved = on_twins(here, host, folder)
        async with devices_of(moved, asyncio.get_running_loop().time, Path("/")) as devices:
            assert devices.without == {}
            while True:
                try:
                    return await devices.meters["street"].read()
                except DeviceSilent:
                    clock.pass_s(1)
                    await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "driver",
    [
        "homewizard_p1, host: p1.local",
        "homewizard_p1, host: p1.local, token_file: p1.token",
        "shelly_3em, host: em.local",
        "shelly_pro_3em, host: em.local",
        "dsmr_p1, host: p1.local, port: 23",
        "dsmr_p1, serial: {device: /dev/ttyP1, baud: 115200, parity: none}",
        "janitza_umg604, host: umg.local, unit: 1",
    ],
)
def test_every_kind_of_meter_sees_the_car(driver: str, tmp_path: Path) -> None:
    program("openssl")
    reading = run(street_of(driver, tmp_path))
    assert reading.current_a == pytest.approx((16.0, 16.0, 16.0), abs=0.5)
    assert reading.total_kw == pytest.approx(3 * 16 * 0.230, rel=0.01)
