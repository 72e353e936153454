"""A limit of many chargers in one frame: it cuts them all at once, until each holds its own limit.

The frame only ever lowers: it is the sum of what the chargers are told, which control has room for however it
is shared. It is taken back when every charger was read back at or below what it was told. A program that dies
in between leaves it low, which is slow and safe; the next start takes it back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from domain.errors import DeviceError
from executors.capabilities import GroupLimit
from executors.control.seam import CarState
from executors.tick_chargers import ChargerHand

FROM: Final = 3
"""From so many cuts in one tick on the group is cut first."""
LEAST_A: Final = 6.0
"""What is left for every car that is there (IEC 61851-1), paused ones too [A]: with less a controller cuts
cars off by its own choice, and single limits are soon enough.
"""
RISE_S: Final = 5.0
"""Least time between a group's limit and a higher one [s], as for single chargers."""
NEAR_A: Final = 0.5
_ROUNDING: Final = 1e-6


class GroupHand:
    """The group of some chargers of one link. It never raises: what goes wrong is ``trouble``.

    A controller that writes shares over its members' own limits would raise them when the group's limit goes.
    So that is tried with one ampere for each first; where it does so, the group's limit stays.
    """

    def __init__(
        self, device: GroupLimit, members: Sequence[ChargerHand], clock: Callable[[], float]
    ) -> None:
        self.device, self.members = device, tuple(members)
        self.trouble = ""
        self.told_a = math.inf
        """The limit of the group [A]; infinite where it has none."""
        self.told_s = -math.inf
        """When the device heard it [monotonic]."""
        self.overwrites = False
        """Whether the controller was seen to write over its members' own limits."""
        self._clock = clock
        self._known = self._trying = self._harmless = False
        self._due_a: float | None = None
        self._asked_a: dict[str, float] = {}

    def plan(self, limits_a: Mapping[str, float]) -> None:
        """See what a tick tells the members, before it is told: ``limits_a`` by charger."""
        self._due_a = None
        self._judge()
        here = [one for one in self._ready() if _may_draw(one)]
        cuts = sum(limits_a.get(one.name, math.inf) < one.told_a for one in here)
        self._asked_a.update(limits_a)
        budget_a = sum(self._asked_a.get(one.name, math.nan) for one in here)
        if not self._known or math.isnan(budget_a):
            return
        budget_a = math.floor(budget_a + _ROUNDING)
        holds = math.isfinite(self.told_a) and not (self._trying and cuts == 0)
        spares = cuts >= FROM and budget_a >= LEAST_A * len(here)
        if budget_a < self.told_a and (spares or holds or self.overwrites):
            self._due_a, self._trying = budget_a, False
        elif holds and budget_a > self.told_a and self._clock() - self.told_s >= RISE_S:
            self._due_a = budget_a

    @property
    def cut_is_due(self) -> bool:
        """Whether the group is to be cut, before its members."""
        return self._due_a is not None and self._due_a < self.told_a

    @property
    def rest_is_due(self) -> bool:
        """Whether the group's limit is to be looked at, raised or taken back, after everything else."""
        return not self._known or self._due_a is not None or self._may_go()

    async def carry_cut(self) -> None:
        """Cut all at once."""
        due_a, self._due_a = self._due_a, None
        if due_a is not None:
            await self._tell(due_a)

    async def carry_rest(self) -> None:
        """Look at the limit that was there at the start; raise it, or take it back."""
        if not self._known:
            await self._look()
        elif not self._may_go():
            await self.carry_cut()
        elif self._trying:
            self._trying = False
            self._harmless = await self._tell(math.inf)
        else:
            self._trying = await self._tell(self.told_a + len(self.members))

    async def leave(self) -> None:
        """Before we go: take the limit back where that was seen to raise nobody, else lower it with them."""
        if not math.isfinite(self.told_a):
            return
        for one in self._ready():
            await one.look()
        if self._harmless and self._may_go():
            await self._tell(math.inf)
            return
        told_a = sum(one.told_a for one in self._ready())
        if told_a < self.told_a:
            await self._tell(told_a)

    def _ready(self) -> list[ChargerHand]:
        return [one for one in self.members if one.ready]

    def _judge(self) -> None:
        """Whether the controller writes over its members' limits, as far as it shows now."""
        long_ago_s = self._clock() - 2 * RISE_S
        since_s = self.told_s if self._trying else math.inf
        seen = [one for one in self._ready() if math.isfinite(one.heard_s) and one.heard_s < _seen_s(one)]
        if any(
            not _held_a(one) <= one.told_a + NEAR_A and (one.heard_s < long_ago_s or since_s < _seen_s(one))
            for one in seen
        ):
            self.overwrites, self._trying = True, False
            self.trouble = (
                "its load management writes over the limits of its points, so that only the group's counts: "
                "detach them from the load circuit"
            )

    def _may_go(self) -> bool:
        """Whether no member needs the group's limit: all hold their own, and were read since it was told."""
        if not math.isfinite(self.told_a) or self.overwrites:
            return False
        return all(
            one.heard_s <= _seen_s(one) and self.told_s < _seen_s(one) and not self._holds_more(one)
            for one in self._ready()
        )

    def _holds_more(self, one: ChargerHand) -> bool:
        """Whether a member holds more than it was asked to, or does not say."""
        return not _held_a(one) <= self._asked_a.get(one.name, math.nan) + NEAR_A

    async def _tell(self, limit_a: float) -> bool:
        try:
            if math.isfinite(limit_a):
                await self.device.offer_group(limit_a)
            else:
                await self.device.release_group()
        except DeviceError as error:
            self.trouble = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - a fault here must not keep the members from their orders
            self.trouble = f"{type(error).__name__} in its driver: {error}"
            return False
        self.told_a, self.told_s = limit_a, self._clock()
        self.trouble = self.trouble if self.overwrites else ""
        return True

    async def _look(self) -> None:
        try:
            self.told_a = await self.device.group_limit()
        except DeviceError as error:
            self.trouble = str(error)
            return
        except Exception as error:  # noqa: BLE001 - as above
            self.trouble = f"{type(error).__name__} in its driver: {error}"
            return
        self.trouble, self._known = "", True
        if math.isfinite(self.told_a):
            self.trouble = (
                f"the group was found limited to {self.told_a:g} A; taken back when all hold their own"
            )


def _may_draw(one: ChargerHand) -> bool:
    return one.reading is None or one.reading.state is not CarState.NONE


def _held_a(one: ChargerHand) -> float:
    """The limit that a member was read to hold [A]; NaN where it does not say."""
    return math.nan if one.reading is None else one.reading.limit_a


def _seen_s(one: ChargerHand) -> float:
    return -math.inf if one.reading is None else one.reading.sampled_s


def groups_of(
    hands: Sequence[ChargerHand], devices: Mapping[str, object], clock: Callable[[], float]
) -> list[GroupHand]:
    """The groups among the chargers of a link."""
    members: dict[int, list[ChargerHand]] = {}
    found: dict[int, GroupLimit] = {}
    for hand in hands:
        group = getattr(devices[hand.name], "group", None)
        if isinstance(group, GroupLimit):
            members.setdefault(id(group), []).append(hand)
            found[id(group)] = group
    return [GroupHand(found[key], each, clock) for key, each in members.items()]
