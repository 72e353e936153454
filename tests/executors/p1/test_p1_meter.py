"""A P1 port over TCP and over a pseudo-terminal."""

from __future__ import annotations

import asyncio
import os
import tty

import pytest

from domain.errors import DeviceSilent
from domain.site_devices import SerialLine
from executors.capabilities import MeterReader
from executors.p1.meter import P1Meter
from executors.p1.telegram import crc16
from executors.readings import MeterReading


def telegram(power_kw: float, second: int) -> bytes:
    body = f"/T\r\n\r\n0-0:1.0.0(2611201200{second:02}W)\r\n1-0:1.7.0({power_kw:06.3f}*kW)\r\n"
    body += "1-0:2.7.0(00.000*kW)\r\n!"
    return f"{body}{crc16(body.encode()):04X}\r\n".encode()


async def until(meter: P1Meter, power_kw: float) -> MeterReading:
    while True:
        try:
            reading = await meter.read()
            if reading.total_kw == power_kw:
                return reading
        except DeviceSilent:
            pass
        await asyncio.sleep(0.01)


def test_telegrams_come_over_tcp_a_damaged_one_is_dropped_and_the_line_is_opened_again() -> None:
    async def test() -> None:
        connections = 0

        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            writer.write(telegram(1.5, 1) + telegram(2.5, 2).replace(b"02.500", b"02.900"))
            writer.write(telegram(float(connections), 3))
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        meter = P1Meter(("127.0.0.1", port), asyncio.get_running_loop().time, nominal_v=230)
        assert isinstance(meter, MeterReader)
        with pytest.raises(DeviceSilent, match="nothing came yet"):
            await meter.read()
        task = asyncio.create_task(meter.run())
        assert (await until(meter, 1.0)).telegram == "261120120003W"
        await until(meter, 2.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.close()

    asyncio.run(asyncio.wait_for(test(), 20))


def test_a_reading_that_grew_old_is_not_given_any_more() -> None:
    async def test() -> None:
        now_s = 100.0

        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                writer.write(telegram(1.5, 1))
                await asyncio.sleep(5)
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        meter = P1Meter(server.sockets[0].getsockname()[:2], lambda: now_s, nominal_v=230)
        task = asyncio.create_task(meter.run())
        assert (await until(meter, 1.5)).sampled_s == 100.0
        now_s = 116.0
        with pytest.raises(DeviceSilent, match="nothing came for 16 s"):
            await meter.read()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.close()

    asyncio.run(asyncio.wait_for(test(), 20))


def test_telegrams_come_over_a_serial_line() -> None:
    async def test() -> None:
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        line = SerialLine(device=os.ttyname(theirs), baud=115_200, parity="none")
        meter = P1Meter(line, asyncio.get_running_loop().time, nominal_v=230)
        task = asyncio.create_task(meter.run())
        await asyncio.sleep(0.1)
        whole = telegram(3.25, 7)
        for at in range(0, len(whole), 11):
            os.write(ours, whole[at : at + 11])
            await asyncio.sleep(0.001)
        assert (await until(meter, 3.25)).telegram == "261120120007W"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        os.close(ours)
        os.close(theirs)

    asyncio.run(asyncio.wait_for(test(), 20))
