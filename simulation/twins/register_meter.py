"""A meter that is a table of registers."""

from __future__ import annotations

import math
from collections.abc import Iterable

from simulation.twins.faults import FaultBox
from simulation.twins.meter_tables import MeterTable, Place
from simulation.twins.modbus_pdu import Tables, answer
from simulation.twins.physics import MeterPhysics
from simulation.twins.quantities import quantities
from simulation.twins.register_table import Register, RegisterTable
from simulation.twins.words import number_words, width


class RegisterMeter:
    """A meter as a Modbus unit; nothing of it can be written."""

    def __init__(
        self, physics: MeterPhysics, table: MeterTable, unit: int | None, also: Iterable[Register] = ()
    ) -> None:
        """``unit`` none: any unit reaches it. ``also``: registers beside those of the table."""
        self.faults = FaultBox()
        self._physics = physics
        self._table = table
        self._unit = unit
        self._values: dict[str, float] = {}
        measured = [self._register(name, place) for name, place in table.places.items()]
        registers = RegisterTable([*measured, *also], table.zeros)
        self._tables = Tables(dict.fromkeys(table.functions, registers), accepts_count=table.accepts_count)

    def hears(self, unit: int) -> bool:
        """Whether a question is meant for it."""
        return self._unit in {None, unit}

    def answer(self, question: bytes) -> bytes:
        """What it answers; all values of one answer are of one moment."""
        self._values = quantities(self._physics.read(), self._table.signed_currents)
        return answer(question, self._tables)

    def tick(self) -> None:
        """Let the energies grow to now."""
        self._physics.read()

    def reboot(self) -> None:
        """A meter forgets nothing."""

    def _register(self, name: str, place: Place) -> Register:
        address, kind, scale = place

        def words() -> list[int]:
            value = self._values[name] * scale
            if math.isnan(value) and kind != "float32":
                assert self._table.missing is not None, f"{name}: the maker gives no code for a missing value"
                value = self._table.missing
            return number_words(value, kind, self._table.order)

        return Register(address, words, width(kind))


MEASUREMENT_MODE = 0x1103
"""Carlo Gavazzi: whether the direction of energy is shown."""
EASY_CONNECTION, BIDIRECTIONAL = 0, 1


def measurement_mode(mode: int) -> Register:
    """The register in which a Carlo Gavazzi meter says its mode."""
    return Register(MEASUREMENT_MODE, lambda: [mode])
