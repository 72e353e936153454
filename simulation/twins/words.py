"""Values as 16-bit words on a wire: width, order, sign."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Literal

Order = Literal["high first", "low first"]
"""Which word of a value comes first."""

NumberType = Literal["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32"]
"""How a number is written."""

_FORMATS: dict[NumberType, str] = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "int64": ">q",
    "uint64": ">Q",
    "float32": ">f",
}


def width(kind: NumberType) -> int:
    """Words of a number of this kind."""
    return struct.calcsize(_FORMATS[kind]) // 2


def number_words(value: float, kind: NumberType, order: Order = "high first") -> list[int]:
    """A number as words; whole kinds are rounded and held within what the kind can say.

    Raises ValueError for a missing value of a whole kind: its code differs from device to device.
    """
    if kind == "float32":
        data = struct.pack(">f", value)
    else:
        if math.isnan(value):
            raise ValueError(f"a missing value has no {kind}")
        low, high = _limits(kind)
        data = struct.pack(_FORMATS[kind], min(high, max(low, round(value))))
    words = [data[k] << 8 | data[k + 1] for k in range(0, len(data), 2)]
    return words if order == "high first" else words[::-1]


def text_words(text: str, words: int) -> list[int]:
    """ASCII text as so many words, filled up with zeros."""
    data = text.encode("ascii")[: 2 * words].ljust(2 * words, b"\0")
    return [data[k] << 8 | data[k + 1] for k in range(0, len(data), 2)]


def words_bytes(words: Sequence[int]) -> bytes:
    """Words as they go on the wire, high byte first."""
    return b"".join(word.to_bytes(2, "big") for word in words)


def _limits(kind: NumberType) -> tuple[int, int]:
    bits = 16 * width(kind)
    return (0, (1 << bits) - 1) if kind.startswith("u") else (-(1 << bits - 1), (1 << bits - 1) - 1)
