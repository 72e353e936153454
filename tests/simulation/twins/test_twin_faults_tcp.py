"""Faults on command over Modbus/TCP, seen by a client that is not ours."""

from __future__ import annotations

import asyncio

import pytest
from pymodbus.exceptions import ModbusException

from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, PointSettings
from simulation.twins.faults import Fault, FaultKind
from simulation.twins.standalone import SimplePoint
from tests.simulation.twins.wires import HandClock, run, served


def controller() -> Charx:
    clock = HandClock()
    return Charx({1: CharxPoint(SimplePoint(clock), clock, PointSettings())})


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.SILENT),
        Fault(FaultKind.LOST_ANSWER),
        Fault(FaultKind.LATE, seconds=1.0),
        Fault(FaultKind.TRUNCATED),
        Fault(FaultKind.CLOSED),
    ],
)
def test_an_answer_that_does_not_come_in_time_is_an_error_and_the_next_one_is_right(fault: Fault) -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx], timeout_s=0.8) as (client, _):
            charx.faults.command(fault)
            with pytest.raises(ModbusException):
                await client.read_holding_registers(1101, count=2, device_id=1)
            await asyncio.sleep(0.5)
            client.close()
            assert await client.connect()
            reply = await client.read_holding_registers(1101, count=1, device_id=1)
            assert reply.registers == [16]

    run(ask())


def test_a_late_answer_on_tcp_is_not_taken_for_the_next_one() -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx], timeout_s=1.0) as (client, _):
            charx.faults.command(Fault(FaultKind.LATE, seconds=1.25))
            with pytest.raises(ModbusException):
                await client.read_holding_registers(1101, count=1, device_id=1)
            charx.faults.command(Fault(FaultKind.LATE, seconds=0.5))
            reply = await client.read_holding_registers(1102, count=1, device_id=1)
            assert reply.registers == [6]

    run(ask())


def test_a_command_whose_answer_is_lost_has_been_carried_out_and_a_silent_one_has_not() -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx], timeout_s=0.8) as (client, _):
            for kind, held_a in ((FaultKind.SILENT, 16), (FaultKind.LOST_ANSWER, 9)):
                charx.faults.command(Fault(kind))
                with pytest.raises(ModbusException):
                    await client.write_register(1301, 9, device_id=1)
                assert charx.points[1].limit_a == held_a
                await client.connect()

    run(ask())


def test_an_exception_carries_its_code_for_as_many_answers_as_commanded() -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx]) as (client, _):
            charx.faults.command(Fault(FaultKind.EXCEPTION, answers=2, code=6, first=1))
            replies = [await client.read_holding_registers(1101, count=1, device_id=1) for _ in range(4)]
            assert [reply.isError() for reply in replies] == [False, True, True, False]
            assert replies[1].exception_code == 6

    run(ask())


def test_an_answer_in_drops_is_still_an_answer() -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx]) as (client, _):
            charx.faults.command(Fault(FaultKind.BYTE_BY_BYTE))
            reply = await client.read_holding_registers(1232, count=20, device_id=1)
            assert reply.registers[:2] == [230_000 >> 16, 230_000 & 0xFFFF]

    run(ask())


@pytest.mark.parametrize("kind", [FaultKind.WRONG_UNIT, FaultKind.GARBAGE])
def test_noise_and_answers_of_another_unit_are_never_taken_for_values(kind: FaultKind) -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx], timeout_s=0.2) as (client, _):
            charx.faults.command(Fault(kind))
            with pytest.raises(ModbusException):
                await client.read_holding_registers(1101, count=2, device_id=1)

    run(ask())


def test_a_reboot_hangs_up_refuses_forgets_and_comes_back_on_the_same_port() -> None:
    async def ask() -> None:
        charx = controller()
        async with served([charx], timeout_s=1.0) as (client, server):
            await client.write_register(1307, 30, device_id=1)
            charx.faults.command(Fault(FaultKind.REBOOT, seconds=3.0))
            with pytest.raises(ModbusException):
                await client.read_holding_registers(1307, count=1, device_id=1)
            client.close()
            await asyncio.sleep(0.05)
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", server.port)
            for _ in range(300):
                if await client.connect():
                    break
                await asyncio.sleep(0.1)
            reply = await client.read_holding_registers(1307, count=1, device_id=1)
            assert reply.registers == [65535]

    run(ask())


def test_the_device_thinks_before_every_answer_and_for_one_client_at_a_time() -> None:
    async def ask() -> float:
        async with served([controller()], answer_s=0.03) as (client, server):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            began_s = asyncio.get_running_loop().time()
            writer.write(bytes.fromhex("0001 0000 0006 01 03 044D 0001") * 3)
            await client.read_holding_registers(1101, count=1, device_id=1)
            assert await reader.readexactly(33) == bytes.fromhex("0001 0000 0005 01 03 02 0010") * 3
            writer.close()
            await writer.wait_closed()
            return asyncio.get_running_loop().time() - began_s

    assert run(ask()) >= 0.12


def test_a_stopped_server_leaves_no_port_behind() -> None:
    async def stop() -> None:
        async with served([controller()]) as (_, server):
            port = server.port
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    run(stop())
