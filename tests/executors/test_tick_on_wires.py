"""The tick over wires: meters to orders in one tick, watchdogs only while it is healthy."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from domain.errors import DeviceSilent
from executors.control.seam import Readings, Setpoints
from tests.executors.ticks import SITE, ticking_site
from tests.simulation.twins.wires import run


def test_cars_that_want_all_there_is_share_the_fuse_and_keep_it(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "right", "shed")) as bench:
            await bench.ticks(90)
            drawn_a = [bench.drawn_a(name) for name in ("left", "right", "shed")]
            assert min(drawn_a) >= 10
            assert sum(drawn_a) <= 40
            assert bench.ticking.ring.failures == 0
            assert all(hand.watchdog and hand.watchdog.proven for hand in bench.ticking.chargers.values())

    run(test())


def test_an_overload_is_cut_in_the_tick_that_sees_it(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "right", "shed")) as bench:
            await bench.ticks(90)
            bench.base_a(20)
            await bench.ticks(1)
            told_a = sum(hand.told_a for hand in bench.ticking.chargers.values())
            assert told_a + 20 <= 40

    run(test())


def test_a_loop_that_stands_still_lets_every_charger_fall_and_takes_it_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "right", "shed")) as bench:
            await bench.ticks(90)
            assert min(bench.drawn_a(name) for name in ("left", "right", "shed")) > 6
            bench.silence(31)
            assert [bench.drawn_a(name) for name in ("left", "right", "shed")] == [6, 6, 6]
            await bench.ticks(60)
            assert min(bench.drawn_a(name) for name in ("left", "right", "shed")) > 6

    run(test())


def test_a_decision_that_fails_feeds_nobody_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "shed")) as bench:
            await bench.ticks(60)
            healthy_s = bench.ticking.ticked_s

            def fail(*_: object, **__: object) -> Setpoints:
                raise ZeroDivisionError("a fault of the program")

            monkeypatch.setattr(bench.ticking.deciding, "decide", fail)
            await bench.ticks(31)
            assert [bench.drawn_a(name) for name in ("left", "shed")] == [6, 6]
            assert bench.ticking.ring.failures == 31
            assert "a fault of the program" in bench.ticking.ring.last_failure
            assert bench.ticking.ticked_s == healthy_s

    run(test())


@pytest.mark.parametrize("fails", ["executors.deciding.track", "executors.deciding.decide_safe"])
def test_a_fault_above_safety_stops_no_cut_and_one_in_it_feeds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """40 A less a house of 20 leave 20 A for two cars that had 16 each."""

    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "shed")) as bench:
            await bench.ticks(90)
            assert [bench.drawn_a(name) for name in ("left", "shed")] == [16, 16]

            def fail(*_: object, **__: object) -> Setpoints:
                raise ZeroDivisionError("a fault of the program")

            monkeypatch.setattr(fails, fail)
            bench.base_a(20.0)
            await bench.ticks(6)
            drawn_a = sum(bench.drawn_a(name) for name in ("left", "shed"))
            assert (drawn_a <= 20) == (fails == "executors.deciding.track")
            assert bench.ticking.ring.failures == 6
            bench.base_a(0.0)
            await bench.ticks(35)
            assert [bench.drawn_a(name) for name in ("left", "shed")] == [6, 6]
            monkeypatch.undo()
            await bench.ticks(60)
            assert [bench.drawn_a(name) for name in ("left", "shed")] == [16, 16]

    run(test())


def test_stopping_lowers_to_the_failsafe_and_raises_nothing(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "shed")) as bench:
            await bench.ticks(60)
            assert bench.drawn_a("left") > 6
            await bench.ticking.stop()
            bench.host.tick()
            assert bench.drawn_a("left") == 6
            assert bench.drawn_a("shed") == 6
            assert bench.drawn_a("right") == 0

    run(test())


def test_a_lost_meter_leads_down_the_ladder_while_the_watchdogs_are_fed(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left",)) as bench:
            await bench.ticks(60)
            assert bench.drawn_a("left") == 16
            bench.ticking.meters["street"].device.read = _silent  # type: ignore[method-assign,assignment]  # a fault
            await bench.ticks(25)
            assert bench.drawn_a("left") == 6
            assert bench.ticking.chargers["left"].fed_s > bench.clock() - 15
            assert "no answer" in bench.ticking.meters["street"].trouble

    run(test())


async def _silent() -> None:
    raise DeviceSilent("no answer")


def test_a_charger_whose_watchdog_was_changed_is_armed_again(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left",)) as bench:
            await bench.ticks(10)
            station = next(iter(bench.devices.stations.charx.values()))
            await station.link.write(1, 1000 + 306, [13, 300])
            await bench.ticks(3)
            found = await station.link.read(1, "holding", 1000 + 306, 2)
            assert found == (6, 30)

    run(test())


def test_nothing_is_told_to_a_charger_whose_watchdog_cannot_be_armed(tmp_path: Path) -> None:
    async def test() -> None:
        text = SITE.replace("after_s: 20", "after_s: 900")  # a TeltoCharge takes 600 s at most
        async with ticking_site(tmp_path, text, cars=("shed", "left")) as bench:
            await bench.ticks(30)
            shed = bench.ticking.chargers["shed"]
            assert not shed.ready
            assert math.isnan(shed.told_a)
            assert "cannot be set" in shed.trouble
            assert bench.ticking.chargers["left"].told_a == 16

    run(test())


def test_a_charger_that_does_not_answer_keeps_its_room_and_comes_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "shed")) as bench:
            await bench.ticks(60)
            shed = bench.ticking.chargers["shed"]
            real = shed.device.read
            shed.device.read = _silent  # type: ignore[method-assign,assignment]  # a fault
            await bench.ticks(5)
            assert shed.missed >= 2
            readings, _ = bench.ticking.last or pytest.fail("no tick")
            assert not readings.link[2]
            shed.device.read = real  # type: ignore[method-assign]  # as it was
            await bench.ticks(20)
            assert shed.missed == 0

    run(test())


def test_a_hanging_decision_keeps_pages_waiting_but_never_feeds(tmp_path: Path) -> None:
    """The decision is not awaited: while it hangs nothing else of the loop runs, no frame leaves."""

    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left",)) as bench:
            await bench.ticks(40)
            real = bench.ticking.deciding.decide

            def hang(*given: object, **named: object) -> Setpoints:
                bench.silence(31)
                return real(*given, **named)  # type: ignore[arg-type]  # handed on as it came

            bench.ticking.deciding.decide = hang  # type: ignore[method-assign]  # a fault on command
            await bench.ticking.once()
            assert bench.drawn_a("left") == 6
            await bench.ticking.settled()
            bench.host.tick()
            assert bench.drawn_a("left") == 6
            assert bench.ticking.ring.failures == 1
            bench.ticking.deciding.decide = real  # type: ignore[method-assign]  # as it was
            await bench.ticks(60)
            assert bench.drawn_a("left") == 16

    run(test())


def test_a_cut_whose_decision_came_too_late_is_told_in_the_next_tick(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, cars=("left", "right", "shed")) as bench:
            await bench.ticks(90)
            bench.base_a(20)
            real = bench.ticking.deciding.decide

            def slow(*given: object, **named: object) -> Setpoints:
                decided = real(*given, **named)  # type: ignore[arg-type]  # handed on as it came
                bench.silence(3)
                return decided

            bench.ticking.deciding.decide = slow  # type: ignore[method-assign]  # a fault on command
            await bench.ticks(1)
            assert "is not carried out" in bench.ticking.ring.last_failure
            assert sum(hand.told_a for hand in bench.ticking.chargers.values()) > 20
            bench.ticking.deciding.decide = real  # type: ignore[method-assign]  # as it was
            await bench.ticks(1)
            assert sum(hand.told_a for hand in bench.ticking.chargers.values()) <= 20

    run(test())


def test_a_late_tick_is_counted_and_not_caught_up(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path) as bench:
            waits: list[float] = []
            enough = asyncio.Event()

            async def sleep(seconds: float) -> None:
                waits.append(seconds)
                bench.clock.pass_s(seconds + (5.0 if len(waits) == 2 else 0.0))
                await asyncio.sleep(0)
                if len(waits) == 6:
                    enough.set()

            bench.ticking._sleep = sleep
            task = asyncio.ensure_future(bench.ticking.run())
            await enough.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert bench.ticking.ring.skipped == 4
            assert bench.ticking.ring.ticks[2].late_s == pytest.approx(5.0)

    run(test())


def test_readings_are_of_the_tick_and_not_of_the_future(tmp_path: Path) -> None:
    async def test() -> Readings:
        async with ticking_site(tmp_path, cars=("left",)) as bench:
            await bench.ticks(5)
            assert bench.ticking.last is not None
            return bench.ticking.last[0]

    found = run(test())
    assert found.meter_age_s[0] == 0
    assert found.charger_age_s.tolist() == [1, 1, 1]
