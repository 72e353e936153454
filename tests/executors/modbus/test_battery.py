"""A home battery by its map: signs, halves, holding, a power with its read-back, and what maps may lack."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import DeviceRefused, InputError, WrongDevice
from domain.site_energy import Battery, SocRange
from executors.capabilities import BatteryReader, BatteryTold, Hold, PowerSet
from executors.modbus.battery import HeldBattery, ReadBattery, SetBattery, allowed_kw, power_order
from executors.modbus.battery_map import BatteryMap, PowerSetting, parse_battery_map
from executors.modbus.link import ModbusLink, TcpAddress
from tests.executors.tiny_modbus import Device, serve

READ = """\
title: A battery of my own
source: its manual, page 7
table: input
word_order: big
longest_read: 20
registers:
  power: {address: 10, type: int16, unit: W}
  soc: {address: 12, type: uint16, unit: "%", scale: 0.1, invalid: [0xFFFF]}
"""
FULL = (
    READ
    + """\
write:
  enable: {address: 40, on: 2, off: 0}
  power: {address: 41, type: int16, unit: W, scale: 10, invert: true}
  hold: {address: 43, on: 1, off: 0}
  reverts_after_s: 60
"""
)
BATTERY = Battery(
    capacity_kwh=10, charge_kw=5, discharge_kw=4, soc=SocRange(min=0.1, max=0.9), efficiency=0.95
)


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def layout(text: str = FULL) -> BatteryMap:
    return parse_battery_map(text, "mine.yaml")


def device(power: int = 1500, soc: int = 505) -> Device:
    return Device(input={10: power & 0xFFFF, 12: soc}, holding={40: 0, 41: 0, 43: 0})


def faults(text: str) -> str:
    with pytest.raises(InputError) as caught:
        layout(text)
    return str(caught.value)


def test_power_and_state_of_charge_are_read_with_their_signs() -> None:
    async def test() -> None:
        shown = device(power=-2500)
        async with serve({1: shown}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), Clock())
            battery = ReadBattery(link, 1, layout(READ), BATTERY)
            assert isinstance(battery, BatteryReader)
            assert not isinstance(battery, Hold | PowerSet)
            reading = await battery.read()
            assert (reading.sampled_s, reading.power_kw) == (100.0, -2.5)
            assert reading.soc == pytest.approx(0.505)
            other = ReadBattery(link, 1, layout(READ.replace("long", "invert: true\nlong")), BATTERY)
            assert (await other.read()).power_kw == 2.5
            shown.input[12] = 0xFFFF
            assert math.isnan((await battery.read()).soc)
            shown.input[12] = 1200
            assert math.isnan((await battery.read()).soc)
            await link.close()

    run(test())


def test_two_halves_make_one_power() -> None:
    halves = READ.replace(
        "  power: {address: 10, type: int16, unit: W}\n",
        "  charge: {address: 10, type: uint16, unit: W}\n  discharge: {address: 11, type: uint16, unit: W}\n",
    )

    async def test() -> None:
        async with serve({1: Device(input={10: 0, 11: 700, 12: 500})}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), Clock())
            assert (await ReadBattery(link, 1, layout(halves), BATTERY).read()).power_kw == pytest.approx(
                -0.7
            )
            await link.close()

    run(test())


def test_a_power_is_written_read_back_renewed_and_given_back() -> None:
    async def test() -> None:
        shown, clock = device(), Clock()
        writes: list[tuple[int, list[int]]] = []
        shown.on_write = lambda address, values: writes.append((address, values))
        async with serve({1: shown}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), clock)
            battery = SetBattery(link, 1, layout(), BATTERY)
            assert isinstance(battery, PowerSet)
            assert await battery.set_power(3.0) == BatteryTold(0.0, confirmed=True, written=True)
            await battery.read()
            assert await battery.set_power(3.0) == BatteryTold(3.0, confirmed=True, written=True)
            assert await battery.set_power(3.0) == BatteryTold(3.0, confirmed=True, written=False)
            # 3 kW in steps of 10 W, discharging positive: -300
            assert writes == [(40, [2]), (41, [0]), (40, [2]), (41, [0x10000 - 300])]
            clock.now_s += 20.0
            assert (await battery.set_power(3.0)).written
            assert (await battery.set_power(-9.0)).power_kw == -4.0
            assert writes[-1] == (41, [400])
            await battery.release()
            assert writes[-2:] == [(41, [0]), (40, [0])]
            await link.close()

    run(test())


def test_a_register_that_does_not_take_the_power_is_not_confirmed() -> None:
    async def test() -> None:
        shown = device()
        async with serve({1: shown}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), Clock())
            battery = SetBattery(link, 1, layout(), BATTERY)
            await battery.read()
            shown.on_write = lambda address, _values: 3 if address == 41 else None
            with pytest.raises(DeviceRefused, match="value not allowed"):
                await battery.set_power(1.0)
            await link.close()

    run(test())


class Forgetful(Device):
    """A device that says yes to a power and keeps 0."""

    def answer(self, pdu: bytes) -> bytes:
        said = super().answer(pdu)
        self.holding[41] = 0
        return said


def test_a_power_that_does_not_show_is_tried_again_but_not_in_every_tick() -> None:
    async def test() -> None:
        shown, clock = device(), Clock()
        forgetful = Forgetful(holding=shown.holding, input=shown.input)
        async with serve({1: forgetful}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), clock)
            battery = SetBattery(link, 1, layout(), BATTERY)
            await battery.read()
            assert await battery.set_power(1.0) == BatteryTold(1.0, confirmed=False, written=True)
            assert await battery.set_power(1.0) == BatteryTold(1.0, confirmed=False, written=False)
            clock.now_s += 11.0
            assert await battery.set_power(1.0) == BatteryTold(1.0, confirmed=False, written=True)
            await link.close()

    run(test())


def test_a_battery_is_held_and_released() -> None:
    async def test() -> None:
        shown = device()
        async with serve({1: shown}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), Clock())
            battery = HeldBattery(link, 1, layout(), BATTERY)
            assert isinstance(battery, Hold)
            told = await battery.hold()
            assert math.isnan(told.power_kw)
            assert (told.confirmed, told.written) == (True, True)
            assert (shown.holding[40], shown.holding[43]) == (2, 1)
            await battery.release()
            assert (shown.holding[40], shown.holding[43]) == (0, 0)
            await link.close()

    run(test())


def test_another_device_is_refused() -> None:
    checked = READ + "checks:\n  - {what: type, address: 0, table: holding, allowed: [7], otherwise: no}\n"

    async def test() -> None:
        shown = device()
        shown.holding[0] = 8
        async with serve({1: shown}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), Clock())
            with pytest.raises(WrongDevice, match="type is 8"):
                await ReadBattery(link, 1, layout(checked), BATTERY).read()
            await link.close()

    run(test())


@pytest.mark.parametrize(
    ("asked_kw", "soc", "allowed"),
    [(9, 0.5, 5), (-9, 0.5, -4), (2, 0.9, 0), (-2, 0.1, 0), (-2, 0.9, -2), (2, 0.1, 2), (3, math.nan, 0)],
)
def test_a_power_stays_within_what_the_site_file_says(asked_kw: float, soc: float, allowed: float) -> None:
    assert allowed_kw(asked_kw, soc, BATTERY) == allowed


@given(st.floats(-30.0, 30.0), st.booleans())
@settings(max_examples=200)
def test_a_written_power_is_never_larger_than_the_asked_one(power_kw: float, invert: bool) -> None:
    how = PowerSetting(address=1, type="int32", unit="W", scale=100, invert=invert)
    high, low = power_order(power_kw, how, "big").words
    raw = (high << 16 | low) - (1 << 32 if high & 0x8000 else 0)
    written_kw = (-raw if invert else raw) * 0.1
    assert abs(written_kw) <= abs(power_kw) + 1e-6
    assert abs(written_kw - power_kw) < 0.1 + 1e-6


def test_every_fault_of_a_map_is_told_with_its_line() -> None:
    told = faults(
        FULL.replace("unit: W, scale: 10", "unit: A, scale: 10")
        .replace("hold: {address: 43, on: 1", "hold: {address: 43, onn: 1")
        .replace("reverts_after_s: 60", "reverts_after_s: soon")
    )
    assert "mine.yaml:11: write.power.unit" in told
    assert "write.hold.onn: unknown key 'onn'; allowed here: address, type, on, off" in told
    assert "write.reverts_after_s" in told


def test_a_map_must_say_power_and_state_of_charge() -> None:
    assert "soc is needed" in faults(READ.replace("  soc:", "  charge:").replace('"%"', "W"))
    assert "no such value" in faults(READ.replace("  soc:", "  soz:"))
    assert "a unit of kW is allowed" in faults(READ.replace("unit: W}", "unit: V}"))
    assert "the register can hold" in faults(FULL.replace("on: 2", "on: 70000"))
    told = faults(FULL.replace("41, type: int16", "41, type: uint64"))
    assert "one of int16, uint16, int32, uint32, float32 is allowed" in told


def test_what_control_needs_and_a_map_lacks_is_said() -> None:
    assert "write.power" in layout(READ).lacks("full")
    assert "write.hold" in layout(READ).lacks("hold")
    assert layout(READ).lacks("none") == ""
    assert layout().lacks("full") == layout().lacks("hold") == ""
