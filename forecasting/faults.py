"""A collector of faults, so that a user sees every one of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Final

from domain.errors import Fault, InputError

SHOWN_PER_FILE: Final = 100
"""Faults of one file that are told one by one; a file with more is wrong as a whole."""


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, source: str, found: str, allowed: str, where: str = "", line: int | None = None) -> None:
        """Note one fault and go on."""
        self.found.append(Fault(source=source, found=found, allowed=allowed, where=where, line=line))

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Run the block; what it raises as ``InputError`` is noted here."""
        try:
            yield
        except InputError as error:
            self.found.extend(error.faults)

    def raise_any(self) -> None:
        """Raise ``InputError`` with all that was found, where anything was."""
        if self.found:
            raise InputError(self.found)

    def raise_file(self) -> None:
        """Raise ``InputError`` with what was found in one file, by line; too many are counted."""
        if self.found:
            raise InputError(_few(self.found))


def _few(faults: list[Fault]) -> list[Fault]:
    """The first ``SHOWN_PER_FILE`` faults by line, then one that counts the rest."""
    by_line = sorted(faults, key=lambda fault: inf if fault.line is None else fault.line)
    kept, rest = by_line[:SHOWN_PER_FILE], len(by_line) - SHOWN_PER_FILE
    if rest > 0:
        kept.append(Fault(kept[0].source, f"{rest} faults more in this file", "correct the ones above first"))
    return kept
