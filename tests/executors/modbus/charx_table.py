"""Registers of a CHARX SEC with charging points, laid out from the maker's list (appendix B3)."""

from __future__ import annotations

import struct

from tests.executors.tiny_modbus import Device


def ascii_words(text: str, count: int) -> list[int]:
    padded = text.encode().ljust(2 * count, b"\0")
    return [int.from_bytes(padded[i : i + 2], "big") for i in range(0, 2 * count, 2)]


def put(device: Device, address: int, words: list[int]) -> None:
    device.holding.update({address + i: word for i, word in enumerate(words)})


def long(value: int) -> list[int]:
    return list(struct.unpack(">HH", struct.pack(">i", value)))


def add_point(device: Device, number: int, *, release: int = 5, meter: int = 6) -> None:
    """X = number x 1000: configuration X100..X120, status X232..X299, control X300..X308."""
    base = 1000 * number
    put(device, base + 100, [0] * 21)
    put(device, base + 100, [0, 16, 6])
    put(device, base + 112, [meter, *ascii_words(f"CP{number:04}", 3)])
    put(device, base + 120, [release])
    put(device, base + 232, [0] * 68)
    put(device, base + 232, long(230_100) + long(231_200) + long(229_300))
    put(device, base + 238, long(15_900) + long(-1) + long(16_100))
    put(device, base + 244, long(7_360_000) + long(-120_000) + long(7_361_000))
    put(device, base + 250, list(struct.unpack(">HHHH", struct.pack(">q", 12_345_678))))
    put(device, base + 275, ascii_words("04AABBCC", 10))
    put(device, base + 285, long(3600) + long(1800))
    put(device, base + 289, list(struct.unpack(">HHHH", struct.pack(">q", 4_200))))
    put(device, base + 293, long(1 << 4))
    put(device, base + 297, [16, 32, *ascii_words("C2", 1)])
    put(device, base + 300, [1, 16, 0, 0, 1, 0, 0, 65535, 0])


def charx(points: int = 1, *, release: int = 5, meter: int = 6) -> Device:
    device = Device()
    put(device, 100, ascii_words("CHARX control modular", 10))
    put(device, 110, ascii_words("1.9.1", 4))
    put(device, 114, [1])
    put(device, 147, [1, 0, points - 1, 1, 1])
    put(device, 152, long(7_360_000) + long(0) + long(7_361_000))
    put(device, 158, long(15_900) + long(-1) + long(16_100))
    put(device, 164, [1, 0, 0, 65535])
    for number in range(1, points + 1):
        add_point(device, number, release=release, meter=meter)
    return device
