"""The CHARX twin as its maker describes it, asked by two clients that are not ours."""

from __future__ import annotations

import pytest
from aiophoenixcontactcharx import CharxClient
from aiophoenixcontactcharx.models import ReleaseMode as TheirMode
from aiophoenixcontactcharx.models import VehicleStatus

from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, FedBy, PointSettings, ReleaseMode
from simulation.twins.standalone import Car, SimplePoint
from tests.simulation.twins.wires import HandClock, run, served


def point(clock: HandClock, **settings: object) -> tuple[SimplePoint, CharxPoint]:
    plug = SimplePoint(clock)
    return plug, CharxPoint(plug, clock, PointSettings(**settings))  # type: ignore[arg-type]  # any setting


def int32(words: list[int]) -> int:
    return int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big", signed=True)


async def registers(client, address: int, count: int = 1) -> list[int]:  # type: ignore[no-untyped-def]
    reply = await client.read_holding_registers(address, count=count, device_id=1)
    assert not reply.isError(), reply
    return list(reply.registers)


async def write(client, address: int, value: int) -> None:  # type: ignore[no-untyped-def]
    reply = await client.write_register(address, value, device_id=1)
    assert not reply.isError(), reply


def test_a_car_draws_what_x301_says_and_the_registers_say_so_in_milliamps() -> None:
    clock = HandClock()
    plug, charx_point = point(clock)
    plug.plug(Car(max_current_a=32))

    async def charge() -> None:
        async with served([Charx({2: charx_point})]) as (client, _):
            await write(client, 2301, 10)
            clock.pass_s(3600)
            block = await registers(client, 2232, 68)
            assert [int32(block[k : k + 2]) for k in (0, 2, 4)] == [230_000] * 3
            assert [int32(block[k : k + 2]) for k in (6, 8, 10)] == [10_000] * 3
            assert int32(block[12:14]) == 6_900_000  # 3 x 10 A x 230 V in mW
            assert block[18:22] == [0, 0, 0, 6900]  # an hour of it, Wh in 64 bits
            assert block[57:61] == [0, 0, 0, 6900]
            assert block[64:67] == [17, 10, 32]  # 10 A is a duty of 16.7 %
            assert block[67] == int.from_bytes(b"C2", "big")

    run(charge())


def test_the_published_client_of_others_reads_and_writes_it() -> None:
    clock = HandClock()
    plug, charx_point = point(clock, uid="AB12CD")
    plug.plug(Car())

    async def talk() -> None:
        async with served([Charx({1: charx_point})]) as (_, server):
            async with CharxClient("127.0.0.1", server.port, timeout=2) as client:
                await client.set_max_current(1, 9)
                await client.set_watchdog(1, timer_s=30, fallback_current_a=6)
                await client.set_charging_release(1, True)
                await client.set_availability(1, True)
                await client.set_dynamic_max_current(48)
                data = await client.fetch_data(1)
            only = data.charging_points[0]
            assert data.device_info.num_controllers == 1
            assert data.device_info.group_current_l2_a == 9
            assert data.device_info.num_charging == 1
            assert only.config.uid == "AB12CD"
            assert only.config.release_mode is TheirMode.MODBUS
            assert only.status.vehicle_status is VehicleStatus.C2
            assert only.status.current_l3_a == 9
            assert only.status.setpoint_a == 9
            assert (only.control.max_current_a, only.control.watchdog_current_a) == (9, 6)
            assert only.control.watchdog_timer_s == 30
            assert (only.control.charging_release, only.control.available) == (True, True)
            assert data.device_info.dynamic_max_current_a == 48

    run(talk())


def test_a_silent_controller_falls_back_even_for_a_point_that_was_paused() -> None:
    clock = HandClock()
    plug, charx_point = point(clock)
    plug.plug(Car())

    async def fall() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            for register, value in ((1306, 8), (1307, 30), (1301, 0)):
                await write(client, register, value)
            clock.pass_s(29.9)
            assert await registers(client, 1297) == [0]
            clock.pass_s(0.1)
            assert await registers(client, 1297) == [8]
            assert plug.read().current_a == (8, 8, 8)
            await write(client, 1307, 30)
            assert await registers(client, 1297) == [0]

    run(fall())


@pytest.mark.parametrize(
    ("fed_by", "falls"),
    [(FedBy.TIMER_WRITE, True), (FedBy.ANY_WRITE, False), (FedBy.ANY_FRAME, False)],
)
def test_what_feeds_the_watchdog_is_a_setting_of_the_twin(fed_by: FedBy, falls: bool) -> None:
    clock = HandClock()
    plug, charx_point = point(clock, fed_by=fed_by)
    plug.plug(Car())

    async def feed() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            await write(client, 1306, 6)
            await write(client, 1307, 30)
            clock.pass_s(20)
            await write(client, 1301, 12)
            clock.pass_s(20)
            assert (await registers(client, 1297))[0] == (6 if falls else 12)

    run(feed())


@pytest.mark.parametrize("amps", [0, 1, 5, 81, 65535])
def test_a_limit_outside_6_to_80_takes_the_release_away(amps: int) -> None:
    clock = HandClock()
    plug, charx_point = point(clock, max_current_a=80, cable_a=80)
    plug.plug(Car())

    async def pause() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            await write(client, 1301, amps)
            assert await registers(client, 1301) == [amps]
            assert await registers(client, 1297) == [0]
            assert await registers(client, 1299) == [int.from_bytes(b"C1", "big")]

    run(pause())


@pytest.mark.parametrize(("mode", "offered_a"), [(ReleaseMode.MODBUS, 0), (ReleaseMode.OCPP, 16)])
def test_the_release_by_x300_counts_in_release_mode_modbus_only(mode: ReleaseMode, offered_a: int) -> None:
    clock = HandClock()
    plug, charx_point = point(clock, release_mode=mode)
    plug.plug(Car())

    async def release() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            await write(client, 1300, 0)
            assert await registers(client, 1300) == [0]
            assert await registers(client, 1297) == [offered_a]
            assert await registers(client, 1120) == [int(mode)]

    run(release())


@pytest.mark.parametrize(("mode", "status"), [(ReleaseMode.MODBUS, b"F0"), (ReleaseMode.PERMANENT, b"A1")])
def test_availability_by_x304_counts_in_release_mode_modbus_only(mode: ReleaseMode, status: bytes) -> None:
    _, charx_point = point(HandClock(), release_mode=mode)

    async def take_out_of_service() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            await write(client, 1304, 0)
            assert await registers(client, 1299) == [int.from_bytes(status, "big")]

    run(take_out_of_service())


def test_what_cannot_be_read_or_written_is_refused_with_a_code() -> None:
    _, charx_point = point(HandClock())

    async def refuse() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            unmapped = await client.read_holding_registers(1120, count=12, device_id=1)
            nobody = await client.read_holding_registers(2232, count=2, device_id=1)
            read_only = await client.write_register(1297, 16, device_id=1)
            coil = await client.write_coil(1300, True, device_id=1)
            too_many = await client.read_holding_registers(1232, count=77, device_id=1)
            codes = [reply.exception_code for reply in (unmapped, nobody, read_only, coil)]
            assert codes == [2, 2, 2, 1]
            assert len(too_many.registers) == 77

    run(refuse())


def test_any_unit_reaches_it_and_input_registers_are_the_same() -> None:
    _, charx_point = point(HandClock())

    async def ask() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            for unit in (0, 1, 77, 255):
                reply = await client.read_input_registers(1101, count=2, device_id=unit)
                assert reply.registers == [16, 6]

    run(ask())


def test_a_point_without_phase_rotation_says_minus_one_for_its_currents() -> None:
    _, charx_point = point(HandClock(), phases_known=False)

    async def ask() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            assert await registers(client, 1238, 2) == [0xFFFF, 0xFFFF]
            assert await registers(client, 158, 2) == [0xFFFF, 0xFFFF]

    run(ask())


def test_the_internal_load_management_overwrites_what_we_wrote_and_obeys_its_cap() -> None:
    clock = HandClock()
    bound = [point(clock, bound_to_circuit=True) for _ in range(2)]
    for plug, _ in bound:
        plug.plug(Car())
    charx = Charx({1: bound[0][1], 2: bound[1][1]})

    async def share() -> None:
        async with served([charx]) as (client, _):
            await write(client, 1301, 7)
            charx.tick()
            assert await registers(client, 1301) == [16]
            await write(client, 167, 25)
            charx.tick()
            assert await registers(client, 1297) + await registers(client, 2297) == [12, 12]

    run(share())


def test_a_point_that_sticks_at_zero_stays_there_until_it_restarts() -> None:
    clock = HandClock()
    plug, charx_point = point(clock)
    plug.plug(Car())
    charx_point.sticks_at_zero = True

    async def stick() -> None:
        async with served([Charx({1: charx_point})]) as (client, _):
            await write(client, 1301, 0)
            await write(client, 1301, 10)
            assert await registers(client, 1301) == [0]
            await write(client, 166, 1)
            assert await registers(client, 1301) == [16]

    run(stick())


def test_48_points_answer_on_one_connection() -> None:
    clock = HandClock()
    charx = Charx({n: point(clock)[1] for n in range(1, 49)})

    async def ask() -> None:
        async with served([charx]) as (client, _):
            for n in (1, 24, 48):
                await write(client, 1000 * n + 301, 6 + n // 8)
                assert await registers(client, 1000 * n + 301) == [6 + n // 8]
            assert await registers(client, 149) == [48]

    run(ask())
    with pytest.raises(ValueError, match="from 1 to 48"):
        Charx({49: point(clock)[1]})
