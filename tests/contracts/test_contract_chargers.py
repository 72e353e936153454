"""What every charger on a wire must do, one test per ability and device: our drivers on the twins."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from domain.errors import DeviceError
from executors.capabilities import FedBy, GroupLimit, PhaseChoice
from executors.control.seam import CarState
from executors.modbus.charx_station import CharxStation
from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, PointSettings
from simulation.twins.faults import Fault, FaultKind
from simulation.twins.standalone import Car, SimplePoint
from tests.contracts.benches import CHARGERS, LATE_S, on_tcp
from tests.simulation.twins.wires import HandClock, run

every_charger = pytest.mark.parametrize("name", list(CHARGERS))


@every_charger
def test_current_limit_a_car_draws_the_offer_in_whole_amps_downwards(name: str, tmp_path: Path) -> None:
    async def offer() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            await bench.driver.arm(8, 60)
            for limit_a, amps in (
                (16.0, 16),
                (13.9, 13),
                (6.0, 6),
                (5.9, 0),
                (7.99, 7),
                (99.0, 16),
                (0.0, 0),
            ):
                await bench.seconds(7, limit_a)
                assert bench.drawn_a() == (amps, amps, amps), limit_a
                assert (await bench.driver.read()).limit_a in {amps, min(limit_a, 80)}, limit_a

    run(offer())


@every_charger
def test_current_limit_a_cut_is_written_at_once(name: str, tmp_path: Path) -> None:
    async def cut() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            for limit_a in (16.0, 12.0, 9.0, 6.0):
                told = await bench.driver.offer(limit_a)
                assert (told.limit_a, told.written) == (limit_a, True)
                assert bench.drawn_a()[0] == limit_a

    run(cut())


@every_charger
def test_pause_stops_the_car_and_an_offer_goes_on_with_the_same_session(name: str, tmp_path: Path) -> None:
    async def pause() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            await bench.driver.arm(8, 60)
            await bench.seconds(60, 16.0)
            before_kwh = bench.plug.read().session_kwh
            await bench.driver.pause()
            assert bench.drawn_a() == (0, 0, 0)
            assert (await bench.driver.read()).state is not CarState.NONE
            await bench.seconds(60, 10.0)
            assert bench.drawn_a() == (10, 10, 10)
            assert bench.plug.read().session_kwh > before_kwh

    run(pause())


@every_charger
def test_power_reading_says_what_the_car_does(name: str, tmp_path: Path) -> None:
    async def read() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            await bench.driver.arm(8, 60)
            await bench.seconds(30, 10.0)
            bench.silence(30)
            reading = await bench.driver.read()
            assert reading.state is CarState.CHARGING
            assert reading.current_a == pytest.approx((10, 10, 10))
            assert reading.voltage_v == pytest.approx((230, 230, 230))
            assert reading.power_kw == pytest.approx(6.9, abs=0.001)
            # a minute of at most 6.9 kW: 0.115 kWh, told in steps of 0.01 kWh at worst
            assert reading.session_kwh == pytest.approx(bench.plug.read().session_kwh, abs=0.0051)
            bench.plug.unplug()
            bench.tick()
            assert (await bench.driver.read()).state is CarState.NONE

    run(read())


@every_charger
@pytest.mark.parametrize("before_a", [12.0, 0.0], ids=["charging", "paused"])
def test_watchdog_it_is_proven_fed_and_falls_back_in_its_time(
    name: str, before_a: float, tmp_path: Path
) -> None:
    async def fall() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            state = await bench.driver.arm(8.9, 30.5)
            assert (state.fallback_a, state.after_s, state.proven) == (8, 30, True)
            await bench.seconds(100, before_a)
            assert bench.drawn_a()[0] == before_a
            bench.silence(31)
            assert bench.drawn_a()[0] == 8
            await bench.seconds(30, before_a)
            assert bench.drawn_a()[0] == before_a

    run(fall())


@every_charger
def test_watchdog_only_what_the_driver_says_feeds_it(name: str, tmp_path: Path) -> None:
    async def starve() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            await bench.driver.arm(8, 30)
            await bench.seconds(40, 12.0, fed=False)
            by_frame = bench.driver.fed_by is FedBy.ANY_FRAME
            assert bench.drawn_a()[0] == (12 if by_frame else 8)

    run(starve())


@every_charger
def test_phase_choice_the_car_goes_on_where_it_was_put(name: str, tmp_path: Path) -> None:
    async def choose() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            if not isinstance(bench.driver, PhaseChoice):
                assert name.startswith("charx")
                return
            await bench.driver.arm(8, 60)
            for terminals, amps in (((1,), (0, 10, 0)), ((0, 2), (10, 0, 10)), ((0, 1, 2), (10, 10, 10))):
                await bench.seconds(10, 10.0)
                await bench.driver.use_terminals(terminals)
                await bench.seconds(45, 10.0)
                assert bench.drawn_a() == amps

    run(choose())


@every_charger
def test_session_reading_counts_what_the_car_takes(name: str, tmp_path: Path) -> None:
    async def count() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            await bench.driver.arm(8, 60)
            await bench.seconds(60, 16.0)
            before = await bench.driver.read()
            await bench.seconds(120, 16.0)
            after = await bench.driver.read()
            taken_kwh = 3 * 16 * 0.230 * 120 / 3600
            assert after.session_kwh - before.session_kwh == pytest.approx(taken_kwh, abs=0.02)
            assert after.total_kwh - before.total_kwh == pytest.approx(taken_kwh, abs=0.02)

    run(count())


@pytest.mark.parametrize("keeps", [True, False], ids=["limits kept", "limits written over"])
def test_group_limit_one_frame_holds_all_cars_below_it(keeps: bool) -> None:
    async def hold() -> None:
        clock = HandClock()
        plugs = {number: SimplePoint(clock) for number in range(1, 5)}
        bound = PointSettings(bound_to_circuit=True, keeps_own_limit=keeps)
        twin = Charx({number: CharxPoint(plug, clock, bound) for number, plug in plugs.items()})
        for plug in plugs.values():
            plug.plug(Car())
        async with on_tcp(twin, clock) as link:
            station = CharxStation(link, tuple(plugs))
            assert isinstance(station, GroupLimit)
            assert await station.group_limit() == math.inf
            for group_a, most_a, cars in ((30.9, 28, 4), (20.0, 18, 3), (5.0, 0, 0)):
                told = await station.offer_group(group_a)
                assert (told.limit_a, told.written) == (math.floor(group_a), True)
                assert await station.group_limit() == math.floor(group_a)
                offers = [point.offer_a for point in twin.points.values()]
                assert (sum(offers), sum(offer > 0 for offer in offers)) == (most_a, cars)
            await station.release_group()
            assert await station.group_limit() == math.inf
            assert sum(point.offer_a for point in twin.points.values()) == 64

    run(hold())


@pytest.mark.parametrize("name", ["charx", "teltocharge"])
@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_spoilt_answer_is_an_error_or_the_truth_and_never_a_wrong_value(
    name: str, kind: FaultKind, tmp_path: Path
) -> None:
    async def spoil() -> None:
        async with CHARGERS[name](tmp_path) as bench:
            await bench.driver.arm(8, 600)
            await bench.seconds(10, 12.0)
            bench.faults.command(Fault(kind, seconds=0.005 if kind is FaultKind.BYTE_BY_BYTE else LATE_S))
            bench.clock.pass_s(1)
            good = 0
            for _ in range(12):
                try:
                    reading = await bench.driver.read()
                except DeviceError:
                    bench.clock.pass_s(1)
                    await asyncio.sleep(0.05)
                    continue
                amps = bench.plug.read().current_a
                assert reading.current_a == pytest.approx(amps)
                good += 1
            assert good >= 3

    run(spoil())
