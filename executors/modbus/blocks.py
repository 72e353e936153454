"""Neighbouring registers are read together: from values to as few requests as a device allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from executors.modbus.words import RegisterType, WordOrder, number, width

_HALVES: Final = (("power_import", "power_export"), ("charge", "discharge"))
"""Values that are two unsigned halves of one power."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a device on the wire."""

    name: str
    table: str
    address: int
    type: RegisterType
    scale: float = 1.0
    invalid: frozenset[int] = frozenset()

    @property
    def end(self) -> int:
        """First address after the value."""
        return self.address + width(self.type)

    def value(self, block: Block, words: Sequence[int], order: WordOrder) -> float:
        """The number of this cell in the answer to ``block``."""
        start = self.address - block.address
        return number(words[start : start + width(self.type)], self.type, order, self.invalid) * self.scale


@dataclass(frozen=True, slots=True)
class Block:
    """One request: a stretch of registers, and the values that lie in it."""

    table: str
    address: int
    count: int
    cells: tuple[Cell, ...]


def blocks(
    cells: Iterable[Cell], longest: int, *, even: bool = False, distinct: bool = False
) -> tuple[Block, ...]:
    """Requests for ``cells``, none longer than ``longest`` registers, none over an unlisted address.

    ``even``: the device answers only even counts. ``distinct``: every request has a length of its own where
    that can be had by cutting, so that over RTU, where an answer carries no number, a late one does not fit.
    """
    found: list[list[Cell]] = []
    for cell in sorted(set(cells), key=lambda cell: (cell.table, cell.address, cell.end)):
        last = found[-1] if found else None
        if last is not None and _joins(last, cell, longest):
            last.append(cell)
        else:
            found.append([cell])
    made = [_block(group) for group in found]
    if even and any(block.count % 2 for block in made):
        raise ValueError("this device answers only even counts, and a value here takes one register")
    return tuple(_distinct(made, even=even) if distinct else made)


def _joins(group: Sequence[Cell], cell: Cell, longest: int) -> bool:
    end = max(part.end for part in group)
    fits = max(end, cell.end) - group[0].address <= longest
    return group[0].table == cell.table and cell.address <= end and fits


def _block(group: Sequence[Cell]) -> Block:
    end = max(cell.end for cell in group)
    return Block(group[0].table, group[0].address, end - group[0].address, tuple(group))


def _distinct(made: Sequence[Block], *, even: bool) -> list[Block]:
    """Cut blocks whose length is taken; one that cannot be cut keeps it."""
    found: list[Block] = []
    taken: set[int] = set()
    for block in sorted(made, key=lambda block: -len(block.cells)):
        for piece in _pieces(block, taken, even=even):
            taken.add(piece.count)
            found.append(piece)
    return sorted(found, key=lambda block: (block.table, block.address))


def _pieces(block: Block, taken: set[int], *, even: bool) -> tuple[Block, ...]:
    if block.count not in taken:
        return (block,)
    for at in range(1, len(block.cells)):
        left, right = _block(block.cells[:at]), _block(block.cells[at:])
        apart = left.address + left.count <= right.address
        new = left.count != right.count and not {left.count, right.count} & taken
        if (
            apart
            and new
            and not _parts_a_power(left, right)
            and not (even and (left.count % 2 or right.count % 2))
        ):
            return (left, right)
    return (block,)


def _parts_a_power(left: Block, right: Block) -> bool:
    """Whether one half of a power lies left and the other right: read apart they may be of two moments."""
    names = {cell.name for cell in right.cells}
    return any(other in names for cell in left.cells for other in _other_halves(cell.name))


def _other_halves(name: str) -> tuple[str, ...]:
    return tuple(
        other + name.removeprefix(half)
        for pair in _HALVES
        for half, other in (pair, pair[::-1])
        if name.startswith(half)
    )
