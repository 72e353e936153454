"""The link over real sockets: late, garbled, refused and missing answers, and a server that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from domain.errors import DeviceRefused, DeviceSilent
from domain.site_devices import SerialLine
from executors.modbus import link as link_module
from executors.modbus.link import ModbusLink, TcpAddress
from simulation.twins.pseudo_terminal import PseudoTerminal
from tests.executors.tiny_modbus import Device, Server, serve


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def tcp(server: Server, timeout_s: float = 2.0) -> ModbusLink:
    return ModbusLink(
        TcpAddress("127.0.0.1", server.port), asyncio.get_running_loop().time, timeout_s=timeout_s
    )


def rtu(server: Server, timeout_s: float = 2.0) -> ModbusLink:
    line = SerialLine(device=f"tcp://127.0.0.1:{server.port}", baud=9600, parity="none")
    return ModbusLink(line, asyncio.get_running_loop().time, timeout_s=timeout_s)


def numbered() -> Device:
    return Device(holding={i: i for i in range(100)}, input={i: 1000 + i for i in range(100)})


def test_holding_and_input_registers_are_read_and_written() -> None:
    async def test() -> None:
        device = numbered()
        async with serve({1: device}) as server:
            link = tcp(server)
            assert await link.read(1, "holding", 10, 3) == (10, 11, 12)
            assert await link.read(1, "input", 10, 2) == (1010, 1011)
            await link.write(1, 5, [77])
            await link.write(1, 6, [88, 99])
            assert await link.read(1, "holding", 5, 3) == (77, 88, 99)
            assert [f for f, _, _ in device.requests] == [3, 4, 6, 16, 3]
            await link.close()

    run(test())


def test_an_error_code_is_a_refusal_with_its_meaning() -> None:
    async def test() -> None:
        async with serve({1: numbered()}) as server:
            link = tcp(server)
            with pytest.raises(DeviceRefused, match=r"unknown address \(code 2\)"):
                await link.read(1, "holding", 500, 1)
            assert await link.read(1, "holding", 1, 1) == (1,)
            await link.close()

    run(test())


def test_one_request_at_a_time_however_many_ask() -> None:
    async def test() -> None:
        device = numbered()
        in_flight = most = 0

        def delay_s(_function: int, _address: int) -> float:
            nonlocal in_flight, most
            in_flight += 1
            most = max(most, in_flight)
            asyncio.get_running_loop().call_later(0.02, done)
            return 0.02

        def done() -> None:
            nonlocal in_flight
            in_flight -= 1

        device.delay_s = delay_s
        async with serve({1: device}) as server:
            link = tcp(server, timeout_s=2)
            asked = [link.read(1, "holding", i, 1) for i in range(12)]
            assert await asyncio.gather(*asked) == [(i,) for i in range(12)]
            assert most == 1
            assert server.clients == 1
            await link.close()

    run(test())


def test_over_tcp_a_late_answer_is_dropped() -> None:
    async def test() -> None:
        device = numbered()
        device.delay_s = lambda _f, address: 1.0 if address == 20 else 0.0
        async with serve({1: device}) as server:
            link = tcp(server, timeout_s=0.8)
            with pytest.raises(DeviceSilent):
                await link.read(1, "holding", 20, 2)
            for address in (40, 50, 60):
                assert await link.read(1, "holding", address, 2) == (address, address + 1)
                await asyncio.sleep(0.05)
            await link.close()

    run(test())


def test_over_rtu_a_late_answer_is_never_taken_for_the_next_one() -> None:
    """Without the silence after a timeout this reads the registers of 20 as those of 40."""

    async def test() -> None:
        device = numbered()
        device.delay_s = lambda _f, address: 1.4 if address == 20 else 0.12
        async with serve({1: device}, rtu=True) as server:
            link = rtu(server, timeout_s=1.0)
            with pytest.raises(DeviceSilent):
                await link.read(1, "holding", 20, 2)
            for address in (40, 60, 62):
                assert await link.read(1, "holding", address, 2) == (address, address + 1)
            await link.close()

    run(test())


def test_a_caller_that_goes_away_leaves_no_answer_for_the_next_one() -> None:
    async def test() -> None:
        device = numbered()
        device.delay_s = lambda _f, address: 0.1 if address == 20 else 0.0
        async with serve({1: device}, rtu=True) as server:
            link = rtu(server, timeout_s=1)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(link.read(1, "holding", 20, 2), 0.03)
            assert await link.read(1, "holding", 40, 2) == (40, 41)
            await link.close()

    run(test())


def test_a_dead_unit_on_a_shared_line_is_asked_rarely_but_always_told() -> None:
    async def test() -> None:
        now = 0.0

        async def sleep(_seconds: float) -> None:
            nonlocal now
            now += _seconds

        device = numbered()
        async with serve({1: device}, rtu=True) as server:
            line = SerialLine(device=f"tcp://127.0.0.1:{server.port}", baud=9600, parity="none")
            link = ModbusLink(line, lambda: now, sleep, timeout_s=0.05)
            for _ in range(2):
                with pytest.raises(DeviceSilent, match="no answer in time"):
                    await link.read(9, "holding", 0, 1)
            with pytest.raises(DeviceSilent, match="asked again"):
                await link.read(9, "holding", 0, 1)
            with pytest.raises(DeviceSilent, match="no answer in time"):
                await link.write(9, 0, [1])
            assert await link.read(1, "holding", 3, 1) == (3,)
            now += link_module.BACK_OFF_S
            with pytest.raises(DeviceSilent, match="no answer in time"):
                await link.read(9, "holding", 0, 1)
            await link.close()

    run(test())


def test_a_server_that_comes_back_is_found_again_within_5_s() -> None:
    async def test() -> None:
        now = 0.0
        async with serve({1: numbered()}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), lambda: now, timeout_s=2.0)
            assert await link.read(1, "holding", 3, 1) == (3,)
            port = server.port
        await asyncio.sleep(0.05)
        with pytest.raises(DeviceSilent):
            await link.read(1, "holding", 3, 1)
        async with serve({1: numbered()}, port=port):
            answers = []
            for _ in range(5):
                now += 1.0
                try:
                    answers.append(await link.read(1, "holding", 3, 1))
                except DeviceSilent:
                    answers.append(())
            assert answers[-1] == (3,)
            await link.close()

    run(test())


def test_nobody_listening_is_silence_and_not_a_traceback() -> None:
    async def test() -> None:
        async with serve({}) as server:
            port = server.port
        link = ModbusLink(TcpAddress("127.0.0.1", port), asyncio.get_running_loop().time, timeout_s=0.2)
        with pytest.raises(DeviceSilent, match="no connection"):
            await link.read(1, "holding", 0, 1)
        with pytest.raises(DeviceSilent, match="next attempt"):
            await link.read(1, "holding", 0, 1)
        await link.close()

    run(test())


def test_a_line_that_does_not_open_says_why(tmp_path: Path) -> None:
    async def test() -> None:
        line = SerialLine(device=str(tmp_path / "ttyUSB7"), baud=9600, parity="none")
        link = ModbusLink(line, asyncio.get_running_loop().time)
        with pytest.raises(DeviceSilent, match=r"no connection to .*ttyUSB7: there is no such device$"):
            await link.read(1, "holding", 0, 1)
        await link.close()
        terminal = PseudoTerminal(tmp_path / "tty", lambda _: None)
        terminal.plug_in(9600)
        taken = SerialLine(device=str(terminal.path), baud=9600, parity="none")
        first, second = (ModbusLink(taken, asyncio.get_running_loop().time) for _ in range(2))
        with pytest.raises(DeviceSilent, match="no answer in time"):
            await first.read(1, "holding", 0, 1)
        with pytest.raises(DeviceSilent, match="another program has it"):
            await second.read(1, "holding", 0, 1)
        await first.close()
        await second.close()
        terminal.unplug()

    run(test())


def test_an_idle_link_sends_nothing() -> None:
    async def test() -> None:
        device = numbered()
        async with serve({1: device}) as server:
            link = tcp(server)
            await link.read(1, "holding", 0, 1)
            await asyncio.sleep(0.3)
            assert len(device.requests) == 1
            await link.close()

    run(test())
