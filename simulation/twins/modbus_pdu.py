"""Questions and answers of the Modbus application protocol (V1.1b3, section 6), without their frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulation.twins.register_table import (
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    Refused,
    RegisterTable,
)
from simulation.twins.words import words_bytes

READ_HOLDING = 3
READ_INPUT = 4
WRITE_ONE = 6
WRITE_MANY = 16
MOST_READ = 125
MOST_WRITTEN = 123


def _any_count(count: int) -> bool:
    return 1 <= count <= MOST_READ


@dataclass(frozen=True, slots=True)
class Tables:
    """Which registers each function of a device reaches."""

    reads: Mapping[int, RegisterTable]
    """By function code."""
    writes: Mapping[int, RegisterTable] = field(default_factory=dict)
    """By function code."""
    accepts_count: Callable[[int], bool] = _any_count
    """How many registers one question may read."""


def answer(question: bytes, tables: Tables) -> bytes:
    """The device's answer to one question; an exception where it refuses."""
    try:
        return _answered(question, tables)
    except Refused as refusal:
        return exception(question, refusal.code)


def exception(question: bytes, code: int) -> bytes:
    """The answer that refuses a question with a code."""
    return bytes([question[0] | 0x80, code])


def is_write(question: bytes) -> bool:
    """Whether a question changes registers."""
    return question[0] in {5, WRITE_ONE, 15, WRITE_MANY, 22, 23}


def _answered(question: bytes, tables: Tables) -> bytes:
    function, start = question[0], int.from_bytes(question[1:3], "big")
    value = int.from_bytes(question[3:5], "big")
    if function in tables.reads:
        if len(question) != 5 or not (_any_count(value) and tables.accepts_count(value)):
            raise Refused(ILLEGAL_VALUE)
        data = words_bytes(tables.reads[function].read(start, value))
        return bytes([function, len(data)]) + data
    if function not in tables.writes:
        raise Refused(ILLEGAL_FUNCTION)
    words = _one_word(question) if function == WRITE_ONE else _many_words(question)
    tables.writes[function].write(start, words)
    return question[:5]


def _one_word(question: bytes) -> list[int]:
    """The word of a question that writes one register."""
    if len(question) != 5:
        raise Refused(ILLEGAL_VALUE)
    return [int.from_bytes(question[3:5], "big")]


def _many_words(question: bytes) -> list[int]:
    """Words of a question that writes several registers."""
    count = int.from_bytes(question[3:5], "big")
    data = question[6:]
    if len(question) < 6 or not 1 <= count <= MOST_WRITTEN or not question[5] == len(data) == 2 * count:
        raise Refused(ILLEGAL_VALUE)
    return [int.from_bytes(data[k : k + 2], "big") for k in range(0, len(data), 2)]
