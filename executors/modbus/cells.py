"""From a register of a map to what is read on the wire for it: the value, and its power of ten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from executors.modbus.blocks import Cell
from executors.modbus.register_map import Register, Table

EXPONENT: Final = "exponent@"
"""How the name of a cell begins that holds a power of ten."""


def cells_of(name: str, register: Register, table: Table, invalid: frozenset[int]) -> list[Cell]:
    """What is read for one value; ``invalid`` are raw numbers that mean "not available"."""
    cells = [Cell(name, table, register.address, register.type, register.scale, invalid)]
    if register.exponent_address is not None:
        exponent = f"{EXPONENT}{register.exponent_address}"
        unset = frozenset({-0x8000})
        cells.append(Cell(exponent, table, register.exponent_address, "int16", invalid=unset))
    return cells


def power_of_ten(register: Register, raw: Mapping[str, float]) -> float:
    """What a value is multiplied with because of its exponent register; 1 where it has none."""
    address = register.exponent_address
    return 1.0 if address is None else 10.0 ** raw[f"{EXPONENT}{address}"]
