"""One frame that limits all points of a CHARX: first when they are cut, gone when each holds its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulation.twins.charx import Charx
from simulation.twins.charx_point import NO_CAP_A
from simulation.twins.modbus_pdu import is_write
from tests.executors.ticks import Bench, ticking_site

POINTS = ("a", "b", "c", "d")
GROUP = 167
SITE = (
    """
name: Group
location: {time_zone: Europe/Brussels}
default_request: full
grid: {limit_a: 80, base_load_max_a: 12, meter: street}
meters: {street: {driver: shelly_3em, host: em.local}}
chargers:
"""
    + "".join(
        f"  - {{id: {name}, driver: charx, host: charx.local, connector: {number}, in_load_circuit: true,\n"
        "     current_a: {min: 6, max: 16}, failsafe: {current_a: 6, after_s: 30}}\n"
        for number, name in enumerate(POINTS, 1)
    )
    + "tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}\n"
)
HOUSE_A = 52.0


class Seen:
    """The controller of the bench, and what is written to it."""

    def __init__(self, bench: Bench) -> None:
        twin = bench.host.charger("a").twin
        assert isinstance(twin, Charx)
        self.charx, self.bench = twin, bench
        self.writes: list[tuple[int, int]] = []
        """Address, and sum of all offers right after [A]."""
        answer = twin.answer

        def heard(question: bytes) -> bytes:
            reply = answer(question)
            if is_write(question):
                address = int.from_bytes(question[1:3], "big")
                self.writes.append((address, sum(one.offer_a for one in twin.points.values())))
            return reply

        twin.answer = heard  # type: ignore[method-assign]

    def behave(self, *, bound: bool = True, keeps: bool = True) -> None:
        """Have all points do so with their share."""
        for point in self.charx.points.values():
            point.settings = replace(point.settings, bound_to_circuit=bound, keeps_own_limit=keeps)

    @property
    def offered_a(self) -> int:
        return sum(point.offer_a for point in self.charx.points.values())

    @property
    def group_told_a(self) -> float:
        return self.bench.ticking.groups[0].told_a


def run(folder: Path, test: Callable[[Bench, Seen], Awaitable[None]]) -> None:
    async def benched() -> None:
        async with ticking_site(folder, SITE, POINTS) as bench:
            seen = Seen(bench)
            await bench.ticking.first_look()
            await test(bench, seen)

    asyncio.run(benched())


def test_one_frame_cuts_all_and_is_taken_back_when_each_holds_its_own(tmp_path: Path) -> None:
    async def test(bench: Bench, seen: Seen) -> None:
        await bench.ticks(40)
        assert seen.offered_a == 64
        bench.base_a(HOUSE_A)
        seen.writes.clear()
        await bench.ticks(1)
        room_a = 80 - HOUSE_A
        assert seen.writes[0][0] == GROUP
        assert seen.writes[0][1] <= room_a
        singles = [place for place, _ in seen.writes if place % 1000 in {300, 301}]
        assert sorted(place // 1000 for place in singles) == [1, 2, 3, 4]
        await bench.ticks(3)
        assert seen.charx.cap_a == NO_CAP_A
        assert all(offered_a <= room_a for _, offered_a in seen.writes)
        assert sum(point.limit_a for point in seen.charx.points.values() if point.released) <= room_a
        assert bench.ticking.ring.failures == 0

    run(tmp_path, test)


MANY = tuple(f"p{number}" for number in range(1, 31))
ANSWER_S = 0.03


async def wire_second(bench: Bench) -> None:
    """A tick, and what a busy wire does in the second behind it."""
    begin_s = bench.clock()
    bench.host.tick()
    await bench.ticking.once()
    settling = asyncio.ensure_future(bench.ticking.settled())
    while bench.clock() - begin_s < 1.0 and not settling.done():  # noqa: ASYNC110 - the clock is the test's
        await asyncio.sleep(0)
    bench.clock.pass_s(max(0.0, begin_s + 1.0 - bench.clock()))


def test_on_a_busy_wire_one_frame_cuts_30_points(tmp_path: Path) -> None:
    """A look at each takes longer than a tick, so that orders, looks and the group share the wire."""
    text = SITE.split("chargers:")[0].replace("80", "300") + "chargers:\n" + "".join(
        f"  - {{id: {name}, driver: charx, host: charx.local, connector: {name[1:]}, in_load_circuit: true,\n"
        "     current_a: {min: 6, max: 16}, failsafe: {current_a: 6, after_s: 30}}\n"
        for name in MANY
    ) + "tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}\n"  # fmt: skip

    async def benched() -> None:
        async with ticking_site(tmp_path, text, MANY) as bench:
            twin = bench.host.charger("p1").twin
            assert isinstance(twin, Charx)
            answer = twin.answer
            cut_s: list[float] = []

            def heard(question: bytes) -> bytes:
                bench.clock.pass_s(ANSWER_S)
                reply = answer(question)
                if sum(one.offer_a for one in twin.points.values()) <= 210 and not cut_s:
                    cut_s.append(bench.clock())
                return reply

            await bench.ticking.first_look()
            twin.answer = heard  # type: ignore[method-assign]
            for _ in range(35):
                await wire_second(bench)
            assert sum(one.offer_a for one in twin.points.values()) > 290
            bench.base_a(90.0)
            cut_s.clear()
            begin_s = bench.clock()
            for _ in range(3):
                await wire_second(bench)
            assert cut_s[0] - begin_s <= 4 * ANSWER_S
            assert not bench.ticking.groups[0].overwrites

    asyncio.run(benched())


def test_a_few_cuts_need_no_group(tmp_path: Path) -> None:
    async def test(bench: Bench, seen: Seen) -> None:
        for charger in ("b", "c", "d"):
            bench.world.points[charger].unplug()
        await bench.ticks(40)
        seen.writes.clear()
        bench.base_a(70.0)
        await bench.ticks(3)
        assert seen.offered_a <= 10
        assert GROUP not in [place for place, _ in seen.writes]

    run(tmp_path, test)


def test_where_not_every_car_keeps_6_a_the_group_is_left_alone(tmp_path: Path) -> None:
    """A load management with less than that cuts cars off by its own choice."""

    async def test(bench: Bench, seen: Seen) -> None:
        await bench.ticks(40)
        seen.writes.clear()
        bench.base_a(80 - 20.0)
        await bench.ticks(2)
        assert seen.offered_a <= 20
        assert GROUP not in [place for place, _ in seen.writes]

    run(tmp_path, test)


def test_a_fault_in_the_groups_driver_keeps_no_point_from_its_cut(tmp_path: Path) -> None:
    async def test(bench: Bench, seen: Seen) -> None:
        await bench.ticks(40)

        async def broken(_: float) -> None:
            raise RuntimeError("a fault")

        bench.ticking.groups[0].device.offer_group = broken  # type: ignore[method-assign,assignment]
        bench.base_a(HOUSE_A)
        await bench.ticks(2)
        assert seen.offered_a <= 80 - HOUSE_A
        assert "a fault" in bench.ticking.groups[0].trouble

    run(tmp_path, test)


def test_a_controller_that_overwrites_single_limits_keeps_the_group_limit(tmp_path: Path) -> None:
    """Whether it does is not in the manual: it is tried with one ampere for each point, and once only."""

    async def test(bench: Bench, seen: Seen) -> None:
        seen.behave(keeps=False)
        await bench.ticks(30)
        bench.base_a(HOUSE_A)
        above_a = []
        for _ in range(30):
            await bench.ticks(1)
            above_a.append(seen.offered_a - (80 - HOUSE_A))
        assert above_a[0] <= 0
        assert max(above_a) <= len(POINTS)
        assert max(above_a[4:]) <= 0
        assert bench.ticking.groups[0].overwrites
        assert "detach them" in bench.ticking.groups[0].trouble

    run(tmp_path, test)


def test_points_that_are_bound_to_nothing_follow_their_own_limits(tmp_path: Path) -> None:
    async def test(bench: Bench, seen: Seen) -> None:
        seen.behave(bound=False)
        await bench.ticks(40)
        bench.base_a(HOUSE_A)
        await bench.ticks(1)
        assert seen.offered_a <= 80 - HOUSE_A
        await bench.ticks(2)
        assert seen.charx.cap_a == NO_CAP_A

    run(tmp_path, test)


def test_a_limit_that_a_killed_program_left_is_taken_back_after_the_start(tmp_path: Path) -> None:
    async def test() -> None:
        async with ticking_site(tmp_path, SITE, POINTS) as bench:
            seen = Seen(bench)
            seen.charx.cap_a = 24
            await bench.ticking.first_look()
            assert seen.group_told_a == 24
            assert "24 A" in bench.ticking.groups[0].trouble
            await bench.ticks(5)
            assert seen.charx.cap_a == NO_CAP_A
            assert bench.ticking.groups[0].trouble == ""
            await bench.ticks(30)
            assert seen.offered_a == 64

    asyncio.run(test())


@pytest.mark.parametrize("keeps", [True, False])
def test_a_clean_stop_leaves_no_point_above_its_failsafe(tmp_path: Path, keeps: bool) -> None:
    async def test(bench: Bench, seen: Seen) -> None:
        seen.behave(keeps=keeps)
        await bench.ticks(30)
        bench.base_a(HOUSE_A)
        await bench.ticks(4)
        await bench.ticking.stop()
        bench.host.tick()
        assert seen.offered_a <= 80 - HOUSE_A
        assert (seen.charx.cap_a == NO_CAP_A) is keeps

    run(tmp_path, test)
