"""A charger that was away may have forgotten its phases: they are told again, and only then."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

from domain.errors import DeviceSilent
from executors.capabilities import Told
from executors.control.seam import CarState
from executors.readings import ChargerReading
from executors.tick_chargers import ChargerHand, Order


@dataclass
class Box:
    """A charger with one or three phases, which a reboot sets to three."""

    answers: bool = True
    phases: int = 3
    asked: list[int] = field(default_factory=list)

    async def read(self) -> ChargerReading:
        if not self.answers:
            raise DeviceSilent("no link to it")
        return ChargerReading(sampled_s=0.0, state=CarState.CHARGING)

    async def offer(self, limit_a: float) -> Told:
        return Told(limit_a, written=True)

    async def use_phases(self, count: int) -> None:
        self.asked.append(count)
        self.phases = count


async def run(box: Box, away: int) -> None:
    now_s = 0.0
    hand = ChargerHand("box", box, None, 3, lambda: now_s)
    for _ in range(3):
        now_s += 1.0
        await hand.look()
        assert await hand.tell(Order(6.0, (0,)))
    box.answers = False
    for _ in range(away):
        now_s += 1.0
        await hand.look()
    box.answers, box.phases = True, 3
    for _ in range(3):
        now_s += 1.0
        await hand.look()
        assert await hand.tell(Order(6.0, (0,)))
    assert not math.isnan(hand.told_a)


def test_after_a_reboot_its_phases_are_told_again_once() -> None:
    box = Box()
    asyncio.run(run(box, away=30))
    assert box.phases == 1
    assert box.asked == [1, 1]


def test_a_single_answer_that_did_not_come_starts_no_switch() -> None:
    box = Box()
    asyncio.run(run(box, away=1))
    assert box.asked == [1]
