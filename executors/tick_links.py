"""One link in a tick: cuts before rises, then the watchdogs, then a look at every charger, one at a time.

Where a link has a limit for many chargers it comes first when it falls, and last when it rises; before the
looks where those left it no time in the tick before.

A tick hands out work and does not wait for it. What it hands out is good for a short while only, so that
a loop that hangs or dies feeds nobody and raises nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from executors.tick_chargers import ChargerHand, Order
from executors.tick_groups import GroupHand

GOOD_FOR_S: Final = 2.0
"""How long a rise, a feed and a look may wait for their turn [s]; a cut may wait for ever."""


@dataclass(frozen=True, slots=True)
class Errand:
    """An order on its way to a charger."""

    hand: ChargerHand
    order: Order
    rises: bool
    at_s: float


class LinkRound:
    """The only one that speaks to the chargers of a link while the loop runs."""

    def __init__(self, clock: Callable[[], float], groups: Sequence[GroupHand] = ()) -> None:
        self.groups = tuple(groups)
        self.last_write_s = float("-inf")
        """When the last order was heard."""
        self._clock = clock
        self._errands: dict[str, Errand] = {}
        self._failed: dict[str, Errand] = {}
        self._feeds: list[ChargerHand] = []
        self._looks: dict[str, ChargerHand] = {}
        self._granted_s = float("-inf")
        self._rests: list[GroupHand] = []
        self._overdue = False
        self._task: asyncio.Task[None] | None = None

    def go(
        self, errands: Sequence[Errand], feeds: Iterable[ChargerHand], looks: Iterable[ChargerHand]
    ) -> None:
        """The work of a healthy tick; an order replaces an older one to the same charger."""
        older = {**self._errands, **{name: one for name, one in self._failed.items() if not one.rises}}
        self._failed.clear()
        self._errands = {errand.hand.name: errand for errand in errands}
        self._errands |= {name: one for name, one in older.items() if name not in self._errands}
        self._feeds = list(feeds)
        self._looks |= {hand.name: hand for hand in looks if hand.name not in self._looks}
        self._granted_s = self._clock()
        self._overdue, self._rests = bool(self._rests), list(self.groups)
        for group in self.groups:
            group.plan({name: one.order.limit_a for name, one in self._errands.items()})
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def settled(self) -> None:
        """Wait until all of this tick's work is done."""
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Forget what was not done."""
        self._errands, self._feeds, self._looks = {}, [], {}
        self._failed.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while (work := self._next()) is not None:
            await work

    def _next(self) -> Awaitable[object] | None:
        """What comes next; none when all is done or too old."""
        young = self._clock() - self._granted_s <= GOOD_FOR_S
        if (order := self._next_order()) is not None:
            return order
        if young and self._feeds:
            return self._feeds.pop(0).feed()
        if young and self._overdue and (rest := self._next_rest()) is not None:
            return rest
        if young and self._looks:
            return self._looks.pop(next(iter(self._looks))).look()
        if young and (rest := self._next_rest()) is not None:
            return rest
        self._feeds, self._looks = [], {}
        return None

    def _next_order(self) -> Awaitable[object] | None:
        """The next order: the group's cut before those of its members; none when all are carried."""
        for group in self.groups:
            if group.cut_is_due:
                return group.carry_cut()
        while self._errands:
            errand = self._errands.pop(next(iter(self._errands)))
            if not errand.rises or self._clock() - errand.at_s <= GOOD_FOR_S:
                return self._carry(errand)
        return None

    def _next_rest(self) -> Awaitable[object] | None:
        """The next group that wants something but a cut; none when all were asked."""
        while self._rests:
            if (group := self._rests.pop(0)).rest_is_due:
                return group.carry_rest()
        return None

    async def _carry(self, errand: Errand) -> None:
        if await errand.hand.tell(errand.order):
            self.last_write_s = self._clock()
        elif errand.hand.name not in self._errands:
            self._failed[errand.hand.name] = errand
