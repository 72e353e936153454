"""A whole site of twins: every device where its address says, shared links shared, nothing left behind."""

from __future__ import annotations

import asyncio
import json
import math
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from domain.errors import InputError
from domain.site import Site, parse_site
from simulation.plant.build import plant_of
from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.house import quiet_house
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.physics import Clock
from simulation.twins.plant_world import PlantWorld
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld
from tests.programs import program
from tests.simulation.plant.plants import START, visit
from tests.simulation.twins.steady import BRUSSELS
from tests.simulation.twins.wires import HURRIED_S, HandClock, run

SITE = """
name: Twins
location: {time_zone: Europe/Brussels}
grid: {limit_a: 63, meter: street}
circuits: [{id: garage, parent: grid, limit_a: 40, meter: garage}]
meters:
  street: {driver: %s}
  garage: {driver: sdm630, unit: 2, serial: {device: /dev/ttyUSB0, baud: 19200, parity: none}}
chargers:
  - {id: left, circuit: garage, driver: charx, host: charx.local, connector: 1, current_a: {min: 6, max: 16}}
  - id: right
    circuit: garage
    driver: charx
    host: charx.local
    connector: 2
    wiring: [L2, L3, L1]
    current_a: {min: 6, max: 16}
  - id: shed
    circuit: garage
    driver: teltocharge
    unit: 1
    serial: {device: /dev/ttyUSB0, baud: 19200, parity: none}
    current_a: {min: 6, max: 16}
  - {id: planned, driver: none, current_a: {min: 6, max: 16}}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}, sell: {source: fixed, eur_per_kwh: 0.1}}
"""


def site(street: str = "homewizard_p1, host: p1.local") -> Site:
    return parse_site(SITE % street, "twins.yaml")


def settings(folder: Path, clock: Clock) -> HostSettings:
    return HostSettings(clock, folder, BRUSSELS, answer_s=HURRIED_S, tick_s=0.02)


async def words(client: Any, address: int, count: int, unit: int, function: int = 3) -> list[int]:
    ask = client.read_holding_registers if function == 3 else client.read_input_registers
    reply = await ask(address, count=count, device_id=unit)
    assert not reply.isError(), reply
    return list(reply.registers)


def test_points_of_one_controller_share_a_port_and_units_of_one_bus_a_line(tmp_path: Path) -> None:
    async def look() -> None:
        clock = HandClock()
        here = site()
        world = SimpleWorld(here, clock, START)
        world.points["right"].plug(Car(pins=(0,)))
        async with TwinHost(here, world, settings(tmp_path, clock)) as host:
            left, right = host.charger("left"), host.charger("right")
            assert left.address() == right.address()
            assert left.faults is right.faults
            assert host.charger("shed").address() == host.meter("garage").address()
            assert host.without_twin == {("charger", "planned"): "none"}

            port = left.address().port
            assert port is not None
            client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=1, retries=0)
            assert await client.connect()
            assert await words(client, 2297, 1, 1) == [16]
            client.close()

            bus = host.meter("garage").address().serial
            serial = AsyncModbusSerialClient(str(bus), baudrate=19200, timeout=1, retries=0)
            assert await serial.connect()
            assert await words(serial, 9, 1, unit=1) == [0x5443]
            # one pin of a car at terminal 1 of the right point, which is on L2: 16 A, as floating words
            amps = await words(serial, 6, 6, unit=2, function=4)
            serial.close()
            assert amps == [0, 0, 0x4180, 0, 0, 0]

    run(look())


@pytest.mark.parametrize(
    ("driver", "path", "power"),
    [
        ("homewizard_p1, host: p1.local", "/api/v1/data", "active_power_w"),
        ("shelly_3em, host: em.local", "/status", "total_power"),
        ("shelly_pro_3em, host: em.local", "/rpc/EM.GetStatus?id=0", "total_act_power"),
    ],
)
def test_a_meter_on_http_shows_the_cars_of_the_site(
    tmp_path: Path, driver: str, path: str, power: str
) -> None:
    async def look() -> float:
        clock = HandClock()
        here = site(driver)
        world = SimpleWorld(here, clock, START)
        world.points["left"].plug(Car())
        async with TwinHost(here, world, settings(tmp_path, clock)) as host:
            host.tick()
            clock.pass_s(1)
            async with httpx.AsyncClient() as client:
                url = f"http://127.0.0.1:{host.meter('street').address().port}{path}"
                return float((await client.get(url)).json()[power])

    assert run(look()) == 3 * 16 * 230


def test_a_meter_with_a_token_speaks_tls_and_knows_the_token(tmp_path: Path) -> None:
    program("openssl")

    async def look() -> None:
        clock = HandClock()
        here = site("homewizard_p1, host: p1.local, token_file: p1.token")
        host = TwinHost(here, SimpleWorld(here, clock, START), settings(tmp_path, clock))
        async with host:
            address = host.meter("street").address()
            moved = on_twins(here, host, tmp_path).meters["street"]
            assert moved.token_file is not None
            token = (await asyncio.to_thread(Path(moved.token_file).read_text)).strip()
            context = ssl.create_default_context(cafile=str(address.ca))
            async with httpx.AsyncClient(verify=context) as client:
                answer = await client.get(
                    f"https://127.0.0.1:{moved.port}/api/measurement",
                    headers={"Authorization": f"Bearer {token}", "X-Api-Version": "2"},
                    extensions={"sni_hostname": address.tls_name},
                )
            assert json.loads(answer.content)["power_w"] == 0

    run(look())


@pytest.mark.parametrize(
    "driver", ["dsmr_p1, host: gateway.local", "janitza_umg604, host: umg.local, unit: 1"]
)
def test_a_moved_site_names_the_places_of_its_twins(tmp_path: Path, driver: str) -> None:
    async def look() -> None:
        clock = HandClock()
        here = site(driver)
        async with TwinHost(here, SimpleWorld(here, clock, START), settings(tmp_path, clock)) as host:
            there = on_twins(here, host, tmp_path)
            for device in (there.charger("left"), there.meters["street"]):
                assert device.host == "127.0.0.1"
                reader, writer = await asyncio.open_connection(device.host, device.port)
                writer.close()
                await writer.wait_closed()
                del reader
            lines = [there.charger("shed").serial, there.meters["garage"].serial]
            assert [line.baud for line in lines if line is not None] == [19200, 19200]
            assert {line.device for line in lines if line is not None} == {str(tmp_path / "tty-bus1")}
            assert there.charger("planned") == here.charger("planned")

    run(look())


def test_two_points_in_one_place_are_an_input_error(tmp_path: Path) -> None:
    twice = parse_site((SITE % "simulated").replace("connector: 2", "connector: 1"), "twice.yaml")
    clock = HandClock()
    with pytest.raises(InputError, match="'left' and 'right'"):
        TwinHost(twice, SimpleWorld(twice, clock, START), settings(tmp_path, clock))


def test_a_stopped_site_leaves_neither_port_nor_line(tmp_path: Path) -> None:
    async def look() -> None:
        clock = HandClock()
        here = site()
        async with TwinHost(here, SimpleWorld(here, clock, START), settings(tmp_path, clock)) as host:
            places = list(host.addresses.values())
        assert len(places) == 5
        for place in places:
            if place.serial is not None:
                assert not place.serial.exists()
            else:
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(place.host, place.port)

    run(look())


def test_the_plant_obeys_what_is_written_on_the_wire_and_falls_back_in_silence(tmp_path: Path) -> None:
    """At 20 times real speed: a limit over the wire, the meter's answer, and the watchdog's end."""

    async def look() -> None:
        began_s = time.monotonic()

        def fast() -> float:
            return 20 * (time.monotonic() - began_s)

        here = site("janitza_umg604, host: umg.local, unit: 1")
        plant = plant_of(here, quiet_house(), [visit(charger="left")], START)
        async with TwinHost(here, PlantWorld(plant, fast), settings(tmp_path, fast)) as host:
            port = host.charger("left").address().port
            charx = AsyncModbusTcpClient("127.0.0.1", port=port or 0, timeout=1, retries=0)
            meter = AsyncModbusTcpClient(
                "127.0.0.1", port=host.meter("street").address().port or 0, timeout=1, retries=0
            )
            assert await charx.connect()
            assert await meter.connect()
            for register, value in ((1306, 7), (1307, 60), (1301, 12)):
                await charx.write_register(register, value, device_id=1)
            assert await seen(meter, 12.0)
            assert float(plant.phase_a[0].max()) == 12
            assert await seen(meter, 7.0)
            assert (await words(charx, 1299, 1, 1))[0] == int.from_bytes(b"C2", "big")
            charx.close()
            meter.close()

    run(look())


async def seen(client: AsyncModbusTcpClient, amps: float) -> bool:
    """Whether the meter shows this current on all phases within 10 s."""
    for _ in range(500):
        found = await words(client, 19012, 6, unit=1)
        wanted = client.convert_to_registers(amps, client.DATATYPE.FLOAT32)
        if found == wanted * 3:
            return True
        await asyncio.sleep(0.02)
    return False


def test_a_site_whose_world_fails_stops_answering_and_says_why(tmp_path: Path) -> None:
    class Failing(SimpleWorld):
        failed = False

        def tick(self) -> None:
            if self.failed:
                raise RuntimeError("the world has ended")

    async def look() -> None:
        clock = HandClock()
        here = site()
        world = Failing(here, clock, START)
        async with TwinHost(here, world, settings(tmp_path, clock)) as host:
            place = host.charger("left").address()
            world.failed = True
            await asyncio.sleep(0.3)
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(place.host, place.port)

    with pytest.raises(RuntimeError, match="the world has ended"):
        run(look())


def test_the_counters_of_a_plants_meter_count_on_while_it_is_lost(tmp_path: Path) -> None:
    here = site("janitza_umg604, host: umg.local, unit: 1")
    lost = PlantFault(FaultKind.METER_LOST, 0, 7200, "street")
    clock = HandClock()
    world = PlantWorld(plant_of(here, quiet_house(6.9), [], START, faults=[lost]), clock)
    meter = world.meter("street")
    clock.pass_s(3600)
    world.tick()
    reading = meter.read()
    assert all(math.isnan(watts) for watts in reading.power_w)
    assert reading.netted_import_kwh == pytest.approx(6.9)
    assert reading.import_kwh == pytest.approx((2.3, 2.3, 2.3))
