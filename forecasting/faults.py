"""A collector of faults, so that a user sees every one of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Final

from domain.errors import Fault, InputError, SourceError

SHOWN_PER_FILE: Final = 100
"""Faults of one file that are told one by one; a file with more is wrong as a whole."""


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.failed: list[str] = []
        """What sources failed, a line each."""

    def add(self, source: str, found: str, allowed: str, where: str = "", line: int | None = None) -> None:
        """Note one fault and go on."""
        self.found.append(Fault(source=source, found=found, allowed=allowed, where=where, line=line))

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Run the block; what it raises as ``InputError`` or ``SourceError`` is noted here."""
        try:
            yield
        except InputError as error:
            self.found.extend(error.faults)
        except SourceError as error:
            self.failed.extend(str(error).splitlines())

    def raise_any(self) -> None:
        """Raise ``InputError`` with all that was found; ``SourceError`` where only sources failed."""
        failed = list(dict.fromkeys(self.failed))
        if self.found:
            raise InputError([*self.found, *(_as_fault(line) for line in failed)])
        if failed:
            raise SourceError("\n".join(failed))

    def raise_file(self) -> None:
        """Raise ``InputError`` with what was found in one file, by line; too many are counted."""
        if self.found:
            raise InputError(_few(self.found))


def _as_fault(line: str) -> Fault:
    """A failed source among the faults: ``tariff.buy: what was tried; what to do``."""
    source, _, rest = line.partition(": ")
    found, _, allowed = rest.rpartition("; ")
    return Fault(source, found, allowed)


def _few(faults: list[Fault]) -> list[Fault]:
    """The first ``SHOWN_PER_FILE`` faults by line, then one that counts the rest."""
    by_line = sorted(faults, key=lambda fault: inf if fault.line is None else fault.line)
    kept, rest = by_line[:SHOWN_PER_FILE], len(by_line) - SHOWN_PER_FILE
    if rest > 0:
        kept.append(Fault(kept[0].source, f"{rest} faults more in this file", "correct the ones above first"))
    return kept
