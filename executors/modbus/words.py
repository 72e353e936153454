"""Registers to numbers: types, word order and codes for "not available"."""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal, get_args

WordOrder = Literal["big", "little"]
"""Which register comes first: the most (big) or the least significant. Bytes inside one are always big."""

RegisterType = Literal[
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
    "iskra_t5",
    "iskra_t6",
]
REGISTER_TYPES: Final[tuple[RegisterType, ...]] = get_args(RegisterType)

WRITABLE: Final[tuple[RegisterType, ...]] = ("int16", "uint16", "int32", "uint32", "float32")
"""Types that settings are written in."""

_FORMATS: Final[Mapping[RegisterType, str]] = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "int64": ">q",
    "uint64": ">Q",
    "float32": ">f",
    "float64": ">d",
    "iskra_t5": ">I",
    "iskra_t6": ">I",
}


def width(kind: RegisterType) -> int:
    """Registers that a value of this type takes."""
    return struct.calcsize(_FORMATS[kind]) // 2


def number(
    words: Sequence[int], kind: RegisterType, order: WordOrder = "big", invalid: Collection[int] = ()
) -> float:
    """The value of ``words``; NaN for a code in ``invalid`` (compared as the raw number), NaN and infinity.

    Types ``iskra_t5`` and ``iskra_t6`` are Iskra's: a signed exponent of ten in the top byte, below it a
    mantissa of 24 bits, unsigned in T5 and signed in T6.
    """
    ordered = words if order == "big" else tuple(reversed(words))
    packed = b"".join(word.to_bytes(2, "big") for word in ordered)
    raw: int | float = struct.unpack(_FORMATS[kind], packed)[0]
    if raw in invalid:
        return math.nan
    if kind in {"iskra_t5", "iskra_t6"}:
        return _iskra(int(raw), signed=kind == "iskra_t6")
    return float(raw) if math.isfinite(raw) else math.nan


def _iskra(raw: int, *, signed: bool) -> float:
    exponent, mantissa = raw >> 24, raw & 0xFF_FFFF
    if exponent >= 0x80:
        exponent -= 0x100
    if signed and mantissa >= 0x80_0000:
        mantissa -= 0x100_0000
    return mantissa * 10.0**exponent


def encoded(raw: float, kind: RegisterType, order: WordOrder = "big") -> tuple[int, ...]:
    """The registers of a number. ``ValueError`` where the type cannot hold it."""
    if kind not in WRITABLE:
        raise ValueError(f"{kind} cannot be written; one of {', '.join(WRITABLE)} can")
    try:
        packed = struct.pack(_FORMATS[kind], raw)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{raw} does not fit {kind}") from error
    words = struct.unpack(f">{len(packed) // 2}H", packed)
    return words if order == "big" else tuple(reversed(words))


def whole(words: Sequence[int], order: WordOrder = "big") -> int:
    """The unsigned integer of any number of registers."""
    value = 0
    for word in words if order == "big" else reversed(words):
        value = value << 16 | word
    return value


def text(words: Sequence[int]) -> str:
    """ASCII text of registers, two characters each, without padding."""
    raw = b"".join(word.to_bytes(2, "big") for word in words)
    return raw.split(b"\0", 1)[0].decode("ascii", "replace").strip()
