"""What the state says of a charger, with it and without it."""

from __future__ import annotations

import asyncio

from domain.errors import DeviceError
from domain.site_chargers import Failsafe
from executors.capabilities import FedBy, Told, WatchdogState
from executors.control.seam import CarState
from executors.readings import ChargerReading
from executors.tick_chargers import ChargerHand
from service.run.view import charger_of


class Box:
    """A charger that draws 10 A until its cable is cut."""

    fed_by = FedBy.WRITE

    def __init__(self) -> None:
        self.now_s, self.cut = 0.0, False

    async def read(self) -> ChargerReading:
        if self.cut:
            raise DeviceError("no answer")
        return ChargerReading(
            self.now_s, CarState.CHARGING, (10.0, 0.0, 0.0), power_kw=2.3, session_kwh=4.5, offered_a=10.0
        )

    async def offer(self, limit_a: float) -> Told:
        return Told(limit_a, written=True)

    async def arm(self, fallback_a: float, after_s: float) -> WatchdogState:
        return WatchdogState(fallback_a, after_s, proven=True)

    async def feed(self) -> None:
        return None


def test_a_charger_that_does_not_answer_is_not_ready_and_nobody_knows_what_it_draws() -> None:
    box = Box()
    hand = ChargerHand("driveway", box, Failsafe(current_a=6, after_s=30), 3, lambda: box.now_s)
    asyncio.run(hand.look())
    there = charger_of(hand, 1.0)
    assert (there["ready"], there["answers"], there["car"]) == (True, True, "charging")
    assert there["current_a"] == [10.0, 0.0, 0.0]
    assert there["watchdog"]["left_s"] == 29.0

    box.cut = True
    for second in (2, 3):
        box.now_s = float(second)
        asyncio.run(hand.look())
    lost = charger_of(hand, 100.0)
    assert (lost["ready"], lost["answers"], lost["car"]) == (False, False, "unknown")
    assert lost["current_a"] == [None, None, None]
    assert lost["power_kw"] is None
    assert lost["session_kwh"] == 4.5
    assert lost["age_s"] == 100.0
    assert lost["watchdog"]["left_s"] == 0.0
