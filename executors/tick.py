"""The tick on real devices, once a second: read the meters, decide, hand out orders, record."""

from __future__ import annotations

import asyncio
import math
import traceback
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import Final

import numpy as np

from domain.site import Site
from executors.capabilities import MeterReader
from executors.control.seam import Bools, Readings, Setpoints, Wiring
from executors.control.why import Event
from executors.deciding import Deciding
from executors.modbus.link import Sleep
from executors.tick_chargers import ChargerHand, Order, Point
from executors.tick_groups import GroupHand, groups_of
from executors.tick_links import GOOD_FOR_S, Errand, LinkRound
from executors.tick_meters import MeterHand
from executors.tick_readings import Heard, Signal, counters_kwh, powers_kw, readings_of
from executors.tick_record import Ring, record_of
from executors.tracking.cars import Beyond

PERIOD_S: Final = 1.0
METER_WAIT_S: Final = 0.5
"""How long a tick waits for a meter that answered last time [s]; a later answer counts in the next tick."""
FIRST_LOOK_S: Final = 2.0
"""A restart goes on within 3 s; a charger that is slower is lost until it answers."""
STOPPING_S: Final = 3.0


class Ticking:
    """The loop over the devices of a site.

    A tick that fails or hangs feeds no watchdog, so that every charger falls to its failsafe by itself.
    ``clock`` is monotonic, ``wall`` counts from 1970 [s]; ``sleep`` sleeps on ``clock``.
    """

    def __init__(
        self,
        site: Site,
        deciding: Deciding,
        meters: Mapping[str, MeterReader],
        chargers: Mapping[str, Point],
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.deciding, self.wiring = deciding, deciding.wiring
        self.ring = Ring()
        self.signal: Callable[[], Signal] = Signal
        """The grid operator's signal; never heard unless somebody puts a source here."""
        self.battery_kw: Callable[[], float] = lambda: math.nan
        """Power of the home battery, + when it charges; missing unless somebody puts a source here."""
        self.meters = {name: MeterHand(name, device, clock) for name, device in meters.items()}
        self.chargers = {
            one.id: ChargerHand(one.id, chargers[one.id], one.failsafe, len(one.wiring), clock)
            for one in site.chargers
            if one.id in chargers
        }
        self.last: tuple[Readings, Setpoints] | None = None
        self.happened: tuple[Event, ...] = ()
        """What the last healthy tick told."""
        self.ticked_s = -math.inf
        """When the last healthy tick ended [monotonic]."""
        self._clock, self._wall, self._sleep = clock, wall, sleep
        self._rounds = self._rounds_of(chargers)
        self._told_a = np.full(self.wiring.chargers, np.nan)

    async def run(self, heard: Callable[[], None] = lambda: None) -> None:
        """Tick until cancelled; ``heard`` is called after every tick. Leaves chargers at their failsafe."""
        try:
            await self.first_look()
            due_s = self._clock()
            while True:
                await self.once(late_s=self._clock() - due_s)
                heard()
                due_s += PERIOD_S
                over = math.floor((self._clock() - due_s) / PERIOD_S)
                if over > 0:
                    self.ring.skipped += over
                    due_s += over * PERIOD_S
                await self._sleep(max(0.0, due_s - self._clock()))
        finally:
            await self.stop()

    async def first_look(self) -> None:
        """Find, check and arm every device before the first decision, as far as they answer soon."""
        asked = [meter.ask() for meter in self.meters.values()]
        for one, hands in self._rounds.items():
            one.go([], [], hands)
        looking = [task for task in asked if task is not None]
        looking += [asyncio.ensure_future(one.settled()) for one in self._rounds]
        if looking:
            await asyncio.wait(looking, timeout=FIRST_LOOK_S)

    async def once(self, late_s: float = 0.0) -> None:
        """One tick. What goes wrong in it is counted and told; nobody is fed then."""
        began_s, self.happened = self._clock(), ()
        before = self.deciding.memory
        try:
            await self._read_meters()
            now_s = self._clock()
            heard = self.heard()
            readings = readings_of(self.wiring, heard, now_s)
            wall_s = self._wall()
            beyond = Beyond(
                self.battery_kw(),
                power_kw=powers_kw(self.wiring, heard, now_s),
                counter_kwh=counters_kwh(self.wiring, heard),
            )
            healthy, decided = self._decided(readings, beyond, wall_s, now_s)
            _refuse_old(self._clock() - now_s)
            self._hand_out(decided, now_s)
        except Exception:  # noqa: BLE001 - whatever it is: nobody is fed, and the next tick tries again
            self.ring.failed(traceback.format_exc(limit=-3))
            self.deciding.memory = before  # nobody heard of it: its cuts are due in the next tick
            return
        if not healthy:
            return
        self.last, self.ticked_s = (readings, decided), self._clock()
        took_s = self.ticked_s - began_s
        record = record_of(readings, decided, began_s=began_s, wall_s=wall_s, took_s=took_s, late_s=late_s)
        tracked = self.deciding.tracked
        self.happened = (*decided.events, *(() if tracked is None else tracked.state.events))
        self.ring.add(record, self.happened)

    def _decided(
        self, readings: Readings, beyond: Beyond, wall_s: float, now_s: float
    ) -> tuple[bool, Setpoints]:
        """Whether all of the decision succeeded, and its setpoints; safety's cuts alone where it did not."""
        before = self.deciding.memory
        try:
            return True, self.deciding.decide(readings, wall_s=wall_s, mono_s=now_s, beyond=beyond)
        except Exception:  # noqa: BLE001 - whatever it is, limits are kept
            fault = traceback.format_exc(limit=-3)
            self.deciding.memory = before
            decided = self.deciding.cuts_alone(readings, now_s)
            self.ring.failed(fault)
            return False, decided

    def heard(self) -> Heard:
        """The last answers of all devices; of chargers that are not ready, nothing is known."""
        ready = {name: hand for name, hand in self.chargers.items() if hand.ready}
        return Heard(
            meters={name: m.reading for name, m in self.meters.items() if m.reading is not None},
            chargers={name: hand.reading for name, hand in ready.items() if hand.reading is not None},
            missed={name: hand.missed for name, hand in ready.items()},
            signal=self.signal(),
        )

    @property
    def last_write_s(self) -> float:
        """When a charger last heard an order [monotonic]."""
        return max((one.last_write_s for one in self._rounds), default=-math.inf)

    async def settled(self) -> None:
        """Wait until what the last tick handed out is done."""
        await asyncio.gather(*(one.settled() for one in self._rounds))

    async def stop(self) -> None:
        """Feed nobody more, and lower to their failsafe the chargers that were told more."""
        await asyncio.gather(*(one.stop() for one in self._rounds))
        await asyncio.gather(*(meter.stop() for meter in self.meters.values()))
        lowering = [asyncio.ensure_future(hand.lower()) for hand in self.chargers.values()]
        if lowering:
            _, late = await asyncio.wait(lowering, timeout=STOPPING_S)
            for task in late:
                task.cancel()
        leaving = [asyncio.ensure_future(one.leave()) for one in self.groups]
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=STOPPING_S)
            for task in late:
                task.cancel()

    @property
    def groups(self) -> list[GroupHand]:
        """Limits of many chargers in one frame."""
        return [group for one in self._rounds for group in one.groups]

    async def _read_meters(self) -> None:
        """Ask every meter; wait for those that answered last time."""
        asked = [(meter, meter.answers, meter.ask()) for meter in self.meters.values()]
        waited = [task for meter, answered, task in asked if task is not None and answered]
        if waited:
            await asyncio.wait(waited, timeout=METER_WAIT_S)

    def _hand_out(self, decided: Setpoints, now_s: float) -> None:
        """Give every link its orders, the watchdogs to feed and the chargers to look at."""
        names = self.wiring.charger_ids
        errands: dict[LinkRound, list[Errand]] = defaultdict(list)
        for row in decided.order.tolist():
            hand = self.chargers.get(names[row])
            if hand is None or not hand.ready:
                continue
            limit_a = float(decided.limit_a[row])
            order = Order(limit_a, terminals_of(self.wiring, row, decided.phases[row]))
            rises = not limit_a <= self._told_a[row]
            errands[self._round_of[hand.name]].append(Errand(hand, order, rises, now_s))
            self._told_a[row] = limit_a
        feeds = dict(zip(names, decided.feed_watchdog.tolist(), strict=True))
        reads = dict(zip(names, decided.may_read.tolist(), strict=True))
        for one, hands in self._rounds.items():
            one.go(
                errands[one],
                [hand for hand in hands if hand.ready and feeds[hand.name]],
                [hand for hand in hands if reads[hand.name]],
            )

    def _rounds_of(self, devices: Mapping[str, Point]) -> dict[LinkRound, list[ChargerHand]]:
        """Chargers by the link that they share."""
        by_link: dict[Hashable, list[ChargerHand]] = defaultdict(list)
        for name, hand in self.chargers.items():
            link = getattr(devices[name], "link", None)
            by_link[id(devices[name]) if link is None else id(link)].append(hand)
        rounds = {
            LinkRound(self._clock, groups_of(hands, devices, self._clock)): hands
            for hands in by_link.values()
        }
        self._round_of = {hand.name: one for one, hands in rounds.items() for hand in hands}
        return rounds


def _refuse_old(age_s: float) -> None:
    """A decision that took too long is of the past: what it raises may have no room any more."""
    if age_s > GOOD_FOR_S:
        raise TimeoutError(f"the decision took {age_s:.1f} s and is not carried out")


def terminals_of(wiring: Wiring, row: int, phases: Bools) -> tuple[int, ...]:
    """The terminals of a charger that are on these grid phases, ascending from 0."""
    own = wiring.terminals[row].tolist()
    return tuple(terminal for terminal, phase in enumerate(own) if phase >= 0 and phases[phase])
