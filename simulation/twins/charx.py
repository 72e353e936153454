"""A CHARX SEC controller with up to 48 charging points: its group registers and its internal load management.

Facts: Phoenix Contact, UM EN CHARX SEC, Rev. 08, appendix B3; Veton's page on energy management.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulation.twins.charx_point import LOWEST_A, NO_CAP_A, CharxPoint
from simulation.twins.charx_registers import MILLI, UNKNOWN_CURRENT, number, point_registers, text
from simulation.twins.faults import FaultBox
from simulation.twins.modbus_pdu import (
    READ_HOLDING,
    READ_INPUT,
    WRITE_MANY,
    WRITE_ONE,
    Tables,
    answer,
    is_write,
)
from simulation.twins.physics import CarState
from simulation.twins.register_table import Register, RegisterTable

MOST_POINTS = 48
BLOCK = 1000


class Charx:
    """A controller; any unit reaches it, and functions 3 and 4 read the same registers."""

    def __init__(self, points: Mapping[int, CharxPoint]) -> None:
        """``points`` by number, from 1; raises ValueError where there are none or too many."""
        if not points or not set(points) <= set(range(1, MOST_POINTS + 1)):
            raise ValueError(f"points {sorted(points)}: a controller has numbers from 1 to {MOST_POINTS}")
        self.points = dict(points)
        self.faults = FaultBox()
        self.available = True
        self.cap_a = NO_CAP_A
        self._restart_wanted = False
        blocks = [point_registers(BLOCK * n, point) for n, point in self.points.items()]
        table = RegisterTable(
            [*self._group_registers(), *(register for block in blocks for register in block)]
        )
        self._tables = Tables({READ_HOLDING: table, READ_INPUT: table}, {WRITE_ONE: table, WRITE_MANY: table})

    def hears(self, unit: int) -> bool:
        """Any unit reaches it."""
        return 0 <= unit <= 255

    def answer(self, question: bytes) -> bytes:
        """What it answers; the internal load management has its turn before every answer."""
        start = int.from_bytes(question[1:3], "big")
        addressed = self.points.get(start // BLOCK)
        if addressed is not None:
            addressed.heard(is_write(question))
            addressed.tick()
        else:
            self.tick()
        reply = answer(question, self._tables)
        if self._restart_wanted:
            self.reboot()
        if is_write(question):
            (self if addressed is None else addressed).tick()
        return reply

    def tick(self) -> None:
        """Let watchdogs, load management and cars go on to now."""
        self._manage_load()
        for point in self.points.values():
            point.tick()

    def reboot(self) -> None:
        """Begin as after power came back."""
        self._restart_wanted = False
        self.available = True
        self.cap_a = NO_CAP_A
        for point in self.points.values():
            point.restart()

    def _manage_load(self) -> None:
        """Points with a car that are bound to the load circuit get equal whole amps of what it may carry.

        Where that is below the least current, the cars that charge longest are cut off. What a car leaves
        unused is not given to others here.
        """
        bound = [point for point in self.points.values() if point.settings.bound_to_circuit]
        here = sorted((p for p in bound if p.seen.car is not CarState.AWAY), key=lambda p: p.seen.charging_s)
        served = here if self.cap_a == NO_CAP_A else here[: self.cap_a // LOWEST_A]
        for point in bound:
            most_a = point.settings.max_current_a
            if point in here and point not in served:
                point.give_share(0)
            elif self.cap_a == NO_CAP_A or not served:
                point.give_share(most_a)
            else:
                point.give_share(min(most_a, self.cap_a // len(served)))

    def _group_registers(self) -> list[Register]:
        zeros = [*range(115, 147)]
        return [
            text(100, 10, lambda: "CHARX SEC-3150"),
            text(110, 4, lambda: "1.9.1"),
            number(114, "uint16", lambda: len(self.points)),
            *(number(address, "uint16", lambda: 0) for address in zeros),
            number(147, "uint16", lambda: 0),
            number(148, "uint16", self._count("EF")),
            number(149, "uint16", self._count("A")),
            number(150, "uint16", self._count("BCD")),
            number(151, "uint16", lambda: sum(p.status == "C2" for p in self.points.values())),
            number(152, "int32", lambda: MILLI * sum(sum(p.seen.power_w) for p in self.points.values())),
            number(154, "int32", lambda: 0),
            number(156, "int32", lambda: MILLI * sum(sum(p.seen.power_w) for p in self.points.values())),
            *(number(158 + 2 * k, "int32", self._group_current(k)) for k in range(3)),
            number(164, "uint16", lambda: self.available),
            number(165, "uint16", lambda: 0, self._want_restart),
            number(166, "uint16", lambda: 0, self._want_restart),
            number(167, "uint16", lambda: self.cap_a, self._set_cap),
        ]

    def _count(self, letters: str) -> Callable[[], float]:
        return lambda: sum(point.status[0] in letters for point in self.points.values())

    def _group_current(self, k: int) -> Callable[[], float]:
        def amps() -> float:
            if not all(point.settings.phases_known for point in self.points.values()):
                return UNKNOWN_CURRENT
            return MILLI * sum(point.seen.current_a[k] for point in self.points.values())

        return amps

    def _set_cap(self, amps: int) -> None:
        self.cap_a = amps

    def _want_restart(self, word: int) -> None:
        self._restart_wanted = bool(word)
