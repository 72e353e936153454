"""A serial bus with two units on it: time on the wire, strangers, and faults on command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusSerialClient
from pymodbus.exceptions import ModbusException

from simulation.twins.faults import Fault, FaultKind
from simulation.twins.modbus_frames import crc16, rtu_frame, rtu_length, rtu_question, wire_s
from simulation.twins.modbus_rtu import ModbusRtuBus
from simulation.twins.standalone import SimplePoint
from simulation.twins.teltocharge import Teltocharge
from simulation.twins.teltocharge_point import EvcPoint, EvcSettings
from tests.simulation.twins.wires import HandClock, on_a_bus, run


def charger(unit: int, amp_limit_a: int = 16) -> Teltocharge:
    clock = HandClock()
    return Teltocharge(EvcPoint(SimplePoint(clock), clock, EvcSettings(amp_limit_a=amp_limit_a)), unit)


async def limit_a(client: AsyncModbusSerialClient, unit: int = 1) -> int:
    reply = await client.read_holding_registers(12, count=1, device_id=unit)
    return int(reply.registers[0])


def test_a_frame_is_as_the_protocol_prints_it() -> None:
    # 4B37h is the published check value of CRC-16/MODBUS
    assert crc16(b"123456789") == 0x4B37
    frame = rtu_frame(1, bytes.fromhex("03 0000 0001"))
    assert frame == bytes.fromhex("01 03 0000 0001 84 0A")
    assert rtu_question(frame) == (1, bytes.fromhex("03 0000 0001"))
    assert rtu_question(frame[:-1] + b"\0") is None
    assert rtu_length(frame) == 8
    assert rtu_length(bytes.fromhex("01 10 0000 0002 04")) == 13


def test_45_registers_at_9600_baud_take_a_tenth_of_a_second_on_the_wire(tmp_path: Path) -> None:
    # 8 bytes there, 5 + 2 x 45 back, 10 bits each: 1030 bits
    assert wire_s(8 + 95, 9600) == pytest.approx(0.1073, abs=1e-4)

    async def ask() -> float:
        async with on_a_bus([charger(1)], tmp_path) as (client, _):
            began_s = asyncio.get_running_loop().time()
            await client.read_holding_registers(0, count=45, device_id=1)
            return asyncio.get_running_loop().time() - began_s

    assert run(ask()) >= 0.107


def test_two_units_share_a_bus_and_a_third_is_silent(tmp_path: Path) -> None:
    async def ask() -> None:
        async with on_a_bus([charger(1, 16), charger(2, 32)], tmp_path, timeout_s=1.0) as (client, _):
            assert (await limit_a(client, 1), await limit_a(client, 2)) == (16, 32)
            with pytest.raises(ModbusException):
                await limit_a(client, 3)

    run(ask())


def test_a_broadcast_reaches_every_unit_and_nobody_answers(tmp_path: Path) -> None:
    async def ask() -> None:
        chargers = [charger(1), charger(2)]
        async with on_a_bus(chargers, tmp_path) as (client, _):
            await client.write_register(15, 7, device_id=0, no_response_expected=True)
            await limit_a(client, 1)
            assert [each.point.amps_a for each in chargers] == [7, 7]

    run(ask())


def test_a_client_with_another_speed_is_not_understood(tmp_path: Path) -> None:
    async def ask() -> None:
        async with on_a_bus([charger(1)], tmp_path, baud=9600) as (client, bus):
            client.close()
            wrong = AsyncModbusSerialClient(str(bus.path), baudrate=19200, timeout=0.2, retries=0)
            assert await wrong.connect()
            with pytest.raises(ModbusException):
                await limit_a(wrong)
            wrong.close()
            assert bus.misheard == 1

    run(ask())


def test_a_late_answer_on_a_serial_line_is_taken_for_the_next_one(tmp_path: Path) -> None:
    async def ask() -> None:
        evc = charger(1, 32)
        async with on_a_bus([evc], tmp_path, timeout_s=1.0) as (client, _):
            evc.faults.command(Fault(FaultKind.LATE, seconds=1.25))
            with pytest.raises(ModbusException):
                await client.read_holding_registers(9, count=1, device_id=1)
            evc.faults.command(Fault(FaultKind.LATE, seconds=0.5))
            assert await limit_a(client) == 0x5443  # the identity, though the limit was asked for

    run(ask())


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.SILENT),
        Fault(FaultKind.LOST_ANSWER),
        Fault(FaultKind.TRUNCATED),
        Fault(FaultKind.GARBAGE),
        Fault(FaultKind.WRONG_UNIT),
        Fault(FaultKind.CLOSED),
        Fault(FaultKind.REBOOT, seconds=0.2),
    ],
)
def test_after_a_spoilt_answer_and_a_pause_the_bus_is_well(tmp_path: Path, fault: Fault) -> None:
    async def ask() -> None:
        evc = charger(1)
        async with on_a_bus([evc], tmp_path, timeout_s=0.1) as (client, bus):
            evc.faults.command(fault)
            with pytest.raises(ModbusException):
                await limit_a(client)
            client.close()
            await asyncio.sleep(0.2)
            again = AsyncModbusSerialClient(str(bus.path), baudrate=9600, timeout=1, retries=0)
            assert await again.connect()
            assert await limit_a(again) == 16
            again.close()

    run(ask())


def test_an_answer_byte_by_byte_is_still_an_answer(tmp_path: Path) -> None:
    async def ask() -> None:
        evc = charger(1)
        async with on_a_bus([evc], tmp_path) as (client, _):
            evc.faults.command(Fault(FaultKind.BYTE_BY_BYTE))
            assert await limit_a(client) == 16

    run(ask())


def test_an_adapter_that_is_pulled_and_put_back_has_the_same_name(tmp_path: Path) -> None:
    async def ask() -> None:
        async with on_a_bus([charger(1)], tmp_path) as (client, bus):
            client.close()
            bus.unplug()
            assert not bus.path.exists()
            bus.plug_in()
            again = AsyncModbusSerialClient(str(bus.path), baudrate=9600, timeout=1, retries=0)
            assert await again.connect()
            assert await limit_a(again) == 16
            again.close()

    run(ask())


def test_a_stopped_bus_leaves_no_device_behind(tmp_path: Path) -> None:
    async def stop() -> None:
        bus = ModbusRtuBus([charger(1)], tmp_path / "tty", 9600)
        await bus.start()
        assert bus.path.exists()
        await bus.stop()
        assert not bus.path.exists()

    run(stop())
