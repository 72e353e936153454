"""A whole CHARX SEC: up to 48 points on its one connection, and the limit of their group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import DeviceError
from executors.capabilities import Told
from executors.modbus import charx_words as words
from executors.modbus.charx import CharxPoint
from executors.modbus.link import ModbusLink
from executors.modbus.words import text

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order of several."""

    told: Told | None
    error: DeviceError | None = None


class CharxStation:
    """All points of one CHARX on its one connection, and the limit of the group."""

    def __init__(self, link: ModbusLink, connectors: tuple[int, ...], unit: int = 1) -> None:
        self.link, self.unit = link, unit
        self.points: dict[int, CharxPoint] = {}
        for connector in connectors:
            self.add(connector)
        self._group_a: int | None = None

    def add(self, connector: int) -> CharxPoint:
        """One more point. ``ValueError`` where there is no such number, or the point is there already."""
        if connector in self.points:
            raise ValueError(f"connector {connector} a second time")
        self.points[connector] = CharxPoint(self.link, connector, self.unit)
        return self.points[connector]

    async def identify(self) -> tuple[str, str]:
        """Name and software version of the controller."""
        found = await self.link.read(self.unit, "holding", *words.GLOBAL)
        return text(found[:10]), text(found[10:])

    async def read_group(self) -> words.GroupStatus:
        """Counts, power and currents of the group, and its limit."""
        found = words.group_of(await self.link.read(self.unit, "holding", *words.GROUP))
        if self._group_a is not None and found.limit_a != self._group_a:
            self._group_a = None  # somebody else wrote it, or it restarted: the next order is written
        return found

    async def group_limit(self) -> float:
        """What register 167 holds [A]; infinite where it has no limit."""
        return (await self.read_group()).limit_a

    async def release_group(self) -> None:
        """Take the group's limit away (65535 in register 167)."""
        self._group_a = None
        await self.link.write(self.unit, words.GROUP_LIMIT, [words.NO_GROUP_LIMIT])

    async def offer_group(self, limit_a: float) -> Told:
        """Limit the group's load circuit with one frame (register 167), whole amperes downwards.

        Only where the points are bound to a load circuit; their own limits hold besides.
        """
        amps = max(0, min(math.floor(limit_a + _ROUNDING), words.NO_GROUP_LIMIT - 1))
        if amps == self._group_a:
            return Told(float(amps), written=False)
        await self.link.write(self.unit, words.GROUP_LIMIT, [amps])
        self._group_a = amps
        return Told(float(amps), written=True)

    async def offer_all(self, limits_a: Mapping[int, float]) -> dict[int, Outcome]:
        """Tell each connector its limit: cuts first, the largest first, then rises.

        A point that fails does not keep the others from their orders.
        """
        found: dict[int, Outcome] = {}
        for connector in sorted(limits_a, key=lambda c: limits_a[c] - _or_most(self.points[c].told_a)):
            try:
                found[connector] = Outcome(await self.points[connector].offer(limits_a[connector]))
            except DeviceError as error:
                found[connector] = Outcome(None, error)
        return found


def _or_most(told_a: float) -> float:
    """What a point may have been told: a point that nobody told anything counts as told the most."""
    return float(words.MOST_A) if math.isnan(told_a) else told_a
