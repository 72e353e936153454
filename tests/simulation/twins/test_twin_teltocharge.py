"""The TeltoCharge twin as its maker describes it, on a serial line, asked by clients that are not ours."""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pymodbus.client import AsyncModbusSerialClient

from simulation.twins.standalone import Car, SimplePoint
from simulation.twins.teltocharge import Teltocharge
from simulation.twins.teltocharge_point import EvcPoint, EvcSettings, OnSilence
from tests.programs import program
from tests.simulation.twins.wires import HandClock, on_a_bus, run

UNIT = 5


def charger(
    clock: HandClock, read_by: int = 3, car: Car | None = None, **settings: Any
) -> tuple[SimplePoint, Teltocharge]:
    plug = SimplePoint(clock)
    if car is not None:
        plug.plug(car)
    return plug, Teltocharge(EvcPoint(plug, clock, EvcSettings(**settings)), UNIT, read_by)


async def read(client: AsyncModbusSerialClient, address: int, count: int = 1) -> list[int]:
    reply = await client.read_holding_registers(address, count=count, device_id=UNIT)
    assert not reply.isError(), reply
    return list(reply.registers)


async def write(client: AsyncModbusSerialClient, address: int, value: int) -> None:
    reply = await client.write_register(address, value, device_id=UNIT)
    assert not reply.isError(), reply


def test_all_45_registers_are_there_and_the_next_one_is_not(tmp_path: Path) -> None:
    clock = HandClock()
    _, evc = charger(clock, car=Car())

    async def ask() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            await write(client, 15, 10)
            clock.pass_s(29)
            words = await read(client, 0, 45)
            beyond = await client.read_holding_registers(44, count=2, device_id=UNIT)
        assert words[:6] == [230, 230, 230, 100, 100, 100]
        assert words[6:15] == [0, 29, 0, 0x5443, 1, 1, 16, 6, 6]
        assert words[15:23] == [10, 0, 0, 0, 30, 6, 0, 0]
        assert words[23:30] == [1234, 123456789 & 0xFFFF, 123456789 >> 16, 11200, 3, 32, 32]
        assert words[30:39] == [1, 350, 0, 4, 0, 0, 6, 1, 6900]
        # 29 s of 6.9 kW are 0.0556 kWh: 6 steps of 10 Wh
        assert words[39:] == [6, 29, 6, 0, 0, 0]
        assert beyond.exception_code == 2

    run(ask())


def test_mbpoll_reads_it_over_its_own_serial_stack(tmp_path: Path) -> None:
    mbpoll = program("mbpoll")
    _, evc = charger(HandClock(), car=Car())

    async def ask() -> str:
        async with on_a_bus([evc], tmp_path, baud=19200) as (client, bus):
            client.close()
            command = f"{mbpoll} -m rtu -a {UNIT} -b 19200 -P none -t 4 -0 -r 9 -c 4 -1 -q {bus.path}"
            done = await asyncio.to_thread(
                subprocess.run,
                command.split(),
                check=True,
                capture_output=True,
                text=True,
                timeout=20,
            )
            return done.stdout

    printed = dict(re.findall(r"\[(\d+)\]:\s+(\d+)", run(ask())))
    assert printed == {"9": "21571", "10": "1", "11": "1", "12": "16"}


@pytest.mark.parametrize(
    ("on_silence", "offered_a"), [(OnSilence.FAILSAFE, 8), (OnSilence.STOP, 0)], ids=["failsafe", "stop"]
)
def test_silence_beyond_the_timeout_leaves_the_failsafe_current_or_nothing(
    tmp_path: Path, on_silence: OnSilence, offered_a: int
) -> None:
    clock = HandClock()
    plug, evc = charger(clock, car=Car(), on_silence=on_silence)

    async def fall() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            for address, value in ((19, 20), (20, 8), (15, 14)):
                await write(client, address, value)
            clock.pass_s(19)
            await read(client, 9)  # any frame feeds the watchdog
            clock.pass_s(19)
            evc.tick()
            assert plug.read().current_a[0] == 14
            clock.pass_s(1)
            evc.tick()
            assert plug.read().current_a[0] == offered_a
            await read(client, 9)
            assert plug.read().current_a[0] == 14

    run(fall())


def test_a_timeout_of_zero_is_no_watchdog(tmp_path: Path) -> None:
    clock = HandClock()
    plug, evc = charger(clock, car=Car())

    async def wait() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            await write(client, 19, 0)
            clock.pass_s(10_000)
            evc.tick()
            assert plug.read().current_a[0] == 16

    run(wait())


@pytest.mark.parametrize(
    ("code", "amps"),
    [
        (0, (10, 0, 0)),
        (1, (0, 10, 0)),
        (2, (0, 0, 10)),
        (3, (10, 10, 0)),
        (4, (10, 0, 10)),
        (5, (0, 10, 10)),
        (6, (10, 10, 10)),
        (7, (0, 0, 0)),
    ],
)
def test_the_car_draws_on_the_phases_of_the_makers_table(
    tmp_path: Path, code: int, amps: tuple[float, ...]
) -> None:
    clock = HandClock()
    plug, evc = charger(clock, car=Car(), phase_change_s=10)

    async def choose() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            await write(client, 15, 10)
            await write(client, 14, code)
            clock.pass_s(10)
            assert await read(client, 13) == [code]
            assert plug.read().current_a == amps

    run(choose())


def test_phases_changed_while_charging_cost_a_pause(tmp_path: Path) -> None:
    clock = HandClock()
    plug, evc = charger(clock, car=Car(), phase_change_s=10)

    async def change() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            await write(client, 14, 0)
            assert plug.read().current_a == (0, 0, 0)
            assert await read(client, 13) == [7]
            clock.pass_s(10)
            assert await read(client, 13) == [0]
            assert plug.read().current_a == (16, 0, 0)

    run(change())


def test_what_the_table_does_not_allow_is_refused(tmp_path: Path) -> None:
    _, evc = charger(HandClock(), phase_change=False)

    async def refuse() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            values = {15: 5, 20: 33, 19: 601, 14: 3, 16: 3, 9: 1, 38: 0, 45: 0}
            replies = [await client.write_register(a, v, device_id=UNIT) for a, v in values.items()]
            assert [reply.exception_code for reply in replies] == [3, 3, 3, 3, 3, 2, 2, 2]
            wrong_function = await client.read_input_registers(9, count=1, device_id=UNIT)
            assert wrong_function.exception_code == 1

    run(refuse())


def test_it_may_as_well_be_read_as_input_registers(tmp_path: Path) -> None:
    _, evc = charger(HandClock(), read_by=4)

    async def ask() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            assert (await client.read_input_registers(9, count=1, device_id=UNIT)).registers == [0x5443]
            assert (await client.read_holding_registers(9, count=1, device_id=UNIT)).exception_code == 1

    run(ask())


def test_a_session_is_stopped_started_and_authorized(tmp_path: Path) -> None:
    clock = HandClock()
    plug, evc = charger(clock, car=Car(), needs_authorization=True)

    async def ask() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            assert (await read(client, 6), await read(client, 27)) == ([5], [1])
            await write(client, 17, 1)
            assert (await read(client, 6), await read(client, 27)) == ([0], [3])
            await write(client, 16, 1)
            assert (await read(client, 27), plug.read().current_a[0]) == ([6], 0)
            await write(client, 16, 2)
            assert (await read(client, 27), plug.read().current_a[0]) == ([3], 16)

    run(ask())


def test_the_cause_of_the_limit_is_the_lowest_of_all(tmp_path: Path) -> None:
    _, evc = charger(HandClock(), car=Car(), amp_limit_a=32, grid_max_a=25, user_max_a=20)

    async def ask() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            assert await read(client, 36) == [2]
            await write(client, 15, 13)
            assert await read(client, 36) == [6]
            assert await read(client, 37) == [2]

    run(ask())


def test_an_error_stops_charging_and_a_reboot_forgets_what_was_written(tmp_path: Path) -> None:
    plug, evc = charger(HandClock(), car=Car())

    async def ask() -> None:
        async with on_a_bus([evc], tmp_path) as (client, _):
            await write(client, 19, 60)
            evc.point.errors = 1 << 5
            assert (await read(client, 35), await read(client, 6), await read(client, 33)) == ([32], [8], [8])
            assert plug.read().current_a[0] == 0
            evc.point.errors = 0
            await write(client, 21, 1)
            assert await read(client, 19) == [30]

    run(ask())
