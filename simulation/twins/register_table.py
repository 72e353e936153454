"""The registers of a device: what can be read, what can be written, and how it refuses the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
"""Exception codes of the Modbus application protocol, V1.1b3, section 7."""


class Refused(Exception):
    """The device answers with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Register:
    """One value at an address."""

    address: int
    """As on the wire, counted from 0."""
    read: Callable[[], Sequence[int]]
    """Its words."""
    words: int = 1
    write: Callable[[int], None] | None = None
    """Takes a new word; none: read only."""
    allows: Callable[[int], bool] | None = None
    """Whether a word may be written; none: any."""


class RegisterTable:
    """Registers by address; an address without one is refused."""

    def __init__(self, registers: Iterable[Register], zeros: Iterable[range] = ()) -> None:
        """``zeros``: addresses that the device knows and this twin does not model; they read 0."""
        self._at: dict[int, tuple[Register, int]] = {}
        for register in registers:
            for offset in range(register.words):
                address = register.address + offset
                if address in self._at:
                    raise ValueError(f"register {address} is there twice")
                self._at[address] = (register, offset)
        self._zeros = frozenset(address for block in zeros for address in block)

    def __contains__(self, address: int) -> bool:
        return address in self._at or address in self._zeros

    def read(self, start: int, count: int) -> list[int]:
        """Words of ``count`` addresses from ``start``; raises Refused where one is unknown."""
        if any(address not in self for address in range(start, start + count)):
            raise Refused(ILLEGAL_ADDRESS)
        words: list[int] = []
        seen: dict[int, Sequence[int]] = {}
        for address in range(start, start + count):
            register, offset = self._at.get(address, (None, 0))
            if register is None:
                words.append(0)
                continue
            if register.address not in seen:
                seen[register.address] = register.read()
            words.append(seen[register.address][offset])
        return words

    def write(self, start: int, words: Sequence[int]) -> None:
        """Write words from ``start`` on, all or none; raises Refused."""
        registers = [self._at.get(start + offset, (None, 0))[0] for offset in range(len(words))]
        for register, word in zip(registers, words, strict=True):
            if register is None or register.write is None:
                raise Refused(ILLEGAL_ADDRESS)
            if register.allows is not None and not register.allows(word):
                raise Refused(ILLEGAL_VALUE)
        for register, word in zip(registers, words, strict=True):
            if register is not None and register.write is not None:
                register.write(word)
