"""The grid operator's signal from a contact: coil or input, open or closed, and a device that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal

import pytest

from domain.errors import DeviceRefused, DeviceSilent
from domain.site_devices import SerialLine
from executors.capabilities import SignalReader
from executors.modbus.contact import Contact
from executors.modbus.link import ModbusLink, TcpAddress
from executors.readings import SignalReading
from tests.executors.tiny_modbus import Device, serve


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


@pytest.mark.parametrize("rtu", [False, True])
@pytest.mark.parametrize("table", ["coil", "discrete"])
def test_a_contact_is_on_when_it_is_closed_or_open_as_the_site_file_says(
    table: Literal["coil", "discrete"], rtu: bool
) -> None:
    device = Device(coils={7: 1, 8: 0}, discrete={7: 0, 8: 1})

    async def test() -> None:
        async with serve({3: device}, rtu=rtu) as server:
            where = TcpAddress("127.0.0.1", server.port)
            link = ModbusLink(where, lambda: 50.0)
            if rtu:
                line = SerialLine(device=f"tcp://127.0.0.1:{server.port}", baud=9600, parity="none")
                link = ModbusLink(line, lambda: 50.0)
            closed = 7 if table == "coil" else 8
            contact = Contact(link, 3, table, closed)
            assert isinstance(contact, SignalReader)
            assert await contact.read() == SignalReading(50.0, on=True)
            assert await Contact(link, 3, table, closed, invert=True).read() == SignalReading(50.0, on=False)
            assert await Contact(link, 3, table, 15 - closed).read() == SignalReading(50.0, on=False)
            with pytest.raises(DeviceRefused, match="unknown address"):
                await Contact(link, 3, table, 99).read()
            await link.close()
        assert {function for function, _, _ in device.requests} == {1 if table == "coil" else 2}

    run(test())


def test_a_device_that_is_away_gives_no_signal() -> None:
    async def test() -> None:
        link = ModbusLink(TcpAddress("127.0.0.1", 1), lambda: 0.0)
        with pytest.raises(DeviceSilent):
            await Contact(link, 1, "coil", 0).read()
        await link.close()

    run(test())
