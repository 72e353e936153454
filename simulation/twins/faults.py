"""Faults on command: what a twin does wrong, for how many answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """Ways in which a device on a wire fails."""

    EXCEPTION = "exception"
    """It answers with an error of its protocol."""
    WRONG_UNIT = "wrong unit"
    """It answers in the name of another unit."""
    LATE = "late"
    """Its answer comes after ``seconds``, and nothing else waits for it."""
    BYTE_BY_BYTE = "byte by byte"
    """Its answer trickles, with ``seconds`` between two bytes."""
    TRUNCATED = "truncated"
    """Its answer ends in the middle."""
    GARBAGE = "garbage"
    """Its answer is noise."""
    SILENT = "silent"
    """It does not hear the question."""
    LOST_ANSWER = "lost answer"
    """It does what it is told and says nothing."""
    CLOSED = "closed"
    """It hangs up instead of answering."""
    REBOOT = "reboot"
    """It is away for ``seconds`` and forgets what it does not keep."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault."""

    kind: FaultKind
    answers: int | None = 1
    """How many answers it spoils; none: all, until ``clear``."""
    seconds: float = 0.0
    """How long, where the kind has a duration [s]."""
    code: int = 4
    """Exception code, for ``EXCEPTION``; 4 is a failure of the device."""
    first: int = 0
    """How many answers go well before it."""


@dataclass(slots=True)
class _Waiting:
    fault: Fault
    first: int
    answers: int | None


class FaultBox:
    """The faults that are still to come, in order."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()

    def command(self, fault: Fault) -> None:
        """Spoil answers from now on, after the faults that are commanded already."""
        self._waiting.append(_Waiting(fault, fault.first, fault.answers))

    def clear(self) -> None:
        """Answer well from now on."""
        self._waiting.clear()

    def take(self) -> Fault | None:
        """The fault of the next answer, none where it goes well."""
        if not self._waiting:
            return None
        waiting = self._waiting[0]
        if waiting.first > 0:
            waiting.first -= 1
            return None
        if waiting.answers is not None:
            waiting.answers -= 1
            if waiting.answers <= 0:
                self._waiting.popleft()
        return waiting.fault


NOISE = bytes((i * 37 + 11) % 256 for i in range(64))
"""What garbage looks like: the same on every run, and no frame of any protocol here."""
