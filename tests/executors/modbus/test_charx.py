"""The CHARX driver over Modbus/TCP, against a server laid out from the maker's list."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest

from domain.errors import DeviceRefused, DeviceSilent
from executors.capabilities import CurrentLimit, FedBy, GroupLimit, Pause, PowerReading, Watchdog
from executors.control.seam import CarState
from executors.modbus.charx import CharxPoint
from executors.modbus.charx_station import CharxStation
from executors.modbus.charx_words import PointControl
from executors.modbus.link import ModbusLink, TcpAddress
from tests.executors.modbus.charx_table import charx
from tests.executors.tiny_modbus import Device, serve


class Bench:
    """A CHARX, its driver, and a clock in the test's hand."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.now_s = 1000.0
        self.station: CharxStation

    @property
    def point(self) -> CharxPoint:
        return self.station.points[1]

    @property
    def writes(self) -> list[tuple[int, int]]:
        return [(function, address) for function, address, _ in self.device.requests if function in {6, 16}]

    async def codes(self) -> set[str]:
        return {alarm.code for alarm in (await self.point.read()).alarms} - {"device_error"}


def run(test: Callable[[Bench], Awaitable[None]], device: Device | None = None, points: int = 1) -> None:
    async def whole() -> None:
        bench = Bench(device or charx(points))
        async with serve({1: bench.device}) as server:
            link = ModbusLink(TcpAddress("127.0.0.1", server.port), lambda: bench.now_s, timeout_s=1.5)
            bench.station = CharxStation(link, tuple(range(1, points + 1)))
            await test(bench)
            await link.close()
            assert server.clients <= 1

    asyncio.run(asyncio.wait_for(whole(), 30))


def test_a_point_is_the_sum_of_its_abilities() -> None:
    async def test(bench: Bench) -> None:
        for ability in (CurrentLimit, Pause, PowerReading, Watchdog):
            assert isinstance(bench.point, ability)
        assert isinstance(bench.station, GroupLimit)
        assert bench.point.fed_by is FedBy.WRITE

    run(test)


def test_every_value_of_the_makers_page_is_read_in_its_unit() -> None:
    async def test(bench: Bench) -> None:
        start = await bench.point.start()
        assert (start.setup.uid, start.setup.max_a, start.setup.by_modbus) == ("CP0001", 16, True)
        assert start.findings == ()
        assert start.control == PointControl(
            released=True, limit_a=16, available=True, fallback_a=0, after_s=65535
        )
        status = await bench.point.read_status()
        assert status.voltage_v == pytest.approx((230.1, 231.2, 229.3))
        assert status.current_a[0] == pytest.approx(15.9)
        assert math.isnan(status.current_a[1])
        assert (status.power_kw, status.reactive_kvar, status.apparent_kva) == pytest.approx(
            (7.36, -0.12, 7.361)
        )
        assert (status.total_kwh, status.session_kwh) == pytest.approx((12_345.678, 4.2))
        assert (status.connected_s, status.charging_s, status.card) == (3600, 1800, "04AABBCC")
        assert (status.offered_a, status.cable_a, status.pilot) == (16, 32, "C2")
        assert status.errors == ("paused by load management",)
        reading = await bench.point.read()
        assert (reading.state, reading.offered_a, reading.limit_a) == (CarState.CHARGING, 16.0, 16.0)

    run(test)


def test_the_group_tells_its_counts_power_and_limit() -> None:
    async def test(bench: Bench) -> None:
        assert await bench.station.identify() == ("CHARX control modula", "1.9.1")
        group = await bench.station.read_group()
        assert (group.charging, group.with_car, group.limit_a) == (1, 1, math.inf)
        assert group.power_kw == pytest.approx(7.36)
        assert math.isnan(group.current_a[1])

    run(test)


@pytest.mark.parametrize(("wanted_a", "held"), [(7.9, 7), (6.0, 6), (5.99, 0), (0.0, 0), (100.0, 80)])
def test_currents_are_whole_amperes_downwards_and_never_between_0_and_6(wanted_a: float, held: int) -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        told = await bench.point.offer(wanted_a)
        assert told.limit_a == held
        released, limit = bench.device.holding[1300], bench.device.holding[1301]
        assert (released, limit) == ((1, held) if held else (0, 6))

    run(test)


def test_released_otherwise_only_the_limit_is_written_and_0_pauses() -> None:
    async def test(bench: Bench) -> None:
        start = await bench.point.start()
        assert {finding.code for finding in start.findings} == {"release_mode"}
        assert "by OCPP" in start.findings[0].words
        await bench.point.offer(9.0)
        await bench.point.pause()
        assert bench.writes == [(16, 1301), (16, 1301)]
        assert bench.device.holding[1301] == 0
        assert (await bench.point.read()).limit_a == 0

    run(test, charx(release=4))


def test_a_cut_goes_out_at_once_and_a_rise_waits_5_s() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        assert (await bench.point.offer(10.0)).written
        bench.now_s += 0.1
        assert (await bench.point.offer(8.0)).written
        bench.now_s += 1.0
        told = await bench.point.offer(16.0)
        assert (told.limit_a, told.written) == (8.0, False)
        bench.now_s += 4.0
        assert (await bench.point.offer(16.0)).limit_a == 16.0
        assert len(bench.writes) == 3

    run(test)


def test_the_same_order_again_costs_no_frame_once_it_was_seen() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        await bench.point.offer(10.0)
        await bench.point.read()
        bench.now_s += 60.0
        assert not (await bench.point.offer(10.0)).written

    run(test)


def test_a_limit_that_falls_back_to_0_is_written_again_and_then_called_stuck() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()

        def to_nought(address: int, _values: list[int]) -> int | None:
            if address in {1300, 1301}:
                asyncio.get_running_loop().call_soon(bench.device.holding.update, {1301: 0})
            return None

        bench.device.on_write = to_nought
        seen: list[set[str]] = []
        for _ in range(4):
            await bench.point.offer(10.0)
            bench.now_s += 6.0
            seen.append(await bench.codes())
        assert seen[0] == set()
        assert "charger_stuck" in seen[-1]
        assert len(bench.writes) == 4

    run(test)


def test_a_limit_that_somebody_else_writes_is_told_and_written_again() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        await bench.point.offer(10.0)
        assert await bench.codes() == set()
        bench.device.holding[1301] = 16
        assert await bench.codes() == {"foreign_write"}
        bench.now_s += 3.0
        assert (await bench.point.offer(10.0)).written
        assert bench.device.holding[1301] == 10
        assert await bench.codes() == set()

    run(test)


def test_the_internal_load_management_is_recognised_by_its_persistence() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        found: set[str] = set()
        for _ in range(4):
            await bench.point.offer(10.0)
            await bench.point.read()
            bench.device.holding[1301] = 16
            bench.now_s += 6.0
            found = await bench.codes()
        assert found == {"load_management"}

    run(test)


def test_the_watchdog_is_set_read_back_and_fed_only_when_asked() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        state = await bench.point.arm(6.0, 30.0)
        assert (state.fallback_a, state.after_s, state.proven, state.doubt) == (6.0, 30.0, True, "")
        before = len(bench.writes)
        for _ in range(8):
            bench.now_s += 1.0
            await bench.point.read()
            assert not await bench.point.feed()
        assert len(bench.writes) == before
        bench.now_s += 2.0
        assert await bench.point.feed()
        assert bench.writes[-1] == (16, 1306)

    run(test)


def test_a_watchdog_that_is_not_taken_is_not_proven() -> None:
    async def test(bench: Bench) -> None:
        def keep(address: int, _values: list[int]) -> int | None:
            asyncio.get_running_loop().call_soon(bench.device.holding.update, {1307: 300})
            return None

        bench.device.on_write = keep
        state = await bench.point.arm(6.0, 30.0)
        assert (state.after_s, state.proven) == (300.0, False)
        assert "watchdog_changed" in await bench.codes()

    run(test)


def test_a_fallback_of_0_is_set_and_its_doubt_is_told() -> None:
    async def test(bench: Bench) -> None:
        state = await bench.point.arm(0.0, 30.0)
        assert state.proven
        assert "not documented" in state.doubt
        with pytest.raises(DeviceRefused):
            await bench.point.arm(3.0, 30.0)
        with pytest.raises(DeviceRefused):
            await bench.point.arm(6.0, 65535.0)

    run(test)


def test_renumbered_controllers_and_a_changed_release_mode_are_noticed() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        bench.device.holding |= {1113: 0x5A5A, 1120: 3}
        assert await bench.codes() == set()
        bench.now_s += 61.0
        assert await bench.codes() == {"renumbered", "release_mode"}

    run(test)


def test_a_point_without_a_meter_says_that_its_draw_is_not_known() -> None:
    async def test(bench: Bench) -> None:
        assert [finding.code for finding in (await bench.point.start()).findings] == ["no_meter"]

    run(test, charx(meter=0))


def test_48_points_share_one_connection_cuts_first_and_largest_first() -> None:
    async def test(bench: Bench) -> None:
        for point in bench.station.points.values():
            await point.start()
        await bench.station.offer_all(dict.fromkeys(bench.station.points, 10.0))
        bench.now_s += 10.0
        bench.device.requests.clear()
        wanted = dict.fromkeys(range(4, 49), 10.0) | {1: 16.0, 2: 8.0, 3: 0.0}
        outcomes = await bench.station.offer_all(wanted)
        assert [address // 1000 for _, address in bench.writes][:2] == [3, 2]
        assert bench.writes[-1] == (16, 1300)
        assert outcomes[3].told is not None
        assert outcomes[3].told.limit_a == 0.0

    run(test, points=48)


def test_one_point_that_refuses_does_not_keep_the_others_from_their_cuts() -> None:
    async def test(bench: Bench) -> None:
        bench.device.on_write = lambda address, _values: 4 if address // 1000 == 1 else None
        outcomes = await bench.station.offer_all({1: 0.0, 2: 0.0, 3: 0.0})
        assert isinstance(outcomes[1].error, DeviceRefused)
        assert outcomes[2].told is not None
        assert outcomes[3].told is not None

    run(test, points=3)


def test_the_group_limit_is_one_frame() -> None:
    async def test(bench: Bench) -> None:
        assert (await bench.station.offer_group(63.7)).limit_a == 63.0
        assert not (await bench.station.offer_group(63.2)).written
        assert bench.writes == [(6, 167)]
        bench.device.holding[167] = 65535
        await bench.station.read_group()
        assert (await bench.station.offer_group(63.0)).written

    run(test, points=2)


def test_a_dead_charger_is_silence() -> None:
    async def test(bench: Bench) -> None:
        await bench.point.start()
        bench.device.delay_s = lambda _function, _address: 5.0
        with pytest.raises(DeviceSilent):
            await bench.point.offer(6.0)
        assert bench.point.told_a == 6.0
        bench.device.delay_s = lambda _function, _address: 0.0
        assert (await bench.point.offer(6.0)).written

    run(test)
