"""A meter over the wire: its start, its cycles, and what it refuses."""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.errors import DeviceSilent, WrongDevice
from domain.site_devices import SerialLine
from executors.modbus.link import ModbusLink, TcpAddress
from executors.modbus.map_file import built_in_maps
from executors.modbus.register_meter import RegisterMeter
from tests.executors.tiny_modbus import Device, serve


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def float_words(address: int, value: float) -> dict[int, int]:
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return {address: high, address + 1: low}


def int_words_low_first(address: int, value: int) -> dict[int, int]:
    high, low = struct.unpack(">HH", struct.pack(">i", value))
    return {address: low, address + 1: high}


def sdm630() -> Device:
    """Of Eastron's table: V at 0, 2, 4, A at 6, 8, 10, W at 12, 14, 16, total 52, Hz 70, kWh 72 and 74."""
    numbers: dict[int, float] = {
        0: 230,
        2: 231,
        4: 229,
        6: 10,
        8: 5,
        10: 2,
        12: 2200,
        14: -1100,
        16: 400,
        52: 1500,
    }
    numbers |= {70: 50, 72: 1234.5, 74: 67.25}
    words: dict[int, int] = {}
    for address, value in numbers.items():
        words |= float_words(address, value)
    return Device(input=words)


def em340(mode: int = 1) -> Device:
    """Of Carlo Gavazzi's table: 0.1 V, mA and 0.1 W, low word first; 1103h is the measurement mode."""
    numbers = {0: 2301, 2: 2310, 4: 2290, 12: 10_000, 14: -5_000, 16: 2_000, 18: 22_000, 20: -11_000}
    numbers |= {22: 4_000, 40: 15_000, 52: 12_345, 64: 1, 66: 2, 68: 3, 78: 678}
    words: dict[int, int] = {46: 990, 47: 64_546, 48: 880, 51: 500}
    for address, value in numbers.items():
        words |= int_words_low_first(address, value)
    return Device(input=words, holding={0x1103: mode})


@asynccontextmanager
async def meter(name: str, device: Device, unit: int = 1) -> AsyncIterator[RegisterMeter]:
    async with serve({unit: device}) as server:
        link = ModbusLink(
            TcpAddress("127.0.0.1", server.port), asyncio.get_running_loop().time, timeout_s=2.0
        )
        yield RegisterMeter(link, unit, built_in_maps()[name], nominal_v=230)
        await link.close()


def test_an_sdm630_reads_as_eastron_prints_it() -> None:
    async def test() -> None:
        async with meter("sdm630", sdm630()) as sdm:
            start = await sdm.start()
            assert start.findings == ()
            assert start.reading.voltage_v == (230.0, 231.0, 229.0)
            assert start.reading.current_a == (10.0, -5.0, 2.0)
            assert start.reading.power_kw == pytest.approx((2.2, -1.1, 0.4))
            assert start.reading.total_kw == pytest.approx(1.5)
            assert (start.reading.import_kwh, start.reading.export_kwh) == (1234.5, 67.25)

    run(test())


def test_energies_are_read_rarely_and_missing_in_between() -> None:
    async def test() -> None:
        device = sdm630()
        async with meter("sdm630", device) as sdm:
            await sdm.start()
            device.requests.clear()
            reading = await sdm.read()
            assert [(address, count) for _, address, count in device.requests] == [(0, 18)]
            assert math.isnan(reading.import_kwh)
            assert reading.total_kw == pytest.approx(1.5)

    run(test())


def test_a_carlo_gavazzi_in_easy_connection_mode_is_refused_before_it_is_believed() -> None:
    async def test() -> None:
        async with meter("carlo_gavazzi_em340", em340(mode=0)) as wrong:
            with pytest.raises(WrongDevice, match="easy connection"):
                await wrong.start()
        async with meter("carlo_gavazzi_em340", em340()) as right:
            start = await right.start()
            assert start.findings == ()
            assert start.reading.current_a == pytest.approx((10, -5, 2))
            assert start.reading.frequency_hz == pytest.approx(50)

    run(test())


def test_an_overflow_is_a_missing_value() -> None:
    async def test() -> None:
        device = em340()
        device.input |= {12: 0xFFFF, 13: 0x7FFF}
        async with meter("carlo_gavazzi_em340", device) as em:
            reading = (await em.start()).reading
            assert reading.estimated
            assert reading.current_a[0] == pytest.approx(2200 / 230.1)
            device.input |= {18: 0xFFFF, 19: 0x7FFF}
            assert math.isnan((await em.read()).current_a[0])

    run(test())


def test_a_wrong_map_is_found_by_its_voltage() -> None:
    """An Eastron where the site file says EM340: floats read as low-first integers."""

    async def test() -> None:
        device = sdm630()
        device.input |= {a: 0 for a in range(100) if a not in device.input}
        device.holding = {0x1103: 1}
        async with meter("carlo_gavazzi_em340", device) as wrong:
            assert "voltage" in {finding.code for finding in (await wrong.start()).findings}

    run(test())


def test_transformer_ratios_are_read_and_multiplied() -> None:
    async def test() -> None:
        # Acrel's table: 0.1 V, 0.01 A, W as 0.001 kW on the secondary side; PT at 8Dh, CT at 8Eh.
        words = {97: 2300, 98: 2300, 99: 2300, 100: 100, 101: 200, 102: 50, 119: 5000, 141: 1, 142: 40}
        for address, watts in {356: 230, 358: 460, 360: 115, 362: 805}.items():
            words |= {address: 0, address + 1: watts}
        words |= {10: 0, 11: 100, 20: 0, 21: 50}
        device = Device(holding=words)
        async with meter("acrel_adl400", device) as acrel:
            start = await acrel.start()
            assert (start.current_ratio, start.voltage_ratio) == (40, 1)
            assert start.findings == ()
            assert start.reading.current_a == pytest.approx((40, 80, 20))
            assert start.reading.total_kw == pytest.approx(0.805 * 40)
            assert start.reading.import_kwh == pytest.approx(40)
            device.holding[142] = 0
            with pytest.raises(WrongDevice, match="ratio"):
                await acrel.start()

    run(test())


def test_a_sunspec_meter_is_found_by_walking_its_models() -> None:
    async def test() -> None:
        common = {40_000: 0x5375, 40_001: 0x6E53, 40_002: 1, 40_003: 4, 40_008: 203, 40_009: 105}
        model = {3: 160, 4: 80, 5: 0xFFF0, 6: 0xFFFF, 8: 2301, 9: 2302, 10: 0x8000, 15: 0xFFFF, 16: 5000}
        model |= {17: 0xFFFE, 18: 500, 19: 360, 20: 180, 21: 0xFFD8, 22: 1, 38: 0, 39: 0, 46: 1, 47: 0, 54: 0}
        words = common | {40_008 + at: word for at, word in model.items()}
        async with meter("sunspec_203", Device(holding=words)) as sunspec:
            reading = (await sunspec.start()).reading
            assert reading.current_a == pytest.approx((16.0, 8.0, -1.6))
            assert reading.voltage_v[:2] == pytest.approx((230.1, 230.2))
            assert math.isnan(reading.voltage_v[2])
            assert reading.power_kw == pytest.approx((3.6, 1.8, -0.4))
            assert reading.frequency_hz == pytest.approx(50)
            assert math.isnan(reading.export_kwh)
            assert reading.import_kwh == pytest.approx(65.536)
        async with meter("sunspec_213", Device(holding=words | {40_115: 0xFFFF, 40_116: 0})) as other:
            with pytest.raises(WrongDevice, match="no SunSpec model 213; it has 1, 203"):
                await other.start()

    run(test())


def test_a_device_without_the_models_energies_is_still_read() -> None:
    async def test() -> None:
        device = sdm630()
        for address in (70, 71, 72, 73, 74, 75):
            del device.input[address]
        async with meter("sdm630", device) as sdm:
            reading = (await sdm.start()).reading
            assert reading.current_a == (10.0, -5.0, 2.0)
            assert "unknown address" in reading.warnings[0]

    run(test())


def test_silence_is_an_error_and_never_an_old_value() -> None:
    async def test() -> None:
        async with serve({1: sdm630()}, rtu=True) as server:
            line = SerialLine(device=f"tcp://127.0.0.1:{server.port}", baud=9600, parity="none")
            link = ModbusLink(line, asyncio.get_running_loop().time, timeout_s=1.0)
            meters = {u: RegisterMeter(link, u, built_in_maps()["sdm630"], nominal_v=230) for u in (1, 2)}
            assert (await meters[1].read()).current_a == (10.0, -5.0, 2.0)
            with pytest.raises(DeviceSilent):
                await meters[2].read()
            assert (await meters[1].read()).current_a == (10.0, -5.0, 2.0)
            await link.close()

    run(test())
