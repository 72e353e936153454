"""Commissioning: look at every device, change one current on purpose, fall silent on purpose, and judge."""

from __future__ import annotations

import asyncio
import math
from typing import Final

import numpy as np

from domain.site import Site
from executors.capabilities import Watchdog
from executors.control.seam import CarState, Floats, Wiring
from executors.control.wiring import wiring_of
from executors.meters.wiring_check import WiringCheck, check_wiring
from executors.readings import ChargerReading
from executors.tick_chargers import ChargerHand, Order
from executors.tick_meters import MeterHand
from executors.tick_readings import Heard, readings_of
from service.planning import Tell
from service.probing_others import LookedAt
from service.run.clocks import Clocks
from service.run.wired_site import Wired

SETTLE_S: Final = 15.0
"""A told offer has its effect: charger 10 s, car 5 s."""
AFTER_S: Final = 3.0
"""Longer than its time the silence of the watchdog test lasts [s]."""
LONGEST_S: Final = 120.0
"""A watchdog that takes longer is not waited for [s]."""
DRAWS_A: Final = 3.0
NEAR_A: Final = 1.0


class Probing:
    """The devices of a site under test. Nothing is told but 0 A and a charger's least current, where the
    meters above it show room for that; afterwards every charger falls to its failsafe by itself.
    """

    def __init__(self, wired: Wired, clocks: Clocks) -> None:
        self.site: Site = wired.site
        self.wiring: Wiring = wiring_of(wired.site)
        clock = clocks.mono_s
        self.meters = {name: MeterHand(name, device, clock) for name, device in wired.meters.items()}
        self.chargers = {
            one.id: ChargerHand(one.id, wired.chargers[one.id], one.failsafe, len(one.wiring), clock)
            for one in wired.site.chargers
            if one.id in wired.chargers
        }
        self.checks: dict[tuple[str, str], WiringCheck] = {}
        """By meter and charger."""
        self.fallen: dict[str, bool | None] = {}
        """Whether a charger was seen to fall back; None where that cannot be seen."""
        self.others = LookedAt(wired, clocks)
        self._clocks = clocks

    async def look(self) -> None:
        """Find, check, arm and read everything."""
        asked = [meter.ask() for meter in self.meters.values()]
        waits = [task for task in asked if task is not None]
        looks = [asyncio.ensure_future(hand.look()) for hand in self.chargers.values()]
        if waits or looks:
            await asyncio.wait([*waits, *looks])

    async def check_meters(self, tell: Tell) -> None:
        """Switch one car after the other on, and compare with what the meters above it show."""
        cars = [hand for hand in self.chargers.values() if hand.ready and _car_is_there(hand.reading)]
        if not cars or not self.meters:
            return
        tell("Stopping the cars for a moment")
        await self._tell_all(0.0)
        for hand in cars:
            await self._check(hand, tell)

    async def check_watchdogs(self, tell: Tell) -> None:
        """Say nothing for as long as the longest watchdog takes, then look who has fallen back."""
        tested = {
            name: hand
            for name, hand in self.chargers.items()
            if hand.ready and hand.watchdog is not None and hand.watchdog.after_s <= LONGEST_S
        }
        if not tested:
            return
        for name, hand in tested.items():
            assert hand.watchdog is not None
            await self._tell(hand, 0.0 if hand.watchdog.fallback_a > 0 else self._least_a(name))
            assert isinstance(hand.device, Watchdog)
            await hand.device.arm(hand.watchdog.fallback_a, hand.watchdog.after_s)
        longest_s = max(hand.watchdog.after_s for hand in tested.values() if hand.watchdog is not None)
        tell(f"Silent for {longest_s + AFTER_S:.0f} s, to see the watchdogs")
        await self._clocks.sleep(longest_s + AFTER_S)
        await asyncio.gather(*(hand.look() for hand in tested.values()))
        for name, hand in tested.items():
            self.fallen[name] = has_fallen(
                hand.reading, hand.watchdog.fallback_a if hand.watchdog else math.nan
            )

    async def _check(self, hand: ChargerHand, tell: Tell) -> None:
        least_a = self._least_a(hand.name)
        if least_a == 0:
            return
        before = await self._settled()
        tell(f"Charging {least_a:g} A at {hand.name}")
        await self._tell(hand, least_a)
        after = await self._settled()
        await self._tell(hand, 0.0)
        row = self.wiring.charger_ids.index(hand.name)
        known_a = after.chargers[row] - before.chargers[row]
        if np.nanmax(np.abs(known_a), initial=0.0) < DRAWS_A:
            return
        for circuit, meter in enumerate(self.wiring.meter_ids):
            if meter is not None and self.wiring.below[circuit, row]:
                seen_a = after.meters[circuit] - before.meters[circuit]
                grid = self.wiring.grid_phases
                self.checks[meter, hand.name] = check_wiring(known_a[grid].tolist(), seen_a[grid].tolist())

    def _least_a(self, name: str) -> float:
        """The least that a charger can be told; 0 where a meter above it shows no room for that [A]."""
        row = self.wiring.charger_ids.index(name)
        least_a = float(self.wiring.min_a[row])
        readings = readings_of(self.wiring, self._heard(), self._clocks.mono_s())
        above = self.wiring.below[:, row] & self.wiring.metered
        with np.errstate(invalid="ignore"):
            full = readings.meter_a[above] + least_a > self.wiring.limit_a[above]
        return 0.0 if full.any() else least_a

    async def _tell_all(self, limit_a: float) -> None:
        await asyncio.gather(*(self._tell(hand, limit_a) for hand in self.chargers.values() if hand.ready))

    async def _tell(self, hand: ChargerHand, limit_a: float) -> None:
        charger = self.site.charger(hand.name)
        await hand.tell(Order(limit_a, tuple(range(len(charger.wiring)))))

    async def _settled(self) -> Seen:
        """Currents after the cars have had their time; the chargers are kept awake meanwhile."""
        for _ in range(int(SETTLE_S)):
            await self._clocks.sleep(1.0)
            await self.look()
            await asyncio.gather(*(hand.feed() for hand in self.chargers.values() if hand.ready))
        readings = readings_of(self.wiring, self._heard(), self._clocks.mono_s())
        return Seen(readings.measured_a, readings.meter_a)

    def _heard(self) -> Heard:
        return Heard(
            meters={name: one.reading for name, one in self.meters.items() if one.reading is not None},
            chargers={name: one.reading for name, one in self.chargers.items() if one.reading is not None},
        )


class Seen:
    """Currents of one moment: of the chargers (C, 3), and of the circuits' meters (K, 3) [A]."""

    def __init__(self, chargers: Floats, meters: Floats) -> None:
        self.chargers, self.meters = chargers, meters


def has_fallen(reading: ChargerReading | None, failsafe_a: float) -> bool | None:
    """Whether a charger is at its failsafe after a silence; None where it does not show."""
    if reading is None:
        return False
    if not _car_is_there(reading):
        return None
    if reading.offered_a > 0 or (failsafe_a == 0 and reading.offered_a == 0):
        return abs(reading.offered_a - failsafe_a) < NEAR_A
    drawn_a = np.nan_to_num(np.array(reading.current_a)).max()
    if failsafe_a > 0 and drawn_a < NEAR_A:
        return None
    return bool(abs(drawn_a - failsafe_a) < NEAR_A)


def _car_is_there(reading: ChargerReading | None) -> bool:
    return reading is not None and reading.state in {CarState.WAITING, CarState.CHARGING}
